// The paths that the libraries of RudderStack, PostHog and 神策 ask for beside Segment's, and what
// they must hear before they send anything.

#include <utility>

#include <array>

#include "collect/collector.h"
#include "collect/routes.h"

namespace perennial::collect {
namespace {

constexpr std::array<std::string_view, 2> kSensorsPaths = {"/sa", "/sa.gif"};
// With and without the slash, because the libraries differ.
constexpr std::array<std::string_view, 7> kPosthogPaths = {
    "/batch", "/batch/", "/e", "/e/", "/capture", "/capture/", "/i/v0/e/"};
constexpr std::array<std::string_view, 4> kFlagPaths = {"/decide", "/decide/", "/flags", "/flags/"};

using Take = void (Collector::*)(const http::Request&, http::Reply);

void add_taking(http::Router& router, const std::shared_ptr<Collector>& collector,
                std::string_view method, std::string_view path, Take take) {
  router.add_async({.method = std::string(method),
                    .path = std::string(path),
                    .right = "collect",
                    .cors = true,
                    .quiet = true},
                   [collector, take](std::shared_ptr<http::Request> request, http::Reply reply) {
                     (*collector.*take)(*request, std::move(reply));
                   });
}

// What posthog-js reads before it starts (`/flags?v=2`, `/decide` of older versions): no feature
// flags, no recordings and no surveys are served from here.
Json posthog_flags() {
  return {{"config", {{"enable_collect_everything", true}}},
          {"featureFlags", Json::object()},
          {"featureFlagPayloads", Json::object()},
          {"flags", Json::object()},
          {"errorsWhileComputingFlags", false},
          {"isAuthenticated", false},
          {"supportedCompression", {"gzip", "gzip-js"}},
          {"toolbarParams", Json::object()},
          {"sessionRecording", false},
          {"surveys", false},
          {"siteApps", Json::array()}};
}

Json posthog_config(std::string_view key) {
  return {{"token", key},
          {"supportedCompression", {"gzip", "gzip-js"}},
          {"hasFeatureFlags", false},
          {"captureDeadClicks", false},
          {"capturePerformance", false},
          {"autocapture_opt_out", false},
          {"autocaptureExceptions", false},
          {"analytics", {{"endpoint", "/e/"}}},
          {"elementsChainAsString", true},
          {"sessionRecording", false},
          {"heatmaps", false},
          {"surveys", false},
          {"defaultIdentifiedOnly", true},
          {"siteApps", Json::array()}};
}

http::Response uncached(http::Response response) {
  response.headers.emplace_back("Cache-Control", "no-cache");
  return response;
}

http::Response unknown_key() {
  return http::problem(
      {Code::kNotFound, "the write key is unknown or revoked", "write_key", "see Settings, keys"});
}

http::Response posthog_config_script(std::string_view key) {
  std::string name;
  append_json_string(name, key);
  return http::text(200,
                    "(function(){var c=window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG"
                    "||{};c[" +
                        name + "]={config:" + to_text(posthog_config(key)) + ",siteApps:[]}})();",
                    "text/javascript; charset=utf-8");
}

// The source as RudderStack's libraries want to know it: nothing runs beside our own collector.
Json source_config(std::string_view key, std::string_view source) {
  Json off = {{"enabled", false}};
  return {{"source",
           {{"id", source},
            {"name", source},
            {"writeKey", key},
            {"enabled", true},
            {"workspaceId", "perennial"},
            {"connections", Json::array()},
            {"destinations", Json::array()},
            {"config", {{"statsCollection", {{"errors", off}, {"metrics", off}}}}}}},
          {"updatedAt", "2026-01-01T00:00:00.000Z"}};
}

void add_posthog_settings(http::Router& router, access::Gate& gate) {
  for (std::string_view path : kFlagPaths) {
    router.add({.method = "POST",
                .path = std::string(path),
                .right = "public",
                .cors = true,
                .quiet = true},
               [](const http::Request&) { return uncached(http::json(200, posthog_flags())); });
  }
  http::Route config{.method = "GET",
                     .path = "/array/{write_key}/config",
                     .right = "public",
                     .cors = true,
                     .quiet = true};
  router.add(config, [&gate](const http::Request& request) {
    const std::string& key = request.params.at("write_key");
    return gate.knows_write_key(key) ? uncached(http::json(200, posthog_config(key)))
                                     : unknown_key();
  });
  config.path += ".js";
  router.add(config, [&gate](const http::Request& request) {
    const std::string& key = request.params.at("write_key");
    return gate.knows_write_key(key) ? uncached(posthog_config_script(key)) : unknown_key();
  });
}

void add_source_config(http::Router& router, access::Gate& gate) {
  for (std::string_view path : {"/sourceConfig", "/sourceConfig/"}) {
    router.add({.method = "GET",
                .path = std::string(path),
                .right = "collect",
                .cors = true,
                .quiet = true},
               [&gate](const http::Request& request) {
                 std::string key = request.query_or("writeKey", "");
                 std::string source = request.principal.source;
                 if (auto principal = gate.write_key(key)) source = principal->source;
                 if (source.empty()) return unknown_key();
                 return uncached(http::json(200, source_config(key, source)));
               });
  }
}

}  // namespace

void add_client_routes(http::Router& router, const std::shared_ptr<Collector>& collector,
                       access::Gate& gate) {
  for (auto path : kSensorsPaths) {
    add_taking(router, collector, "GET", path, &Collector::take_sensors);
    add_taking(router, collector, "POST", path, &Collector::take_sensors);
  }
  for (auto path : kPosthogPaths) {
    add_taking(router, collector, "POST", path, &Collector::take_posthog);
  }
  add_taking(router, collector, "GET", "/e/", &Collector::take_posthog);
  add_posthog_settings(router, gate);
  add_source_config(router, gate);
}

}  // namespace perennial::collect
