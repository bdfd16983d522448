// A server with the gate before it, for the tests of this module.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access/access.h"
#include "store/testing.h"

namespace perennial::access {

inline const Instant kStart = from_millis(1'700'000'000'000);
inline constexpr std::string_view kPassword = "correct horse battery";
inline constexpr std::string_view kLocalToken = "token-of-the-command-line";

// One browser: keeps the session's cookie and sends its CSRF token.
struct Browser {
  std::unique_ptr<http::Client> client;
  std::string cookie;  // as set, with its attributes
  std::string csrf;
  std::vector<std::pair<std::string, std::string>> extra;  // further headers

  explicit Browser(uint16_t port) : client(std::make_unique<http::Client>("127.0.0.1", port)) {}

  http::ClientResponse send(std::string_view method, std::string_view target,
                            const Json& body = {}) {
    auto headers = extra;
    if (!cookie.empty()) headers.emplace_back("Cookie", cookie.substr(0, cookie.find(';')));
    if (!csrf.empty()) headers.emplace_back("X-CSRF-Token", csrf);
    auto answer =
        client->send(method, target, body.is_null() ? std::string() : to_text(body), headers);
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().text());
    if (!answer) return {};
    if (auto set = answer->header("set-cookie"); !set.empty()) cookie = set;
    return *answer;
  }
  // The status alone.
  int status(std::string_view method, std::string_view target, const Json& body = {}) {
    return send(method, target, body).status;
  }
  int sign_in(std::string_view email, std::string_view password = kPassword) {
    auto answer = send("POST", "/v1/session", {{"email", email}, {"password", password}});
    if (answer.status == 200) csrf = parse_json(answer.body)->at("csrf_token");
    return answer.status;
  }
};

inline Json body_of(const http::ClientResponse& response) {
  auto body = parse_json(response.body);
  EXPECT_TRUE(body) << response.body;
  return body.value_or(Json());
}

// `now` is an int of milliseconds that tests move.
class GateTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(db_->migrate(migrations()));
    settings_ = std::move(*Settings::load(*db_));
    clock_ = [this] { return from_millis(now_.load()); };
    gate_ = std::move(*Gate::open(*db_, *settings_, clock_, std::string(kLocalToken)));
    start();
  }
  void TearDown() override {
    if (server_) server_->stop(std::chrono::milliseconds(500));
  }
  // Routes of the module and one GET /test/RIGHT (and POST) for every right asked for.
  void start(const std::vector<std::string>& rights = {}) {
    if (server_) server_->stop(std::chrono::milliseconds(500));
    http::Router router;
    gate_->add_routes(router);
    for (const auto& right : rights) {
      for (std::string method : {"GET", "POST"}) {
        router.add({.method = method, .path = "/test/" + right, .right = right},
                   [](const http::Request& request) {
                     return http::json(
                         200, {{"id", request.principal.id}, {"source", request.principal.source}});
                   });
      }
    }
    auto server = http::Server::start(
        std::move(router),
        {.port = 0, .authorize = [this](const http::Route& route, http::Request& request) {
           return gate_->authorize(route, request);
         }});
    ASSERT_TRUE(server) << server.error().text();
    server_ = std::move(*server);
  }
  template <class Body>
  auto write(Body body) {
    auto done = db_->write(body);
    EXPECT_TRUE(done) << (done ? "" : done.error().text());
    return done;
  }
  // A user with kPassword.
  User make_user(std::string email, Role role) {
    auto made = write([&](store::Connection& c) -> Result<User> {
      auto fresh = TRY(create_user(c, email, "", role, from_millis(now_)));
      TRY(set_password(c, fresh.user.id, kPassword));
      return fresh.user;
    });
    return *made;
  }
  std::string make_key(KeyKind kind, std::optional<Role> role = std::nullopt) {
    auto made = write([&](store::Connection& c) {
      return create_key(c, kind, "a key", "shop", role, from_millis(now_));
    });
    gate_->refresh();
    return made->secret;
  }
  Browser browser() { return Browser(server_->port()); }
  Browser signed_in(std::string_view email) {
    Browser b = browser();
    EXPECT_EQ(b.sign_in(email), 200);
    return b;
  }
  std::vector<Json> audit() {
    Browser b = browser();
    b.extra = {{"Authorization", "Bearer " + std::string(kLocalToken)}};
    return body_of(b.send("GET", "/v1/audit"))["entries"].get<std::vector<Json>>();
  }
  void pass(Millis time) { now_ += time.count(); }

  store::TestDatabase db_;
  std::atomic<int64_t> now_ = to_millis(kStart);
  Clock clock_;
  std::unique_ptr<Settings> settings_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace perennial::access
