// Routes of questions: asking, cancelling, opening numbers.
#include "insight/questions.h"

namespace perennial::insight {
namespace {

using http::Request;
using http::Response;

Response reply(const Result<Json>& json) {
  return json ? http::json(200, *json) : http::problem(json.error());
}

// The request that shows the people of a handle, as the list of customers takes it.
Result<Request> list_request(const Request& request) {
  const std::string handle = request.query_or("handle", "");
  if (handle.empty()) return fail(Code::kInvalid, "is missing", "handle");
  Request list = request;
  list.query.erase("handle");
  list.query["set"] = "people:" + handle;
  list.query["known"] = "all";
  return list;
}

}  // namespace

void Behaviour::add_routes(http::Router& router) {
  auto impl = impl_;
  router.add({.method = "POST", .path = "/v1/insights/query", .right = "insights.read"},
             [impl](const Request& r) {
               auto text = [&]() -> Result<std::string> {
                 const Asker asker{.id = r.principal.id, .role = r.principal.role};
                 return impl->ask_text(TRY(http::json_body(r)), asker, &impl->kept);
               }();
               return text ? Response{.body = std::move(*text)} : http::problem(text.error());
             });
  // On the connection's own thread: the workers may all be answering what is to be cancelled.
  router.add_async(
      {.method = "DELETE", .path = "/v1/insights/queries/{id}", .right = "insights.read"},
      [impl](const std::shared_ptr<Request>& r, const http::Reply& answer) {
        // What is over already needs no cancelling.
        impl->running.cancel(r->principal.id + '\n' + r->params.at("id"));
        answer({.status = 204, .content_type = "", .body = ""});
      });
  const auto add_list = [&](const char* path, const char* right, const http::Handler& handler) {
    router.add({.method = "GET", .path = path, .right = right}, [handler](const Request& r) {
      auto list = list_request(r);
      return list ? handler(*list) : http::problem(list.error());
    });
  };
  add_list("/v1/insights/people", "customers.read", impl->parts.lists.page);
  add_list("/v1/insights/people.csv", "customers.export", impl->parts.lists.csv);
  router.add(
      {.method = "POST", .path = "/v1/insights/trace", .right = "customers.read"},
      [impl](const Request& r) {
        return reply([&]() -> Result<Json> { return impl->trace(TRY(http::json_body(r))); }());
      });
  const auto add_get = [&](const char* path, Result<Json> (Impl::*answer)(const Request&)) {
    router.add({.method = "GET", .path = path, .right = "insights.read"},
               [impl, answer](const Request& r) { return reply((*impl.*answer)(r)); });
  };
  add_get("/v1/insights/events", &Impl::event_names);
  add_get("/v1/insights/properties", &Impl::property_names);
  add_get("/v1/insights/values", &Impl::property_values);
  add_report_routes(router, impl);
}

}  // namespace perennial::insight
