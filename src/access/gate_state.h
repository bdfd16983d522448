// What the gate and its routes share.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "access/access.h"
#include "access/key_cache.h"
#include "access/sessions.h"
#include "access/sign_in_limit.h"

namespace perennial::access {

struct GateState {
  store::Database& database;
  Settings& settings;
  Clock clock;
  std::string local_hash;  // SHA-256 of the command line's token; "" = none
  std::string secret;      // signs session tokens and CSRF tokens
  KeyCache keys;
  SessionCache sessions;
  SignInLimit limit;

  // The session of the request's cookie, if there is one and it lives.
  Result<std::optional<Session>> session_of(const http::Request& request);
};

// A handler from a function that gives Result<http::Response>.
template <class Function>
http::Handler answering(Function function) {
  return [function = std::move(function)](const http::Request& request) -> http::Response {
    Result<http::Response> answer = function(request);
    return answer ? std::move(*answer) : http::problem(answer.error());
  };
}

void add_session_routes(http::Router& router, std::shared_ptr<GateState> state);
void add_user_routes(http::Router& router, std::shared_ptr<GateState> state);
void add_key_routes(http::Router& router, std::shared_ptr<GateState> state);
void add_settings_routes(http::Router& router, std::shared_ptr<GateState> state);

}  // namespace perennial::access
