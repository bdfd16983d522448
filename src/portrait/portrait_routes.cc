#include "portrait/service.h"

namespace perennial::portrait {
namespace {

using http::Request;
using http::Response;

Response reply(const Result<Json>& json, int status = 200) {
  return json ? http::json(status, *json) : http::problem(json.error());
}

}  // namespace

void Portrait::add_routes(http::Router& router) {
  const auto impl = impl_;
  router.add({.method = "GET", .path = "/v1/portrait", .right = "insights.read"},
             [impl](const Request&) { return reply(impl->json()); });
  router.add({.method = "POST", .path = "/v1/portrait/renew", .right = "insights.write"},
             [impl](const Request&) {
               impl->ask();
               return reply(impl->json(), 202);
             });
  router.add({.method = "PUT", .path = "/v1/portrait/settings", .right = "insights.write"},
             [impl](const Request& request) {
               return reply([&]() -> Result<Json> {
                 return impl->change_rules(TRY(parse_json(request.body)), request.principal);
               }());
             });
  router.add({.method = "GET", .path = "/v1/portrait/group", .right = "insights.read"},
             [impl](const Request& request) {
               return reply([&]() -> Result<Json> {
                 const std::string set = request.query_or("set", "");
                 if (set.empty())
                   return fail(Code::kInvalid, "is missing", "set",
                               "name a set of people, such as segment:ID");
                 return impl->group(set);
               }());
             });
}

}  // namespace perennial::portrait
