// The time that a question is about.
#pragma once

#include "insight/query.h"
#include "insight/query_fields.h"

namespace perennial::insight {

// A member that names a unit.
Result<Unit> parse_unit(const Fields& fields, std::string_view member,
                        std::optional<Unit> fallback);

// The start of the unit that holds t, and of the one `count` later or earlier.
Instant start_of(Unit unit, const Calendar& calendar, Instant t);
Instant advance(Unit unit, const Calendar& calendar, Instant start, int count);

// The member `range` of a question.
Result<Span> parse_range(const Fields& question, const Calendar& calendar, Instant now);
// kInvalid when the range has more periods than a question may have; found without making them.
Result<std::vector<Span>> checked_periods(Unit unit, const Calendar& calendar, Span range);
// What suits a range nobody named a unit for: hours up to 2 days, days up to 100, weeks up to 2
// years, then months.
Unit suitable_unit(Span range);

// A member of the form Duration: kInvalid outside of `low` to `high`.
Result<std::chrono::seconds> parse_duration(const Fields& fields, std::string_view member,
                                            std::chrono::seconds fallback,
                                            std::chrono::seconds low = kMinWindow,
                                            std::chrono::seconds high = kMaxWindow);
// The same, or one session.
struct FunnelWindow {
  std::chrono::seconds window;
  std::optional<std::chrono::seconds> session_gap;
};
Result<FunnelWindow> parse_funnel_window(const Fields& fields, std::chrono::seconds fallback);

}  // namespace perennial::insight
