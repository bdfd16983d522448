// A group of people against everybody, tag by tag: how often a word is met among those of the group
// who have the tag, against those of everybody who have it.
//
//   index = share in the group ÷ share in all × 100: 100 is average, 200 twice as often.
//
// The interval is Wilson's of the share in the group (J. Am. Stat. Assoc. 22, 1927), with the share
// in all taken as it is. Pure.
#pragma once

#include <span>
#include <vector>

#include "portrait/everyone.h"

namespace perennial::portrait {

inline constexpr int64_t kSmallGroup = 30;     // with the tag; fewer prove nothing
inline constexpr double kSmallExpected = 5.0;  // of a word, were the group as everybody is

struct WordIndex {
  uint16_t word = 0;
  int64_t group = 0, all = 0;  // people with the word
  double group_share = 0, all_share = 0;
  double index = 0, low = 0, high = 0;  // with the 95 % interval
  bool small = false;                   // too few to say
  bool differs = false;                 // not small, and 100 lies outside of the interval
};
struct TagIndex {
  int64_t group = 0, all = 0;    // people with the tag
  std::vector<WordIndex> words;  // that anybody has, by number
};
// `group` ascending, each once.
TagIndex against_everybody(const segments::FactColumn& column, std::span<const PersonId> group);

}  // namespace perennial::portrait
