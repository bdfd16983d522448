#include <atomic>
#include <condition_variable>
#include <mutex>

#include "http/encoding.h"
#include "http/test_peer.h"

namespace perennial::http {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

Response echo(const Request& request) { return text(200, request.body); }

Router echo_router() {
  Router router;
  router.add({.method = "POST", .path = "/echo", .right = "public"}, echo);
  router.add({.method = "GET", .path = "/hello", .right = "public"},
             [](const Request&) { return text(200, "hello"); });
  return router;
}

TEST(Server, AnswersOverKeepAlive) {
  auto server = started(echo_router());
  Client client("127.0.0.1", server->port());
  for (int i = 0; i < 1000; ++i) {
    std::string body(static_cast<size_t>(i) * 37 % 40'000, static_cast<char>('a' + i % 26));
    auto reply = client.send("POST", "/echo", body);
    ASSERT_TRUE(reply) << i << ": " << reply.error().text();
    ASSERT_EQ(reply->status, 200) << i << reply->body;
    ASSERT_EQ(reply->body, body);
  }
}

TEST(Server, GivesProblems) {
  auto server = started(echo_router());
  Client client("127.0.0.1", server->port());
  auto missing = client.send("GET", "/nowhere");
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->status, 404);
  EXPECT_EQ(missing->header("content-type"), "application/problem+json");
  auto body = parse_json(missing->body);
  ASSERT_TRUE(body) << missing->body;
  EXPECT_EQ((*body)["status"], 404);
  EXPECT_EQ((*body)["code"], "not_found");
  EXPECT_EQ((*body)["request_id"], std::string(missing->header("x-request-id")));
  auto wrong = client.send("GET", "/echo");
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->status, 405);
  EXPECT_EQ(wrong->header("allow"), "OPTIONS, POST");
}

}  // namespace
}  // namespace perennial::http
