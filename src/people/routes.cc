// /v1/customers* of api/openapi.yaml: JSON and CSV to and from the functions of people.h.
#include <algorithm>
#include <charconv>
#include <map>

#include "people/attachments.h"
#include "people/columns.h"
#include "people/csv.h"
#include "people/desk.h"
#include "people/identifier.h"
#include "people/list.h"
#include "people/live.h"
#include "people/masking.h"
#include "people/names.h"
#include "people/people.h"
#include "people/rows.h"
#include "people/timeline.h"
#include "people/views.h"

namespace perennial::people {
namespace {

constexpr int64_t kMaxLimit = 500;
constexpr int64_t kMaxOffset = 1'000'000'000;
constexpr size_t kPeoplePerExportRead = 5'000;
constexpr size_t kMaxExportBytes = 512u << 20;
constexpr auto kDigitsOfNumber = 5;  // of a search that looks like a phone number

using http::Request;
using http::Response;

template <class Answer>
Response respond(Result<Answer> answer) {
  if (!answer) return http::problem(answer.error());
  if constexpr (std::is_same_v<Answer, Response>) {
    return std::move(*answer);
  } else {
    return http::json(200, *answer);
  }
}

Json maybe_time(const std::optional<Instant>& at) {
  return at ? Json(format_instant(*at)) : Json(nullptr);
}

std::string_view consent_name(Person::Consent consent) {
  switch (consent) {
    case Person::Consent::kUnknown:
      return "unknown";
    case Person::Consent::kSubscribed:
      return "subscribed";
    case Person::Consent::kUnsubscribed:
      return "unsubscribed";
  }
  return "unknown";
}

Result<ListQuery::Sort> parse_sort(std::string_view word) {
  static const std::map<std::string_view, ListQuery::Sort> kSorts = {
      {"last_order", ListQuery::Sort::kLastOrder},
      {"first_order", ListQuery::Sort::kFirstOrder},
      {"orders", ListQuery::Sort::kOrders},
      {"revenue", ListQuery::Sort::kRevenue},
      {"name", ListQuery::Sort::kName},
      {"last_seen", ListQuery::Sort::kLastSeen},
      {"first_seen", ListQuery::Sort::kFirstSeen}};
  auto found = kSorts.find(word);
  if (found != kSorts.end()) return found->second;
  return fail(Code::kInvalid,
              "expected last_order, first_order, orders, revenue, name, last_seen or first_seen",
              "sort");
}

Result<std::optional<bool>> parse_known(std::string_view word) {
  if (word == "yes") return true;
  if (word == "no") return false;
  if (word == "all") return std::nullopt;
  return fail(Code::kInvalid, "expected yes, no or all", "known");
}

Result<bool> parse_descending(std::string_view word) {
  if (word == "desc") return true;
  if (word == "asc") return false;
  return fail(Code::kInvalid, "expected asc or desc", "order");
}

// Words between commas, without blanks around them.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    out.emplace_back(trim(text.substr(0, comma)));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

class Routes {
 public:
  Routes(store::Database& database, events::Log& log, access::Settings& settings,
         Extensions extensions, Clock clock)
      : database_(database),
        log_(log),
        settings_(settings),
        extensions_(std::move(extensions)),
        clock_(std::move(clock)) {}

  Result<Json> list(const Request& request) {
    ListQuery query = TRY(list_query(request));
    query.offset = static_cast<size_t>(TRY(request.query_integer("offset", 0, 0, kMaxOffset)));
    query.limit = static_cast<size_t>(TRY(request.query_integer("limit", 50, 1, kMaxLimit)));
    const ListPage page =
        TRY(database_.read([&](store::Connection& c) { return list_people(c, query, region()); }));
    Json json;
    json["customers"] = TRY(customers_json(page.people));
    TRY(add_traits(request, page.people, json["customers"]));
    json["total"] = page.total;
    json["currency"] = settings_.workspace().currency;
    Json seen = Json::array();
    for (const Person& person : page.people) seen.push_back(person.id);
    TRY(trail_.record(database_, request, "customers.list", "customers", Json{{"people", seen}},
                      clock_()));
    return json;
  }

  Result<Response> export_csv(const Request& request) {
    const ListQuery query = TRY(list_query(request));
    std::vector<std::string> columns = words_of(request.query_or("columns", ""));
    if (columns.empty()) {
      columns.assign(std::begin(kAllColumns), std::end(kAllColumns));
    } else {
      columns = TRY(read_columns(Json(columns)));
    }
    std::string csv;
    for (const std::string& column : columns) {
      if (&column != &columns.front()) csv += ',';
      append_csv_text(csv, column);
    }
    csv += "\r\n";
    std::vector<PersonId> ids;
    const Mask mask = TRY(database_.read([&](store::Connection& c) -> Result<Mask> {
      TRY(each_listed(c, query, region(), [&](PersonId id) -> Result<void> {
        ids.push_back(id);
        return {};
      }));
      return mask_of(c, request.principal.role);
    }));
    TRY(append_people(ids, columns, mask, csv));
    TRY(database_.write([&](store::Connection& c) {
      return access::record(c, request.principal, "customers.export", "customers",
                            Json{{"rows", ids.size()}, {"columns", columns}}, clock_());
    }));
    Response response = http::text(200, std::move(csv), "text/csv; charset=utf-8");
    response.headers.emplace_back("Content-Disposition", "attachment; filename=\"customers.csv\"");
    return response;
  }

  Result<Json> file(const Request& request) {
    Person person;
    std::vector<Identity> identities;
    TRY(database_.read([&](store::Connection& c) -> Result<void> {
      person = TRY(asked_person(c, request));
      identities = TRY(identities_of(c, person.id));
      return {};
    }));
    TRY(trail_.record(database_, request, "customers.view", "customer:" + std::to_string(person.id),
                      Json{{"part", "file"}}, clock_()));
    Json json;
    const Json customers = TRY(customers_json({&person, 1}));
    json["customer"] = customers.at(0);
    json["currency"] = settings_.workspace().currency;
    json["identities"] = Json::array();
    for (const auto& identity : identities) {
      json["identities"].push_back({{"kind", identity.kind}, {"value", identity.value}});
    }
    json["traits"] = TRY(parse_json(person.traits));
    json["email_consent"] = consent_name(person.email_consent);
    json["version"] = person_version(person);
    if (extensions_.describe_file) {
      const Json more = TRY(extensions_.describe_file(person));
      if (more.is_object()) json.update(more);
    }
    return json;
  }

  Result<Json> timeline(const Request& request) {
    TimelineQuery query;
    query.limit = static_cast<size_t>(TRY(request.query_integer("limit", 50, 1, kMaxLimit)));
    const std::string before = request.query_or("before", "");
    if (!before.empty()) {
      auto at = parse_instant(before);
      if (!at) return fail(Code::kInvalid, at.error().message, "before");
      query.before = *at;
    }
    TRY(read_kinds(request.query_or("kinds", ""), query));
    const Person person =
        TRY(database_.read([&](store::Connection& c) { return asked_person(c, request); }));
    TRY(trail_.record(database_, request, "customers.view", "customer:" + std::to_string(person.id),
                      Json{{"part", "timeline"}}, clock_()));
    Timeline found = TRY(read_timeline(database_, log_, extensions_, person.id, query));
    Json json;
    json["items"] = Json::array();
    for (Json& item : found.items) json["items"].push_back(std::move(item));
    json["next_before"] = maybe_time(found.next_before);
    return json;
  }

  Result<Json> orders(const Request& request) {
    const auto offset = TRY(request.query_integer("offset", 0, 0, kMaxOffset));
    const auto limit = TRY(request.query_integer("limit", 50, 1, kMaxLimit));
    Json json;
    json["orders"] = Json::array();
    PersonId id = 0;
    TRY(database_.read([&](store::Connection& c) -> Result<void> {
      const Person person = TRY(asked_person(c, request));
      id = person.id;
      TRY(each_order_row_of(
          c, person.id, static_cast<size_t>(offset), static_cast<size_t>(limit),
          [&](const store::Row& row) { json["orders"].push_back(order_json(row)); }));
      json["total"] = person.orders + person.refunds;
      return {};
    }));
    TRY(trail_.record(database_, request, "customers.view", "customer:" + std::to_string(id),
                      Json{{"part", "orders"}}, clock_()));
    return json;
  }

 private:
  Result<ListQuery> list_query(const Request& request) {
    ListQuery query;
    query.search = request.query_or("search", "");
    if (!is_storable_text(query.search)) {
      return fail(Code::kInvalid, "expected well-formed UTF-8", "search");
    }
    const std::string country = request.query_or("country", "");
    if (!is_storable_text(country)) {
      return fail(Code::kInvalid, "expected well-formed UTF-8", "country");
    }
    if (!country.empty()) query.country = country;
    TRY(may_search(request, query.search));
    query.known = TRY(parse_known(request.query_or("known", "yes")));
    query.sort = TRY(parse_sort(request.query_or("sort", "last_order")));
    query.descending = TRY(parse_descending(request.query_or("order", "desc")));
    const std::string set = request.query_or("set", "");
    if (set.empty()) return query;
    if (!extensions_.resolve_set) return fail(Code::kInvalid, "no such set of people", "set");
    query.set = TRY(extensions_.resolve_set(set));
    return query;
  }

  std::string region() const { return region_of_zone(settings_.workspace().calendar.zone.name()); }

  Result<Json> customers_json(std::span<const Person> people) {
    std::vector<Json> described(people.size(), Json::object());
    if (extensions_.describe && !people.empty()) described = TRY(extensions_.describe(people));
    INVARIANT(described.size() == people.size());
    Json list = Json::array();
    for (size_t i = 0; i < people.size(); ++i) {
      list.push_back(customer_json(people[i], described[i]));
    }
    return list;
  }

  // Who sees addresses and numbers in part must not find them letter by letter.
  Result<void> may_search(const Request& request, std::string_view search) {
    const auto digits = std::ranges::count_if(search, [](char c) { return c >= '0' && c <= '9'; });
    const bool address = search.find('@') != search.npos, number = digits >= kDigitsOfNumber;
    if (!address && !number) return {};
    const Mask mask = TRY(
        database_.read([&](store::Connection& c) { return mask_of(c, request.principal.role); }));
    if ((address && mask.hides("email")) || (number && mask.hides("phone"))) {
      return fail(Code::kForbidden, "your role does not see what you search by", "search",
                  "search by name or user id");
    }
    return {};
  }

  // Traits that the list's columns ask for.
  static Result<void> add_traits(const Request& request, std::span<const Person> people,
                                 Json& customers) {
    const auto names = words_of(request.query_or("traits", ""));
    if (names.empty()) return {};
    if (names.size() > kMaxColumns) {
      return fail(Code::kInvalid, "expected at most 30 names of traits", "traits");
    }
    for (size_t i = 0; i < people.size(); ++i) {
      const Json all = TRY(parse_json(people[i].traits));
      Json some = Json::object();
      for (const std::string& name : names) {
        if (const auto found = all.find(name); found != all.end()) some[name] = *found;
      }
      customers[i]["traits"] = some;
    }
    return {};
  }

  // Part after part, each read by itself: other modules read too when they describe people.
  Result<void> append_people(std::span<const PersonId> ids, std::span<const std::string> columns,
                             const Mask& mask, std::string& csv) {
    const std::string currency = settings_.workspace().currency;
    while (!ids.empty()) {
      const auto some = ids.first(std::min(ids.size(), kPeoplePerExportRead));
      const auto people =
          TRY(database_.read([&](store::Connection& c) { return find_people(c, some); }));
      std::vector<Json> described(people.size(), Json::object());
      if (extensions_.describe) described = TRY(extensions_.describe(people));
      for (size_t i = 0; i < people.size(); ++i) {
        const Json traits = TRY(parse_json(people[i].traits));
        const RowSource row{people[i], described[i], traits, currency, mask};
        for (const std::string& column : columns) {
          if (&column != &columns.front()) csv += ',';
          append_cell(csv, column, row);
        }
        csv += "\r\n";
      }
      if (csv.size() > kMaxExportBytes) {
        return fail(Code::kTooLarge, "the list is too long to be exported at once", "",
                    "narrow it by country, search or set");
      }
      ids = ids.subspan(some.size());
    }
    return {};
  }

  Result<void> read_kinds(std::string_view kinds, TimelineQuery& query) const {
    if (kinds.empty()) return {};
    query.orders = query.refunds = query.events = query.messages = query.notes = false;
    query.sources.emplace();
    while (!kinds.empty()) {
      const size_t comma = std::min(kinds.find(','), kinds.size());
      TRY(read_kind(trim(kinds.substr(0, comma)), query));
      kinds.remove_prefix(std::min(comma + 1, kinds.size()));
    }
    return {};
  }

  Result<void> read_kind(std::string_view kind, TimelineQuery& query) const {
    const std::pair<std::string_view, bool*> own[] = {{"order", &query.orders},
                                                      {"refund", &query.refunds},
                                                      {"event", &query.events},
                                                      {"message", &query.messages},
                                                      {"note", &query.notes}};
    std::string known;
    for (const auto& [word, wanted] : own) {
      if (kind == word) {
        *wanted = true;
        return {};
      }
      known += (known.empty() ? "" : ", ") + std::string(word);
    }
    for (const TimelineSource& source : extensions_.sources) {
      if (kind == source.kind) {
        query.sources->push_back(source.kind);
        return {};
      }
      known += ", " + source.kind;
    }
    return fail(Code::kInvalid, "expected any of " + known, "kinds");
  }

  store::Database& database_;
  events::Log& log_;
  access::Settings& settings_;
  Extensions extensions_;
  Clock clock_;
  ViewTrail trail_;
};

}  // namespace

Json customer_json(const Person& person, const Json& described) {
  Json json;
  json["id"] = person.id;
  json["name"] = person.name;
  json["user_id"] = person.user_id;
  json["email"] = person.email;
  json["phone"] = person.phone;
  json["country"] = person.country;
  json["known"] = person.known();
  if (described.is_object()) json.update(described);
  json["orders"] = person.orders;
  json["refunds"] = person.refunds;
  json["revenue_minor"] = person.revenue_minor;
  json["first_order_at"] = maybe_time(person.first_order_at);
  json["last_order_at"] = maybe_time(person.last_order_at);
  json["first_seen_at"] = format_instant(person.first_seen_at);
  json["last_seen_at"] = format_instant(person.last_seen_at);
  return json;
}

ListHandlers list_handlers(store::Database& database, events::Log& log, access::Settings& settings,
                           Extensions extensions, Clock clock) {
  auto routes =
      std::make_shared<Routes>(database, log, settings, std::move(extensions), std::move(clock));
  return {.page = [routes, &database](
                      const Request& r) { return respond(masked(database, r, routes->list(r))); },
          .csv = [routes](const Request& r) { return respond(routes->export_csv(r)); }};
}

void add_routes(http::Router& router, store::Database& database, events::Log& log,
                access::Settings& settings, Extensions extensions, Clock clock) {
  const DeskParts parts{database, log, extensions.settle, clock};
  add_live_route(router, database, log, extensions);
  add_view_routes(router, database, clock);
  add_name_route(router, database, clock);
  add_file_routes(router, {database, clock});
  add_masking_routes(router, database, clock);
  auto routes =
      std::make_shared<Routes>(database, log, settings, std::move(extensions), std::move(clock));
  router.add({.method = "GET", .path = "/v1/customers", .right = "customers.read"},
             [routes, &database](const Request& r) {
               return respond(masked(database, r, routes->list(r)));
             });
  router.add({.method = "GET", .path = "/v1/customers.csv", .right = "customers.export"},
             [routes](const Request& r) { return respond(routes->export_csv(r)); });
  router.add({.method = "GET", .path = "/v1/customers/{person_id}", .right = "customers.read"},
             [routes, &database](const Request& r) {
               return respond(masked(database, r, routes->file(r)));
             });
  router.add(
      {.method = "GET", .path = "/v1/customers/{person_id}/timeline", .right = "customers.read"},
      [routes, &database](const Request& r) {
        return respond(masked(database, r, routes->timeline(r)));
      });
  router.add(
      {.method = "GET", .path = "/v1/customers/{person_id}/orders", .right = "customers.read"},
      [routes](const Request& r) { return respond(routes->orders(r)); });
  add_identity_routes(router, parts);
  add_desk_routes(router, parts);
}

}  // namespace perennial::people
