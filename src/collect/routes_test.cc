// Collecting over a real server: who may, what is answered, and what is kept.

#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/quarantine.h"
#include "collect/test_server.h"

namespace perennial::collect {
namespace {

using CollectRoutes = CollectServer;

constexpr std::string_view kTrack = R"({"event":"E","userId":"u-1","messageId":"m-1"})";

TEST_F(CollectRoutes, StoresBeforeItAnswers) {
  auto answer = post("/v1/track", kTrack);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"success":true,"stored":1,"duplicates":0,"quarantined":0})");
  auto events = log_.read({}).value();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].source, "web");
  EXPECT_EQ(events[0].timestamp, kNow);
  EXPECT_EQ(post("/v1/track", kTrack).body,
            R"({"success":true,"stored":0,"duplicates":1,"quarantined":0})");
}

TEST_F(CollectRoutes, TakesTheKeyInThreePlaces) {
  EXPECT_EQ(send("POST", "/v1/track", kTrack, {{"x-write-key", key_}}).status, 200);
  EXPECT_EQ(
      send("POST", "/v1/track", R"({"event":"E","userId":"u","writeKey":")" + key_ + "\"}", {})
          .status,
      200);
  EXPECT_EQ(send("POST", "/v1/track", kTrack, {}).status, 401);
  EXPECT_EQ(send("POST", "/v1/track", kTrack, {{"x-write-key", "wk_wrong"}}).status, 401);
  EXPECT_EQ(
      send("POST", "/v1/track", R"({"event":"E","userId":"u","writeKey":"wk_wrong"})", {}).status,
      401);
  EXPECT_EQ(log_.read({}).value().size(), 2u);
}

TEST_F(CollectRoutes, SaysWhatIsWrong) {
  auto problem = [&](std::string_view target, std::string_view body) {
    auto answer = post(target, body);
    return std::to_string(answer.status) + " " +
           parse_json(answer.body).value_or(Json::object()).value("detail", "");
  };
  EXPECT_EQ(problem("/v1/track", "nonsense"), "400 the body is not well-formed JSON near byte 0");
  EXPECT_EQ(problem("/v1/batch", "{}"), "400 expected an array of calls");
  EXPECT_EQ(problem("/v1/track", "{\"event\":\"\xFF\"}"), "400 the body is not well-formed UTF-8");
  EXPECT_EQ(problem("/v1/batch", std::string(kMaxBatchBytes + 1, ' ')),
            "413 a batch has at most 512000 bytes, found 512001");
  EXPECT_EQ(problem("/v1/track", std::string(kMaxEventBytes + 1, ' ')).substr(0, 3), "413");
  EXPECT_EQ(post("/v1/batch", std::string(http::kMaxBodyBytes + 1, ' ')).status, 413);
  EXPECT_TRUE(log_.read({}).value().empty());
}

TEST_F(CollectRoutes, TakesCompressedBodies) {
  for (bool gzip : {true, false}) {
    std::string body = deflated(R"({"event":"E","userId":"u"})", gzip);
    auto answer =
        send("POST", "/v1/track", body,
             {{"authorization", basic(key_)}, {"content-encoding", gzip ? "gzip" : "deflate"}});
    EXPECT_EQ(answer.status, 200) << answer.body;
  }
  // Megabytes of white space in a few kilobytes.
  std::string bomb = deflated(std::string(5 * 1024 * 1024, ' '), true);
  EXPECT_EQ(send("POST", "/v1/track", bomb,
                 {{"authorization", basic(key_)}, {"content-encoding", "gzip"}})
                .status,
            413);
}

TEST_F(CollectRoutes, BackPressureIs503) {
  log_.refuse({Code::kBusy, "too much is pending"});
  auto answer = post("/v1/track", kTrack);
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.header("retry-after"), "");
  log_.refuse({Code::kFull, "no space left"});
  EXPECT_EQ(post("/v1/track", kTrack).status, 507);
  log_.accept();
  EXPECT_EQ(post("/v1/track", kTrack).status, 200);
}

TEST_F(CollectRoutes, BadEventsGoToQuarantine) {
  auto answer = post("/v1/batch", R"({"batch":[{"type":"track","event":"E","userId":"u"},
      {"type":"track","userId":"u"},{"type":"track","event":"E"}]})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"success":true,"stored":1,"duplicates":0,"quarantined":2})");
  EXPECT_EQ(post("/v1/track", "{}").body,
            R"({"success":true,"stored":0,"duplicates":0,"quarantined":1})");
  EXPECT_EQ(post("/v1/batch", R"({"batch":[]})").body,
            R"({"success":true,"stored":0,"duplicates":0,"quarantined":0})");

  Json page = get("/v1/quarantine?limit=2");
  EXPECT_EQ(page["total"], 3);
  ASSERT_EQ(page["entries"].size(), 2u);
  EXPECT_EQ(page["entries"][0]["body"], "{}");
  EXPECT_EQ(page["entries"][1]["where"], "userId");
  EXPECT_EQ(page["entries"][1]["source"], "web");
  EXPECT_EQ(page["entries"][1]["received_at"], format_instant(kNow));
  Json rest = get("/v1/quarantine?before=" + to_text(page["entries"][1]["id"]));
  ASSERT_EQ(rest["entries"].size(), 1u);
  EXPECT_EQ(rest["entries"][0]["reason"], "is missing");
  EXPECT_EQ(rest["entries"][0]["where"], "event");
}

TEST_F(CollectRoutes, ServesBrowsersOfOtherSites) {
  auto preflight = send("OPTIONS", "/v1/t", "",
                        {{"origin", "https://shop.example"},
                         {"access-control-request-method", "POST"},
                         {"access-control-request-headers", "authorization"}});
  EXPECT_LT(preflight.status, 300);
  EXPECT_NE(preflight.header("access-control-allow-origin"), "");
  EXPECT_NE(preflight.header("access-control-allow-headers"), "");
  auto answer = send("POST", "/v1/t", kTrack,
                     {{"origin", "https://shop.example"}, {"authorization", basic(key_)}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.header("access-control-allow-origin"), "");
}

TEST_F(CollectRoutes, GivesTheBrowserClientItsSettings) {
  auto answer = send("GET", "/v1/projects/" + key_ + "/settings", "",
                     {{"host", "events.example:9000"}, {"origin", "https://shop.example"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.header("access-control-allow-origin"), "");
  Json json = parse_json(answer.body).value();
  EXPECT_EQ(json["integrations"]["Segment.io"]["apiKey"], key_);
  EXPECT_EQ(json["integrations"]["Segment.io"]["protocol"], "http");
  EXPECT_EQ(json["metrics"]["sampleRate"], 0);
  EXPECT_EQ(json["plan"]["track"]["__default"]["enabled"], true);
  EXPECT_EQ(send("GET", "/v1/projects/wk_wrong/settings", "", {}).status, 404);

  auto host = [](std::string_view host, std::string_view address) {
    Json io = client_settings("k", host, address)["integrations"]["Segment.io"];
    return io["protocol"].get<std::string>() + "://" + io["apiHost"].get<std::string>();
  };
  EXPECT_EQ(host("127.0.0.1:9000", "http://127.0.0.1:8080"), "http://127.0.0.1:9000/v1");
  EXPECT_EQ(host("inside:80", "https://events.example/base"), "https://events.example/v1");
  EXPECT_EQ(host("\"><script>", "http://events.example"), "http://events.example/v1");
}

TEST_F(CollectRoutes, ShowsTheNewestEvents) {
  for (int i = 1; i <= 5; ++i) {
    post("/v1/track", R"({"event":"E","userId":"u","messageId":"m-)" + std::to_string(i) +
                          R"(","properties":{"i":)" + std::to_string(i) + "}}");
  }
  Json page = get("/v1/events/recent?limit=2");
  ASSERT_EQ(page["events"].size(), 2u);
  EXPECT_EQ(page["events"][0]["message_id"], "m-5");
  EXPECT_EQ(page["events"][0]["properties"]["i"], 5);
  EXPECT_EQ(page["events"][0]["type"], "track");
  EXPECT_TRUE(page["events"][0]["person_id"].is_null());
  EXPECT_EQ(page["events"][1]["message_id"], "m-4");
  uint64_t last = page["last_seq"];
  EXPECT_EQ(get("/v1/events/recent?after=" + std::to_string(last))["events"].size(), 0u);
  EXPECT_EQ(get("/v1/events/recent?after=" + std::to_string(last - 1))["events"].size(), 1u);
  EXPECT_EQ(get("/v1/events/recent")["events"].size(), 5u);
}

TEST_F(CollectRoutes, SchemaAndSql) {
  EXPECT_EQ(get("/v1/schema")["events"].size(), 0u);
  Headers local = {{"authorization", "Bearer local-token"}};
  EXPECT_EQ(send("GET", "/v1/schema/event?type=track&name=None", "", local).status, 404);
  EXPECT_EQ(send("GET", "/v1/schema/event?type=nonsense", "", local).status, 400);
  EXPECT_EQ(send("POST", "/v1/sql", R"({"sql":"SELECT 1"})", local).status, 403);  // in memory
  EXPECT_EQ(send("POST", "/v1/sql", R"({"sql":"SELECT 1","max_rows":0})", local).status, 400);
  EXPECT_EQ(send("POST", "/v1/sql", "{}", local).status, 400);
  EXPECT_EQ(send("GET", "/v1/quarantine", "", {}).status, 401);
}

TEST_F(CollectRoutes, OldQuarantineGoesFirst) {
  QuarantineWriter writer(*database_);
  auto add = [&](size_t count) {
    std::vector<Quarantined> entries(count, {0, kNow, "web", {"reason", "field", "body"}});
    std::promise<Result<void>> written;
    writer.add(std::move(entries), [&](Result<void> result) { written.set_value(result); });
    return written.get_future().get();
  };
  for (size_t i = 0; i < kMaxQuarantineRows / kMaxWaitingQuarantine; ++i) {
    ASSERT_TRUE(add(kMaxWaitingQuarantine));
  }
  auto page = [&] {
    return database_->read([](store::Connection& c) { return list_quarantine(c, {}, 0, 1); })
        .value();
  };
  EXPECT_EQ(page().total, static_cast<int64_t>(kMaxQuarantineRows));
  ASSERT_TRUE(add(1));
  EXPECT_EQ(page().total, static_cast<int64_t>(kMaxQuarantineRows));
  EXPECT_EQ(page().entries[0].id, static_cast<int64_t>(kMaxQuarantineRows) + 1);
}

}  // namespace
}  // namespace perennial::collect
