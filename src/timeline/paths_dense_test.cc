// Small counters of paths, and the list of places that the plainest question begins with.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "timeline/hits_search.h"
#include "timeline/paths.h"
#include "timeline/paths_testing.h"

namespace perennial::timeline {
namespace {

// More people than sixteen bits tell apart, each with the same path three times. Sixteen paths wait
// to be counted, so that somebody's are counted in part when the counters are carried.
TEST(PathsDense, ManyPeopleAreCarried) {
  constexpr uint32_t kTimes = 300, kPeople = kTimes * kBucketPeople;
  static_assert(kPeople > 2 * (1 << 16));
  const std::vector<History> people(kBucketPeople, {{.at = 10, .group = 1},
                                                    {.at = 20, .group = 2},
                                                    {.at = 9'000, .group = 1},
                                                    {.at = 9'010, .group = 2},
                                                    {.at = 50'000, .group = 1},
                                                    {.at = 50'001, .group = 2}});
  TestBucket bucket(people);
  const Slice by_group = bucket.slice({anything});
  const ByBytes lie(by_group.hits[0]);
  Slice by_byte = by_group;
  by_byte.hits = {&lie.hits, 1};
  PathsSpec spec;
  spec.nodes = 2;
  spec.from = 1;
  spec.steps = 3;
  for (const bool plain : {true, false}) {
    SCOPED_TRACE(plain);
    spec.collapse = !plain;
    spec.occurrence = PathsSpec::Occurrence::kEvery;
    Paths kernel(spec), other(spec), empty(spec);
    for (uint32_t i = 0; i < kTimes; ++i) kernel.add(plain ? by_byte : by_group);
    for (uint32_t i = 0; i < 10; ++i) other.add(plain ? by_byte : by_group);
    empty.merge(kernel);
    kernel.merge(other);
    for (const auto& [of, all] :
         {std::pair(&empty, kPeople), std::pair(&kernel, kPeople + 10 * kBucketPeople)}) {
      const PathsTable table = of->finish();
      EXPECT_EQ(table.total.paths, uint64_t{3} * all);
      EXPECT_EQ(table.total.people, all);
      ASSERT_EQ(table.paths.size(), 1U);
      EXPECT_EQ(table.paths[0].nodes, (std::vector<uint32_t>{1, 2}));
      EXPECT_EQ(table.paths[0].paths, uint64_t{3} * all);
      EXPECT_EQ(table.paths[0].people, all);
      EXPECT_EQ(table.steps[0].nodes[0].people, all);
      EXPECT_EQ(table.steps[0].edges[0].people, all);
      EXPECT_EQ(table.steps[1].nodes[0].people, all);
      EXPECT_EQ(table.steps[1].nodes[0].ended.people, all);
      EXPECT_EQ(table.steps[1].nodes[0].ended.paths, uint64_t{3} * all);
    }
  }
}

TEST(ListPlaces, FindsEveryPlace) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 500; ++round) {
    std::vector<uint8_t> names(random() % 400);
    const uint64_t kinds = 1 + random() % 20;
    for (uint8_t& name : names) name = static_cast<uint8_t>(random() % kinds * 13);
    const auto to = static_cast<uint32_t>(names.size());
    const auto from = static_cast<uint32_t>(random() % (names.size() + 1));
    std::vector<uint32_t> expected, found(to - from + kListed);
    for (uint32_t i = from; i < to; ++i) {
      if (names[i] == 13) expected.push_back(i);
    }
    found.resize(list_places(names.data(), from, to, 13, found.data()));
    ASSERT_EQ(found, expected);
  }
}

}  // namespace
}  // namespace perennial::timeline
