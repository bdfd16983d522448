// Bodies that go to files and files that are sent: uploads and the console.
#include <csignal>

#include <gmock/gmock.h>
#include <sys/resource.h>

#include "http/body.h"
#include "http/encoding.h"
#include "http/test_peer.h"

namespace perennial::http {
namespace {

using testing::HasSubstr;

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Upload : public testing::Test {
 protected:
  void start(size_t max_body = 0) {
    Router router;
    router.add({.method = "POST",
                .path = "/size",
                .right = "public",
                .max_body = max_body,
                .body = Body::kFile},
               [](const Request& r) {
                 return json(200, {{"size", std::filesystem::file_size(r.body_file)},
                                   {"memory", r.body.size()}});
               });
    router.add(
        {.method = "POST", .path = "/keep", .right = "public", .max_body = 0, .body = Body::kFile},
        [this](const Request& r) {
          std::filesystem::rename(r.body_file, directory_.path() + "/kept");
          return text(200, "kept");
        });
    router.add(
        {.method = "POST", .path = "/back", .right = "public", .max_body = 0, .body = Body::kFile},
        [](const Request& r) {
          return Response{.content_type = "text/csv", .body_file = r.body_file};
        });
    router.add_async(
        {.method = "POST", .path = "/async", .right = "public", .max_body = 0, .body = Body::kFile},
        [](const std::shared_ptr<Request>& r, const Reply& reply) {
          reply(text(200, content(r->body_file)));
        });
    Options options;
    options.upload_directory = directory_.path();
    options.body_timeout = body_timeout_;
    options.authorize = [this](const Route&, Request& request) -> std::optional<Response> {
      ++authorized_;
      if (request.header("authorization") == "no")
        return problem({Code::kForbidden, "you may not"});
      return std::nullopt;
    };
    server_ = started(std::move(router), std::move(options));
  }

  std::chrono::milliseconds body_timeout_ = kBodyTimeout;
  TemporaryDirectory directory_;
  std::atomic<int> authorized_ = 0;
  std::unique_ptr<Server> server_;
};

TEST_F(Upload, StoresTheBodyForTheHandler) {
  start();
  Client client("127.0.0.1", server_->port());
  TemporaryDirectory source;
  std::string big(10'000'000, 'u');
  source.write("big.csv", big);
  auto sent = client.send_file("POST", "/size", source.path() + "/big.csv");
  ASSERT_TRUE(sent) << sent.error().text();
  EXPECT_EQ(sent->body, R"({"size":10000000,"memory":0})");
  EXPECT_EQ(directory_.count(), 0u);
  EXPECT_EQ(client.send("POST", "/size", "")->body, R"({"size":0,"memory":0})");
  EXPECT_EQ(client.send("POST", "/async", "a,b")->body, "a,b");
  auto back = client.send_file("POST", "/back", source.path() + "/big.csv");
  EXPECT_EQ(back->header("content-type"), "text/csv");
  EXPECT_TRUE(back->body == big);
  EXPECT_EQ(directory_.count(), 0u);
  EXPECT_EQ(client.send("POST", "/size", gzip("hello", 1), {{"Content-Encoding", "gzip"}})->body,
            R"({"size":5,"memory":0})");
  EXPECT_EQ(client.send("POST", "/keep", "stays")->status, 200);
  EXPECT_EQ(content(directory_.path() + "/kept"), "stays");
  EXPECT_EQ(client.send_file("POST", "/size", source.path() + "/none").error().code,
            Code::kNotFound);
}

TEST_F(Upload, HoldsTheLimitOfTheRoute) {
  start(1000);
  Client client("127.0.0.1", server_->port());
  EXPECT_EQ(client.send("POST", "/size", std::string(1000, 'x'))->status, 200);
  EXPECT_EQ(client.send("POST", "/size", std::string(1001, 'x'))->status, 413);
  EXPECT_EQ(
      client.send("POST", "/size", gzip(std::string(1001, 'x'), 1), {{"Content-Encoding", "gzip"}})
          ->status,
      413);
  EXPECT_EQ(directory_.count(), 0u);
}

TEST_F(Upload, AsksTheAuthorizerBeforeItReads) {
  start();
  Peer peer(server_->port());
  peer.send(
      "POST /size HTTP/1.1\r\nHost: x\r\nAuthorization: no\r\nContent-Length: 50000000\r\n\r\n");
  EXPECT_TRUE(peer.read_until("\r\n\r\n").starts_with("HTTP/1.1 403"));
  EXPECT_EQ(directory_.count(), 0u);
  Client client("127.0.0.1", server_->port());
  EXPECT_EQ(client.send("POST", "/size", "x")->status, 200);
  EXPECT_EQ(authorized_, 2) << "once for each request";
}

TEST_F(Upload, LeavesNothingWhenThePeerGoes) {
  start();
  for (bool abrupt : {true, false}) {
    Peer peer(server_->port());
    peer.send("POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n" +
              std::string(100'000, 'x'));
    ASSERT_TRUE(eventually([&] { return directory_.count() == 1; }));
    abrupt ? peer.abort() : peer.close();
    ASSERT_TRUE(eventually([&] { return directory_.count() == 0; }));
  }
}

TEST_F(Upload, TimesOutWithoutProgress) {
  body_timeout_ = std::chrono::milliseconds(100);
  start();
  Peer peer(server_->port());
  peer.send("POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\nsome");
  EXPECT_TRUE(peer.read_until("\r\n\r\n").starts_with("HTTP/1.1 408"));
  EXPECT_TRUE(eventually([&] { return directory_.count() == 0; }));
}

// A limit on the size of files fails a write as a full disk does.
TEST_F(Upload, SaysWhenTheDiskIsFull) {
  start();
  auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  rlimit small{.rlim_cur = 100'000, .rlim_max = old_limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  Client client("127.0.0.1", server_->port());
  auto reply = client.send("POST", "/size", std::string(500'000, 'x'));
  ::setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_TRUE(reply) << reply.error().text();
  EXPECT_EQ(reply->status, 507);
  EXPECT_EQ((*parse_json(reply->body))["code"], "full");
  EXPECT_EQ(directory_.count(), 0u);
  EXPECT_EQ(client.send("POST", "/size", std::string(500'000, 'x'))->status, 200);
}

TEST_F(Upload, RemovesWhatAKilledServerLeft) {
  directory_.write(std::string(kUploadPrefix) + "left", "x");
  directory_.write("other", "x");
  start();
  EXPECT_EQ(directory_.count(), 1u);
  Router router;
  router.add({.method = "POST", .path = "/x", .right = "public", .body = Body::kFile},
             [](const Request&) { return text(200, ""); });
  auto failed = Server::start(std::move(router), {.port = 0, .upload_directory = "/nonexistent"});
  EXPECT_EQ(failed.error().code, Code::kInvalid);
}

class Console : public testing::Test {
 protected:
  Console() {
    site_.write("root/index.html", "<p>page</p>");
    site_.write("root/assets/index-DiwrgTda.js", "script");
    site_.write("root/assets/index-DiwrgTda.js.gz", "packed script");
    site_.write("root/assets/plain.css", "style");
    site_.write("root/.hidden", "secret");
    site_.write("outside.txt", "secret");
    std::filesystem::create_symlink(site_.path() + "/outside.txt",
                                    site_.path() + "/root/escape.txt");
    std::filesystem::create_symlink(site_.path(), site_.path() + "/root/up");
    std::filesystem::create_symlink("assets/plain.css", site_.path() + "/root/inside.css");
    Router router;
    router.add({.method = "GET", .path = "/v1/people/{id}", .right = "public"},
               [](const Request&) { return text(200, "person"); });
    router.serve_files(site_.path() + "/root", "index.html");
    server_ = started(std::move(router));
  }
  ClientResponse get(std::string_view target, std::string encoding = "") {
    Client client("127.0.0.1", server_->port());
    return *client.send("GET", target, "", {{"Accept-Encoding", std::move(encoding)}});
  }

  TemporaryDirectory site_;
  std::unique_ptr<Server> server_;
};

TEST_F(Console, ServesFilesWithTypesAndCaching) {
  ClientResponse page = get("/");
  EXPECT_EQ(page.body, "<p>page</p>");
  EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.header("cache-control"), "no-cache");
  EXPECT_EQ(page.header("x-content-type-options"), "nosniff");
  ClientResponse script = get("/assets/index-DiwrgTda.js");
  EXPECT_EQ(script.body, "script");
  EXPECT_EQ(script.header("content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(script.header("cache-control"), "public, max-age=31536000, immutable");
  ClientResponse packed = get("/assets/index-DiwrgTda.js", "br, gzip");
  EXPECT_EQ(packed.body, "packed script");
  EXPECT_EQ(packed.header("content-encoding"), "gzip");
  EXPECT_EQ(packed.header("content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(packed.header("vary"), "Accept-Encoding");
  EXPECT_EQ(get("/assets/plain.css").header("cache-control"), "no-cache");
  EXPECT_EQ(get("/inside.css").body, "style");
  Client client("127.0.0.1", server_->port());
  auto head = client.send("HEAD", "/assets/plain.css");
  EXPECT_EQ(head->header("content-length"), "5");
  EXPECT_EQ(client.send("POST", "/assets/plain.css", "x")->status, 404);
}

TEST_F(Console, GivesThePageForItsOwnAddresses) {
  EXPECT_EQ(get("/customers/12346.0").body, "<p>page</p>");
  EXPECT_EQ(get("/campaigns?tab=result").body, "<p>page</p>");
  EXPECT_EQ(get("/assets/gone-DiwrgTda.js").status, 404);
  EXPECT_EQ(get("/v1/nothing").status, 404);
  EXPECT_EQ(get("/v1/people/7").body, "person");
}

TEST_F(Console, ReadsNothingOutsideItsDirectory) {
  for (const char* target :
       {"/../outside.txt", "/assets/../../outside.txt", "/%2e%2e/outside.txt", "/..%2foutside.txt",
        "/%2e%2e%2foutside.txt", "/assets/%2e%2e/%2e%2e/outside.txt", "/..%5coutside.txt",
        "/escape.txt", "/up/outside.txt", "/.hidden", "/%2ehidden", "/....//outside.txt",
        "//outside.txt", "/assets//../../outside.txt", "/%252e%252e/outside.txt",
        "/index.html/../../outside.txt", "/.%2e/outside.txt"}) {
    ClientResponse reply = get(target);
    EXPECT_EQ(reply.body.find("secret"), std::string::npos) << target;
  }
  EXPECT_EQ(get("/escape.txt").status, 404);
  EXPECT_EQ(get("/outside.txt%00.html").status, 400);
  Peer peer(server_->port());
  peer.send("GET /../outside.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(peer.read_to_end().find("secret"), std::string::npos);
}

}  // namespace
}  // namespace perennial::http
