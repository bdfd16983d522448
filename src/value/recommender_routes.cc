// Recommendations of a person over HTTP: for the console by number, for a shop's server by user id,
// for browsers and apps by write key. Everybody can read a write key in a page, and what is
// recommended tells what was bought and looked at; so by write key one asks for a device, whose
// anonymous id nobody else knows.
#include <charconv>

#include "value/recommender_desk.h"

namespace perennial::value {
namespace {

http::Response reply(const Result<Json>& json) {
  return json ? http::json(200, *json) : http::problem(json.error());
}

// The members of a request that an address can hold, as a body would have them.
Result<Json> body_of(const http::Request& request) {
  Json body = Json::object();
  for (const char* name : {"limit", "price_from", "price_to", "per_category"}) {
    if (request.query_or(name, "").empty()) continue;
    body[name] = TRY(request.query_integer(name, 0, 0, 1'000'000'000'000));
  }
  for (const char* name : {"in_stock", "repeat"}) {
    const std::string word = request.query_or(name, "");
    if (word.empty()) continue;
    if (word != "true" && word != "false")
      return fail(Code::kInvalid, "must be true or false", name);
    body[name] = word == "true";
  }
  if (const std::string region = request.query_or("region", ""); !region.empty())
    body["region"] = region;
  return body;
}

Result<PersonId> person_in_path(const http::Request& request) {
  const std::string& text = request.params.find("person_id")->second;
  PersonId person = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), person);
  if (error != std::errc() || end != text.data() + text.size() || person <= 0)
    return fail(Code::kNotFound, "there is no such customer", "person_id");
  return person;
}

// For whom the body names.
Result<Json> recommend(RecommenderDesk& desk, const Json& body,
                       const RecommenderDesk::Asker& asker) {
  const Wish wanted = TRY(desk.wish_of(body));
  return desk.recommend(TRY(desk.person_of(body)), wanted, asker);
}

}  // namespace

void add_recommender_routes(http::Router& router, RecommenderDesk& desk) {
  router.add({.method = "GET",
              .path = "/v1/value/recommendations/people/{person_id}",
              .right = "customers.read"},
             [&desk](const http::Request& request) {
               return reply([&]() -> Result<Json> {
                 const PersonId person = TRY(person_in_path(request));
                 const Json body = TRY(body_of(request));
                 return desk.recommend(person, TRY(desk.wish_of(body)),
                                       {.console = true, .role = request.principal.role});
               }());
             });
  router.add({.method = "POST", .path = "/v1/value/recommendations/ask", .right = "customers.read"},
             [&desk](const http::Request& request) {
               return reply([&]() -> Result<Json> {
                 return recommend(desk, TRY(http::json_body(request)),
                                  {.role = request.principal.role});
               }());
             });
  router.add(
      {.method = "POST", .path = "/v1/recommend", .right = "collect", .cors = true, .quiet = true},
      [&desk](const http::Request& request) {
        return reply([&]() -> Result<Json> {
          const Json body = TRY(http::json_body(request));
          if (body.is_object() && body.contains("user_id"))
            return fail(Code::kInvalid, "a write key asks for a device only", "user_id",
                        "send anonymous_id, or ask /v1/value/recommendations/ask with an API key");
          return recommend(desk, body, {});
        }());
      });
}

}  // namespace perennial::value
