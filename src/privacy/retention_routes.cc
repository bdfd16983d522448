// /v1/privacy/retention* of api/openapi.yaml.
#include "privacy/service.h"

namespace perennial::privacy {

using http::Request;

Result<Json> Privacy::Impl::retention_dry_run(const Request& request) {
  return retention.dry_run(TRY(read_retention(TRY(http::json_body(request)))));
}

void add_retention_routes(http::Router& router, const std::shared_ptr<Privacy::Impl>& impl) {
  const auto add = [&](const char* method, const char* path, auto handler) {
    router.add({.method = method, .path = path, .right = "settings.write"},
               [impl, handler](const Request& request) {
                 const Result<Json> answer = handler(*impl, request);
                 return answer ? http::json(200, *answer) : http::problem(answer.error());
               });
  };
  add("GET", "/v1/privacy/retention",
      [](Privacy::Impl& all, const Request&) { return all.retention.show(); });
  add("PUT", "/v1/privacy/retention",
      [](Privacy::Impl& all, const Request& request) { return all.retention.save(request); });
  add("POST", "/v1/privacy/retention/dry-run",
      [](Privacy::Impl& all, const Request& request) { return all.retention_dry_run(request); });
}

}  // namespace perennial::privacy
