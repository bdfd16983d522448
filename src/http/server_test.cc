// A server and its clients: what a well-behaved peer sees.
#include <atomic>
#include <condition_variable>
#include <mutex>

#include <gmock/gmock.h>
#include <zlib.h>

#include "http/encoding.h"
#include "http/test_peer.h"

namespace perennial::http {
namespace {

using testing::HasSubstr;
using Headers = std::vector<std::pair<std::string, std::string>>;

Response echo(const Request& request) { return text(200, request.body); }

Router echo_router() {
  Router router;
  router.add({.method = "POST", .path = "/echo", .right = "public"}, echo);
  router.add({.method = "GET", .path = "/hello", .right = "public"},
             [](const Request&) { return text(200, "hello"); });
  return router;
}

ClientResponse ask(Server& server, std::string_view method, std::string_view target,
                   std::string_view body = "", const Headers& headers = {}) {
  Client client("127.0.0.1", server.port());
  auto reply = client.send(method, target, body, headers);
  if (!reply) throw std::runtime_error(reply.error().text());
  return std::move(*reply);
}

TEST(Server, AnswersEveryRequestOfAKeptConnection) {
  auto server = started(echo_router());
  auto many = [&] {
    Client client("127.0.0.1", server->port());
    for (int i = 0; i < 1000; ++i) {
      std::string body(static_cast<size_t>(i) * 37 % 40'000, static_cast<char>('a' + i % 26));
      auto reply = client.send("POST", "/echo", body);
      ASSERT_TRUE(reply) << i << ": " << reply.error().text();
      ASSERT_EQ(reply->status, 200) << i << reply->body;
      ASSERT_EQ(reply->body, body);
    }
  };
  std::thread other(many);
  many();
  other.join();
}

TEST(Server, GivesProblems) {
  auto server = started(echo_router());
  ClientResponse missing = ask(*server, "GET", "/nowhere");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.header("content-type"), "application/problem+json");
  auto body = parse_json(missing.body);
  ASSERT_TRUE(body) << missing.body;
  EXPECT_EQ((*body)["status"], 404);
  EXPECT_EQ((*body)["code"], "not_found");
  EXPECT_EQ((*body)["request_id"], std::string(missing.header("x-request-id")));
  ClientResponse wrong = ask(*server, "GET", "/echo");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("allow"), "OPTIONS, POST");
  EXPECT_EQ(ask(*server, "OPTIONS", "/hello").header("allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(ask(*server, "OPTIONS", "*").status, 204);
}

TEST(Server, AnswersHeadWithoutABody) {
  auto server = started(echo_router());
  Peer peer(server->port());
  peer.send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n" + get("/hello"));
  std::string head = peer.read_until("\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_TRUE(peer.read_until("\r\n\r\nhello").starts_with("HTTP/1.1 200 OK"));
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  auto server = started(echo_router());
  Peer peer(server->port());
  std::string all;
  for (int i = 0; i < 50; ++i) all += post("/echo", "<" + std::to_string(i) + ">");
  peer.send(all);
  for (int i = 0; i < 50; ++i) {
    peer.read_until("\r\n\r\n");
    std::string expected = "<" + std::to_string(i) + ">";
    ASSERT_EQ(peer.read_exactly(expected.size()), expected);
  }
}

TEST(Server, ServesManyConnectionsAtOnce) {
  auto server = started(echo_router());
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 300; ++i) peers.push_back(std::make_unique<Peer>(server->port()));
  for (int round = 0; round < 3; ++round) {
    for (auto& peer : peers) ASSERT_TRUE(peer->send(post("/echo", "round")));
    for (auto& peer : peers)
      ASSERT_TRUE(peer->read_until("\r\n\r\nround").starts_with("HTTP/1.1 200"));
  }
}

TEST(Server, SpeaksHttp10) {
  auto server = started(echo_router());
  Peer peer(server->port());
  peer.send("GET /hello HTTP/1.0\r\n\r\n");
  std::string reply = peer.read_to_end();
  EXPECT_THAT(reply, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(reply.ends_with("\r\n\r\nhello"));
  Peer kept(server->port());
  kept.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(kept.read_until("hello"), HasSubstr("Connection: keep-alive\r\n"));
}

TEST(Server, PassesQueryParamsHeadersAndCookies) {
  Router router;
  router.add({.method = "GET", .path = "/v1/people/{id}", .right = "public"}, [](const Request& r) {
    return json(200, {{"id", r.params.at("id")},
                      {"path", r.path},
                      {"q", r.query_or("q", "")},
                      {"agent", r.header("user-agent")},
                      {"session", r.cookie("session")},
                      {"remote", r.remote},
                      {"request", r.id}});
  });
  auto server = started(std::move(router));
  ClientResponse reply =
      ask(*server, "GET", "/v1/people/%E7%8E%8B?q=a%26b", "",
          {{"User-Agent", "test/1"}, {"Cookie", "session=abc"}, {"X-Request-Id", "given-1"}});
  auto body = *parse_json(reply.body);
  EXPECT_EQ(body["id"], "王");
  EXPECT_EQ(body["path"], "/v1/people/王");
  EXPECT_EQ(body["q"], "a&b");
  EXPECT_EQ(body["agent"], "test/1");
  EXPECT_EQ(body["session"], "abc");
  EXPECT_EQ(body["remote"], "127.0.0.1");
  EXPECT_EQ(body["request"], "given-1");
  EXPECT_EQ(reply.header("x-request-id"), "given-1");
  EXPECT_NE(reply.header("date"), "");
}

TEST(Server, InflatesBodies) {
  auto server = started(echo_router());
  std::string body(50'000, 'z');
  std::string packed = gzip(body, 5);
  EXPECT_EQ(ask(*server, "POST", "/echo", packed, {{"Content-Encoding", "gzip"}}).body, body);
  std::string zlib(compressBound(body.size()), '\0');
  uLongf size = zlib.size();
  ASSERT_EQ(::compress(reinterpret_cast<Bytef*>(zlib.data()), &size,
                       reinterpret_cast<const Bytef*>(body.data()), body.size()),
            Z_OK);
  zlib.resize(size);
  EXPECT_EQ(ask(*server, "POST", "/echo", zlib, {{"Content-Encoding", "deflate"}}).body, body);
  std::string raw = zlib.substr(2, zlib.size() - 6);  // without the zlib header and checksum
  EXPECT_EQ(ask(*server, "POST", "/echo", raw, {{"Content-Encoding", "Deflate"}}).body, body);
  EXPECT_EQ(ask(*server, "POST", "/echo", "", {{"Content-Encoding", "gzip"}}).body, "");
  EXPECT_EQ(ask(*server, "POST", "/echo", "x", {{"Content-Encoding", "identity"}}).body, "x");
  ClientResponse broken = ask(*server, "POST", "/echo", "not gzip", {{"Content-Encoding", "gzip"}});
  EXPECT_EQ(broken.status, 400);
  EXPECT_EQ(
      ask(*server, "POST", "/echo", packed.substr(0, 30), {{"Content-Encoding", "gzip"}}).status,
      400);
  ClientResponse unknown = ask(*server, "POST", "/echo", "x", {{"Content-Encoding", "br"}});
  EXPECT_EQ(unknown.status, 415);
  EXPECT_EQ(unknown.header("accept-encoding"), "gzip, deflate");
}

TEST(Server, CompressesRepliesForThoseWhoTakeIt) {
  auto server = started(echo_router());
  std::string body(5000, 'y');
  ClientResponse packed = ask(*server, "POST", "/echo", body, {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(packed.header("content-encoding"), "gzip");
  EXPECT_EQ(packed.header("vary"), "Accept-Encoding");
  Inflater inflater(Inflater::Coding::kGzip);
  std::string out;
  auto fed = inflater.feed(packed.body, [&](std::string_view piece) -> Result<> {
    out += piece;
    return {};
  });
  EXPECT_TRUE(fed && inflater.finish());
  EXPECT_TRUE(out == body);
  EXPECT_EQ(ask(*server, "POST", "/echo", body).body, body);
  std::string small(1024, 'y');
  EXPECT_EQ(ask(*server, "POST", "/echo", small, {{"Accept-Encoding", "gzip"}}).body, small);
}

TEST(Server, TakesChunkedBodies) {
  auto server = started(echo_router());
  Peer peer(server->port());
  peer.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
  peer.send("lo\r\n1;name=value\r\n!\r\n0\r\nTrailer: ignored\r\n\r\n");
  EXPECT_TRUE(peer.read_until("\r\n\r\nhello!").starts_with("HTTP/1.1 200"));
  peer.send(get("/hello"));
  EXPECT_TRUE(peer.read_until("\r\n\r\nhello").starts_with("HTTP/1.1 200"));
}

TEST(Server, InvitesBodiesThatWaitForIt) {
  auto server = started(echo_router());
  Peer peer(server->port());
  peer.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("body");
  EXPECT_TRUE(peer.read_until("\r\n\r\nbody").starts_with("HTTP/1.1 200"));
  peer.send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_TRUE(peer.read_to_end().starts_with("HTTP/1.1 413")) << "refused before the body is sent";
  Peer other(server->port());
  other.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: a-miracle\r\n\r\n");
  EXPECT_TRUE(other.read_to_end().starts_with("HTTP/1.1 417"));
}

TEST(Server, LetsBrowsersOfOtherSitesIn) {
  Router router = echo_router();
  router.add(
      {.method = "POST", .path = "/v1/track", .right = "public", .max_body = 10, .cors = true},
      echo);
  auto server = started(std::move(router));
  ClientResponse preflight = ask(*server, "OPTIONS", "/v1/track", "",
                                 {{"Origin", "https://shop.example"},
                                  {"Access-Control-Request-Method", "POST"},
                                  {"Access-Control-Request-Headers", "X-Custom, bad header"}});
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.header("access-control-allow-origin"), "https://shop.example");
  EXPECT_EQ(preflight.header("access-control-allow-methods"), "OPTIONS, POST");
  EXPECT_EQ(preflight.header("access-control-allow-headers"),
            "authorization, anonymousid, sentat, content-type, x-retry-count, x-custom");
  EXPECT_EQ(preflight.header("access-control-allow-credentials"), "");
  ClientResponse sent =
      ask(*server, "POST", "/v1/track", "x", {{"Origin", "https://shop.example"}});
  EXPECT_EQ(sent.header("access-control-allow-origin"), "https://shop.example");
  EXPECT_THAT(std::string(sent.header("vary")), HasSubstr("Origin"));
  EXPECT_EQ(ask(*server, "POST", "/v1/track", "x").header("access-control-allow-origin"), "*");
  ClientResponse refused =
      ask(*server, "POST", "/v1/track", "eleven byte", {{"Origin", "https://shop.example"}});
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(refused.header("access-control-allow-origin"), "https://shop.example");
  ClientResponse closed =
      ask(*server, "OPTIONS", "/echo", "", {{"Origin", "https://shop.example"}});
  EXPECT_EQ(closed.header("access-control-allow-origin"), "");
}

TEST(Server, TakesAnswersFromAnyThread) {
  Router router;
  std::mutex mutex;
  std::vector<std::pair<std::shared_ptr<Request>, Reply>> waiting;
  router.add_async({.method = "POST", .path = "/later", .right = "public"},
                   [&](std::shared_ptr<Request> request, Reply reply) {
                     std::lock_guard lock(mutex);
                     waiting.emplace_back(std::move(request), std::move(reply));
                   });
  router.add_async({.method = "POST", .path = "/now", .right = "public"},
                   [](std::shared_ptr<Request> request, const Reply& reply) {
                     reply(text(200, request->body));
                     reply(text(500, "the second answer is ignored"));
                   });
  router.add_async({.method = "POST", .path = "/never", .right = "public"},
                   [](const std::shared_ptr<Request>&, const Reply&) {});
  auto server = started(std::move(router));
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 20; ++i) {
    peers.push_back(std::make_unique<Peer>(server->port()));
    peers.back()->send(post("/later", "body " + std::to_string(i) + "."));
  }
  ASSERT_TRUE(eventually([&] {
    std::lock_guard lock(mutex);
    return waiting.size() == 20;
  }));
  peers[3]->abort();  // its answer finds nobody
  std::thread answering([&] {
    for (auto& [request, reply] : waiting) reply(text(200, request->body));
    waiting.clear();
  });
  for (int i = 0; i < 20; ++i) {
    if (i == 3) continue;
    EXPECT_TRUE(peers[static_cast<size_t>(i)]
                    ->read_until("\r\n\r\nbody " + std::to_string(i) + ".")
                    .starts_with("HTTP/1.1 200"));
  }
  answering.join();
  EXPECT_EQ(ask(*server, "POST", "/now", "at once").body, "at once");
  EXPECT_EQ(ask(*server, "POST", "/now", "again").body, "again");
  EXPECT_EQ(ask(*server, "POST", "/never", "x").status, 500);
}

TEST(Server, AnswersMayOutliveIt) {
  Router router;
  std::mutex mutex;
  Reply kept;
  router.add_async({.method = "GET", .path = "/kept", .right = "public"},
                   [&](const std::shared_ptr<Request>&, Reply reply) {
                     std::lock_guard lock(mutex);
                     kept = std::move(reply);
                   });
  auto server = started(std::move(router));
  Peer peer(server->port());
  peer.send(get("/kept"));
  ASSERT_TRUE(eventually([&] {
    std::lock_guard lock(mutex);
    return kept != nullptr;
  }));
  server.reset();
  EXPECT_EQ(peer.read_to_end(), "");
  kept(text(200, "too late"));
}

TEST(Server, SurvivesHandlersThatThrow) {
  Router router = echo_router();
  router.add({.method = "GET", .path = "/throws", .right = "public"},
             [](const Request&) -> Response { throw std::runtime_error("secret"); });
  router.add({.method = "GET", .path = "/odd", .right = "public"},
             [](const Request&) -> Response { throw 7; });
  router.add({.method = "GET", .path = "/status", .right = "public"},
             [](const Request&) { return text(99, "no such status"); });
  router.add_async(
      {.method = "GET", .path = "/async", .right = "public"},
      [](const std::shared_ptr<Request>&, const Reply&) { throw std::runtime_error("secret"); });
  auto server = started(std::move(router), {.observe = [](const Exchange&) { throw 1; }});
  for (const char* path : {"/throws", "/odd", "/status", "/async"}) {
    ClientResponse reply = ask(*server, "GET", path);
    EXPECT_EQ(reply.status, 500) << path;
    EXPECT_EQ((*parse_json(reply.body))["request_id"], std::string(reply.header("x-request-id")));
    EXPECT_EQ(reply.body.find("secret"), std::string::npos);
  }
  EXPECT_EQ(ask(*server, "GET", "/hello").body, "hello");
}

TEST(Server, AuthorizesBeforeHandlers) {
  Router router;
  router.add({.method = "GET", .path = "/sync", .right = "people.read"},
             [](const Request& r) { return text(200, r.principal.name); });
  router.add_async({.method = "GET", .path = "/async", .right = "people.read"},
                   [](const std::shared_ptr<Request>& r, const Reply& reply) {
                     reply(text(200, r->principal.name));
                   });
  Options options;
  options.authorize = [](const Route& route, Request& request) -> std::optional<Response> {
    if (request.header("authorization") == "throw") throw std::runtime_error("no");
    if (request.header("authorization") != "key")
      return problem({Code::kUnauthenticated, "who are you?"});
    request.principal.name = "Ann with " + route.right;
    return std::nullopt;
  };
  auto server = started(std::move(router), std::move(options));
  for (const char* path : {"/sync", "/async"}) {
    EXPECT_EQ(ask(*server, "GET", path).status, 401);
    EXPECT_EQ(ask(*server, "GET", path, "", {{"Authorization", "key"}}).body,
              "Ann with people.read");
    EXPECT_EQ(ask(*server, "GET", path, "", {{"Authorization", "throw"}}).status, 500);
  }
}

TEST(Server, AnswersOfBlockingHandlersMayBeRevised) {
  Router router;
  router.add({.method = "GET", .path = "/names/{id}", .right = "people.read"},
             [](const Request&) { return text(200, "Ann"); });
  Options options;
  options.revise = [](const Route& route, const Request& request, Response& response) {
    if (request.params.at("id") == "throw") throw std::runtime_error("no");
    response = text(response.status, response.body.substr(0, 1) + " at " + route.path);
  };
  auto server = started(std::move(router), std::move(options));
  EXPECT_EQ(ask(*server, "GET", "/names/7").body, "A at /names/{id}");
  EXPECT_EQ(ask(*server, "GET", "/names/throw").status, 500);
}

TEST(Server, ShowsExchangesToTheObserver) {
  std::mutex mutex;
  std::vector<std::string> seen;
  Options options;
  options.headers = {{"X-Frame-Options", "DENY"}, {"Cache-Control", "no-store"}};
  options.observe = [&](const Exchange& e) {
    std::lock_guard lock(mutex);
    seen.push_back((e.route ? e.route->path : "none") + " " + std::to_string(e.response.status));
  };
  Router router = echo_router();
  router.add({.method = "GET", .path = "/own", .right = "public"}, [](const Request&) {
    return Response{.headers = {{"cache-control", "private"}}, .body = "{}"};
  });
  auto server = started(std::move(router), std::move(options));
  ClientResponse hello = ask(*server, "GET", "/hello");
  EXPECT_EQ(hello.header("x-frame-options"), "DENY");
  EXPECT_EQ(hello.header("cache-control"), "no-store");
  EXPECT_EQ(ask(*server, "GET", "/own").header("cache-control"), "private");
  EXPECT_EQ(ask(*server, "GET", "/none").header("x-frame-options"), "DENY");
  ASSERT_TRUE(eventually([&] {
    std::lock_guard lock(mutex);
    return seen.size() == 3;
  }));
  EXPECT_THAT(seen, testing::UnorderedElementsAre("/hello 200", "/own 200", "none 404"));
}

TEST(Server, SaysWhenItIsFull) {
  std::mutex mutex;
  std::condition_variable wake;
  bool release = false;
  std::atomic<int> running = 0;
  Router router = echo_router();
  router.add({.method = "GET", .path = "/slow", .right = "public"}, [&](const Request&) {
    ++running;
    std::unique_lock lock(mutex);
    wake.wait(lock, [&] { return release; });
    return text(200, "slow");
  });
  auto server = started(std::move(router), {.workers = 1, .max_queued = 1});
  Peer first(server->port());
  first.send(get("/slow"));
  ASSERT_TRUE(eventually([&] { return running == 1; }));
  // One of these two waits in the queue, the other is turned away: whichever comes second.
  Peer second(server->port());
  Peer third(server->port());
  second.send(get("/slow"));
  third.send(get("/slow"));
  Client client("127.0.0.1", server->port());
  ASSERT_TRUE(eventually([&] { return client.send("GET", "/hello")->status == 503; }));
  auto busy = client.send("GET", "/hello");
  EXPECT_EQ(busy->header("retry-after"), "1");
  {
    std::lock_guard lock(mutex);
    release = true;
  }
  wake.notify_all();
  EXPECT_TRUE(first.read_until("slow").starts_with("HTTP/1.1 200"));
  ASSERT_TRUE(eventually([&] { return client.send("GET", "/hello")->status == 200; }));
}

TEST(Server, LimitsTheMemoryOfAllBodies) {
  std::mutex mutex;
  std::vector<std::pair<std::shared_ptr<Request>, Reply>> waiting;
  Router router;
  router.add_async({.method = "POST", .path = "/hold", .right = "public"},
                   [&](std::shared_ptr<Request> request, Reply reply) {
                     std::lock_guard lock(mutex);
                     waiting.emplace_back(std::move(request), std::move(reply));
                   });
  router.add({.method = "POST", .path = "/size", .right = "public"},
             [](const Request& r) { return text(200, std::to_string(r.body.size())); });
  auto server = started(std::move(router), {.max_buffered_bytes = 1000});
  // The share of an answered request is given back a moment after its reply.
  auto reaches = [&](size_t bytes, int status) {
    return eventually(
        [&] { return ask(*server, "POST", "/size", std::string(bytes, 'x')).status == status; });
  };
  EXPECT_TRUE(reaches(1000, 200));
  ClientResponse over = ask(*server, "POST", "/size", std::string(1001, 'x'));
  EXPECT_EQ(over.status, 503);
  EXPECT_EQ(over.header("retry-after"), "1");
  EXPECT_TRUE(reaches(400, 200));
  Peer holding(server->port());
  holding.send(post("/hold", std::string(600, 'h')));
  ASSERT_TRUE(eventually([&] {
    std::lock_guard lock(mutex);
    return waiting.size() == 1;
  }));
  EXPECT_EQ(ask(*server, "POST", "/size", std::string(401, 'x')).status, 503);
  EXPECT_TRUE(reaches(400, 200));
  waiting[0].second(text(200, "released"));
  waiting.clear();
  holding.read_until("released");
  EXPECT_TRUE(reaches(1000, 200));
}

TEST(Server, LimitsConnections) {
  auto server = started(echo_router(), {.max_connections = 2});
  Client first("127.0.0.1", server->port());
  Client second("127.0.0.1", server->port());
  ASSERT_EQ(first.send("GET", "/hello")->status, 200);
  ASSERT_EQ(second.send("GET", "/hello")->status, 200);
  Peer third(server->port());
  third.send(get("/hello"));
  std::string reply = third.read_to_end();
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 503")) << reply;
  EXPECT_THAT(reply, HasSubstr("Retry-After"));
  EXPECT_EQ(first.send("GET", "/hello")->status, 200);
}

TEST(Server, NamesThePortInUse) {
  auto server = started(echo_router());
  auto second = Server::start(echo_router(), {.port = server->port()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kConflict);
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(server->port())));
  auto nowhere = Server::start(echo_router(), {.host = "not.an.address", .port = 0});
  EXPECT_EQ(nowhere.error().code, Code::kInvalid);
  auto foreign = Server::start(echo_router(), {.host = "192.0.2.1", .port = 0});
  EXPECT_EQ(foreign.error().code, Code::kInvalid);
  uint16_t port = server->port();
  server.reset();
  EXPECT_TRUE(Server::start(echo_router(), {.port = port})) << "a port is free again at once";
}

TEST(Server, StopsWhenRequestsUnderWayAreAnswered) {
  std::mutex mutex;
  std::condition_variable wake;
  bool release = false;
  std::atomic<int> running = 0;
  Router router = echo_router();
  router.add({.method = "GET", .path = "/slow", .right = "public"}, [&](const Request&) {
    ++running;
    std::unique_lock lock(mutex);
    wake.wait(lock, [&] { return release; });
    return text(200, "slow");
  });
  auto server = started(std::move(router));
  Client idle("127.0.0.1", server->port());
  ASSERT_EQ(idle.send("GET", "/hello")->status, 200);
  Peer peer(server->port());
  peer.send(get("/slow"));
  ASSERT_TRUE(eventually([&] { return running == 1; }));
  auto stopped = std::async(std::launch::async, [&] { server->stop(std::chrono::seconds(20)); });
  ASSERT_TRUE(eventually([&] { return !Peer(server->port()).connected(); }));
  {
    std::lock_guard lock(mutex);
    release = true;
  }
  wake.notify_all();
  std::string reply = peer.read_to_end();
  EXPECT_THAT(reply, HasSubstr("Connection: close"));
  EXPECT_TRUE(reply.ends_with("slow"));
  EXPECT_EQ(stopped.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  server->stop(std::chrono::seconds(20));
}

TEST(Server, StopEndsRequestsAfterItsGrace) {
  std::mutex mutex;
  std::condition_variable wake;
  bool release = false;
  std::atomic<int> running = 0;
  Router router;
  router.add({.method = "GET", .path = "/slow", .right = "public"}, [&](const Request&) {
    ++running;
    std::unique_lock lock(mutex);
    wake.wait(lock, [&] { return release; });
    return text(200, "slow");
  });
  auto server = started(std::move(router), {.workers = 1});
  Peer running_one(server->port());
  running_one.send(get("/slow"));
  ASSERT_TRUE(eventually([&] { return running == 1; }));
  Peer queued_one(server->port());
  queued_one.send(get("/slow"));
  server->stop(std::chrono::milliseconds(50));
  EXPECT_EQ(running_one.read_to_end(), "");
  queued_one.read_to_end();
  {
    std::lock_guard lock(mutex);
    release = true;
  }
  wake.notify_all();
  server.reset();
  EXPECT_EQ(running, 1) << "what waited was not begun";
}

}  // namespace
}  // namespace perennial::http
