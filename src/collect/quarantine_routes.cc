// /v1/quarantine: what could not be taken, why and when, and taking it again.

#include <utility>

#include <charconv>

#include "collect/quarantine_replay.h"
#include "collect/routes.h"

namespace perennial::collect {
namespace {

constexpr int64_t kMaxPage = 500;
constexpr int64_t kDefaultPage = 50;
constexpr size_t kMaxGroups = 100;

http::Response answer(const Result<Json>& result) {
  return result ? http::json(200, *result) : http::problem(result.error());
}

class QuarantineRoutes {
 public:
  QuarantineRoutes(store::Database& database, events::Log& log, access::Settings& settings,
                   Clock clock)
      : database_(database), log_(log), settings_(settings), clock_(std::move(clock)) {}

  Result<Json> list(const http::Request& request) {
    int64_t limit = TRY(request.query_integer("limit", kDefaultPage, 1, kMaxPage));
    int64_t before = TRY(request.query_integer("before", 0, 0, INT64_MAX));
    QuarantineFilter filter = filter_of(request);
    return database_.read([&](store::Connection& c) -> Result<Json> {
      auto page = TRY(list_quarantine(c, filter, before, limit));
      Json list = Json::array();
      for (const Quarantined& entry : page.entries) {
        list.push_back({{"id", entry.id},
                        {"received_at", format_instant(entry.received_at)},
                        {"source", entry.source},
                        {"reason", entry.what.reason},
                        {"where", entry.what.where},
                        {"form", entry.what.form},
                        {"body", entry.what.body}});
      }
      return Json{{"entries", std::move(list)}, {"total", page.total}};
    });
  }

  Result<Json> summary(const http::Request& request) {
    QuarantineFilter filter = filter_of(request);
    access::Workspace workspace = settings_.workspace();
    return database_.read([&](store::Connection& c) -> Result<Json> {
      auto summary = TRY(summarize_quarantine(c, filter, workspace.calendar));
      Json groups = Json::array();
      for (const QuarantineGroup& group : summary.groups) {
        if (groups.size() == kMaxGroups) break;
        groups.push_back({{"source", group.source},
                          {"reason", group.reason},
                          {"where", group.where},
                          {"count", group.count},
                          {"first_at", format_instant(group.first_at)},
                          {"last_at", format_instant(group.last_at)}});
      }
      Json days = Json::array();
      for (const auto& [at, count] : summary.days) {
        days.push_back({{"at", format_instant(at)}, {"count", count}});
      }
      return Json{{"groups", std::move(groups)}, {"days", std::move(days)}};
    });
  }

  Result<Json> replay(const http::Request& request) {
    int64_t id = TRY(id_of(request));
    Json body = request.body.empty() ? Json::object() : TRY(http::json_body(request));
    std::optional<std::string> mended;
    if (body.contains("body")) mended = TRY(json_string(body, "body"));
    Replayed done = TRY(replay_one(database_, log_, id, mended));
    TRY(audit(request, "quarantine.replay", std::to_string(id),
              {{"mended", mended.has_value()}, {"stored", done.stored}}));
    return replayed_json(done);
  }

  Result<Json> replay_all(const http::Request& request) {
    Json body = TRY(http::json_body(request));
    QuarantineFilter filter = TRY(filter_in(body));
    int64_t after = TRY(json_integer_or(body, "after", 0));
    Replayed done = TRY(replay_some(database_, log_, filter, after));
    TRY(audit(request, "quarantine.replay_all", "",
              {{"source", filter.source},
               {"reason", filter.reason},
               {"entries", done.entries},
               {"still_bad", done.still_bad}}));
    return replayed_json(done);
  }

  Result<Json> discard(const http::Request& request) {
    Json body = TRY(http::json_body(request));
    QuarantineFilter filter = TRY(filter_in(body));
    return database_.write([&](store::Connection& c) -> Result<Json> {
      int64_t removed = TRY(remove_from_quarantine(c, filter));
      Json detail = {{"source", filter.source}, {"reason", filter.reason}, {"entries", removed}};
      TRY(access::record(c, request.principal, "quarantine.discard", "", detail, clock_()));
      return Json{{"discarded", removed}};
    });
  }

  Result<void> remove(const http::Request& request) {
    int64_t id = TRY(id_of(request));
    return database_.write([&](store::Connection& c) -> Result<void> {
      TRY(find_in_quarantine(c, id));
      TRY(remove_from_quarantine(c, {id}));
      return access::record(c, request.principal, "quarantine.discard", std::to_string(id),
                            Json::object(), clock_());
    });
  }

 private:
  static QuarantineFilter filter_of(const http::Request& request) {
    return {request.query_or("source", ""), request.query_or("reason", "")};
  }
  static Result<QuarantineFilter> filter_in(const Json& body) {
    std::string source = TRY(json_string_or(body, "source", ""));
    std::string reason = TRY(json_string_or(body, "reason", ""));
    return QuarantineFilter{std::move(source), std::move(reason)};
  }
  static Result<int64_t> id_of(const http::Request& request) {
    const std::string& text = request.params.at("id");
    int64_t id = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size()) {
      return fail(Code::kNotFound, "there is no such entry in quarantine", "id");
    }
    return id;
  }
  static Json replayed_json(const Replayed& done) {
    return {{"stored", done.stored},   {"duplicates", done.duplicates},
            {"entries", done.entries}, {"still_bad", done.still_bad},
            {"last_id", done.last_id}, {"more", done.more}};
  }
  Result<void> audit(const http::Request& request, std::string_view action, std::string_view object,
                     const Json& detail) {
    return database_.write([&](store::Connection& c) {
      return access::record(c, request.principal, action, object, detail, clock_());
    });
  }

  store::Database& database_;
  events::Log& log_;
  access::Settings& settings_;
  Clock clock_;
};

}  // namespace

void add_quarantine_routes(http::Router& router, store::Database& database, events::Log& log,
                           access::Settings& settings, Clock clock) {
  using http::Request;
  auto routes = std::make_shared<QuarantineRoutes>(database, log, settings, std::move(clock));
  auto add = [&](std::string method, std::string path, std::string right, auto member) {
    router.add({.method = std::move(method), .path = std::move(path), .right = std::move(right)},
               [routes, member](const Request& r) { return answer((*routes.*member)(r)); });
  };
  add("GET", "/v1/quarantine", "events.read", &QuarantineRoutes::list);
  add("GET", "/v1/quarantine/summary", "events.read", &QuarantineRoutes::summary);
  add("POST", "/v1/quarantine/replay", "imports.write", &QuarantineRoutes::replay_all);
  add("POST", "/v1/quarantine/discard", "imports.write", &QuarantineRoutes::discard);
  add("POST", "/v1/quarantine/{id}/replay", "imports.write", &QuarantineRoutes::replay);
  router.add({.method = "DELETE", .path = "/v1/quarantine/{id}", .right = "imports.write"},
             [routes](const Request& r) {
               auto removed = routes->remove(r);
               return removed ? http::Response{.status = 204} : http::problem(removed.error());
             });
}

}  // namespace perennial::collect
