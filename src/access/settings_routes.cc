// /v1/settings and /v1/audit.
#include <limits>

#include "access/audit.h"
#include "access/gate_state.h"

namespace perennial::access {
namespace {

constexpr int64_t kDefaultEntries = 50;
constexpr int64_t kMaxEntries = 500;
constexpr size_t kMaxFilterBytes = 200;

Result<http::Response> get_settings(GateState& state, const http::Request&) {
  return http::json(200, to_json(state.settings.workspace()));
}

// {"zone": {"from": "UTC", "to": "Asia/Shanghai"}} for every field that differs.
Json difference(const Json& before, const Json& after) {
  Json changes = Json::object();
  for (const auto& [field, value] : after.items()) {
    if (before[field] != value) changes[field] = {{"from", before[field]}, {"to", value}};
  }
  return changes;
}

Result<http::Response> put_settings(GateState& state, const http::Request& request) {
  Workspace workspace = TRY(workspace_from_json(TRY(http::json_body(request))));
  Json changes = difference(to_json(state.settings.workspace()), to_json(workspace));
  TRY(state.database.write([&](store::Connection& c) -> Result<void> {
    TRY(state.settings.save(c, workspace));
    return record(c, request.principal, "settings.update", "workspace", changes, state.clock());
  }));
  state.settings.changed();
  return http::json(200, to_json(state.settings.workspace()));
}

Result<http::Response> get_audit(GateState& state, const http::Request& request) {
  constexpr int64_t kLast = std::numeric_limits<int64_t>::max();
  int64_t before = TRY(request.query_integer("before", kLast, 0, kLast));
  int64_t limit = TRY(request.query_integer("limit", kDefaultEntries, 1, kMaxEntries));
  AuditFilter filter{.action = request.query_or("action", ""),
                     .actor = request.query_or("actor", ""),
                     .object = request.query_or("object", "")};
  for (const auto& [name, text] : {std::pair("action", &filter.action),
                                   {"actor", &filter.actor},
                                   {"object", &filter.object}}) {
    if (text->size() > kMaxFilterBytes || !is_storable_text(*text)) {
      return fail(Code::kInvalid, "expected well-formed text of at most 200 bytes", name);
    }
  }
  filter.customer = TRY(request.query_integer("customer", 0, 0, kLast));
  auto entries = TRY(state.database.read(
      [&](store::Connection& c) { return list_audit(c, filter, before, limit); }));
  return http::json(200, {{"entries", entries}});
}

}  // namespace

void add_settings_routes(http::Router& router, std::shared_ptr<GateState> state) {
  auto add = [&](std::string method, std::string path, std::string right, auto function) {
    router.add({.method = method, .path = path, .right = right},
               answering([state, function](const http::Request& request) {
                 return function(*state, request);
               }));
  };
  add("GET", "/v1/settings", "signed_in", get_settings);
  add("PUT", "/v1/settings", "settings.write", put_settings);
  add("GET", "/v1/audit", "audit.read", get_audit);
}

}  // namespace perennial::access
