// The paths of the Segment protocol, which RudderStack's libraries use too.

#include <utility>

#include <array>

#include "collect/collector.h"
#include "collect/routes.h"

namespace perennial::collect {
namespace {

// Paths that the browser client uses beside the spelt-out ones.
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kPaths = {{
    {"/v1/track", "track"},
    {"/v1/identify", "identify"},
    {"/v1/page", "page"},
    {"/v1/screen", "screen"},
    {"/v1/group", "group"},
    {"/v1/alias", "alias"},
    {"/v1/batch", "batch"},
    {"/v1/import", "import"},
    {"/v1/t", "track"},
    {"/v1/i", "identify"},
    {"/v1/p", "page"},
    {"/v1/s", "screen"},
    {"/v1/g", "group"},
    {"/v1/a", "alias"},
    {"/v1/b", "batch"},
    {"/beacon/v1/batch", "batch"},
}};

}  // namespace

void add_collect_routes(http::Router& router, const std::shared_ptr<Collector>& collector,
                        access::Settings& settings, access::Gate& gate) {
  for (auto [path, call] : kPaths) {
    router.add_async(
        {.method = "POST",
         .path = std::string(path),
         .right = "collect",
         .cors = true,
         .quiet = true},
        [collector, call = call](std::shared_ptr<http::Request> request, http::Reply reply) {
          collector->take_segment(call, *request, std::move(reply));
        });
  }
  router.add({.method = "GET",
              .path = "/v1/projects/{write_key}/settings",
              .right = "public",
              .cors = true,
              .quiet = true},
             [&settings, &gate](const http::Request& request) {
               const std::string& key = request.params.at("write_key");
               if (!gate.knows_write_key(key)) {
                 return http::problem({Code::kNotFound, "the write key is unknown or revoked",
                                       "write_key", "see Settings, keys"});
               }
               auto address = settings.workspace().public_address;
               auto response =
                   http::json(200, client_settings(key, request.header("host"), address));
               response.headers.emplace_back("Cache-Control", "no-cache");
               return response;
             });
}

}  // namespace perennial::collect
