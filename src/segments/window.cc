#include "segments/window.h"

#include <algorithm>

namespace perennial::segments {
namespace {

using Unit = Duration::Unit;

int64_t seconds_of(Unit unit) {
  switch (unit) {
    case Unit::kSecond:
      return 1;
    case Unit::kMinute:
      return 60;
    case Unit::kHour:
      return 3'600;
    case Unit::kDay:
      return 86'400;
    case Unit::kWeek:
      return 7 * 86'400;
    case Unit::kMonth:
      return 31 * 86'400;
  }
  return 1;
}

bool on_the_calendar(Unit unit) { return unit >= Unit::kDay; }

Second cut(int64_t at) { return static_cast<Second>(std::clamp<int64_t>(at, 0, int64_t{kNever})); }

std::chrono::local_time<Millis> add_months(std::chrono::local_time<Millis> at, int months) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  std::chrono::year_month_day date{day};
  date += std::chrono::months(months);
  if (date.ok()) return std::chrono::local_days{date} + (at - day);
  // A day that the month does not have: the month ends with it. The last day at the same hour would
  // let an event of the 29th leave after one of the 30th.
  date = date.year() / date.month() / std::chrono::last;
  return std::chrono::local_days{date} + std::chrono::days(1);
}

}  // namespace

Second add(const Calendar& calendar, Second at, Duration duration) {
  const int64_t length = duration.count * seconds_of(duration.unit);
  if (int64_t{at} + length > int64_t{kNever}) return kNever;
  if (!on_the_calendar(duration.unit)) return cut(int64_t{at} + length);
  auto local = calendar.zone.to_local(timeline::to_instant(at));
  if (duration.unit == Unit::kMonth) {
    local = add_months(local, duration.count);
  } else {
    local += std::chrono::days(duration.count * (duration.unit == Unit::kWeek ? 7 : 1));
  }
  const int64_t ms = to_millis(calendar.zone.to_instant(local));
  // A clock change of less than a second does not exist; rounding up keeps what is promised.
  return std::max(at, cut((ms + 999) / 1000));
}

Second youngest(const Calendar& calendar, Second now, Duration duration) {
  const int64_t length = duration.count * seconds_of(duration.unit);
  if (!on_the_calendar(duration.unit)) return cut(int64_t{now} - length + 1);
  // add() never decreases: the border is found by halves, between two days to either side.
  constexpr int64_t kMargin = int64_t{2} * 86'400;
  Second low = cut(int64_t{now} - length - kMargin), high = now;
  while (low < high) {
    const Second middle = low + (high - low) / 2;
    if (add(calendar, middle, duration) > now) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

Bounds bounds_of(const Window& window, const Calendar& calendar, Second now) {
  Bounds out{0, now == kNever ? kNever : now + 1};
  if (window.last) out.from = std::max(out.from, youngest(calendar, now, *window.last));
  if (window.before) out.to = std::min(out.to, youngest(calendar, now, *window.before));
  if (window.from) out.from = std::max(out.from, *window.from);
  if (window.to) out.to = std::min(out.to, *window.to);
  if (window.current) {
    const Instant start = calendar.start_of(*window.current, timeline::to_instant(now));
    out.from = std::max(out.from, timeline::to_second(start));
  }
  out.to = std::max(out.from, out.to);
  return out;
}

Second leaves_at(const Window& window, const Calendar& calendar, Second at) {
  Second out = kNever;
  if (window.last) out = std::min(out, add(calendar, at, *window.last));
  if (window.current) {
    const Instant start = calendar.start_of(*window.current, timeline::to_instant(at));
    out = std::min(out, timeline::to_second(calendar.advance(*window.current, start, 1)));
  }
  return out;
}

Second enters_at(const Window& window, const Calendar& calendar, Second at) {
  if (window.to && at >= *window.to) return kNever;
  return window.before ? add(calendar, at, *window.before) : at;
}

}  // namespace perennial::segments
