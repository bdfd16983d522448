// The event log as the console sees it: the newest events, their schema and SQL.

#include <utility>

#include <algorithm>

#include "collect/routes.h"
#include "people/people.h"

namespace perennial::collect {
namespace {

constexpr int64_t kMaxPage = 500;
constexpr int64_t kDefaultPage = 50;
constexpr int64_t kMaxSqlRows = 100'000;
constexpr int64_t kDefaultSqlRows = 10'000;

http::Response answer(const Result<Json>& result) {
  return result ? http::json(200, *result) : http::problem(result.error());
}

Json json_or_text(const std::string& text) {
  auto parsed = parse_json(text);
  return parsed ? std::move(*parsed) : Json(text);
}

Json event_json(const events::StoredEvent& event, std::optional<people::PersonId> person) {
  return {{"seq", event.seq},
          {"source", event.source},
          {"message_id", event.message_id},
          {"type", events::type_name(event.type)},
          {"name", event.name},
          {"user_id", event.user_id},
          {"anonymous_id", event.anonymous_id},
          {"timestamp", format_instant(event.timestamp)},
          {"received_at", format_instant(event.received_at)},
          {"properties", json_or_text(event.properties)},
          {"context", json_or_text(event.context)},
          {"person_id", person ? Json(*person) : Json()}};
}

// The newest `limit` events behind `after` in arrival order. Sequence numbers have gaps, so the
// window grows until it holds enough or reaches `after`.
Result<std::vector<events::StoredEvent>> newest(events::Log& log, uint64_t after, uint64_t limit) {
  uint64_t last = log.last_seq();
  for (uint64_t window = limit;; window *= 4) {
    uint64_t from = std::max(after, last > window ? last - window : 0);
    auto events = TRY(log.read_arrivals(from, window));
    if (events.size() < limit && from > after && window < limit * 64) continue;
    if (events.size() > limit) {
      events.erase(events.begin(), events.end() - static_cast<ptrdiff_t>(limit));
    }
    std::reverse(events.begin(), events.end());
    return events;
  }
}

Result<Json> recent(store::Database& database, events::Log& log, const http::Request& request) {
  int64_t limit = TRY(request.query_integer("limit", kDefaultPage, 1, kMaxPage));
  int64_t after = TRY(request.query_integer("after", 0, 0, INT64_MAX));
  auto events = TRY(newest(log, static_cast<uint64_t>(after), static_cast<uint64_t>(limit)));
  return database.read([&](store::Connection& c) -> Result<Json> {
    Json list = Json::array();
    for (const auto& event : events) {
      auto person = TRY(people::resolve(c, event.user_id, event.anonymous_id));
      list.push_back(event_json(event, person));
    }
    return Json{{"events", std::move(list)}, {"last_seq", log.last_seq()}};
  });
}

Json schema_json(const events::EventSchema& event, bool with_properties) {
  Json json = {{"type", events::type_name(event.type)},
               {"name", event.name},
               {"count", event.count},
               {"first_seen", format_instant(event.first_seen)},
               {"last_seen", format_instant(event.last_seen)}};
  if (!with_properties) return json;
  Json list = Json::array();
  for (const events::PropertySchema& property : event.properties) {
    list.push_back({{"name", property.name},
                    {"types", property.types},
                    {"count", property.count},
                    {"first_seen", format_instant(property.first_seen)},
                    {"last_seen", format_instant(property.last_seen)}});
  }
  json["properties"] = std::move(list);
  return json;
}

Result<Json> schema(store::Database& database) {
  return database.read([&](store::Connection& c) -> Result<Json> {
    Json list = Json::array();
    for (const auto& event : TRY(events::list_schema(c))) list.push_back(schema_json(event, false));
    return Json{{"events", std::move(list)}};
  });
}

Result<Json> schema_event(store::Database& database, const http::Request& request) {
  auto type = events::parse_type(request.query_or("type", "track"));
  if (!type) return fail(Code::kInvalid, "is no type of event", "type");
  return database.read([&](store::Connection& c) -> Result<Json> {
    return schema_json(TRY(events::schema_of(c, *type, request.query_or("name", ""))), true);
  });
}

Result<Json> run_sql(events::Log& log, const http::Request& request) {
  Json body = TRY(http::json_body(request));
  std::string text = TRY(json_string(body, "sql"));
  int64_t max_rows = TRY(json_integer_or(body, "max_rows", kDefaultSqlRows));
  if (max_rows < 1 || max_rows > kMaxSqlRows) {
    return fail(Code::kInvalid, "must be between 1 and " + std::to_string(kMaxSqlRows), "max_rows");
  }
  events::Table table = TRY(log.sql(text, {.max_rows = static_cast<size_t>(max_rows)}));
  Json rows = Json::array();
  for (auto& row : table.rows) {
    Json cells = Json::array();
    for (auto& cell : row) cells.push_back(cell ? Json(std::move(*cell)) : Json());
    rows.push_back(std::move(cells));
  }
  return Json{{"columns", table.columns},
              {"types", table.types},
              {"rows", std::move(rows)},
              {"rows_read", table.rows_read},
              {"bytes_read", table.bytes_read},
              {"elapsed_ms", static_cast<double>(table.elapsed.count()) / 1000.0},
              {"truncated", table.truncated}};
}

}  // namespace

void add_event_routes(http::Router& router, store::Database& database, events::Log& log) {
  using http::Request;
  router.add({.method = "GET", .path = "/v1/events/recent", .right = "events.read", .quiet = true},
             [&](const Request& r) { return answer(recent(database, log, r)); });
  router.add({.method = "GET", .path = "/v1/schema", .right = "events.read"},
             [&](const Request&) { return answer(schema(database)); });
  router.add({.method = "GET", .path = "/v1/schema/event", .right = "events.read"},
             [&](const Request& r) { return answer(schema_event(database, r)); });
  router.add({.method = "POST", .path = "/v1/sql", .right = "sql.read"},
             [&](const Request& r) { return answer(run_sql(log, r)); });
}

}  // namespace perennial::collect
