// The periods of a question in whole seconds, and which of them an instant is in, without asking a
// calendar: borders are computed once, and a table over equal steps of time leads to the right one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/base.h"
#include "timeline/hits.h"

namespace perennial::timeline {

inline constexpr int kMaxPeriods = 4'000;  // of one question

class Periods {
 public:
  Periods() = default;
  // Ascending borders; period i is [borders[i], borders[i + 1]).
  explicit Periods(std::vector<Second> borders);
  // Consecutive spans of a calendar. Times outside what a timeline covers are cut to it.
  static Periods of(std::span<const Span> spans);

  int size() const { return static_cast<int>(borders_.size()) - 1; }
  Second from(int period) const { return borders_[static_cast<size_t>(period)]; }
  Second to(int period) const { return borders_[static_cast<size_t>(period) + 1]; }
  Second begin() const { return borders_.front(); }
  Second end() const { return borders_.back(); }
  // The period of an instant; -1 before the first, size() after the last.
  int find(Second at) const {
    if (at < borders_.front()) return -1;
    if (at >= borders_.back()) return size();
    int i = steps_[(at - borders_.front()) >> shift_];
    while (borders_[static_cast<size_t>(i) + 1] <= at) ++i;
    return i;
  }

 private:
  std::vector<Second> borders_{0, 0};
  std::vector<int32_t> steps_;  // the period at the start of each step of 2^shift_ seconds
  int shift_ = 0;
};

// Cut to what a timeline can hold: 1970-01-01 to 2106-02-07.
Second to_second(Instant t);
Instant to_instant(Second at);

}  // namespace perennial::timeline
