#include <mutex>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "timeline/engine.h"

namespace perennial::timeline {
namespace {

TEST(Pool, EveryChunkIsWorkedOnOnce) {
  Pool pool(2);
  const Stop stop;
  for (uint32_t chunks : {0u, 1u, 2u, 777u}) {
    std::vector<std::atomic<int>> times(chunks);
    ASSERT_TRUE(pool.run(chunks, stop, [&](uint32_t chunk, unsigned thread) {
      EXPECT_LT(thread, 2u);
      ++times[chunk];
    }));
    for (const auto& each : times) EXPECT_EQ(each, 1);
  }
}

TEST(Pool, QuestionsTakeTurns) {
  Pool pool(1);
  const Stop stop;
  std::mutex mutex;
  std::vector<char> order;
  std::atomic<bool> second_asked = false;
  // The first chunk of the first question holds the only thread until the second is about to ask;
  // the turns hold whenever it does.
  std::thread first([&] {
    EXPECT_TRUE(pool.run(50, stop, [&](uint32_t, unsigned) {
      while (!second_asked) std::this_thread::yield();
      std::lock_guard lock(mutex);
      order.push_back('a');
    }));
  });
  std::thread second([&] {
    const auto work = [&](uint32_t, unsigned) {
      std::lock_guard lock(mutex);
      order.push_back('b');
    };
    second_asked = true;
    EXPECT_TRUE(pool.run(5, stop, work));
  });
  first.join();
  second.join();
  ASSERT_EQ(order.size(), 55u);
  // From its first turn on, the short question is done within ten chunks, not behind the long one.
  const auto begin = std::ranges::find(order, 'b');
  const auto last = std::find(order.rbegin(), order.rend(), 'b').base();
  EXPECT_LE(last - begin, 10);
}

TEST(Pool, ACancelledQuestionEndsAndOthersGoOn) {
  Pool pool(2);
  Stop stop;
  const auto ended = pool.run(100'000, stop, [&](uint32_t chunk, unsigned) {
    if (chunk == 10) stop.cancelled = true;
  });
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Code::kConflict);
  const Stop other;
  std::atomic<int> done = 0;
  EXPECT_TRUE(pool.run(100, other, [&](uint32_t, unsigned) { ++done; }));
  EXPECT_EQ(done, 100);
}

TEST(Pool, ADeadlineEndsAQuestion) {
  Pool pool(2);
  Stop stop;
  stop.deadline = std::chrono::steady_clock::now();
  int done = 0;
  const auto ended = pool.run(100, stop, [&](uint32_t, unsigned) { ++done; });
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Code::kTimeout);
  EXPECT_EQ(done, 0);
}

TEST(Pool, MemoryIsCountedUpToTheLimit) {
  Stop stop;
  stop.most_memory = 1'000;
  stop.shared = std::make_shared<SharedMemory>();
  stop.shared->most = 1'500;
  Stop other;
  other.shared = stop.shared;
  {
    Held one(stop), two(stop), third(other);
    one.set(600);
    two.set(400);
    EXPECT_TRUE(stop.check());  // at the limit
    two.set(401);
    EXPECT_EQ(stop.check().error().code, Code::kTooLarge);
    two.set(400);
    third.set(500);
    EXPECT_TRUE(stop.check());
    third.set(501);
    EXPECT_EQ(stop.check().error().code, Code::kBusy);
    EXPECT_EQ(other.check().error().code, Code::kBusy);
    one.set(100);  // given back
    EXPECT_TRUE(stop.check());
  }
  EXPECT_EQ(stop.memory, 0u);
  EXPECT_EQ(stop.shared->used, 0u);
}

}  // namespace
}  // namespace perennial::timeline
