// Finding the period of an instant without asking a calendar: the boundaries are computed once, and
// a table over equal steps of time leads to the right one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/base.h"

namespace perennial::insight {

class PeriodIndex {
 public:
  // `periods` are consecutive; some may be empty.
  explicit PeriodIndex(std::span<const Span> periods);
  int size() const { return static_cast<int>(boundaries_.size()) - 1; }
  // The period that contains an instant; -1 before the first, size() after the last. Seen as
  // boundaries: the last that is not after the instant.
  int find(int64_t at_ms) const {
    if (at_ms < boundaries_.front()) return -1;
    if (at_ms >= boundaries_.back()) return size();
    int i = steps_[static_cast<size_t>((at_ms - boundaries_.front()) >> shift_)];
    while (boundaries_[static_cast<size_t>(i) + 1] <= at_ms) ++i;
    return i;
  }

 private:
  std::vector<int64_t> boundaries_;  // one more than there are periods
  std::vector<int32_t> steps_;       // the period at the start of each step of 2^shift_ ms
  int shift_ = 26;                   // 18.6 hours: less than any day
};

// The periods with what lies after `now` cut off: nothing after now counts.
std::vector<Span> cut_at(std::span<const Span> periods, Instant now);

}  // namespace perennial::insight
