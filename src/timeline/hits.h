// What kernels read. A question names selectors ("Order Completed with revenue > 100"); for each
// bucket of 512 people the engine says where each selector hit, person by person, in order.
//
// Time is counted in whole seconds. A person's events are ordered by millisecond and then by
// arrival; `tie` keeps that order inside a second, so (at, tie) names one event of a person (the
// 256th event of one person in one second and those after it share the last place). An event that
// fits two selectors has the same (at, tie) in both.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>

namespace perennial::timeline {

inline constexpr uint32_t kBucketPeople = 512;  // a set of them is one line of cache
using Second = uint32_t;                        // since 1970-01-01T00:00:00Z
inline constexpr Second kNever = UINT32_MAX;

// A set of people of one bucket.
struct Crowd {
  std::array<uint64_t, kBucketPeople / 64> words{};

  bool has(uint32_t i) const { return (words[i / 64] >> (i % 64) & 1) != 0; }
  void add(uint32_t i) { words[i / 64] |= uint64_t{1} << (i % 64); }
  uint32_t size() const {
    int total = 0;
    for (uint64_t word : words) total += std::popcount(word);
    return static_cast<uint32_t>(total);
  }
  bool empty() const {
    uint64_t any = 0;
    for (uint64_t word : words) any |= word;
    return any == 0;
  }
  Crowd& operator&=(const Crowd& other) {
    for (size_t i = 0; i < words.size(); ++i) words[i] &= other.words[i];
    return *this;
  }
  Crowd& operator|=(const Crowd& other) {
    for (size_t i = 0; i < words.size(); ++i) words[i] |= other.words[i];
    return *this;
  }
  Crowd& remove(const Crowd& other) {
    for (size_t i = 0; i < words.size(); ++i) words[i] &= ~other.words[i];
    return *this;
  }
  bool operator==(const Crowd&) const = default;
  template <class Each>
  void for_each(Each each) const {
    for (uint32_t i = 0; i < words.size(); ++i) {
      for (uint64_t rest = words[i]; rest != 0; rest &= rest - 1) {
        each(i * 64 + static_cast<uint32_t>(std::countr_zero(rest)));
      }
    }
  }
  static Crowd everyone() {
    Crowd all;
    all.words.fill(~uint64_t{0});
    return all;
  }
};

// Where one selector hit in one bucket. The hits of person i are [first[i], last[i]) of the arrays,
// ascending by key(); everything lies in the selector's range of time.
struct Hits {
  const Second* at = nullptr;
  const uint8_t* tie = nullptr;     // null: all 0
  const uint32_t* first = nullptr;  // kBucketPeople of them, as `last`
  const uint32_t* last = nullptr;

  // What the selector was asked to carry beside the time; null when it was not.
  const uint32_t* group = nullptr;  // a text as its number in the property's dictionary; 0 = none
  const uint32_t* held = nullptr;   // the same, for the property that all steps must share
  const double* number = nullptr;   // NaN = none
  // Instead of `group`, for a selector with names_as_they_lie: the group of a hit is
  // name_groups[name[hit]]; there are 256 of them, 0 where the bucket has no such name.
  const uint8_t* name = nullptr;
  const uint32_t* name_groups = nullptr;

  uint32_t count(uint32_t person) const { return last[person] - first[person]; }
  // The order of events of one person, across selectors.
  uint64_t key(uint32_t hit) const {
    return uint64_t{at[hit]} << 8 | (tie != nullptr ? tie[hit] : 0);
  }
};

// Who hit one selector in which period of a question: the answer to calendar questions without
// looking at single events.
struct Presence {
  std::span<const Crowd> in;  // one for each period
  Crowd before;               // who hit it before the first period (as far as its range reaches)
};

// One bucket as a kernel sees it.
struct Slice {
  uint32_t bucket = 0;
  Crowd who;  // whom the question is about; hits of others must not count
  // One for each selector of the question, in its order: hits, or presence for calendar kernels.
  std::span<const Hits> hits;
  std::span<const Presence> presence;
  const uint32_t* group =
      nullptr;  // of each person, for a breakdown by a person's property; or null
};

}  // namespace perennial::timeline
