// /v1/segments* of api/openapi.yaml.
#include "segments/service.h"

namespace perennial::segments {
namespace {

using http::Request;
using http::Response;

Response reply(const Result<Json>& json, int status = 200) {
  return json ? http::json(status, *json) : http::problem(json.error());
}

Result<PersonId> person_of(const Request& request) {
  if (request.query_or("person", "").empty()) return fail(Code::kInvalid, "is missing", "person");
  return request.query_integer("person", 0, 1, INT64_MAX);
}

// Deleting, and the members as the lists of customers show people.
void add_member_routes(http::Router& router, const std::shared_ptr<Segments::Impl>& impl) {
  router.add({.method = "DELETE", .path = "/v1/segments/{id}", .right = "segments.write"},
             [impl](const Request& r) {
               auto done = impl->remove(r.params.at("id"), r.principal);
               if (!done) return http::problem(done.error());
               return Response{.status = 204, .content_type = "", .body = ""};
             });
  const auto list = [&](const char* path, const char* right, const http::Handler& handler) {
    router.add({.method = "GET", .path = path, .right = right}, [handler](const Request& r) {
      Request list = r;
      list.query["set"] = std::string(kSetPrefix) + r.params.at("id");
      list.query.try_emplace("known", "all");
      return handler(list);
    });
  };
  list("/v1/segments/{id}/members", "customers.read", impl->parts.lists.page);
  list("/v1/segments/{id}/members.csv", "customers.export", impl->parts.lists.csv);
}

}  // namespace

void Segments::add_routes(http::Router& router) {
  auto impl = impl_;
  const auto get = [&](const char* path, auto answer, const char* right = "segments.read") {
    router.add({.method = "GET", .path = path, .right = right},
               [impl, answer](const Request& r) { return reply(answer(*impl, r)); });
  };
  const auto send = [&](const char* method, const char* path, const char* right, int status,
                        auto answer) {
    router.add({.method = method, .path = path, .right = right},
               [impl, status, answer](const Request& r) {
                 return reply(
                     [&]() -> Result<Json> {
                       const Json body = TRY(http::json_body(r));
                       return answer(*impl, r, body);
                     }(),
                     status);
               });
  };
  get("/v1/segments", [](Impl& i, const Request&) { return i.list(); });
  get("/v1/segments/facts", [](Impl& i, const Request&) { return i.facts(); });
  get(
      "/v1/segments/rule", [](Impl& i, const Request& r) { return i.rule_of_number(r); },
      "customers.read");
  get("/v1/segments/{id}", [](Impl& i, const Request& r) { return i.show(r.params.at("id")); });
  get("/v1/segments/{id}/sizes", [](Impl& i, const Request& r) { return i.sizes(r); });
  get(
      "/v1/segments/{id}/changes", [](Impl& i, const Request& r) { return i.changes(r); },
      "customers.read");
  get(
      "/v1/segments/{id}/why",
      [](Impl& i, const Request& r) -> Result<Json> {
        return i.why_of(r.params.at("id"), TRY(person_of(r)));
      },
      "customers.read");
  send("POST", "/v1/segments", "segments.write", 201,
       [](Impl& i, const Request& r, const Json& body) { return i.create(body, r.principal); });
  send("PUT", "/v1/segments/{id}", "segments.write", 200,
       [](Impl& i, const Request& r, const Json& body) {
         return i.update(r.params.at("id"), body, r.principal);
       });
  send("POST", "/v1/segments/{id}/members", "segments.write", 200,
       [](Impl& i, const Request& r, const Json& body) {
         return i.edit_list(r.params.at("id"), body, r.principal);
       });
  send("POST", "/v1/segments/preview", "customers.read", 200,
       [](Impl& i, const Request&, const Json& body) { return i.preview(body); });
  send("POST", "/v1/segments/overlap", "segments.read", 200,
       [](Impl& i, const Request&, const Json& body) { return i.overlap(body); });
  send("POST", "/v1/segments/why", "customers.read", 200,
       [](Impl& i, const Request&, const Json& body) -> Result<Json> {
         const auto fields = TRY(insight::Fields::of(body, "", {"universe", "rule", "person"}));
         TRY(fields.required("person"));
         const PersonId person = TRY(fields.integer("person", 0, 1, INT64_MAX));
         Json definition = body;
         definition.erase("person");
         return i.why(definition, person);
       });
  add_member_routes(router, impl);
}

}  // namespace perennial::segments
