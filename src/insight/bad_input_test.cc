// What a question must not do to the program: each ends with an error that names the member, or is
// answered with bounded work.
#include <condition_variable>
#include <fstream>

#include "events/relayed_log_testing.h"
#include "insight/behaviour_testing.h"

namespace perennial::insight {
namespace {

Json many(const Json& one, size_t times) {
  Json list = Json::array();
  for (size_t i = 0; i < times; ++i) list.push_back(one);
  return list;
}
Json nested(int depth) {
  Json condition = {{"property", "pay"}, {"op", "is"}, {"value", "card"}};
  for (int i = 1; i < depth; ++i) condition = Json{{"not", condition}};
  return condition;
}
Json funnel(const Json& steps, const Json& window) {
  return {
      {"analysis", "funnel"}, {"range", {{"this", "month"}}}, {"steps", steps}, {"window", window}};
}
Json trend(const Json& select, const Json& range) {
  return {{"analysis", "trends"},
          {"range", range},
          {"series", {{{"select", select}, {"measure", "people"}}}}};
}

TEST_F(BehaviourTest, BadQuestionsNameTheMember) {
  small_shop();
  const Json order = {{"event", "Order"}}, month = {{"this", "month"}};
  const Json days = {{"count", 7}, {"unit", "day"}};
  const auto deep = [&](int depth) {
    Json select = order;
    select["where"] = nested(depth);
    return trend(select, month);
  };
  struct Bad {
    Json question;
    std::string where, hint;
  };
  const std::vector<Bad> cases = {
      {trend({{"event", "Ordre"}}, month), "series[0].select.event", "did you mean \"Order\"?"},
      {trend({{"event", "Order"}, {"where", {{"property", "revenu"}, {"op", "is_set"}}}}, month),
       "series[0].select.where.property", "did you mean \"revenue\"?"},
      {funnel(many(order, 2), {{"count", 0}, {"unit", "day"}}), "window", ""},
      {funnel(many(order, 2), {{"count", 3'650}, {"unit", "day"}}), "window", ""},
      {funnel(many(order, 33), days), "steps", ""},
      {deep(17), "series[0].select.where", ""},
      {trend(order, {{"from", "2026-03-02"}, {"to", "2026-03-01"}}), "range.to", ""},
      {trend(order, {{"from", "1900-01-01"}, {"to", "2026-03-01"}}), "range.from", ""},
  };
  for (const auto& [question, where, hint] : cases) {
    auto [status, body] = send("POST", "/v1/insights/query", question);
    EXPECT_EQ(status, 400) << question;
    EXPECT_EQ(body["code"], "invalid") << question;
    EXPECT_TRUE(body["where"].get<std::string>().starts_with(where)) << body;
    if (!hint.empty()) {
      EXPECT_EQ(body["hint"], hint);
    }
  }
  EXPECT_EQ(send("POST", "/v1/insights/query", deep(16)).first, 200);
  EXPECT_EQ(send("POST", "/v1/insights/query", funnel(many(order, 32), days)).first, 200);
}

// More values than the timeline tells apart: the log answers, and only the largest are shown.
TEST_F(BehaviourTest, ABreakdownOfMoreValuesThanAnyoneReads) {
  constexpr int kValues = 70'000, kTop = 50;
  for (int i = 0; i < kValues; ++i)
    track("u" + std::to_string(i % 97), "View", "2026-03-02T10:00:00Z",
          {{"page", "p" + std::to_string(i)}});
  for (int i = 0; i < kTop; ++i)
    track("ann", "View", "2026-03-03T10:00:00Z", {{"page", "p" + std::to_string(i)}});
  serve();
  loose_ = true;
  Json answer = ask(march(R"("analysis": "trends", "series": [{"select": {"event": "View"},
      "measure": "count"}], "breakdown": {"event_property": "page", "top": 50})"));
  EXPECT_EQ(answer["read"]["plan"], "sql");
  ASSERT_EQ(answer["series"].size(), kTop + 1u);
  EXPECT_EQ(answer["series"][0]["total"]["value"], 2);
  EXPECT_EQ(answer["series"][kTop]["group"]["kind"], "other");
  EXPECT_EQ(answer["series"][kTop]["total"]["value"], kValues - kTop);
  EXPECT_EQ(answer["warnings"][0]["code"], "groups_cut");
}

// Different numbers have no steps of their own: as many as these are refused whatever asks for
// them.
TEST_F(BehaviourTest, ABreakdownByMoreNumbersThanAreToldApart) {
  const auto look = [this](uint64_t number) {
    track("u" + std::to_string(number % 97), "View", "2026-03-02T10:00:00Z", {{"page", number}});
  };
  for (uint64_t number = 0; number < timeline::kMaxNumberGroups; ++number) look(number);
  serve();
  loose_ = true;
  const std::vector<std::string> questions = {
      R"("analysis": "trends", "series": [{"select": {"event": "View"}, "measure": "count"}])",
      R"("analysis": "funnel", "steps": [{"event": "View"}, {"event": "View"}])",
      R"("analysis": "interval", "start": {"event": "View"}, "end": {"event": "View"})",
      R"("analysis": "retention", "start": {"event": "View"}, "return": {"event": "View"})",
      R"("analysis": "sessions")"};
  const std::string by = R"(, "breakdown": {"event_property": "page")";
  for (const std::string& question : questions) ask(march(question + by + "}"));
  look(timeline::kMaxNumberGroups);
  ASSERT_TRUE(log_->append_and_wait(std::move(waiting_)));
  ASSERT_TRUE(stages_->wait_until(log_->last_seq(), 20s));
  ASSERT_TRUE(timeline_->wait_until(log_->last_seq(), 20s));
  for (const std::string& question : questions) {
    const auto [status, body] =
        send("POST", "/v1/insights/query", *parse_json(march(question + by + "}")));
    EXPECT_EQ(status, 413) << question << body;
    EXPECT_EQ(body["code"], "too_large") << question;
    EXPECT_TRUE(body["where"].get<std::string>().starts_with("breakdown")) << body;
    ask(march(question + by + R"(, "step": 1000})"));
  }
}

// A log whose readers of everything, which is how a timeline is built, wait at a gate.
class GatedLog final : public events::RelayedLog {
 public:
  using RelayedLog::RelayedLog;
  void set_open(bool open) {
    std::lock_guard lock(mutex_);
    open_ = open;
    opened_.notify_all();
  }
  Result<void> sweep(const events::Sweep& what,
                     const std::function<Result<void>(const events::Glimpse&)>& each) override {
    if (what.names.empty() && what.properties) {
      std::unique_lock lock(mutex_);
      opened_.wait(lock, [&] { return open_; });
    }
    return RelayedLog::sweep(what, each);
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = true;
};

class RebuildTest : public BehaviourTest {
 protected:
  std::unique_ptr<events::Log> open_log() override {
    return std::make_unique<GatedLog>(events::open_memory());
  }
  void TearDown() override {
    gate().set_open(true);
    BehaviourTest::TearDown();
  }
  GatedLog& gate() { return static_cast<GatedLog&>(*log_); }
  // Cuts every file of the timeline in half, or changes a byte in its middle.
  void damage(bool cut) {
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
      const auto size = std::filesystem::file_size(entry.path());
      if (cut) {
        std::filesystem::resize_file(entry.path(), size / 2);
        continue;
      }
      std::fstream bytes(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      bytes.seekg(static_cast<std::streamoff>(size / 2));
      const int byte = bytes.get();
      bytes.seekp(static_cast<std::streamoff>(size / 2));
      bytes.put(static_cast<char>(byte ^ 0x40));
    }
  }
};

TEST_F(RebuildTest, TheLogAnswersWhileADamagedTimelineIsBuiltAgain) {
  small_shop();
  const std::string question = march(R"("analysis": "funnel", "steps": [{"event": "View"},
      {"event": "Cart"}, {"event": "Order"}])");
  const Json whole = ask(question);
  ASSERT_EQ(whole["read"]["plan"], "timeline");
  for (bool cut : {true, false}) {
    server_->stop(500ms);
    server_.reset();
    behaviour_.reset();
    timeline_.reset();
    damage(cut);
    gate().set_open(false);
    open_timeline();
    start_server();
    const Json meanwhile = ask(question);
    EXPECT_EQ(meanwhile["read"]["plan"], "sql");
    EXPECT_EQ(timeline_->stats().phase, timeline::Stats::Phase::kBuilding);
    gate().set_open(true);
    ASSERT_TRUE(timeline_->wait_until(log_->last_seq(), 20s)) << timeline_->stats().error;
    const Json after = ask(question);
    EXPECT_EQ(after["read"]["plan"], "timeline");
    for (size_t step = 0; step < 3; ++step) {
      const auto reached = [&](const Json& answer) {
        return answer["groups"][0]["steps"][step]["reached"]["value"];
      };
      EXPECT_EQ(reached(meanwhile), reached(whole));
      EXPECT_EQ(reached(after), reached(whole));
    }
  }
}

TEST_F(BehaviourTest, AnAnswerSaysWhenManyEventsAreMissing) {
  small_shop();
  const std::string question = march(
      R"("analysis": "trends", "series": [{"select": {"event": "View"}, "measure": "count"}])");
  EXPECT_EQ(ask(question)["warnings"], Json::array());
  stages_.reset();  // nobody takes up what comes from here on
  for (int i = 0; i < 100'000; ++i) track("ann", "View", "2026-03-05T10:00:00Z");
  ASSERT_TRUE(log_->append_and_wait(std::move(waiting_)));
  EXPECT_EQ(ask(question)["warnings"], Json::array()) << "so many are usual";
  track("ann", "View", "2026-03-05T10:00:00Z");
  ASSERT_TRUE(log_->append_and_wait(std::move(waiting_)));
  const Json behind = ask(question);
  ASSERT_EQ(behind["warnings"].size(), 1u);
  EXPECT_EQ(behind["warnings"][0]["code"], "catching_up");
  EXPECT_THAT(behind["warnings"][0]["message"].get<std::string>(),
              testing::StartsWith("100001 events"));
}

// As rows they would take more than the questions may, twice.
TEST_F(RebuildTest, QuestionsAboutAnythingTakeLittleMemoryMeanwhile) {
  constexpr uint64_t kEvents = 60'000, kPeople = 3'000;
  most_memory_ = 3'000'000;
  static_assert(kEvents * sizeof(timeline::Row) * 2 > 3'800'000);
  const Instant first = *parse_instant("2026-03-01T00:00:00Z");
  for (uint64_t i = 0; i < kEvents; ++i) {
    track("u" + std::to_string(i * 7 % kPeople), i % 3 == 0 ? "Order" : "View",
          format_instant(first + std::chrono::seconds(i * 24)), {{"page", "a"}});
  }
  serve();
  loose_ = true;
  const std::vector<std::string> questions = {
      march(R"("analysis": "active")"),
      march(R"("analysis": "lifecycle", "by": "week", "select": {"any_event": true})"),
      march(R"("analysis": "retention", "by": "day", "start": {"any_event": true},
                "return": {"any_event": true})"),
      march(R"("analysis": "sessions", "by": "day")")};
  std::vector<Json> whole;
  for (const auto& question : questions) whole.push_back(ask(question));
  server_->stop(500ms);
  server_.reset();
  behaviour_.reset();
  timeline_.reset();
  damage(true);
  gate().set_open(false);
  open_timeline();
  timeline_->source().scratch->gathered = 64;  // so that they go through a file
  start_server();
  for (size_t i = 0; i < questions.size(); ++i) {
    const Json meanwhile = ask(questions[i]);
    EXPECT_EQ(whole[i]["read"]["plan"], "timeline");
    EXPECT_EQ(meanwhile["read"]["plan"], "sql");
    EXPECT_EQ(plain(meanwhile), plain(whole[i])) << questions[i];
  }
  EXPECT_GT(timeline_->source().scratch->used, 0u) << "the answers' people are read from it";
}

}  // namespace
}  // namespace perennial::insight
