// /v1/session: who is signed in, signing in and out, one-time links.
#include "access/gate_state.h"
#include "access/passwords.h"
#include "access/users.h"

namespace perennial::access {
namespace {

Json face_of(const Workspace& w) {
  return {{"name", w.name},
          {"zone", w.calendar.zone.name()},
          {"week_start", week_start_name(w.calendar.week_start)},
          {"currency", w.currency},
          {"language", w.language},
          {"stands_on", w.stands_on ? Json(format_instant(*w.stands_on)) : Json(nullptr)},
          {"version", PERENNIAL_VERSION}};
}

std::string cookie_of(GateState& state, std::string_view token) {
  std::string cookie(kSessionCookie);
  cookie += "=";
  cookie += token;
  cookie += "; Path=/; HttpOnly; SameSite=Lax; Max-Age=";
  cookie += std::to_string(token.empty() ? 0 : std::chrono::seconds(kSessionIdle).count());
  if (state.settings.workspace().public_address.starts_with("https://")) cookie += "; Secure";
  return cookie;
}

// Session of the contract for someone who is signed in, with the cookie set (again, so that it
// lives as long as the session does).
http::Response signed_in(GateState& state, const User& user, std::string_view token) {
  Json body = {{"signed_in", true},
               {"user", to_json(user)},
               {"csrf_token", csrf_token(state.secret, sha256_hex(token))},
               {"rights", rights_of(user.role)},
               {"workspace", face_of(state.settings.workspace())}};
  http::Response response = http::json(200, body);
  response.headers.emplace_back("Set-Cookie", cookie_of(state, token));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Result<http::Response> get_session(GateState& state, const http::Request& request) {
  auto session = TRY(state.session_of(request));
  if (session && session->principal.id == request.principal.id) {
    auto user = TRY(state.database.read(
        [&](store::Connection& c) { return find_user(c, session->principal.id); }));
    return signed_in(state, user, request.cookie(kSessionCookie));
  }
  Json body = {{"signed_in", false}};
  if (auto role = parse_role(request.principal.role)) {
    body["signed_in"] = true;
    body["rights"] = rights_of(*role);
  }
  body["workspace"] = face_of(state.settings.workspace());
  http::Response response = http::json(200, body);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

// Another site could otherwise sign a visitor in as somebody else: there is no session yet whose
// CSRF token could be asked for.
Result<void> check_same_site(const http::Request& request) {
  if (request.header("sec-fetch-site") == "cross-site")
    return fail(Code::kForbidden, "signing in from another site is refused");
  return {};
}

Result<void> record_failure(GateState& state, const std::optional<Credentials>& known) {
  return state.database.write([&](store::Connection& c) {
    return record(c, {}, "session.sign_in_failed", known ? known->user.id : "", Json::object(),
                  state.clock());
  });
}

Result<http::Response> sign_in(GateState& state, const http::Request& request) {
  TRY(check_same_site(request));
  Json body = TRY(http::json_body(request));
  std::string email = TRY(json_string(body, "email"));
  std::string password = TRY(json_string(body, "password"));
  std::string folded = fold_email(email);
  if (!state.limit.attempt(folded, state.clock()))
    return fail(Code::kBusy, "too many failed sign-ins for this address", "email",
                "try again in 15 minutes");
  auto known =
      TRY(state.database.read([&](store::Connection& c) { return find_credentials(c, email); }));
  bool right = TRY(fits(known ? known->password_hash : "", password));
  if (!right || known->user.disabled) {
    TRY(record_failure(state, known));
    return fail(Code::kUnauthenticated, "the e-mail address or the password is wrong");
  }
  state.limit.succeeded(folded);
  std::string token = new_session_token(state.secret);
  auto user = TRY(state.database.write([&](store::Connection& c) -> Result<User> {
    TRY(start_session(c, token, known->user.id, state.clock()));
    TRY(record(c, principal_of(known->user), "session.sign_in", known->user.id, Json::object(),
               state.clock()));
    return find_user(c, known->user.id);
  }));
  return signed_in(state, user, token);
}

Result<http::Response> sign_out(GateState& state, const http::Request& request) {
  if (auto session = TRY(state.session_of(request))) {
    TRY(state.database.write([&](store::Connection& c) -> Result<void> {
      TRY(end_session(c, session->hash));
      return record(c, request.principal, "session.sign_out", session->principal.id, Json::object(),
                    state.clock());
    }));
    state.sessions.forget();
  }
  http::Response response{.status = 204};
  response.headers.emplace_back("Set-Cookie", cookie_of(state, ""));
  return response;
}

Result<http::Response> claim(GateState& state, const http::Request& request) {
  TRY(check_same_site(request));
  Json body = TRY(http::json_body(request));
  std::string link = TRY(json_string(body, "token"));
  std::string name = TRY(json_string_or(body, "name", ""));
  std::string password = TRY(json_string(body, "password"));
  TRY(check_password(password));
  // Asked before and again inside the transaction, so that hashing is neither done for strangers
  // nor while the database waits.
  TRY(state.database.read(
      [&](store::Connection& c) { return user_of_link(c, link, state.clock()); }));
  std::string hash = TRY(hash_password(password));
  std::string token = new_session_token(state.secret);
  auto user = TRY(state.database.write([&](store::Connection& c) -> Result<User> {
    User claimed = TRY(claim_link(c, link, name, hash, state.clock()));
    TRY(start_session(c, token, claimed.id, state.clock()));
    TRY(record(c, principal_of(claimed), "session.claim", claimed.id, Json::object(),
               state.clock()));
    return find_user(c, claimed.id);
  }));
  state.sessions.forget();
  state.limit.succeeded(fold_email(user.email));
  return signed_in(state, user, token);
}

}  // namespace

void add_session_routes(http::Router& router, std::shared_ptr<GateState> state) {
  auto add = [&](std::string method, std::string path, std::string right, auto function) {
    router.add({.method = method, .path = path, .right = right},
               answering([state, function](const http::Request& request) {
                 return function(*state, request);
               }));
  };
  add("GET", "/v1/session", "public", get_session);
  add("POST", "/v1/session", "public", sign_in);
  add("DELETE", "/v1/session", "signed_in", sign_out);
  add("POST", "/v1/session/claim", "public", claim);
}

}  // namespace perennial::access
