#include <mutex>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <time.h>

#include "timeline/engine.h"
#include "timeline/pool_turns.h"

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

// Takes so much of the processor, however long that takes.
void work_for(std::chrono::nanoseconds much) {
  const auto taken = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  };
  const auto until = taken() + much;
  while (taken() < until) {
  }
}

TEST(Pool, QuestionsTakeTurns) {
  Pool pool(1);
  const Stop stop;
  std::mutex mutex;
  std::vector<char> order;
  std::atomic<bool> second_asked = false;
  // The first chunk of the first question holds the only thread until the second is about to ask;
  // the turns hold whenever it does. Its chunks take far more of the processor.
  std::thread first([&] {
    EXPECT_TRUE(pool.run(50, stop, [&](uint32_t, unsigned) {
      while (!second_asked) std::this_thread::yield();
      work_for(std::chrono::milliseconds(1));
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
  // From its first turn on, the short question is not behind the long one.
  const auto begin = std::ranges::find(order, 'b');
  const auto last = std::find(order.rbegin(), order.rend(), 'b').base();
  EXPECT_LE(last - begin, 10);
}

// One small question of ten chunks beside nine large ones, by times that the test makes up: it ends
// when each has had its time, not when each has had its ten chunks.
TEST(Pool, ASmallQuestionWaitsForItsTimeNotForTheirs) {
  constexpr uint64_t kSmall = 10, kLarge = 1'000;
  std::vector<Turn> large(9);
  Turn small;
  Turns turns;
  for (Turn& turn : large) turns.enter(turn);
  // They have been at work for a while when the small one comes.
  uint64_t now = 0;
  const auto serve = [&]() -> Turn& {
    Turn& turn = turns.next();
    const uint64_t took = &turn == &small ? kSmall : kLarge;
    turns.took(turn, turn.chunk, took);
    now += took;
    return turn;
  };
  for (int i = 0; i < 95; ++i) turns.again(serve());
  turns.enter(small);
  const uint64_t came = now;
  for (int chunks = 0; chunks < 10;) {
    Turn& turn = serve();
    if (&turn != &small) {
      turns.again(turn);
    } else if (++chunks < 10) {
      turns.again(turn);
    }
  }
  // What was under way may end first: a chunk of each of the others.
  EXPECT_LE(now - came, 10 * 10 * kSmall + 9 * kLarge);
}

TEST(Pool, NobodyIsPassedOverForEver) {
  // A newcomer after each chunk: whoever came first still has its share.
  Turn old;
  Turns turns;
  turns.enter(old);
  std::vector<std::unique_ptr<Turn>> others;
  int served = 0;
  for (int i = 0; i < 100; ++i) {
    turns.enter(*others.emplace_back(std::make_unique<Turn>()));
    Turn& turn = turns.next();
    turns.took(turn, turn.chunk, 100);
    if (&turn == &old) {
      ++served;
      turns.again(turn);
    } else {
      turns.leave();
    }
  }
  EXPECT_GE(served, 10);
}

TEST(Pool, EqualQuestionsTakeTurns) {
  Turn a, b, c;
  Turns turns;
  for (Turn* turn : {&a, &b, &c}) turns.enter(*turn);
  for (int round = 0; round < 5; ++round) {
    for (Turn* turn : {&a, &b, &c}) {
      Turn& next = turns.next();
      EXPECT_EQ(&next, turn);
      turns.took(next, next.chunk, 7);
      turns.again(next);
    }
  }
  // Two threads at once: a chunk under way counts as long as the last one took.
  Turn& first = turns.next();
  turns.again(first);
  EXPECT_NE(&turns.next(), &first);
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
