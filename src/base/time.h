// Time: instants in UTC with millisecond precision, half-open spans, and calendar periods (day,
// week, month) taken in an IANA time zone. Zone rules come from the system's tzdata through the
// date library.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace date {
class time_zone;
}

namespace perennial {

using Millis = std::chrono::milliseconds;
using Instant = std::chrono::time_point<std::chrono::system_clock, Millis>;

inline int64_t to_millis(Instant t) { return t.time_since_epoch().count(); }
inline Instant from_millis(int64_t ms) { return Instant(Millis(ms)); }

// What tells the time. Code takes a Clock or an Instant as an argument and never asks the system
// itself, so that tests and a workspace that stands on a past day decide what "now" is.
using Clock = std::function<Instant()>;
Instant system_now();

// Half-open: `from` is inside, `to` is not.
struct Span {
  Instant from;
  Instant to;
  bool contains(Instant t) const { return from <= t && t < to; }
  bool operator==(const Span&) const = default;
};

enum class Period { kDay, kWeek, kMonth };
Result<Period> parse_period(std::string_view word);  // "day", "week", "month"
std::string_view period_name(Period period);

enum class WeekStart { kMonday, kSunday, kSaturday };
Result<WeekStart> parse_week_start(std::string_view word);  // "monday", "sunday", "saturday"
std::string_view week_start_name(WeekStart start);

// An IANA time zone, cheap to copy. Fails with kInvalid for a name that tzdata does not know.
class Zone {
 public:
  static Result<Zone> named(std::string_view name);
  static Zone utc();
  std::string name() const;
  // Wall-clock time of an instant, and back. A local time that a clock change skips maps to the
  // instant of the change; one that happens twice maps to the earlier.
  std::chrono::local_time<Millis> to_local(Instant t) const;
  Instant to_instant(std::chrono::local_time<Millis> local) const;

 private:
  friend struct Calendar;
  friend Result<Instant> parse_instant(std::string_view text, Zone zone);
  const date::time_zone* zone_ = nullptr;
};

// Where the calendar of a workspace is kept: its zone and the first day of its week.
struct Calendar {
  Zone zone = Zone::utc();
  WeekStart week_start = WeekStart::kMonday;

  // The start of the period that contains t, and of the one `count` periods later (or earlier).
  Instant start_of(Period period, Instant t) const;
  Instant advance(Period period, Instant start, int count) const;
  // The consecutive periods that cover `span`; the first and last may reach over its ends.
  std::vector<Span> periods(Period period, Span span) const;
  // "2011-09-09" for a day and for the first day of a week, "2011-09" for a month.
  std::string label(Period period, Instant start) const;
  // The start of a label given back by label(). Fails with kInvalid.
  Result<Instant> parse_label(Period period, std::string_view label) const;
};

// ISO 8601 / RFC 3339: "2011-09-09T12:30:00.000Z" with any offset, fraction of 0–9 digits (cut to
// milliseconds), and a space for the T. Without an offset the time is read in `zone`; a date alone
// is the start of the day.
Result<Instant> parse_instant(std::string_view text, Zone zone);
Result<Instant> parse_instant(std::string_view text);
std::string format_instant(Instant t);  // "2011-09-09T12:30:00.000Z"

}  // namespace perennial
