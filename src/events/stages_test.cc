#include <atomic>
#include <future>
#include <random>
#include <set>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "events/testing.h"
#include "store/testing.h"

namespace perennial::events {
namespace {

constexpr std::chrono::seconds kLong{60};

class StagesTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(database_->migrate(migrations()));
    ASSERT_TRUE(database_->write([](store::Connection& c) {
      return c.run_script(
          "CREATE TABLE effect (stage TEXT, seq BIGINT, message TEXT, PRIMARY KEY (stage, seq));");
    }));
  }

  void append(int from, int to) {
    std::vector<Event> events;
    for (int i = from; i < to; ++i) events.push_back(make_event("s", std::to_string(i)));
    ASSERT_TRUE(log_->append_and_wait(std::move(events)));
  }

  // Writes one row for each event; a second effect of the same event would break the primary key.
  static Result<void> write_effects(store::Connection& c, const std::string& stage,
                                    std::span<const StoredEvent> events) {
    for (const StoredEvent& e : events) {
      TRY(c.execute("INSERT INTO effect (stage, seq, message) VALUES ($1, $2, $3)",
                    {stage, static_cast<int64_t>(e.seq), e.message_id}));
    }
    return {};
  }
  Stage effects(const std::string& name, size_t batch) {
    return {.name = name,
            .apply = [name](store::Connection& c,
                            std::span<const StoredEvent> e) { return write_effects(c, name, e); },
            .batch = batch};
  }

  std::vector<std::string> messages(const std::string& stage) {
    auto rows = database_->read([&](store::Connection& c) {
      return c.query("SELECT message FROM effect WHERE stage = $1 ORDER BY seq", {stage});
    });
    std::vector<std::string> out;
    for (const store::Row& row : *rows) out.push_back(row.text(0));
    return out;
  }
  std::vector<std::string> expected(int count) {
    std::vector<std::string> out;
    for (int i = 0; i < count; ++i) out.push_back(std::to_string(i));
    return out;
  }

  std::unique_ptr<Log> log_ = open_memory();
  store::TestDatabase database_;
};

TEST_F(StagesTest, EveryStageSeesEveryEventOnceInOrder) {
  std::atomic<uint64_t> committed = 0;
  Stage second = effects("second", 1'000);
  second.committed = [&](uint64_t seq) { committed = seq; };
  Stages stages(*log_, *database_, {effects("first", 7), second});
  append(0, 40);
  append(40, 100);
  ASSERT_TRUE(stages.wait_until(log_->last_seq(), kLong));
  EXPECT_EQ(messages("first"), expected(100));
  EXPECT_EQ(messages("second"), expected(100));
  EXPECT_EQ(committed, log_->last_seq());
  for (const StageProgress& progress : stages.progress()) {
    EXPECT_EQ(progress.cursor, log_->last_seq());
    EXPECT_EQ(progress.behind, 0u);
    EXPECT_EQ(progress.error, "");
  }
  EXPECT_FALSE(stages.wait_until(log_->last_seq() + 1, std::chrono::milliseconds(1)));
}

TEST_F(StagesTest, CursorsSurviveARestart) {
  append(0, 10);
  {
    Stages stages(*log_, *database_, {effects("a", 3)});
    ASSERT_TRUE(stages.wait_until(log_->last_seq(), kLong));
  }
  append(10, 20);
  database_.reopen();
  Stages stages(*log_, *database_, {effects("a", 3), effects("late", 3)});
  ASSERT_TRUE(stages.wait_until(log_->last_seq(), kLong));
  EXPECT_EQ(messages("a"), expected(20));
  EXPECT_EQ(messages("late"), expected(20));
}

// What was erased before a stage saw it leaves a gap, also at the end of the log.
TEST_F(StagesTest, GoesOverNumbersWhoseEventsAreGone) {
  append(0, 10);
  ASSERT_TRUE(log_->erase({.message_ids = {"3", "8", "9"}}));
  const uint64_t last = log_->last_seq();
  {
    Stages stages(*log_, *database_, {effects("a", 3)});
    ASSERT_TRUE(stages.wait_until(last, kLong));
    EXPECT_EQ(messages("a"), (std::vector<std::string>{"0", "1", "2", "4", "5", "6", "7"}));
    EXPECT_EQ(stages.progress().at(0).behind, 0u);
  }
  Stages stages(*log_, *database_, {effects("a", 3), effects("late", 100)});
  append(10, 11);
  ASSERT_TRUE(stages.wait_until(last + 1, kLong));
  EXPECT_EQ(messages("a").back(), "10");
  EXPECT_EQ(messages("late"), messages("a"));
}

// Fails after its effects were written, by an error or an exception, at random batches: nothing is
// lost or doubled.
TEST_F(StagesTest, FaultsRepeatWorkButNoEffect) {
  const unsigned seed = std::random_device()();
  std::printf("seed %u\n", seed);
  auto random = std::make_shared<std::mt19937>(seed);
  std::atomic<int> faults = 0;
  Stage faulty = effects("faulty", 5);
  faulty.apply = [&faults, random](store::Connection& c,
                                   std::span<const StoredEvent> events) -> Result<void> {
    TRY(write_effects(c, "faulty", events));
    if (faults < 12 && (*random)() % 3 == 0) {
      if (++faults % 2 == 0) throw std::runtime_error("made up");
      return fail(Code::kInternal, "made up");
    }
    return {};
  };
  append(0, 200);
  // Each round is a process that stops in the middle.
  for (int round = 1; round <= 4; ++round) {
    Stages stages(*log_, *database_, {faulty});
    stages.wait_until(static_cast<uint64_t>(round) * 40, kLong);
  }
  Stages stages(*log_, *database_, {faulty});
  ASSERT_TRUE(stages.wait_until(log_->last_seq(), kLong));
  EXPECT_EQ(messages("faulty"), expected(200));
}

TEST_F(StagesTest, AFailingStageSaysSoAndDelaysNobody) {
  std::atomic<bool> broken = true;
  std::promise<void> failed_twice;
  std::atomic<int> failures = 0;
  Stage stage = effects("stuck", 10);
  stage.apply = [&](store::Connection& c, std::span<const StoredEvent> e) -> Result<void> {
    if (broken) {
      if (++failures == 2) failed_twice.set_value();
      return fail(Code::kInternal, "the moon is wrong");
    }
    return write_effects(c, "stuck", e);
  };
  append(0, 3);
  Stages stages(*log_, *database_, {stage, effects("fine", 10)});
  failed_twice.get_future().wait();
  while (messages("fine").size() < 3) std::this_thread::yield();
  const auto progress = stages.progress();
  EXPECT_EQ(progress[0].name, "stuck");
  EXPECT_THAT(progress[0].error, testing::HasSubstr("the moon is wrong"));
  EXPECT_EQ(progress[0].behind, 3u);
  broken = false;
  ASSERT_TRUE(stages.wait_until(log_->last_seq(), kLong));
  EXPECT_EQ(messages("stuck"), expected(3));
}

TEST_F(StagesTest, StopsAtOnceWhileItWaits) {
  Stage never = effects("never", 10);
  never.apply = [](store::Connection&, std::span<const StoredEvent>) -> Result<void> {
    return fail(Code::kInternal, "never");
  };
  append(0, 1);
  for (int i = 0; i < 5; ++i) {
    Stages stages(*log_, *database_, {never, effects("idle", 10)});
    stages.stop();
    stages.stop();
  }
}

TEST_F(StagesTest, AStateAheadOfTheLogIsNotTaken) {
  ASSERT_TRUE(database_->write([](store::Connection& c) {
    return c.execute("INSERT INTO stage_cursors (name, seq) VALUES ($1, $2)", {"a", int64_t{50}});
  }));
  Stages stages(*log_, *database_, {effects("a", 3)});
  while (stages.progress()[0].error.empty()) std::this_thread::yield();
  EXPECT_THAT(stages.progress()[0].error, testing::HasSubstr("ahead of the event log"));
}

// What an unknown outcome of COMMIT looks like: the batch is there although the write failed. Here
// another program commits the batch in between.
TEST_F(StagesTest, ABatchThatIsThereAlreadyIsNotRepeated) {
  append(0, 5);
  std::atomic<bool> raced = false;
  std::atomic<uint64_t> committed = 0;
  Stage stage = effects("raced", 10);
  stage.apply = [&](store::Connection& c, std::span<const StoredEvent> e) -> Result<void> {
    TRY(write_effects(c, "raced", e));
    if (!raced) return fail(Code::kInternal, "outcome unknown");
    return {};
  };
  stage.committed = [&](uint64_t seq) { committed = seq; };
  Stages stages(*log_, *database_, {stage});
  while (stages.progress()[0].error.empty()) std::this_thread::yield();
  const auto events = log_->read_arrivals(0, 5).value();
  ASSERT_TRUE(database_->write([&](store::Connection& c) -> Result<void> {
    TRY(write_effects(c, "raced", events));
    TRY(c.execute("INSERT INTO stage_cursors (name, seq) VALUES ($1, $2)", {"raced", int64_t{5}}));
    return {};
  }));
  raced = true;
  append(5, 8);
  ASSERT_TRUE(stages.wait_until(log_->last_seq(), kLong));
  EXPECT_EQ(messages("raced"), expected(8));
  EXPECT_EQ(committed, 8u);
}

}  // namespace
}  // namespace perennial::events
