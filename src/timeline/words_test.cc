#include "timeline/words.h"

#include <gtest/gtest.h>

namespace perennial::timeline {
namespace {

using events::Type;

TEST(Words, TwoAgreeOnEveryNumber) {
  Dictionary dictionary;
  std::mutex together;
  Words one(dictionary, &together), two(dictionary, &together), alone(dictionary, nullptr);
  EXPECT_EQ(one.event(Type::kTrack, "Viewed"), 0u);
  EXPECT_EQ(two.event(Type::kPage, "Viewed"), 1u) << "a name of another type is another";
  EXPECT_EQ(two.event(Type::kTrack, "Viewed"), 0u);
  EXPECT_EQ(one.event(Type::kPage, "Viewed"), 1u);
  EXPECT_EQ(one.property("sku"), two.property("sku"));
  EXPECT_NE(one.property("sku"), two.property("price"));
  const uint32_t sku = one.property("sku");
  EXPECT_EQ(one.text(sku, "a"), 1u);
  EXPECT_EQ(two.text(sku, "b"), 2u);
  EXPECT_EQ(two.text(sku, "a"), 1u);
  EXPECT_EQ(alone.text(sku, "b"), 2u);
  EXPECT_FALSE(dictionary.has_numbers(sku));
  two.saw_number(sku);
  EXPECT_TRUE(dictionary.has_numbers(sku));
}

TEST(Words, ADroppedPropertyIsDroppedForWhoeverMeetsANewText) {
  Dictionary dictionary({.texts = 2});
  std::mutex together;
  Words one(dictionary, &together), two(dictionary, &together);
  const uint32_t sku = one.property("sku");
  EXPECT_EQ(one.text(sku, "a"), 1u);
  EXPECT_EQ(two.text(sku, "b"), 2u);
  EXPECT_EQ(two.text(sku, "c"), 0u) << "one too many";
  EXPECT_TRUE(dictionary.dropped(sku));
  EXPECT_EQ(two.text(sku, "b"), 0u);
  EXPECT_EQ(one.text(sku, "a"), 1u) << "columns may hold it already";
  EXPECT_EQ(one.text(sku, "d"), 0u);
  EXPECT_EQ(one.text(sku, "a"), 0u);
}

TEST(Words, OfManyTextsOnlySomeAreKept) {
  Dictionary dictionary({.texts = 2 * kMaxTextsMet});
  std::mutex together;
  Words words(dictionary, &together);
  const uint32_t sku = words.property("sku");
  for (int round = 0; round < 2; ++round) {
    for (uint32_t i = 1; i <= kMaxTextsMet + 100; ++i) {
      ASSERT_EQ(words.text(sku, std::to_string(i)), i);
    }
  }
  const size_t bytes = words.bytes();
  EXPECT_GT(bytes, kMaxTextsMet * 64);
  words.text(sku, "one more");
  EXPECT_EQ(words.bytes(), bytes);
  dictionary.drop(sku);
  EXPECT_EQ(words.text(sku, "and one more"), 0u);
  EXPECT_LT(words.bytes(), 1'000u) << "of a dropped property nothing";
}

TEST(Words, WhatHasNoRoomIsAskedForAgain) {
  Dictionary dictionary({.events = 1, .properties = 1});
  std::mutex together;
  Words words(dictionary, &together);
  EXPECT_EQ(words.event(Type::kTrack, "a"), 0u);
  EXPECT_EQ(words.event(Type::kTrack, "b"), kNoNumber);
  EXPECT_EQ(words.event(Type::kTrack, "b"), kNoNumber);
  EXPECT_EQ(words.event(Type::kTrack, "a"), 0u);
  EXPECT_EQ(words.property("a"), 0u);
  EXPECT_EQ(words.property("b"), kNoNumber);
}

}  // namespace
}  // namespace perennial::timeline
