// Server-sent events: what a peer of an open reply sees, and what the one who sends learns of it.
#include "http/stream.h"

#include <gmock/gmock.h>

#include "http/test_peer.h"

namespace perennial::http {
namespace {

using testing::HasSubstr;

// A server whose /news keeps the streams that it opened.
class Streams : public testing::Test {
 protected:
  void start(Options options = {}) {
    Router router;
    add_stream(
        router, {.method = "GET", .path = "/news", .right = "public"},
        [this](const Request& request, std::shared_ptr<Stream> stream) -> std::optional<Response> {
          if (request.query.contains("no")) return problem({Code::kNotFound, "no news"});
          if (request.query.contains("throw")) throw std::runtime_error("broken");
          stream->send(stream_event("hello", "1", {{"n", 1}}));
          std::lock_guard lock(mutex_);
          streams_.push_back(std::move(stream));
          return std::nullopt;
        });
    router.add({.method = "GET", .path = "/hello", .right = "public"},
               [](const Request&) { return text(200, "hello"); });
    server_ = started(std::move(router), std::move(options));
  }
  std::shared_ptr<Stream> newest() {
    std::lock_guard lock(mutex_);
    return streams_.empty() ? nullptr : streams_.back();
  }
  void forget() {
    std::lock_guard lock(mutex_);
    streams_.clear();
  }

  std::mutex mutex_;
  std::vector<std::shared_ptr<Stream>> streams_;
  std::unique_ptr<Server> server_;
};

constexpr std::string_view kAsk = "GET /news HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(Streams, SendsEventsAsTheyCome) {
  start();
  Peer peer(server_->port());
  ASSERT_TRUE(peer.send(kAsk));
  const std::string first = peer.read_until("\n\n");
  EXPECT_THAT(first, HasSubstr("200 OK"));
  EXPECT_THAT(first, HasSubstr("Content-Type: text/event-stream"));
  EXPECT_THAT(first, HasSubstr("Cache-Control: no-store"));
  EXPECT_THAT(first, testing::Not(HasSubstr("Content-Length")));
  EXPECT_THAT(first, HasSubstr("event: hello\nid: 1\ndata: {\"n\":1}\n\n"));
  ASSERT_TRUE(newest()->send(stream_event("more", "2", {{"text", "two\nlines"}})));
  EXPECT_THAT(peer.read_until("\n\n"), HasSubstr("data: {\"text\":\"two\\nlines\"}"));
  newest()->end();
  EXPECT_TRUE(peer.closed());
  EXPECT_FALSE(newest()->send("x"));
}

TEST_F(Streams, RefusesLikeAnyRoute) {
  start();
  Client client("127.0.0.1", server_->port());
  EXPECT_EQ(client.send("GET", "/news?no=1")->status, 404);
  EXPECT_EQ(client.send("GET", "/news?throw=1")->status, 500);
  EXPECT_EQ(client.send("POST", "/news")->status, 405);
  EXPECT_EQ(client.send("GET", "/hello")->status, 200);
}

TEST_F(Streams, NoticesThatThePeerHasGone) {
  start();
  {
    Peer peer(server_->port());
    ASSERT_TRUE(peer.send(kAsk));
    ASSERT_THAT(peer.read_until("\n\n"), HasSubstr("event-stream"));
  }
  EXPECT_TRUE(eventually([&] { return newest()->gone(); }));
}

TEST_F(Streams, BeatsWhileNothingHappens) {
  start({.idle_timeout = std::chrono::milliseconds(50)});
  Peer peer(server_->port());
  ASSERT_TRUE(peer.send(kAsk));
  EXPECT_THAT(peer.read_until("\n:\n\n"), HasSubstr("data: "));
}

TEST_F(Streams, EndsWhenItsHolderLetsGo) {
  start();
  Peer peer(server_->port());
  ASSERT_TRUE(peer.send(kAsk));
  ASSERT_THAT(peer.read_until("\n\n"), HasSubstr("event-stream"));
  forget();
  EXPECT_TRUE(peer.closed());
}

TEST_F(Streams, HoldsNoWorkerAndEndsWithTheServer) {
  start({.workers = 1});
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 20; ++i) {
    peers.push_back(std::make_unique<Peer>(server_->port()));
    ASSERT_TRUE(peers.back()->send(kAsk));
    ASSERT_THAT(peers.back()->read_until("\n\n"), HasSubstr("event-stream"));
  }
  Client client("127.0.0.1", server_->port());
  EXPECT_EQ(client.send("GET", "/hello")->status, 200);
  // The grace is for requests under way: streams do not use it up.
  const auto before = std::chrono::steady_clock::now();
  server_->stop(std::chrono::hours(1));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::minutes(30));
  for (auto& peer : peers) EXPECT_TRUE(peer->closed());
  EXPECT_TRUE(newest()->gone());
}

TEST_F(Streams, CutsOffWhoReadsTooSlowly) {
  start();
  Peer peer(server_->port());
  ASSERT_TRUE(peer.send(kAsk));
  ASSERT_THAT(peer.read_until("\n\n"), HasSubstr("event-stream"));
  EXPECT_TRUE(newest()->send(std::string(kMaxStreamWaiting, ':')));
  EXPECT_FALSE(newest()->send(std::string(kMaxStreamWaiting + 1, ':')));
  EXPECT_TRUE(newest()->gone());
}

}  // namespace
}  // namespace perennial::http
