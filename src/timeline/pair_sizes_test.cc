#include "timeline/pair_sizes.h"

#include <map>
#include <random>

#include <gtest/gtest.h>

#include "timeline/testing.h"

namespace perennial::timeline {
namespace {

using Sizes = std::map<std::pair<uint32_t, uint32_t>, uint64_t>;

Sizes sizes_of(const PairSizes& kernel) {
  Sizes out;
  for (const auto& pair : kernel.pairs()) {
    EXPECT_TRUE(out.emplace(std::pair(pair.group, pair.held), pair.hits).second);
  }
  return out;
}

TEST(PairSizes, AreWhatALookAtEachEventCounts) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const auto below = [&](uint64_t n) { return static_cast<uint32_t>(random() % n); };
  for (int round = 0; round < 100; ++round) {
    std::vector<History> people(1 + below(40));
    for (History& history : people) {
      for (uint32_t i = below(30); i > 0; --i)
        history.push_back({.at = below(1'000), .group = below(6), .held = below(5)});
    }
    std::vector<uint8_t> groups(below(7));
    for (auto& counted : groups) counted = below(3) == 0 ? 0 : 1;
    TestBucket bucket(people);
    Slice slice = bucket.slice({[](const TestEvent& event) { return event.at >= 200; }});
    slice.who.words[0] &= random();
    Sizes expected;
    for (uint32_t person = 0; person < people.size(); ++person) {
      if (!slice.who.has(person)) continue;
      for (const TestEvent& event : bucket.people()[person]) {
        if (event.at >= 200 && event.held != 0 && event.group < groups.size() &&
            groups[event.group] != 0)
          ++expected[{event.group, event.held}];
      }
    }
    PairSizes whole(groups), left(groups), right(groups);
    whole.add(slice);
    Slice low = slice, high = slice;
    low.who.words[0] &= 0xFF;
    high.who.remove(low.who);
    left.add(low);
    right.add(high);
    right.merge(left);
    ASSERT_EQ(sizes_of(whole), expected);
    ASSERT_EQ(sizes_of(right), expected);
  }
}

// Events of one person, each with a value of its own.
void feed(PairSizes& kernel, uint32_t from, uint32_t to) {
  History history;
  for (uint32_t i = from; i < to; ++i) history.push_back({.at = 1, .group = 1, .held = i + 1});
  TestBucket bucket({history});
  kernel.add(bucket.slice({[](const TestEvent&) { return true; }}));
}

TEST(PairSizes, TooManyAreSaidAloud) {
  PairSizes most({0, 1}), more({0, 1});
  feed(most, 0, kMaxPairs);
  EXPECT_FALSE(most.too_many());
  EXPECT_EQ(most.pairs().size(), kMaxPairs);
  feed(more, kMaxPairs, kMaxPairs + 1);
  most.merge(more);
  EXPECT_TRUE(most.too_many());
}

}  // namespace
}  // namespace perennial::timeline
