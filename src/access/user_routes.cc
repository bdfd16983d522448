// /v1/users: users, their roles and one-time links.
#include "access/gate_state.h"
#include "access/users.h"

namespace perennial::access {
namespace {

Result<Role> role_of(const Json& body) {
  auto role = parse_role(TRY(json_string(body, "role")));
  if (!role) return fail(Code::kInvalid, "must be administrator, operator or analyst", "role");
  return *role;
}

Json to_json(const UserWithLink& made) {
  return {{"user", access::to_json(made.user)}, {"link", made.link}};
}

Result<http::Response> list(GateState& state, const http::Request&) {
  auto users = TRY(state.database.read(list_users));
  Json body = {{"users", Json::array()}};
  for (const auto& user : users) body["users"].push_back(access::to_json(user));
  return http::json(200, body);
}

Result<http::Response> create(GateState& state, const http::Request& request) {
  Json body = TRY(http::json_body(request));
  std::string email = TRY(json_string(body, "email"));
  std::string name = TRY(json_string_or(body, "name", ""));
  Role role = TRY(role_of(body));
  auto made = TRY(state.database.write([&](store::Connection& c) -> Result<UserWithLink> {
    auto fresh = TRY(create_user(c, email, name, role, state.clock()));
    TRY(record(c, request.principal, "user.create", fresh.user.id, {{"role", role_name(role)}},
               state.clock()));
    return fresh;
  }));
  return http::json(201, to_json(made));
}

// What changed, for the audit trail. The name is left out: it is the person's own.
Json detail_of(const UserChange& change) {
  Json detail = Json::object();
  if (change.name) detail["name"] = "changed";
  if (change.role) detail["role"] = role_name(*change.role);
  if (change.disabled) detail["disabled"] = *change.disabled;
  return detail;
}

Result<UserChange> change_of(const Json& body) {
  UserChange change;
  if (body.contains("name")) change.name = TRY(json_string(body, "name"));
  if (body.contains("role")) change.role = TRY(role_of(body));
  if (body.contains("disabled")) change.disabled = TRY(json_bool_or(body, "disabled", false));
  return change;
}

Result<http::Response> update(GateState& state, const http::Request& request) {
  UserChange change = TRY(change_of(TRY(http::json_body(request))));
  auto user = TRY(state.database.write([&](store::Connection& c) -> Result<User> {
    auto changed = TRY(update_user(c, request.params.at("id"), change));
    TRY(record(c, request.principal, "user.update", changed.id, detail_of(change), state.clock()));
    return changed;
  }));
  state.sessions.forget();
  return http::json(200, access::to_json(user));
}

Result<http::Response> create_link(GateState& state, const http::Request& request) {
  auto made = TRY(state.database.write([&](store::Connection& c) -> Result<UserWithLink> {
    auto fresh = TRY(new_link(c, request.params.at("id"), state.clock()));
    TRY(record(c, request.principal, "user.link", fresh.user.id, Json::object(), state.clock()));
    return fresh;
  }));
  return http::json(200, to_json(made));
}

}  // namespace

void add_user_routes(http::Router& router, std::shared_ptr<GateState> state) {
  auto add = [&](std::string method, std::string path, auto function) {
    router.add({.method = method, .path = path, .right = "users.write"},
               answering([state, function](const http::Request& request) {
                 return function(*state, request);
               }));
  };
  add("GET", "/v1/users", list);
  add("POST", "/v1/users", create);
  add("PATCH", "/v1/users/{id}", update);
  add("POST", "/v1/users/{id}/link", create_link);
}

}  // namespace perennial::access
