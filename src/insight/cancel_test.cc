// Questions that are cancelled over HTTP while they run or wait, and those that take too much.
#include <atomic>
#include <latch>
#include <thread>

#include "events/relayed_log_testing.h"
#include "insight/behaviour_testing.h"

namespace perennial::insight {
namespace {

using Answer = std::pair<int, Json>;

// Calls back once, in the middle of a sweep, and counts the events that were told.
class WatchedLog final : public events::RelayedLog {
 public:
  using RelayedLog::RelayedLog;
  std::function<void()> in_the_middle;  // to be set while nobody sweeps
  std::atomic<uint64_t> told = 0;

  Result<void> sweep(const events::Sweep& what,
                     const std::function<Result<void>(const events::Glimpse&)>& each) override {
    return RelayedLog::sweep(what, [&](const events::Glimpse& event) -> Result<void> {
      ++told;
      if (auto call = std::exchange(in_the_middle, nullptr)) call();
      return each(event);
    });
  }
  // One reader, so that the call is in the middle of it.
  Result<std::vector<events::Sweep>> split(const events::Sweep& what, size_t) override {
    return std::vector{what};
  }
};

class CancelTest : public BehaviourTest {
 protected:
  static constexpr uint64_t kEvents = 20'000;

  std::unique_ptr<events::Log> open_log() override {
    auto log = std::make_unique<WatchedLog>(events::open_memory());
    watched_ = log.get();
    return log;
  }
  void many_events() {
    for (uint64_t i = 0; i < kEvents; ++i) {
      track("u" + std::to_string(i % 3'000), "View", "2026-03-02T10:00:00Z",
            {{"products", Json::array({{{"sku", "tea"}}})}, {"revenue", 1}});
    }
    serve();
  }
  Answer query(const std::string& question) {
    return send("POST", "/v1/insights/query", *parse_json(question));
  }
  void cancel(const std::string& id) {
    EXPECT_EQ(send("DELETE", "/v1/insights/queries/" + id).first, 204);
  }
  static void expect_cancelled(const Answer& answer) {
    EXPECT_EQ(answer.first, 409) << answer.second;
    EXPECT_EQ(answer.second["code"], "conflict");
    EXPECT_EQ(answer.second["detail"], "the question was cancelled");
  }

  WatchedLog* watched_ = nullptr;
};

// By the timeline: it is cancelled while it looks up whom it is about, and counts nobody then.
TEST_F(CancelTest, AQuestionThatRuns) {
  small_shop();
  on_set_ = [this] { cancel("mine"); };
  const std::string question = march(R"("analysis": "trends", "query_id": "mine",
      "people": {"set": "stage:ann"},
      "series": [{"select": {"event": "Order"}, "measure": "people"}])");
  expect_cancelled(query(question));
  // Its name is free again, and nothing of it is left.
  on_set_ = nullptr;
  const Answer again = query(question);
  EXPECT_EQ(again.first, 200) << again.second;
  EXPECT_EQ(again.second["series"][0]["total"]["value"], 1);
  on_set_ = [this] { cancel("another"); };
  EXPECT_EQ(query(question).first, 200);
}

std::string from_the_log(std::string_view members) {
  return march(R"("analysis": "trends", "series": [{"select": {"event": "View", "where":
      {"property": "products[].sku", "op": "is", "value": "tea"}}, "measure": "count"}])" +
               std::string(members));
}

// Of the event log: reading ends in the middle.
TEST_F(CancelTest, AQuestionThatReadsTheLog) {
  many_events();
  watched_->told = 0;
  watched_->in_the_middle = [this] { cancel("log"); };
  expect_cancelled(query(from_the_log(R"(, "query_id": "log")")));
  EXPECT_GT(watched_->told, 0u);
  EXPECT_LT(watched_->told, kEvents);
}

TEST_F(CancelTest, TheTimeOfAQuestionThatReadsTheLog) {
  most_time_ = 1s;
  many_events();
  watched_->told = 0;
  watched_->in_the_middle = [] {
    const auto over = std::chrono::steady_clock::now() + 1s;
    while (std::chrono::steady_clock::now() < over) std::this_thread::yield();
  };
  const auto [status, body] = query(from_the_log(""));
  EXPECT_EQ(status, 504) << body;
  EXPECT_EQ(body["code"], "timeout");
  EXPECT_LT(watched_->told, kEvents);
}

// Equal questions share a run. Whoever of them is cancelled leaves at once, the others go on.
TEST_F(CancelTest, AQuestionThatWaits) {
  small_shop();
  std::latch kept_busy(timeline_->pool().threads()), go_on(1);
  std::thread busy([&] {
    timeline::Pool& pool = timeline_->pool();
    const timeline::Stop stop;
    (void)pool.run(pool.threads(), stop, [&](uint32_t, unsigned) {
      kept_busy.count_down();
      go_on.wait();
    });
  });
  kept_busy.wait();
  const auto question = [](const std::string& id) {
    return march(R"("analysis": "trends", "series": [{"select": {"event": "Order"},
        "measure": "people"}], "query_id": ")" +
                 id + "\"");
  };
  // Of two with one name, one runs and the other is refused: then the first is under way.
  std::atomic<int> refused = 0;
  Answer first, second;
  const auto run_or_be_refused = [&] {
    Answer found = query(question("first"));
    if (found.first == 409 && found.second.value("where", "") == "query_id")
      ++refused;
    else
      first = std::move(found);
  };
  std::thread one(run_or_be_refused), other(run_or_be_refused);
  while (refused == 0) std::this_thread::yield();
  std::atomic<bool> left = false;
  std::thread waiting([&] {
    second = query(question("second"));
    left = true;
  });
  while (!left) cancel("second");
  waiting.join();
  expect_cancelled(second);
  go_on.count_down();
  for (std::thread* each : {&busy, &one, &other}) each->join();
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(first.first, 200) << first.second;
  EXPECT_EQ(first.second["series"][0]["total"]["value"], 2);
}

// What grows with what it reads, though the timeline is only mapped.
TEST_F(CancelTest, AQuestionOfTheTimelineOverItsMemory) {
  most_memory_ = 10'000;
  many_events();
  const auto [status, body] = query(march(R"("analysis": "rfm", "select": {"event": "View"})"));
  ASSERT_EQ(status, 413) << body;
  EXPECT_EQ(body["code"], "too_large");
  // Others go on.
  loose_ = true;
  const Json views = ask(march(R"("analysis": "trends",
      "series": [{"select": {"event": "View"}, "measure": "count"}])"));
  EXPECT_EQ(views["series"][0]["total"]["value"], kEvents);
}

}  // namespace
}  // namespace perennial::insight
