// Peers that do not behave, by mistake or on purpose: each gets an answer or a closed connection,
// and the server goes on.
#include <atomic>
#include <random>

#include <gmock/gmock.h>
#include <sys/resource.h>

#include "http/encoding.h"
#include "http/test_peer.h"

namespace perennial::http {
namespace {

using testing::HasSubstr;
constexpr std::chrono::milliseconds kShort{150};

Router echo_router() {
  Router router;
  router.add({.method = "POST", .path = "/echo", .right = "public", .max_body = 1000},
             [](const Request& r) { return text(200, r.body); });
  router.add({.method = "POST", .path = "/large", .right = "public"},
             [](const Request& r) { return text(200, std::to_string(r.body.size())); });
  router.add({.method = "GET", .path = "/hello", .right = "public"},
             [](const Request&) { return text(200, "hello"); });
  router.add({.method = "GET", .path = "/much", .right = "public"}, [](const Request&) {
    return text(200, std::string(20'000'000, 'm'), "application/octet-stream");
  });
  return router;
}

class Abuse : public testing::Test {
 protected:
  // The reply to these bytes, up to the end of the stream.
  std::string reply_to(std::string_view bytes) {
    Peer peer(server_->port());
    peer.send(bytes);
    return peer.read_to_end();
  }
  int status_of_reply_to(std::string_view bytes) {
    std::string reply = reply_to(bytes);
    return reply.starts_with("HTTP/1.1 ") ? std::stoi(reply.substr(9, 3)) : 0;
  }
  void expect_alive() {
    Client client("127.0.0.1", server_->port());
    auto reply = client.send("GET", "/hello");
    ASSERT_TRUE(reply) << reply.error().text();
    EXPECT_EQ(reply->body, "hello");
  }

  std::unique_ptr<Server> server_ = started(echo_router());
};

class Impatient : public Abuse {
 protected:
  Impatient() {
    server_ = started(echo_router(),
                      {.header_timeout = kShort, .body_timeout = kShort, .idle_timeout = kShort});
  }
};

// A request whose head has exactly this many bytes.
std::string head_of_size(size_t bytes) {
  std::string start = "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Filler: ";
  return start + std::string(bytes - start.size() - 4, 'f') + "\r\n\r\n";
}

TEST_F(Abuse, HeadsAreLimited) {
  EXPECT_EQ(status_of_reply_to(head_of_size(kMaxHeaderBytes)), 200);
  std::string reply = reply_to(head_of_size(kMaxHeaderBytes + 1));
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 431")) << reply;
  EXPECT_THAT(reply, HasSubstr("application/problem+json"));
  EXPECT_THAT(reply, HasSubstr("Connection: close"));
  std::string target = "GET /" + std::string(kMaxHeaderBytes, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n";
  EXPECT_EQ(status_of_reply_to(target), 431);
  EXPECT_EQ(status_of_reply_to(std::string(100'000, 'a')), 431);
  expect_alive();
}

TEST_F(Abuse, BodiesAreLimited) {
  EXPECT_EQ(status_of_reply_to(post("/echo", std::string(1000, 'x'), "Connection: close\r\n")),
            200);
  EXPECT_EQ(status_of_reply_to(post("/echo", std::string(1001, 'x'))), 413);
  EXPECT_EQ(
      status_of_reply_to(post("/large", std::string(kMaxBodyBytes, 'x'), "Connection: close\r\n")),
      200);
  EXPECT_EQ(status_of_reply_to(post("/large", std::string(kMaxBodyBytes + 1, 'x'))), 413);
  Client client("127.0.0.1", server_->port());
  auto large = client.send("POST", "/large", std::string(10'000'000, 'x'));
  ASSERT_TRUE(large) << large.error().text();
  EXPECT_EQ(large->status, 413);
  EXPECT_EQ(client.send("POST", "/large", "x")->status, 200) << "over a new connection";
  expect_alive();
}

std::string chunked(size_t bytes, size_t chunk) {
  std::string out =
      "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  while (bytes > 0) {
    size_t size = std::min(bytes, chunk);
    std::array<char, 20> hex{};
    std::snprintf(hex.data(), hex.size(), "%zx\r\n", size);
    out += hex.data() + std::string(size, 'c') + "\r\n";
    bytes -= size;
  }
  return out + "0\r\n\r\n";
}

TEST_F(Abuse, ChunkedBodiesAreLimited) {
  EXPECT_EQ(status_of_reply_to(chunked(1000, 7)), 200);
  EXPECT_EQ(status_of_reply_to(chunked(1001, 7)), 413);
  EXPECT_EQ(status_of_reply_to(chunked(5'000'000, 100'000)), 413);
  std::string start = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(status_of_reply_to(start + "ffffffffffffffffff\r\n"), 400);
  EXPECT_EQ(status_of_reply_to(start + "zz\r\n"), 400);
  EXPECT_EQ(status_of_reply_to(start + "-1\r\n"), 400);
  EXPECT_EQ(status_of_reply_to(start + "5;" + std::string(100'000, 'e')), 400)
      << "an endless chunk extension";
  EXPECT_EQ(status_of_reply_to(start + "2\r\nabXX\r\n"), 400);
  expect_alive();
}

TEST_F(Abuse, InflatedBodiesAreLimited) {
  Client client("127.0.0.1", server_->port());
  auto packed = [&](size_t bytes, std::string_view path) {
    return client
        .send("POST", path, gzip(std::string(bytes, 'b'), 9), {{"Content-Encoding", "gzip"}})
        ->status;
  };
  EXPECT_EQ(packed(1000, "/echo"), 200);
  EXPECT_EQ(packed(1001, "/echo"), 413);
  EXPECT_EQ(packed(kMaxBodyBytes, "/large"), 200);
  EXPECT_EQ(packed(kMaxBodyBytes + 1, "/large"), 413);
  std::string member = gzip(std::string(1'000'000, 'b'), 1);
  std::string bomb;
  for (int i = 0; i < 500; ++i) bomb += member;  // half a gigabyte
  EXPECT_EQ(client.send("POST", "/large", bomb, {{"Content-Encoding", "gzip"}})->status, 413);
  expect_alive();
}

TEST_F(Abuse, ContradictingLengthsAreRefused) {
  std::string start = "POST /echo HTTP/1.1\r\nHost: x\r\n";
  EXPECT_EQ(status_of_reply_to(start +
                               "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            400);
  EXPECT_EQ(status_of_reply_to(start +
                               "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
            400);
  EXPECT_EQ(status_of_reply_to(start + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"), 400);
  EXPECT_EQ(status_of_reply_to(start + "Content-Length: -5\r\n\r\n"), 400);
  EXPECT_EQ(status_of_reply_to(start + "Content-Length: 5x\r\n\r\n"), 400);
  EXPECT_EQ(status_of_reply_to(start + "Content-Length: 99999999999999999999999\r\n\r\n"), 400);
  EXPECT_EQ(status_of_reply_to(start + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 501);
  EXPECT_EQ(status_of_reply_to(
                start + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            501);
  EXPECT_EQ(
      status_of_reply_to("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
      400);
  expect_alive();
}

// With the NULs that a literal may hold.
template <size_t kSize>
std::string bytes(const char (&literal)[kSize]) {
  return {literal, kSize - 1};
}

TEST_F(Abuse, MalformedHeadsAreRefused) {
  for (const std::string& head :
       {bytes("GET /hello\r\n\r\n"), bytes("GET  /hello HTTP/1.1\r\n\r\n"),
        bytes("GET /hello HTTP/2.0\r\n\r\n"), bytes("GET /hello HTTP/1.1\r\nHost : x\r\n\r\n"),
        bytes("GET /hello HTTP/1.1\r\nHost: x\r\nNo colon\r\n\r\n"),
        bytes("GET /he\0llo HTTP/1.1\r\nHost: x\r\n\r\n"),
        bytes("GET /hello HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n"),
        bytes("GET /hello HTTP/1.1\r\nHost: x\r\nA: b\x01c\r\n\r\n"),
        bytes("GET /he%00llo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        bytes("GET /he%0allo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        bytes("GET /%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        bytes("GET /hello HTTP/1.1\r\nConnection: close\r\n\r\n"),
        bytes("GET /hello HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n"),
        bytes("GET hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        bytes("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")}) {
    EXPECT_EQ(status_of_reply_to(head), 400) << testing::PrintToString(head);
  }
  EXPECT_EQ(
      status_of_reply_to("\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
      200);
  expect_alive();
}

TEST_F(Abuse, RandomBytesDoNoHarm) {
  unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::string valid = post("/echo", "hello", "Content-Type: text/plain\r\n");
  for (int round = 0; round < 300; ++round) {
    std::string bytes = round % 2 ? valid : std::string(random() % 2000, '\0');
    for (size_t i = 0; i < bytes.size(); ++i) {
      if (round % 2 == 0 || random() % 40 == 0) bytes[i] = static_cast<char>(random());
    }
    Peer peer(server_->port());
    peer.send(bytes);
    peer.half_close();
    std::string reply = peer.read_to_end();
    ASSERT_TRUE(reply.empty() || reply.starts_with("HTTP/1.1 ")) << testing::PrintToString(bytes);
  }
  expect_alive();
}

TEST_F(Abuse, HalfClosedPeersGetTheirAnswer) {
  Peer peer(server_->port());
  peer.send(post("/echo", "over") + get("/hello"));
  peer.half_close();
  std::string replies = peer.read_to_end();
  EXPECT_THAT(replies, HasSubstr("\r\n\r\nover"));
  EXPECT_TRUE(replies.ends_with("hello"));
}

TEST_F(Abuse, AbruptEndsAreSurvived) {
  std::string request = post("/echo", std::string(900, 'x'));
  for (size_t sent = 0; sent <= request.size(); sent += 61) {
    Peer peer(server_->port());
    peer.send(request.substr(0, sent));
    peer.abort();
  }
  for (int i = 0; i < 20; ++i) {
    Peer peer(server_->port());
    peer.send(get("/much"));
    peer.read_exactly(1000);
    peer.abort();
  }
  expect_alive();
}

TEST_F(Abuse, RunningOutOfDescriptorsPasses) {
  rlimit old_limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old_limit), 0);
  Fd next(::dup(0));
  ASSERT_TRUE(next);
  rlimit small{.rlim_cur = static_cast<rlim_t>(next.get()) + 1, .rlim_max = old_limit.rlim_max};
  next.reset();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &small), 0);
  Peer peer(server_->port());  // takes the last descriptor; the server has none to accept it with
  bool connected = peer.connected() && peer.send(get("/hello"));
  bool answered = peer.is_readable_within(std::chrono::milliseconds(100));
  ::setrlimit(RLIMIT_NOFILE, &old_limit);
  EXPECT_TRUE(connected);
  EXPECT_FALSE(answered);
  EXPECT_TRUE(peer.read_until("hello").starts_with("HTTP/1.1 200"));
}

TEST_F(Abuse, UnwantedBodiesDoNotBecomeRequests) {
  Peer peer(server_->port());
  peer.send(post("/nowhere", get("/hello")) + get("/hello"));
  EXPECT_TRUE(peer.read_until("\r\n\r\n").starts_with("HTTP/1.1 404"));
  peer.read_until("}");
  EXPECT_TRUE(peer.read_until("hello").starts_with("HTTP/1.1 200"));
  std::string smuggled = reply_to(post("/nowhere", std::string(100'000, 'x') + get("/hello")));
  EXPECT_EQ(smuggled.find("HTTP/1.1 200"), std::string::npos);
}

TEST_F(Impatient, SlowHeadsAreEnded) {
  Peer silent(server_->port());
  EXPECT_EQ(silent.read_to_end(), "");
  Peer partial(server_->port());
  partial.send("GET /hello HTTP/1.1\r\nHost:");
  std::string reply = partial.read_to_end();
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 408")) << reply;
  // A byte now and then does not buy time.
  Peer dripping(server_->port());
  auto start = std::chrono::steady_clock::now();
  dripping.send("GET /hello HTTP/1.1\r\nX: ");
  auto ended = std::async(std::launch::async, [&] { return dripping.read_to_end(); });
  while (ended.wait_for(std::chrono::milliseconds(10)) != std::future_status::ready)
    dripping.send("x");
  EXPECT_TRUE(ended.get().starts_with("HTTP/1.1 408"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(8));
}

TEST_F(Impatient, SlowBodiesAreEnded) {
  std::string reply = reply_to("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 408")) << reply;
  EXPECT_THAT(reply, HasSubstr("application/problem+json"));
}

TEST_F(Impatient, IdleConnectionsAreClosed) {
  Peer peer(server_->port());
  peer.send(get("/hello"));
  EXPECT_TRUE(peer.read_until("hello").starts_with("HTTP/1.1 200"));
  EXPECT_EQ(peer.read_to_end(), "") << "closed without a word";
}

TEST_F(Impatient, PeersThatDoNotReadAreLeft) {
  Peer peer(server_->port());
  peer.send(get("/much") + get("/much"));
  EXPECT_TRUE(eventually([&] { return !peer.send("x"); })) << "the server must give up on it";
  expect_alive();
}

// The client, against servers that do not behave either.
class FakeServer {
 public:
  explicit FakeServer(std::string reply)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_.get(), 5);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, reply = std::move(reply)] {
      Fd peer(::accept(listener_.get(), nullptr, nullptr));
      std::array<char, 4096> bytes;
      if (::recv(peer.get(), bytes.data(), bytes.size(), 0) < 0) return;
      ::send(peer.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
    });
  }
  ~FakeServer() { thread_.join(); }
  uint16_t port() const { return port_; }

 private:
  Fd listener_;
  uint16_t port_ = 0;
  std::thread thread_;
};

Result<ClientResponse> answer_of(std::string reply) {
  FakeServer server(std::move(reply));
  return Client("127.0.0.1", server.port()).send("GET", "/");
}

TEST(Client, ReadsEveryFraming) {
  EXPECT_EQ(answer_of("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")->body, "ok");
  EXPECT_EQ(answer_of("HTTP/1.1 200 OK\r\n\r\nto the end")->body, "to the end");
  EXPECT_EQ(answer_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                      "chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: "
                      "1\r\n\r\n")
                ->body,
            "abc0123456789");
  EXPECT_EQ(answer_of("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")->status, 204);
}

TEST(Client, GivesErrorsAsValues) {
  for (const char* reply :
       {"", "garbage\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    auto answer = answer_of(reply);
    ASSERT_FALSE(answer) << reply;
    EXPECT_EQ(answer.error().code, Code::kInternal) << reply;
  }
  uint16_t free_port = started(Router())->port();
  auto refused = Client("127.0.0.1", free_port).send("GET", "/");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kNotFound);
  EXPECT_EQ(refused.error().hint, "is the server running?");
  EXPECT_EQ(Client("no such host.invalid", 1).send("GET", "/").error().code, Code::kInvalid);
}

TEST(Client, StopsWaiting) {
  Router router;
  Reply kept;
  router.add_async({.method = "GET", .path = "/never", .right = "public"},
                   [&](const std::shared_ptr<Request>&, Reply reply) { kept = std::move(reply); });
  auto server = started(std::move(router));
  auto answer =
      Client("127.0.0.1", server->port(), std::chrono::milliseconds(100)).send("GET", "/never");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kTimeout);
  server.reset();
}

TEST(Client, ReconnectsWhenTheServerCameBack) {
  auto server = started(echo_router());
  uint16_t port = server->port();
  Client client("127.0.0.1", port);
  EXPECT_EQ(client.send("GET", "/hello")->body, "hello");
  server.reset();
  EXPECT_FALSE(client.send("GET", "/hello"));
  server = *Server::start(echo_router(), {.port = port});
  EXPECT_EQ(client.send("GET", "/hello")->body, "hello");
}

}  // namespace
}  // namespace perennial::http
