// What a session is, once for every kernel that asks: a person's events with no pause longer than
// `gap_seconds` between neighbours, cut at the borders of `days` when they are given. All events of
// the selector hold a session open, also those that a question leaves out afterwards.
#pragma once

#include <cstdint>
#include <optional>

#include "base/base.h"
#include "timeline/hits.h"
#include "timeline/periods.h"

namespace perennial::timeline {

inline constexpr uint32_t kMaxSessionGap = 31 * 86'400;

struct SessionRule {
  uint32_t gap_seconds = 1'800;  // a pause of exactly this length still belongs to the session
  std::optional<Periods> days;   // local days; a session ends at each border. Times before the
                                 // first and after the last are one day each.
};
Result<void> check(const SessionRule& rule);  // kInvalid, "gap_seconds"

// Walks the hits of one bucket. kDays says whether `days` is not null.
template <bool kDays>
struct SessionWalk {
  const Second* at;
  uint32_t gap;  // kNever: all hits of a person are one session
  const Periods* days;

  // One past the last hit of the session that hit i is in; `last` is the end of the person's.
  uint32_t end(uint32_t i, uint32_t last) const {
    const Second until = day_end(i);
    ++i;
    while (i < last && joins(i, until)) ++i;
    return i;
  }
  // Whether hit i is in the session of the hit before it, whose day ends at `until`.
  bool joins(uint32_t i, Second until) const {
    return at[i] - at[i - 1] <= gap && (!kDays || at[i] < until);
  }
  // When the day of hit i ends.
  Second day_end(uint32_t i) const {
    if constexpr (!kDays) return kNever;
    const int day = days->find(at[i]);
    return day < 0 ? days->begin() : day == days->size() ? kNever : days->to(day);
  }
  // Its first hit; `first` is the person's first, or any hit after which it surely began.
  uint32_t begin(uint32_t i, uint32_t first) const {
    const Second from = kDays ? day_begin(at[i]) : 0;
    while (i > first && at[i] - at[i - 1] <= gap && (!kDays || at[i - 1] >= from)) --i;
    return i;
  }

 private:
  Second day_begin(Second t) const {
    const int day = days->find(t);
    return day < 0 ? 0 : day == days->size() ? days->end() : days->from(day);
  }
};

}  // namespace perennial::timeline
