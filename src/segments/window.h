// Which events a condition looks at, by their time: ever, the last so long, before so long ago, a
// fixed span, the current day, week or month.
//
// An event of second s is younger than 90 days during [s, s + 90 days): it counts from the second
// in which it happened and no longer from the second at which it is as old as that. Days, weeks
// and months are added on the wall clock of the workspace's zone, so that an event of 10:00 leaves
// a window of days at 10:00, whatever a clock change did to the hours between.
#pragma once

#include <optional>

#include "base/base.h"
#include "timeline/timeline.h"

namespace perennial::segments {

using timeline::kNever;
using timeline::Second;

inline constexpr int64_t kMaxWindowSeconds = int64_t{20} * 366 * 86'400;  // of one duration

struct Duration {
  enum class Unit { kSecond, kMinute, kHour, kDay, kWeek, kMonth };
  int count = 1;
  Unit unit = Unit::kDay;
  bool operator==(const Duration&) const = default;
};

// When something of second `at` is that old; never before `at`, and never earlier for a later one.
// Where a month does not have the day, it is the end of that month. kNever beyond 2106.
Second add(const Calendar& calendar, Second at, Duration duration);
// The earliest second whose events are younger than that at `now`: add(result) > now.
Second youngest(const Calendar& calendar, Second now, Duration duration);

struct Window {
  std::optional<Duration> last;    // younger than this
  std::optional<Duration> before;  // at least as old as this
  std::optional<Second> from, to;  // half-open
  std::optional<Period> current;   // in the current day, week or month
  bool operator==(const Window&) const = default;
};

// Half-open; what happens after `now` never counts.
struct Bounds {
  Second from = 0, to = 0;
};
Bounds bounds_of(const Window& window, const Calendar& calendar, Second now);
// When an event of second `at`, which is in the window, leaves it; kNever if it stays. Events leave
// in the order of their times.
Second leaves_at(const Window& window, const Calendar& calendar, Second at);
// When an event of second `at`, which is behind the window at `now`, enters it; kNever if it never
// does. Events enter in the order of their times.
Second enters_at(const Window& window, const Calendar& calendar, Second at);

}  // namespace perennial::segments
