// A server with the collecting routes over a log in memory, for tests.
#pragma once

#include <utility>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>

#include "collect/collect.h"
#include "collect/collector.h"
#include "collect/routes.h"
#include "collect/test_ground.h"

namespace perennial::collect {

using Headers = std::vector<std::pair<std::string, std::string>>;

inline const Instant kNow = parse_instant("2026-11-22T00:10:10Z").value();

inline std::string deflated(std::string_view text, bool gzip) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, gzip ? 15 + 16 : 15, 8, Z_DEFAULT_STRATEGY);
  std::string out(compressBound(text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::string basic(const std::string& user) {
  std::string text = base64url(user + ":");
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  text.append((4 - text.size() % 4) % 4, '=');
  return "Basic " + text;
}

class CollectServer : public TestGround {
 protected:
  void SetUp() override {
    TestGround::SetUp();
    auto key = database_->write([](store::Connection& c) {
      return access::create_key(c, access::KeyKind::kWrite, "web", "web", std::nullopt, kNow);
    });
    ASSERT_TRUE(key) << key.error().text();
    key_ = key->secret;
    gate_ = access::Gate::open(*database_, *settings_, [] { return kNow; }, "local-token").value();
    http::Router router;
    auto collector = std::make_shared<Collector>(*database_, log_, *gate_, [] { return kNow; });
    add_collect_routes(router, collector, *settings_, *gate_);
    add_client_routes(router, collector, *gate_);
    add_event_routes(router, *database_, log_);
    add_quarantine_routes(router, *database_, log_, *settings_, [] { return kNow; });
    http::Options options;
    options.port = 0;
    options.authorize = [this](const http::Route& route, http::Request& request) {
      return gate_->authorize(route, request);
    };
    server_ = http::Server::start(std::move(router), std::move(options)).value();
  }

  http::ClientResponse send(std::string_view method, std::string_view target, std::string_view body,
                            const Headers& headers) {
    http::Client client("127.0.0.1", server_->port());
    auto answer = client.send(method, target, body, headers);
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().text());
    return answer.value_or(http::ClientResponse{});
  }
  http::ClientResponse post(std::string_view target, std::string_view body) {
    return send("POST", target, body, {{"authorization", basic(key_)}});
  }
  Json get(std::string_view target) {
    auto answer = send("GET", target, "", {{"authorization", "Bearer local-token"}});
    EXPECT_EQ(answer.status, 200) << answer.body;
    return parse_json(answer.body).value_or(Json());
  }

  std::string key_;
  std::unique_ptr<access::Gate> gate_;
  std::unique_ptr<http::Server> server_;  // last: it uses all of the above
};

}  // namespace perennial::collect
