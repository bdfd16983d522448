#include "server/masked_routes.h"

#include <algorithm>
#include <array>

#include "people/people.h"
#include "portrait/portrait.h"
#include "server/people_routes.h"

namespace perennial {
namespace {

constexpr std::string_view kShared = "/v1/shared/reports/{token}";  // for who has the link
// Beside lists of people: what counts and describes them, with values of theirs in it.
constexpr std::array<std::string_view, 11> kShowValues = {kShared,
                                                          "/v1/portrait",
                                                          "/v1/portrait/renew",
                                                          "/v1/portrait/group",
                                                          "/v1/segments/facts",
                                                          "/v1/overview",
                                                          "/v1/insights/query",
                                                          "/v1/insights/values",
                                                          "/v1/insights/reports/{id}/answer",
                                                          "/v1/insights/dashboards/{id}/answers",
                                                          "/v1/uplift/choose"};
// SQL reads the log, quarantine and lists of rejects show what came, to be mended: nothing there
// tells a name from another text.
constexpr std::array<std::string_view, 3> kRaw = {"/v1/sql", "/v1/quarantine",
                                                  "/v1/imports/{id}/rejects"};

// What shows the tag "region", whose words may be the values of a trait.
constexpr std::array<std::string_view, 7> kShowRegion = {
    "/v1/customers/{person_id}", "/v1/portrait",     "/v1/portrait/renew",   "/v1/portrait/group",
    "/v1/segments/facts",        "/v1/segments/why", "/v1/segments/{id}/why"};
constexpr std::string_view kRegion = "region";
// Answers about imports, some with the first rows of a file or its faults.
constexpr std::string_view kImports = "/v1/imports";

void drop_sample(Json& import) {
  const auto sample = import.find("sample");
  if (sample != import.end() && sample->is_object()) (*sample)["rows"] = Json::array();
}

bool shows_rows(const http::Route& route) {
  return route.path == kImports || route.path.starts_with(std::string(kImports) + "/");
}

bool is_text(const Json& json, const char* member, std::string_view text) {
  const auto found = json.find(member);
  return found != json.end() && found->is_string() && *found == text;
}

// The tag of that name, and the fact with its words.
bool is_region(const Json& json) {
  if (!json.is_object()) return false;
  return is_text(json, "tag", kRegion) ||
         (is_text(json, "name", kRegion) && json.contains("words"));
}

// What a rule saw of it.
bool saw_region(const Json& json) {
  const auto condition = json.find("condition");
  if (condition == json.end() || !condition->is_object() || !json.contains("seen")) return false;
  const auto fact = condition->find("fact");
  return fact != condition->end() && fact->is_object() && is_text(*fact, "name", kRegion);
}

void drop_region(Json& json) {
  if (json.is_array()) {
    for (auto one = json.begin(); one != json.end();)
      one = is_region(*one) ? json.erase(one) : one + 1;
  }
  if (json.is_object() && saw_region(json)) json["seen"] = Json{{"value", nullptr}};
  if (json.is_structured()) {
    for (Json& one : json) drop_region(one);
  }
}

// The values of a trait are those of people.
bool lists_hidden_values(const http::Route& route, const http::Request& request,
                         const people::Mask& mask) {
  return route.path == "/v1/insights/values" && request.query_or("scope", "") == "person" &&
         mask.hides(request.query_or("property", ""));
}

bool shows_region(std::string_view path) {
  return std::ranges::find(kShowRegion, path) != kShowRegion.end();
}

bool shows_values(std::string_view path) {
  return shows_people(path) || shows_members(path) ||
         std::ranges::find(kShowValues, path) != kShowValues.end();
}

Result<people::Mask> mask_of(store::Database& database, const http::Request& request) {
  return database.read(
      [&](store::Connection& c) { return people::mask_of(c, request.principal.role); });
}

// Of an answer: whether it is left without the tag "region" too.
struct Hidden {
  people::Mask mask;
  bool region = false;
};
Result<Hidden> hidden_in(store::Database& database, const http::Route& route,
                         const http::Request& request) {
  return database.read([&](store::Connection& c) -> Result<Hidden> {
    Hidden out;
    out.mask = route.path == kShared ? TRY(people::mask_of_strangers(c))
                                     : TRY(people::mask_of(c, request.principal.role));
    if (!out.mask.fields.empty() && shows_region(route.path))
      out.region = out.mask.hides(TRY(portrait::region_trait(c)));
    return out;
  });
}

}  // namespace

std::optional<http::Response> refuse_raw(store::Database& database, const http::Route& route,
                                         const http::Request& request) {
  const bool raw = std::ranges::find(kRaw, route.path) != kRaw.end();
  if (!raw && route.path != "/v1/insights/values") return std::nullopt;
  const auto mask = mask_of(database, request);
  if (!mask) return http::problem(mask.error());
  if (!(raw && !mask->fields.empty()) && !lists_hidden_values(route, request, *mask))
    return std::nullopt;
  return http::problem({Code::kForbidden, "your role sees some fields of customers in part", "",
                        "here they stand in full: ask an administrator"});
}

void mask_people(store::Database& database, const http::Route& route, const http::Request& request,
                 http::Response& response) {
  const bool shows = shows_values(route.path) || shows_rows(route) || shows_region(route.path);
  if (response.status >= 300 || response.body.empty() || !shows) return;
  const auto hidden = hidden_in(database, route, request);
  if (!hidden) {
    response = http::problem(hidden.error());
    return;
  }
  if (hidden->mask.fields.empty()) return;
  auto answer = parse_json(response.body);
  if (!answer) {
    response = http::problem({Code::kInternal, "an answer about people could not be read"});
    return;
  }
  if (shows_rows(route)) {
    drop_sample(*answer);
    if (const auto list = answer->find("imports"); list != answer->end() && list->is_array()) {
      for (Json& import : *list) drop_sample(import);
    }
  }
  if (hidden->region) drop_region(*answer);
  response.body = to_text(people::masked_answer(std::move(*answer), hidden->mask));
}

}  // namespace perennial
