// What was refused: who sees it, how it is grouped, and how it is taken after all.

#include "collect/quarantine.h"

#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/quarantine_replay.h"
#include "collect/test_server.h"

namespace perennial::collect {
namespace {

class Quarantine : public CollectServer {
 protected:
  Json act(std::string_view method, std::string_view target, const Json& body, int status = 200) {
    auto answer = send(method, target, to_text(body), {{"authorization", "Bearer local-token"}});
    EXPECT_EQ(answer.status, status) << target << answer.body;
    return parse_json(answer.body).value_or(Json());
  }
  std::string replay(int64_t id) { return "/v1/quarantine/" + std::to_string(id) + "/replay"; }
  int64_t total() { return get("/v1/quarantine")["total"]; }
  int64_t newest() { return get("/v1/quarantine?limit=1")["entries"][0]["id"]; }
  std::vector<std::string> audited() {
    std::vector<std::string> actions;
    auto rows = database_->read([](store::Connection& c) {
      return c.query("SELECT action FROM access_audit ORDER BY id");
    });
    for (const auto& row : rows.value()) actions.push_back(row.text(0));
    return actions;
  }
};

TEST_F(Quarantine, AMendedEventIsTakenOnce) {
  post("/v1/batch", R"({"sentAt":"2026-11-22T00:00:10Z","batch":[
      {"type":"track","userId":"u","properties":{"a":1},"timestamp":"2026-11-22T00:00:00Z"}]})");
  int64_t id = newest();
  Json page = get("/v1/quarantine");
  EXPECT_EQ(page["entries"][0]["form"], "segment:batch");
  // As it came it is still bad, and stays.
  Json problem = act("POST", replay(id), Json::object(), 400);
  EXPECT_EQ(problem["detail"], "is missing");
  EXPECT_EQ(problem["where"], "event");
  EXPECT_EQ(act("POST", replay(id), {{"body", "{"}}, 400)["code"], "invalid");
  EXPECT_EQ(total(), 1);

  Json mended = {
      {"type", "track"}, {"userId", "u"}, {"event", "E"}, {"timestamp", "2026-11-22T00:00:00Z"}};
  Json done = act("POST", replay(id), {{"body", to_text(mended)}});
  EXPECT_EQ(done["stored"], 1);
  EXPECT_EQ(done["entries"], 1);
  EXPECT_EQ(total(), 0);
  act("POST", replay(id), Json::object(), 404);
  auto events = log_.read({}).value();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].source, "web");
  // The request's time of sending still corrects the sender's clock.
  EXPECT_EQ(events[0].timestamp, kNow - std::chrono::seconds(10));
  EXPECT_EQ(events[0].message_id, "quarantine:" + std::to_string(id) + ":0");
  EXPECT_THAT(audited(), testing::Contains("quarantine.replay"));
}

TEST_F(Quarantine, AReplayCutShortCountsNothingTwice) {
  Quarantined entry{
      .id = 7,
      .received_at = kNow,
      .source = "web",
      .what = {.body = R"({"type":"track","event":"E","userId":"u"})", .form = "segment:batch"}};
  auto first = decode_again(entry, entry.what.body).value();
  auto second = decode_again(entry, entry.what.body).value();
  EXPECT_EQ(first[0].message_id, second[0].message_id);
  // An id of its own stays, so that the client's own repeat is recognised.
  auto own = decode_again(entry, R"({"type":"track","event":"E","userId":"u","messageId":"m"})");
  EXPECT_EQ(own->front().message_id, "m");
}

TEST_F(Quarantine, EveryFormIsReadAgain) {
  const std::string bad = R"({"type":"track","distinct_id":"d"})";
  send("POST", "/sa?token=" + key_, bad, {});
  send("POST", "/batch/", R"({"api_key":")" + key_ + R"(","batch":[{"distinct_id":"d"}]})", {});
  post("/v1/track", R"({"userId":"u"})");
  ASSERT_EQ(total(), 3);
  int64_t id = newest();
  act("POST", replay(id), {{"body", R"({"userId":"u","event":"S"})"}});
  act("POST", replay(id - 1), {{"body", R"({"distinct_id":"d","event":"P"})"}});
  act("POST", replay(id - 2), {{"body", R"({"type":"track","distinct_id":"d","event":"A"})"}});
  EXPECT_EQ(total(), 0);
  std::vector<std::string> names;
  auto arrived = log_.read_arrivals(0, 10).value();
  for (const auto& event : arrived) names.push_back(event.name);
  EXPECT_THAT(names, testing::ElementsAre("S", "P", "A"));
}

TEST_F(Quarantine, IsCountedByReasonAndDay) {
  for (int i = 0; i < 3; ++i) post("/v1/track", R"({"userId":"u"})");
  post("/v1/track", R"({"userId":"u","event":"E","timestamp":"1980-01-01"})");
  post("/v1/track", R"({"userId":"u","event":"E","timestamp":"1981-01-01"})");
  Json summary = get("/v1/quarantine/summary");
  ASSERT_EQ(summary["groups"].size(), 2u) << summary;
  EXPECT_EQ(summary["groups"][0]["reason"], "is missing");
  EXPECT_EQ(summary["groups"][0]["count"], 3);
  EXPECT_EQ(summary["groups"][1]["reason"], "is before ");
  EXPECT_EQ(summary["groups"][1]["count"], 2);
  EXPECT_EQ(summary["groups"][1]["where"], "timestamp");
  ASSERT_EQ(summary["days"].size(), 1u);
  EXPECT_EQ(summary["days"][0]["count"], 5);
  EXPECT_EQ(get("/v1/quarantine?reason=is%20before%20")["total"], 2);
  EXPECT_EQ(get("/v1/quarantine?source=web")["total"], 5);
  EXPECT_EQ(get("/v1/quarantine?source=app")["total"], 0);
  EXPECT_EQ(get("/v1/quarantine/summary?reason=is%20missing")["days"][0]["count"], 3);
}

TEST_F(Quarantine, ReplaysAndDiscardsAllThatMatch) {
  // Good events that an older version refused.
  QuarantineWriter writer(*database_);
  std::vector<Quarantined> entries;
  for (int64_t i = 0; i <= kReplayBatch; ++i) {
    entries.push_back({0,
                       kNow,
                       "web",
                       {.reason = "was too long",
                        .body = i % 2 == 0 ? R"({"type":"track","event":"E","userId":"u"})"
                                           : R"({"type":"track","userId":"u"})",
                        .form = "segment:batch"}});
  }
  std::promise<Result<void>> written;
  writer.add(std::move(entries), [&](Result<void> result) { written.set_value(result); });
  ASSERT_TRUE(written.get_future().get());

  Json done = act("POST", "/v1/quarantine/replay", {{"reason", "was too"}});
  EXPECT_EQ(done["entries"], kReplayBatch / 2);
  EXPECT_EQ(done["still_bad"], kReplayBatch / 2);
  EXPECT_EQ(done["more"], true);
  done = act("POST", "/v1/quarantine/replay", {{"after", done["last_id"]}});
  EXPECT_EQ(done["entries"], 1);
  EXPECT_EQ(done["more"], false);
  EXPECT_EQ(log_.last_seq(), static_cast<uint64_t>(kReplayBatch / 2 + 1));
  EXPECT_EQ(act("POST", "/v1/quarantine/discard", {{"source", "app"}})["discarded"], 0);
  int64_t id = newest();
  act("DELETE", "/v1/quarantine/" + std::to_string(id), nullptr, 204);
  act("DELETE", "/v1/quarantine/" + std::to_string(id), nullptr, 404);
  act("DELETE", "/v1/quarantine/x", nullptr, 404);
  EXPECT_EQ(act("POST", "/v1/quarantine/discard", {{"source", "web"}})["discarded"],
            kReplayBatch / 2 - 1);
  EXPECT_EQ(total(), 0);
  EXPECT_EQ(send("POST", "/v1/quarantine/discard", "{}", {}).status, 401);
}

TEST_F(Quarantine, WhatTheLogRefusesStays) {
  post("/v1/track", R"({"userId":"u"})");
  log_.refuse({Code::kBusy, "too much is pending"});
  act("POST", replay(newest()), {{"body", R"({"userId":"u","event":"E"})"}}, 503);
  EXPECT_EQ(total(), 1);
}

}  // namespace
}  // namespace perennial::collect
