// Several transactions at once: the answers are those of some order, one after the other.
#include <latch>
#include <thread>

#include <gtest/gtest.h>

#include "store/pool.h"
#include "store/store.h"
#include "store/testing.h"

namespace perennial::store {
namespace {

class ConcurrencyTest : public testing::Test {
 protected:
  void SetUp() override {
    auto done = db_->write([](Connection& c) -> Result<void> {
      TRY(c.run_script("CREATE TABLE account (id TEXT PRIMARY KEY, balance BIGINT NOT NULL)"));
      TRY(c.execute("INSERT INTO account VALUES ('a', 1), ('b', 1)"));
      return {};
    });
    ASSERT_TRUE(done) << done.error().text();
  }
  int64_t sum() {
    auto row =
        db_->read([](Connection& c) { return c.query_one("SELECT sum(balance) FROM account"); });
    return row.value()->integer(0);
  }
  void add(std::string_view id, int64_t amount) {
    auto done = db_->write([&](Connection& c) {
      return c.execute("UPDATE account SET balance = balance + $1 WHERE id = $2",
                       {amount, std::string(id)});
    });
    EXPECT_TRUE(done) << done.error().text();
  }

  TestDatabase db_;
};

TEST_F(ConcurrencyTest, ReadsSeeOneSnapshot) {
  auto done = db_->read([&](Connection& c) -> Result<void> {
    constexpr std::string_view kSum = "SELECT sum(balance) FROM account";
    EXPECT_EQ(TRY(c.query_one(kSum))->integer(0), 2);
    std::thread([&] { add("a", 10); }).join();
    EXPECT_EQ(TRY(c.query_one(kSum))->integer(0), 2);
    return {};
  });
  ASSERT_TRUE(done);
  EXPECT_EQ(sum(), 12);
}

TEST_F(ConcurrencyTest, WritersAddUpExactly) {
  constexpr int kThreads = 4, kRounds = 50;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kRounds; ++i) {
        auto done = db_->write([](Connection& c) -> Result<void> {
          const auto balance =
              TRY(c.query_one("SELECT balance FROM account WHERE id = 'a'"))->integer(0);
          TRY(c.execute("UPDATE account SET balance = $1 WHERE id = 'a'", {balance + 1}));
          return {};
        });
        EXPECT_TRUE(done) << done.error().text();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(sum(), 2 + kThreads * kRounds);
}

// Each of two transactions takes from its own row only while both rows together hold enough:
// snapshot isolation alone would let both through.
TEST_F(ConcurrencyTest, DecisionsAreSerial) {
  for (int round = 0; round < 20; ++round) {
    ASSERT_TRUE(
        db_->write([](Connection& c) { return c.execute("UPDATE account SET balance = 1"); }));
    std::latch start(2);
    auto take = [&](const char* id) {
      start.arrive_and_wait();
      auto done = db_->write([&](Connection& c) -> Result<void> {
        const auto left = TRY(c.query_one("SELECT sum(balance) FROM account"))->integer(0);
        if (left < 2) return {};
        TRY(c.execute("UPDATE account SET balance = 0 WHERE id = $1", {id}));
        return {};
      });
      EXPECT_TRUE(done) << done.error().text();
    };
    std::thread other(take, "a");
    take("b");
    other.join();
    ASSERT_EQ(sum(), 1);
  }
}

TEST_F(ConcurrencyTest, OppositeOrdersOfLocksBothSucceed) {
  constexpr int kRounds = 20;
  auto move = [&](const char* first, const char* second) {
    for (int i = 0; i < kRounds; ++i) {
      auto done = db_->write([&](Connection& c) -> Result<void> {
        TRY(c.execute("UPDATE account SET balance = balance + 1 WHERE id = $1", {first}));
        TRY(c.execute("UPDATE account SET balance = balance + 1 WHERE id = $1", {second}));
        return {};
      });
      EXPECT_TRUE(done) << done.error().text();
    }
  };
  std::thread other(move, "a", "b");
  move("b", "a");
  other.join();
  EXPECT_EQ(sum(), 2 + 4 * kRounds);
}

TEST_F(ConcurrencyTest, WaitingForAnotherProgramEnds) {
  auto other = Database::open(db_.where(), {.readers = 1, .busy_timeout_ms = 30}).value();
  const auto write = [](Connection& c) {
    return c.execute("UPDATE account SET balance = 9 WHERE id = 'a'");
  };
  auto done = db_->write([&](Connection& c) -> Result<void> {
    TRY(write(c));
    auto waited = other->write(write);
    EXPECT_TRUE(!waited && waited.error().code == Code::kBusy);
    return {};
  });
  EXPECT_TRUE(done);
  EXPECT_TRUE(other->write(write));
}

TEST_F(ConcurrencyTest, MoreThreadsThanConnectionsQueue) {
  constexpr int kThreads = 12;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) threads.emplace_back([&] { EXPECT_EQ(sum(), 2); });
  for (auto& thread : threads) thread.join();
}

TEST_F(ConcurrencyTest, AConnectionThatNeverComesBackIsBusy) {
  auto small = Database::open(db_.where(), {.readers = 1, .busy_timeout_ms = 30}).value();
  auto done = small->read([&](Connection&) -> Result<void> {
    std::thread([&] {
      auto waited = small->read([](Connection&) -> Result<void> { return {}; });
      EXPECT_TRUE(!waited && waited.error().code == Code::kBusy);
    }).join();
    return {};
  });
  EXPECT_TRUE(done);
}

// Whoever waits is served in the order of asking, also before one who gives back and asks again.
TEST(Pool, ServesInTheOrderOfAsking) {
  Pool<int> pool(1, std::chrono::seconds(60),
                 [] { return Result<std::unique_ptr<int>>(std::make_unique<int>(0)); });
  std::vector<int> order;  // written by whoever has the only place
  std::vector<std::thread> threads;
  {
    auto held = pool.take();
    ASSERT_TRUE(held);
    for (int i = 0; i < 5; ++i) {
      threads.emplace_back([&, i] {
        auto mine = pool.take();
        if (mine) order.push_back(i);
      });
      while (pool.waiting() <= static_cast<size_t>(i)) std::this_thread::yield();
    }
  }
  {
    auto again = pool.take();
    ASSERT_TRUE(again);
    order.push_back(5);
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5}));
}

}  // namespace
}  // namespace perennial::store
