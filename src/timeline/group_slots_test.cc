#include "timeline/group_slots.h"

#include <gtest/gtest.h>

#include "timeline/testing.h"

namespace perennial::timeline {
namespace {

TestEvent in_group(Second at, uint32_t group) { return {.at = at, .name = 1, .group = group}; }

TEST(GroupSizes, RanksByHitsOrByPeople) {
  TestBucket bucket({{in_group(10, 7), in_group(11, 7), in_group(12, 7), in_group(20, 5)},
                     {in_group(9, 5), in_group(10, 5), in_group(15, 5)},
                     {in_group(10, 0), in_group(19, 6)},
                     {in_group(9, 8), in_group(20, 8)},
                     {in_group(10, 5)}});
  bucket.set_groups({2, 3, 3, 4, 2});
  Slice slice = bucket.slice({named(1)});
  slice.who = {};
  for (uint32_t person = 0; person < 4; ++person) slice.who.add(person);
  GroupSizes hits(GroupBy::kEvent, 10, 20), people(GroupBy::kPerson, 10, 20), other = hits;
  hits.add(slice);
  people.add(slice);
  EXPECT_EQ(*hits.top(10), (std::vector<uint32_t>{7, 5, 0, 6}));
  EXPECT_EQ(*hits.top(2), (std::vector<uint32_t>{7, 5}));
  EXPECT_EQ(*hits.top(10, std::greater<>()), (std::vector<uint32_t>{7, 5, 6, 0}));
  EXPECT_EQ(*hits.top(3, std::greater<>()), (std::vector<uint32_t>{7, 5, 6}));
  EXPECT_EQ(*people.top(10), (std::vector<uint32_t>{3, 2}));
  EXPECT_EQ(hits.groups(), 4U);
  other.add(slice);
  other.merge(hits);
  hits.merge(GroupSizes(GroupBy::kEvent, 10, 20));
  EXPECT_EQ(*other.top(3), *hits.top(3));
}

// A property with a million values, each once but for the ten that somebody looks for.
TEST(GroupSizes, RanksAMillionValues) {
  constexpr uint32_t kValues = 1'000'000, kPart = 250'000;
  GroupSizes sizes(GroupBy::kEvent, 0, kNever);
  for (uint32_t first = 0; first < kValues; first += kPart) {
    std::vector<History> people(kBucketPeople);
    for (uint32_t i = 0; i < kPart; ++i)
      people[i % kBucketPeople].push_back(in_group(10 + i, first + i));
    for (uint32_t i = 0; i < 10; ++i) people[i].push_back(in_group(5, 77'777 * (i + 1)));
    TestBucket bucket(std::move(people));
    GroupSizes part(GroupBy::kEvent, 0, kNever);
    part.add(bucket.slice({named(1)}));
    sizes.merge(part);
  }
  EXPECT_EQ(sizes.groups(), kValues);
  const auto top = sizes.top(10);
  ASSERT_TRUE(top);
  for (uint32_t i = 0; i < 10; ++i) EXPECT_EQ((*top)[i], 77'777 * (i + 1));
}

TEST(GroupSizes, RefusesTooManyValues) {
  TestBucket most({{in_group(1, kMaxGroupCodes - 1)}}), more({{in_group(1, kMaxGroupCodes)}});
  GroupSizes sizes(GroupBy::kEvent, 0, 9);
  sizes.add(most.slice({named(1)}));
  EXPECT_EQ(*sizes.top(1), std::vector<uint32_t>{kMaxGroupCodes - 1});
  GroupSizes beyond(GroupBy::kEvent, 0, 9);
  beyond.add(more.slice({named(1)}));
  sizes.merge(beyond);
  ASSERT_FALSE(sizes.top(1));
  EXPECT_EQ(sizes.top(1).error().code, Code::kTooLarge);
}

TEST(GroupSlots, PutTheRestInTheLast) {
  GroupSlots none, all_others(GroupBy::kEvent, {});
  EXPECT_EQ(none.size(), 1U);
  EXPECT_EQ(none.of(9), 0U);
  EXPECT_EQ(all_others.size(), 1U);
  const std::vector<uint32_t> shown = {4, 0};
  GroupSlots slots(GroupBy::kPerson, shown);
  EXPECT_EQ(slots.size(), 3U);
  EXPECT_EQ(slots.of(4), 0U);
  EXPECT_EQ(slots.of(0), 1U);
  EXPECT_EQ(slots.of(3), 2U);
  EXPECT_EQ(slots.of(5'000'000), 2U);
}

TEST(GroupSlots, HaveLimits) {
  std::vector<uint32_t> shown;
  for (uint32_t code = 0; code < kMaxShownGroups; ++code) shown.push_back(code);
  EXPECT_TRUE(check_groups(GroupBy::kEvent, shown));
  EXPECT_FALSE(check_groups(GroupBy::kNone, shown));
  shown.push_back(kMaxShownGroups);
  EXPECT_FALSE(check_groups(GroupBy::kEvent, shown));
  EXPECT_FALSE(check_groups(GroupBy::kEvent, std::vector<uint32_t>{1, 2, 1}));
  EXPECT_TRUE(check_groups(GroupBy::kEvent, std::vector<uint32_t>{kMaxGroupCodes - 1}));
  EXPECT_FALSE(check_groups(GroupBy::kEvent, std::vector<uint32_t>{kMaxGroupCodes}));
}

}  // namespace
}  // namespace perennial::timeline
