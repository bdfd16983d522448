#include "insight/query_range.h"

#include <algorithm>

namespace perennial::insight {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr int kMaxLast = timeline::kMaxPeriods;
constexpr int kMaxGapMinutes = 24 * 60;
constexpr int kDefaultGapMinutes = 30;
constexpr size_t kMaxTimeBytes = 40;

Period period_of(Unit unit) {
  return unit == Unit::kMonth ? Period::kMonth : unit == Unit::kWeek ? Period::kWeek : Period::kDay;
}

// How far the zone's clock is past a full hour.
Millis past_hour(const Zone& zone, Instant t) {
  const auto local = zone.to_local(t);
  return local - std::chrono::floor<hours>(local);
}

Instant next_hour(const Zone& zone, Instant start) {
  const Instant next = start + hours(1);
  const Millis past = past_hour(zone, next);
  return past == Millis(0) ? next : next + hours(1) - past;
}

Result<Instant> parse_end(const Fields& range, std::string_view member, const Zone& zone) {
  const std::string text = TRY(range.required_text(member, kMaxTimeBytes));
  auto at = parse_instant(text, zone);
  if (!at)
    return fail(Code::kInvalid, "is no day or instant", range.at(member),
                "write 2026-03-01 or 2026-03-01T12:30:00Z");
  const int64_t ms = to_millis(*at);
  if (ms < 0 || ms > kLastSecond * 1000) {
    return fail(Code::kInvalid, "is outside of 1970 to 2106", range.at(member),
                "questions reach from 1970-01-01 to 2106-02-07");
  }
  return *at;
}

Result<Span> parse_fixed(const Fields& range, const Zone& zone) {
  Span span;
  span.from = TRY(parse_end(range, "from", zone));
  span.to = TRY(parse_end(range, "to", zone));
  if (span.from >= span.to)
    return fail(Code::kInvalid, "must be after from", range.at("to"),
                "the range is half-open: to is the first day that does not count");
  return span;
}

Span cut_to_timeline(Span span) {
  const Instant low = from_millis(0), high = from_millis(kLastSecond * 1000);
  return {std::clamp(span.from, low, high), std::clamp(span.to, low, high)};
}

Unit calendar_unit(Period period) {
  return period == Period::kMonth  ? Unit::kMonth
         : period == Period::kWeek ? Unit::kWeek
                                   : Unit::kDay;
}

// No unit is shorter than this, clock changes included.
hours shortest(Unit unit) {
  switch (unit) {
    case Unit::kHour:
      return hours(1);
    case Unit::kDay:
      return hours(23);
    case Unit::kWeek:
      return hours(7 * 24 - 1);
    case Unit::kMonth:
      return hours(28 * 24 - 1);
  }
  return hours(1);
}

// The most periods that a range can have; a day left out when a zone changes sides of the date
// line only makes fewer.
int64_t most_periods(Unit unit, Span range) { return (range.to - range.from) / shortest(unit) + 2; }

Result<seconds> parse_duration_unit(const Fields& duration) {
  return duration.word<seconds>("unit", std::nullopt,
                                {{"second", seconds(1)},
                                 {"minute", std::chrono::minutes(1)},
                                 {"hour", hours(1)},
                                 {"day", std::chrono::days(1)},
                                 {"week", std::chrono::weeks(1)}});
}

std::string said(seconds length) {
  if (length % std::chrono::days(1) == seconds(0))
    return std::to_string(length / std::chrono::days(1)) + " days";
  return std::to_string(length.count()) + (length == seconds(1) ? " second" : " seconds");
}

Result<seconds> duration_of(const Fields& duration, seconds unit, seconds low, seconds high) {
  TRY(duration.required("count"));
  const int64_t count = TRY(duration.integer("count", 1, INT64_MIN, INT64_MAX));
  // Compared by division: a count as large as this must not overflow.
  if (count < 1 || count > high / unit || count * unit < low)
    return fail(Code::kInvalid, "must be from " + said(low) + " to " + said(high), duration.path());
  return count * unit;
}

}  // namespace

std::string_view unit_name(Unit unit) {
  switch (unit) {
    case Unit::kHour:
      return "hour";
    case Unit::kDay:
      return "day";
    case Unit::kWeek:
      return "week";
    case Unit::kMonth:
      return "month";
  }
  return "";
}

Result<Unit> parse_unit(const Fields& fields, std::string_view member,
                        std::optional<Unit> fallback) {
  return fields.word<Unit>(
      member, fallback,
      {{"hour", Unit::kHour}, {"day", Unit::kDay}, {"week", Unit::kWeek}, {"month", Unit::kMonth}});
}

Instant start_of(Unit unit, const Calendar& calendar, Instant t) {
  if (unit != Unit::kHour) return calendar.start_of(period_of(unit), t);
  return t - past_hour(calendar.zone, t);
}

Instant advance(Unit unit, const Calendar& calendar, Instant start, int count) {
  if (unit != Unit::kHour) return calendar.advance(period_of(unit), start, count);
  if (count < 0) return start_of(unit, calendar, start + hours(count));
  for (; count > 0; --count) start = next_hour(calendar.zone, start);
  return start;
}

std::vector<Span> periods_of(Unit unit, const Calendar& calendar, Span range) {
  std::vector<Span> periods;
  if (range.from >= range.to) return periods;
  if (unit == Unit::kHour) {
    Instant from = start_of(unit, calendar, range.from);
    while (from < range.to) {
      const Instant to = next_hour(calendar.zone, from);
      periods.push_back({from, to});
      from = to;
    }
  } else {
    periods = calendar.periods(period_of(unit), range);
  }
  periods.front().from = range.from;
  periods.back().to = range.to;
  return periods;
}

std::string label_of(Unit unit, const Calendar& calendar, Instant start) {
  if (unit != Unit::kHour) return calendar.label(period_of(unit), start_of(unit, calendar, start));
  const auto local = calendar.zone.to_local(start);
  const auto hour = local - std::chrono::floor<std::chrono::days>(local);
  const int64_t number = std::chrono::floor<hours>(hour).count();
  return calendar.label(Period::kDay, start) + (number < 10 ? "T0" : "T") + std::to_string(number) +
         ":00";
}

Result<Span> parse_range(const Fields& question, const Calendar& calendar, Instant now) {
  const Json& json = *TRY(question.required("range"));
  Fields range = TRY(
      Fields::of(json, question.at("range"), {"from", "to", "last", "unit", "this", "previous"}));
  const bool fixed = range.has("from") || range.has("to");
  const bool last = range.has("last"), now_in = range.has("this"), before = range.has("previous");
  if (fixed + last + now_in + before != 1 || (range.has("unit") && !last)) {
    return fail(Code::kInvalid, "must have exactly one form", range.path(),
                R"(write {"from": …, "to": …}, {"last": 90, "unit": "day"}, {"this": "month"} or )"
                R"({"previous": "month"})");
  }
  if (fixed) return parse_fixed(range, calendar.zone);
  if (last) {
    const int count = static_cast<int>(TRY(range.integer("last", 1, 1, kMaxLast)));
    const Unit unit = TRY(parse_unit(range, "unit", Unit::kDay));
    const Instant current = start_of(unit, calendar, now);
    return cut_to_timeline(
        {advance(unit, calendar, current, 1 - count), advance(unit, calendar, current, 1)});
  }
  const Period period = TRY(range.word<Period>(
      now_in ? "this" : "previous", std::nullopt,
      {{"day", Period::kDay}, {"week", Period::kWeek}, {"month", Period::kMonth}}));
  const Unit unit = calendar_unit(period);
  const Instant current = start_of(unit, calendar, now);
  if (now_in) return cut_to_timeline({current, advance(unit, calendar, current, 1)});
  return cut_to_timeline({advance(unit, calendar, current, -1), current});
}

Result<std::vector<Span>> checked_periods(Unit unit, const Calendar& calendar, Span range) {
  const auto too_many = [] {
    return fail(Code::kInvalid,
                "the range has more than " + std::to_string(timeline::kMaxPeriods) + " periods",
                "range", "ask for a shorter range or longer periods");
  };
  // Months differ by a tenth in length; the rest is counted exactly below.
  if (most_periods(unit, range) > 2 * timeline::kMaxPeriods) return too_many();
  auto periods = periods_of(unit, calendar, range);
  if (periods.size() > timeline::kMaxPeriods) return too_many();
  return periods;
}

Unit suitable_unit(Span range) {
  const auto length = range.to - range.from;
  if (length <= hours(2 * 24 + 1)) return Unit::kHour;
  if (length <= std::chrono::days(100)) return Unit::kDay;
  if (length <= std::chrono::days(2 * 366)) return Unit::kWeek;
  return Unit::kMonth;
}

Result<seconds> parse_duration(const Fields& fields, std::string_view member, seconds fallback,
                               seconds low, seconds high) {
  const Json* json = fields.find(member);
  if (json == nullptr) return fallback;
  Fields duration = TRY(Fields::of(*json, fields.at(member), {"count", "unit"}));
  const seconds unit = TRY(parse_duration_unit(duration));
  return duration_of(duration, unit, low, high);
}

Result<FunnelWindow> parse_funnel_window(const Fields& fields, seconds fallback) {
  const Json* json = fields.find("window");
  if (json == nullptr) return FunnelWindow{.window = fallback, .session_gap = std::nullopt};
  Fields window = TRY(Fields::of(*json, fields.at("window"), {"count", "unit", "gap_minutes"}));
  constexpr seconds kSession(0);
  const seconds unit = TRY(window.word<seconds>("unit", std::nullopt,
                                                {{"second", seconds(1)},
                                                 {"minute", std::chrono::minutes(1)},
                                                 {"hour", hours(1)},
                                                 {"day", std::chrono::days(1)},
                                                 {"week", std::chrono::weeks(1)},
                                                 {"session", kSession}}));
  if (unit != kSession) {
    if (window.has("gap_minutes"))
      return fail(Code::kInvalid, "is only of unit session", window.at("gap_minutes"));
    const seconds length = TRY(duration_of(window, unit, kMinWindow, kMaxWindow));
    return FunnelWindow{.window = length, .session_gap = std::nullopt};
  }
  if (window.has("count"))
    return fail(Code::kInvalid, "a window is one session", window.at("count"));
  const auto gap = TRY(window.integer("gap_minutes", kDefaultGapMinutes, 1, kMaxGapMinutes));
  return FunnelWindow{.window = kMaxWindow, .session_gap = std::chrono::minutes(gap)};
}

}  // namespace perennial::insight
