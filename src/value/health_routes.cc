// Lists of the health score over HTTP.
#include "value/health_desk.h"

namespace perennial::value {

void add_health_routes(http::Router& router, HealthDesk& desk) {
  const auto reply = [](const Result<Json>& json) {
    return json ? http::json(200, *json) : http::problem(json.error());
  };
  constexpr int64_t kMaxOffset = 1'000'000'000;
  router.add({.method = "GET", .path = "/v1/value/health/people", .right = "customers.read"},
             [&desk, reply](const http::Request& request) {
               return reply([&]() -> Result<Json> {
                 HealthDesk::Asked asked;
                 if (const std::string light = request.query_or("light", ""); !light.empty()) {
                   asked.light = parse_light(light);
                   if (!asked.light)
                     return fail(Code::kInvalid, "must be red, amber or green", "light");
                 }
                 asked.owner = request.query_or("owner", "");
                 asked.offset =
                     static_cast<size_t>(TRY(request.query_integer("offset", 0, 0, kMaxOffset)));
                 asked.limit = static_cast<size_t>(TRY(request.query_integer("limit", 50, 1, 200)));
                 return desk.people(asked);
               }());
             });
  router.add({.method = "GET", .path = "/v1/value/health/alerts", .right = "customers.read"},
             [&desk, reply](const http::Request& request) {
               return reply([&]() -> Result<Json> {
                 const auto offset = TRY(request.query_integer("offset", 0, 0, kMaxOffset));
                 const auto limit = TRY(request.query_integer("limit", 50, 1, 200));
                 return desk.alerts(static_cast<size_t>(offset), static_cast<size_t>(limit));
               }());
             });
}

}  // namespace perennial::value
