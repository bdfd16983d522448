// The parts that need no socket.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <random>

#include <gmock/gmock.h>

#include "http/dispatch.h"
#include "http/encoding.h"
#include "http/files.h"
#include "http/parser.h"
#include "http/reply.h"
#include "http/router.h"
#include "http/target.h"
#include "http/test_peer.h"
#include "http/workers.h"

namespace perennial::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Target, SplitsBeforeItDecodes) {
  auto target =
      parse_target("/v1/a%2Fb/%E9%A1%BE%E5%AE%A2?q=%E9%80%80%E6%AC%BE+now&empty=&flag&a=1&a=2");
  ASSERT_TRUE(target) << target.error().text();
  EXPECT_THAT(target->parts, ElementsAre("v1", "a/b", "顾客"));
  EXPECT_EQ(target->path, "/v1/a/b/顾客");
  EXPECT_EQ(target->query["q"], "退款 now");
  EXPECT_EQ(target->query["empty"], "");
  EXPECT_EQ(target->query["flag"], "");
  EXPECT_EQ(target->query["a"], "2");
}

TEST(Target, TakesTheAbsoluteForm) {
  auto target = parse_target("http://example.org:80/a?b=c");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a");
  EXPECT_EQ(target->query["b"], "c");
  EXPECT_EQ(parse_target("http://example.org")->path, "/");
}

TEST(Target, RefusesWhatIsBroken) {
  for (const char* raw : {"/%", "/%4", "/%zz", "/a%00b", "/%0a", "/%7f", "/%ff", "/a?b=%",
                          "/a?b=%00", "/a?%01=b", "relative", "", "/a?b=%c3%28"}) {
    auto target = parse_target(raw);
    ASSERT_FALSE(target) << raw;
    EXPECT_EQ(target.error().code, Code::kInvalid) << raw;
  }
  EXPECT_TRUE(parse_target("/a?b=line%0Aend%09tab"));
}

TEST(Target, LimitsTheParameters) {
  std::string raw = "/a?";
  for (int i = 0; i < kMaxQueryParameters; ++i) raw += "p" + std::to_string(i) + "=1&";
  auto at_limit = parse_target(raw);
  ASSERT_TRUE(at_limit);
  EXPECT_EQ(at_limit->query.size(), static_cast<size_t>(kMaxQueryParameters));
  EXPECT_FALSE(parse_target(raw + "more=1"));
}

std::unique_ptr<RouteTable> table_of(
    std::initializer_list<std::pair<const char*, const char*>> routes) {
  auto table = std::make_unique<RouteTable>();
  for (auto [method, path] : routes) {
    auto entry = std::make_unique<Entry>();
    entry->route = {.method = method, .path = path, .right = "public"};
    table->add(std::move(entry));
  }
  return table;
}

std::string found(const RouteTable& table, std::string_view method, std::string_view path) {
  Match match = table.find(method, parse_target(path)->parts);
  if (!match.entry) return match.at_path.empty() ? "404" : "405";
  std::string out = match.entry->route.path;
  for (const auto& [name, value] : match.params) out += " " + name + "=" + value;
  return out;
}

TEST(RouteTable, PrefersExactParts) {
  auto table = table_of({{"GET", "/"},
                         {"GET", "/v1/people/{id}"},
                         {"GET", "/v1/people/export"},
                         {"POST", "/v1/people/import"},
                         {"GET", "/v1/{kind}/{id}/events"},
                         {"PUT", "/v1/people/{key}/traits/{trait}"},
                         {"GET", "/files/{rest...}"}});
  EXPECT_EQ(found(*table, "GET", "/"), "/");
  EXPECT_EQ(found(*table, "GET", "/v1/people/export"), "/v1/people/export");
  EXPECT_EQ(found(*table, "GET", "/v1/people/7"), "/v1/people/{id} id=7");
  EXPECT_EQ(found(*table, "HEAD", "/v1/people/7"), "/v1/people/{id} id=7");
  EXPECT_EQ(found(*table, "GET", "/v1/people/a%2Fb"), "/v1/people/{id} id=a/b");
  EXPECT_EQ(found(*table, "GET", "/v1/people/7/events"), "/v1/{kind}/{id}/events id=7 kind=people");
  EXPECT_EQ(found(*table, "PUT", "/v1/people/7/traits/x"),
            "/v1/people/{key}/traits/{trait} key=7 trait=x");
  EXPECT_EQ(found(*table, "POST", "/v1/people/7"), "405");
  EXPECT_EQ(found(*table, "GET", "/v1/people"), "404");
  EXPECT_EQ(found(*table, "GET", "/v1/people/"), "404");
  EXPECT_EQ(found(*table, "GET", "/v1/people/7/"), "404");
  EXPECT_EQ(found(*table, "GET", "/files/a/b.txt"), "/files/{rest...} rest=a/b.txt");
  EXPECT_EQ(found(*table, "GET", "/files"), "404");
}

TEST(RouteTable, TwoRoutesForOnePathBreakAnInvariant) {
  auto table = table_of({{"GET", "/v1/people/{id}"}});
  auto twin = [&] {
    auto entry = std::make_unique<Entry>();
    entry->route = {.method = "GET", .path = "/v1/people/{other}", .right = "public"};
    table->add(std::move(entry));
  };
  EXPECT_DEATH(twin(), "broken invariant");
  Router router;
  EXPECT_DEATH(router.add({.method = "GET", .path = "/open"}, nullptr), "broken invariant");
}

std::string inflate_all(Inflater::Coding coding, std::string_view bytes, size_t step,
                        Result<>& result) {
  Inflater inflater(coding);
  std::string out;
  auto sink = [&](std::string_view piece) -> Result<> {
    out += piece;
    return {};
  };
  for (size_t i = 0; i < bytes.size() && result; i += step)
    result = inflater.feed(bytes.substr(i, step), sink);
  if (result) result = inflater.finish();
  return out;
}

TEST(Encoding, InflatesWhatGzipMadeInAnyPieces) {
  std::mt19937 random(7);
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += std::to_string(random() % 1000);
  std::string packed = gzip(text, 5);
  EXPECT_LT(packed.size(), text.size());
  for (size_t step : {1ul, 2ul, 1000ul, packed.size()}) {
    Result<> result;
    EXPECT_EQ(inflate_all(Inflater::Coding::kGzip, packed, step, result), text);
    EXPECT_TRUE(result);
    EXPECT_EQ(inflate_all(Inflater::Coding::kGzip, packed + packed, step, result), text + text);
    EXPECT_TRUE(result);
  }
}

TEST(Encoding, RefusesBrokenStreams) {
  std::string packed = gzip(std::string(5000, 'x'), 5);
  auto refused = [](Inflater::Coding coding, const std::string& bytes) {
    Result<> result;
    inflate_all(coding, bytes, 100, result);
    return !result && result.error().code == Code::kInvalid;
  };
  EXPECT_TRUE(refused(Inflater::Coding::kGzip, "no gzip at all"));
  EXPECT_TRUE(refused(Inflater::Coding::kGzip, packed.substr(0, packed.size() - 1)));
  EXPECT_TRUE(refused(Inflater::Coding::kGzip, packed + "tail"));
  std::string flipped = packed;
  flipped[flipped.size() - 6] = static_cast<char>(flipped[flipped.size() - 6] ^ 1);
  EXPECT_TRUE(refused(Inflater::Coding::kGzip, flipped)) << "the checksum must be looked at";
  EXPECT_TRUE(refused(Inflater::Coding::kDeflate, "x"));
  EXPECT_TRUE(refused(Inflater::Coding::kDeflate, packed));
}

TEST(Files, KnowsHashesAndTypes) {
  for (const char* name :
       {"index-DiwrgTda.js", "index-D-wr_Td4.css", "app.3f2a9c1b4d5e6f70.css", "logo-B2xk9Qa1.svg"})
    EXPECT_TRUE(has_hash(name)) << name;
  for (const char* name : {"index.html", "index.js", "customer-segments.js", "jquery.min.js",
                           "report-Overview.js", "a.b", "noextension", "-12345678.js"})
    EXPECT_FALSE(has_hash(name)) << name;
  EXPECT_EQ(mime_type("a/b.JS"), "text/javascript; charset=utf-8");
  EXPECT_EQ(mime_type("x.woff2"), "font/woff2");
  EXPECT_EQ(mime_type("x.unknown"), "application/octet-stream");
  EXPECT_EQ(mime_type("x"), "application/octet-stream");
}

TEST(Reply, CannotBeSplitByAHeader) {
  Response response{.headers = {{"Location", "/a\r\nSet-Cookie: b=c"}}, .body = "x"};
  std::string head = head_of(response, {.content_length = 1}, 0);
  EXPECT_THAT(head, HasSubstr("Location: /aSet-Cookie: b=c\r\n"));
  EXPECT_THAT(head, HasSubstr("Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"));
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST(Reply, WeighsAcceptEncoding) {
  auto accepts = [](std::string value) {
    Request request;
    request.headers.emplace_back("accept-encoding", std::move(value));
    return accepts_gzip(request);
  };
  EXPECT_TRUE(accepts("gzip"));
  EXPECT_TRUE(accepts("br, GZIP;q=0.5"));
  EXPECT_TRUE(accepts("*"));
  EXPECT_FALSE(accepts("br"));
  EXPECT_FALSE(accepts("gzip;q=0"));
  EXPECT_FALSE(accepts("gzip; q=0.000"));
  EXPECT_FALSE(accepts_gzip({}));
}

TEST(Reply, TakesWellFormedRequestIdsOnly) {
  auto id_for = [](std::string value) {
    Request request;
    request.headers.emplace_back("x-request-id", std::move(value));
    return request_id(request);
  };
  EXPECT_EQ(id_for("abc-1.2_3:4"), "abc-1.2_3:4");
  EXPECT_EQ(id_for(std::string(kMaxRequestIdBytes, 'a')).size(), kMaxRequestIdBytes);
  for (std::string bad : {std::string(kMaxRequestIdBytes + 1, 'a'), std::string("a b"),
                          std::string("\"x\""), std::string()}) {
    EXPECT_TRUE(id_for(bad).starts_with("req_")) << bad;
  }
}

TEST(Request, ReadsCookiesAndParameters) {
  Request request;
  request.headers = {{"cookie", "a=1; session=\"quoted\"; b=x=y"}, {"cookie", "late=2"}};
  EXPECT_EQ(request.cookie("a"), "1");
  EXPECT_EQ(request.cookie("session"), "quoted");
  EXPECT_EQ(request.cookie("b"), "x=y");
  EXPECT_EQ(request.cookie("late"), "2");
  EXPECT_EQ(request.cookie("none"), "");
  request.query = {{"limit", "10"}, {"bad", "10x"}, {"big", "99999999999999999999"}};
  EXPECT_EQ(*request.query_integer("limit", 5, 1, 10), 10);
  EXPECT_EQ(*request.query_integer("absent", 5, 1, 10), 5);
  EXPECT_EQ(request.query_integer("limit", 5, 1, 9).error().where, "limit");
  EXPECT_FALSE(request.query_integer("bad", 5, 1, 10));
  EXPECT_FALSE(request.query_integer("big", 5, 1, 10));
  EXPECT_EQ(request.query_or("limit", "x"), "10");
  EXPECT_EQ(request.query_or("absent", "x"), "x");
}

TEST(Request, GivesItsBodyAsAnObject) {
  Request request;
  request.body = R"({"a": 1})";
  EXPECT_EQ((*json_body(request))["a"], 1);
  for (const char* bad : {"", "[1]", "{", "3"}) {
    request.body = bad;
    EXPECT_EQ(json_body(request).error().code, Code::kInvalid) << bad;
  }
}

TEST(Problem, TellsStatusCodeWhereAndHint) {
  Response response = problem({Code::kBusy, "too much", "queue", "later"});
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(has_header(response, "Retry-After"));
  auto body = *parse_json(response.body);
  EXPECT_EQ(body["title"], "Service Unavailable");
  EXPECT_EQ(body["code"], "busy");
  EXPECT_EQ(body["where"], "queue");
  EXPECT_EQ(body["hint"], "later");
  for (Code code :
       {Code::kInvalid, Code::kUnauthenticated, Code::kForbidden, Code::kNotFound, Code::kConflict,
        Code::kTooLarge, Code::kBusy, Code::kTimeout, Code::kFull, Code::kInternal}) {
    EXPECT_NE(status_phrase(status_of(code)), "Status");
  }
}

TEST(Workers, RefusesMoreThanItsQueueHolds) {
  std::mutex mutex;
  std::condition_variable wake;
  bool release = false;
  std::atomic<int> started = 0;
  std::atomic<int> done = 0;
  auto job = [&] {
    ++started;
    std::unique_lock lock(mutex);
    wake.wait(lock, [&] { return release; });
    ++done;
  };
  Workers workers(1, 2);
  EXPECT_TRUE(workers.post(job));
  ASSERT_TRUE(eventually([&] { return started == 1; }));
  EXPECT_TRUE(workers.post(job));
  EXPECT_TRUE(workers.post(job));
  EXPECT_FALSE(workers.post(job));
  {
    std::lock_guard lock(mutex);
    release = true;
  }
  wake.notify_all();
  EXPECT_TRUE(eventually([&] { return done == 3; }));
  workers.close();
  EXPECT_FALSE(workers.post(job));
}

// What the parser makes of any bytes: never a crash, and the same message however they are cut.
// (When it refuses may differ: in pieces it waits for the end of the head.)
TEST(Parser, DoesNotDependOnHowTheBytesAreCut) {
  unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::string valid =
      "POST /a?b=c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
      "chunked\r\n\r\n5;e=1\r\nhello\r\n3\r\nyou\r\n0\r\nT: 1\r\n\r\n";
  auto parse = [&](const std::string& bytes, bool cut) {
    Request request;
    std::string body;
    Parser parser(request, kMaxHeaderBytes);
    parser.set_sink([&](std::string_view piece) -> Result<> {
      body += piece;
      return {};
    });
    size_t begin = 0;
    size_t end = cut ? 0 : bytes.size();
    while (true) {
      size_t used = parser.feed(std::string_view(bytes).substr(begin, end - begin));
      begin += used;
      if (parser.fault() || parser.done()) break;
      if (used > 0 && begin < end) continue;
      if (end == bytes.size()) break;
      end = std::min(bytes.size(), end + 1 + random() % 7);
    }
    return std::tuple(parser.done(), parser.fault() != nullptr, request.method, request.target,
                      body, request.headers.size());
  };
  auto [done, fault, method, target, body, headers] = parse(valid, true);
  EXPECT_TRUE(done);
  EXPECT_EQ(body, "helloyou");
  EXPECT_EQ(headers, 2u) << "a trailer must not become a header";
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = valid;
    for (unsigned changes = random() % 4; changes > 0; --changes) {
      size_t at = random() % bytes.size();
      if (random() % 3 == 0) {
        bytes.erase(at, 1 + random() % 5);
      } else {
        bytes[at] = static_cast<char>(random());
      }
    }
    auto whole = parse(bytes, false);
    auto pieces = parse(bytes, true);
    ASSERT_EQ(std::get<0>(whole), std::get<0>(pieces)) << testing::PrintToString(bytes);
    if (std::get<0>(whole)) {
      ASSERT_EQ(std::get<4>(whole), std::get<4>(pieces));
    }
  }
}

}  // namespace
}  // namespace perennial::http
