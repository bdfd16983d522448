// When something was said: by the time of the event, then by its place in arrival order. Whatever
// is "the last word" (a trait, a consent, an order's total) goes to the greatest stamp, so that the
// order in which events arrive does not matter.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace perennial::people {

inline constexpr int64_t kEndOfTime = std::numeric_limits<int64_t>::max();
inline constexpr int64_t kBeforeTime = std::numeric_limits<int64_t>::min();

struct Stamp {
  int64_t ms = kBeforeTime;
  int64_t seq = 0;
  auto operator<=>(const Stamp&) const = default;
};

}  // namespace perennial::people
