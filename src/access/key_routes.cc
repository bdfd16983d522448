// /v1/keys: write keys and API keys.
#include "access/gate_state.h"
#include "access/keys.h"

namespace perennial::access {
namespace {

Result<http::Response> list(GateState& state, const http::Request&) {
  auto keys = TRY(state.database.read(list_keys));
  Json body = {{"keys", Json::array()}};
  for (const auto& key : keys) body["keys"].push_back(to_json(key));
  return http::json(200, body);
}

Result<KeyKind> kind_of(const Json& body) {
  std::string word = TRY(json_string(body, "kind"));
  for (KeyKind kind : {KeyKind::kWrite, KeyKind::kApi}) {
    if (kind_name(kind) == word) return kind;
  }
  return fail(Code::kInvalid, "must be write or api", "kind");
}

Result<std::optional<Role>> role_of(const Json& body) {
  std::string word = TRY(json_string_or(body, "role", ""));
  auto role = parse_role(word);
  if (!role && !word.empty())
    return fail(Code::kInvalid, "must be administrator, operator or analyst", "role");
  return role;
}

Result<http::Response> create(GateState& state, const http::Request& request) {
  Json body = TRY(http::json_body(request));
  KeyKind kind = TRY(kind_of(body));
  auto role = TRY(role_of(body));
  std::string name = TRY(json_string(body, "name"));
  std::string source = TRY(json_string_or(body, "source", ""));
  auto made = TRY(state.database.write([&](store::Connection& c) -> Result<KeyWithSecret> {
    auto fresh = TRY(create_key(c, kind, name, source, role, state.clock()));
    TRY(record(c, request.principal, "key.create", fresh.key.id,
               {{"kind", kind_name(kind)},
                {"source", fresh.key.source},
                {"role", fresh.key.role ? role_name(*fresh.key.role) : ""}},
               state.clock()));
    return fresh;
  }));
  TRY(state.keys.reload(state.database));
  return http::json(201, {{"key", to_json(made.key)}, {"secret", made.secret}});
}

Result<http::Response> revoke(GateState& state, const http::Request& request) {
  const std::string& id = request.params.at("id");
  TRY(state.database.write([&](store::Connection& c) -> Result<void> {
    TRY(revoke_key(c, id, state.clock()));
    return record(c, request.principal, "key.revoke", id, Json::object(), state.clock());
  }));
  TRY(state.keys.reload(state.database));
  return http::Response{.status = 204};
}

}  // namespace

void add_key_routes(http::Router& router, std::shared_ptr<GateState> state) {
  auto add = [&](std::string method, std::string path, auto function) {
    router.add({.method = method, .path = path, .right = "keys.write"},
               answering([state, function](const http::Request& request) {
                 return function(*state, request);
               }));
  };
  add("GET", "/v1/keys", list);
  add("POST", "/v1/keys", create);
  add("DELETE", "/v1/keys/{id}", revoke);
}

}  // namespace perennial::access
