// The document behind GET /v1/projects/{write_key}/settings, as @segment/analytics-next 1.84 reads
// it: `integrations` names what runs in the browser (our own collector alone), `plan` filters
// events (nothing is filtered), the rest switches off what would load code or send figures
// elsewhere.

#include "collect/routes.h"

namespace perennial::collect {
namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";

bool is_host(std::string_view host) {
  if (host.empty() || host.size() > 255) return false;
  for (char c : host) {
    bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
    if (!good) return false;
  }
  return true;
}

}  // namespace

Json client_settings(std::string_view write_key, std::string_view host,
                     std::string_view public_address) {
  bool https = public_address.starts_with(kHttps);
  std::string_view public_host = public_address;
  if (https) public_host.remove_prefix(kHttps.size());
  if (public_host.starts_with(kHttp)) public_host.remove_prefix(kHttp.size());
  public_host = public_host.substr(0, public_host.find('/'));
  // Behind a proxy the public address is right; on a bare port the one that was just used is.
  std::string_view reach = https || !is_host(host) ? public_host : host;
  Json everything = {{"__default", {{"enabled", true}, {"integrations", Json::object()}}}};
  return {
      {"integrations",
       {{"Segment.io",
         {{"apiKey", write_key},
          {"apiHost", std::string(reach) + "/v1"},
          {"protocol", https ? "https" : "http"},
          {"addBundledMetadata", true},
          {"unbundledIntegrations", Json::array()},
          {"versionSettings", {{"version", "4.4.7"}, {"componentTypes", {"browser"}}}}}}}},
      {"plan", {{"track", everything}, {"identify", everything}, {"group", everything}}},
      {"edgeFunction", Json::object()},
      {"analyticsNextEnabled", true},
      {"middlewareSettings", Json::object()},
      {"enabledMiddleware", Json::object()},
      {"metrics", {{"sampleRate", 0}}},
      {"legacyVideoPluginsEnabled", false},
      {"remotePlugins", Json::array()},
  };
}

}  // namespace perennial::collect
