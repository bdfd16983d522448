// For tests of other modules' routes: a server of them on a free port, to which everybody is the
// same user.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "http/http.h"

namespace perennial::http {

class RoutesServed {
 public:
  RoutesServed(Router router, Principal user) {
    Options options;
    options.port = 0;
    options.authorize = [user = std::move(user)](const Route&, Request& request) {
      request.principal = user;
      return std::optional<Response>();
    };
    server_ = Server::start(std::move(router), std::move(options)).value();
  }
  ~RoutesServed() { server_->stop(std::chrono::milliseconds(500)); }
  RoutesServed(const RoutesServed&) = delete;
  RoutesServed& operator=(const RoutesServed&) = delete;

  // The JSON of an answer of that status; null if it has none.
  Json call(const char* method, const std::string& target, const Json& body = nullptr,
            int status = 200) {
    Client client("127.0.0.1", server_->port());
    const auto answer = client.send(method, target, body.is_null() ? "" : to_text(body),
                                    {{"content-type", "application/json"}});
    EXPECT_TRUE(answer);
    EXPECT_EQ(answer->status, status) << method << " " << target << " " << answer->body;
    auto json = parse_json(answer->body);
    return json ? *json : Json();
  }

 private:
  std::unique_ptr<Server> server_;
};

}  // namespace perennial::http
