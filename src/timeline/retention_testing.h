// For tests of calendar kernels: random histories, and civil time counted the slow way.
#pragma once

#include <chrono>
#include <random>
#include <set>
#include <vector>

#include "base/base.h"
#include "timeline/periods.h"
#include "timeline/testing.h"

namespace perennial::timeline {

using Random = std::mt19937_64;

inline uint32_t below(Random& random, uint32_t limit) {
  return static_cast<uint32_t>(random() % limit);
}

inline std::set<uint32_t> members(const Crowd& crowd) {
  std::set<uint32_t> out;
  crowd.for_each([&](uint32_t person) { out.insert(person); });
  return out;
}

// `people` histories over [from, to), some empty, some of one event, some with many, with ties.
inline std::vector<History> random_histories(Random& random, uint32_t people, Second from,
                                             Second to, uint32_t most_events = 30) {
  std::vector<History> out(people);
  for (History& history : out) {
    const uint32_t kind = below(random, 5);
    const uint32_t events = kind == 0 ? 0 : kind == 1 ? 1 : 1 + below(random, most_events);
    for (uint32_t i = 0; i < events; ++i) {
      TestEvent event;
      event.at = from + below(random, to - from);
      if (i > 0 && below(random, 4) == 0) event.at = history.back().at;
      event.name = below(random, 4);
      event.group = below(random, 5);
      history.push_back(event);
    }
  }
  return out;
}

// The number of the day, week or month in which an instant is, on the calendar's wall clock.
inline int64_t civil_number(const Calendar& calendar, Period period, Second at) {
  using namespace std::chrono;
  const auto day = floor<days>(calendar.zone.to_local(to_instant(at)));
  if (period == Period::kDay) return day.time_since_epoch().count();
  const year_month_day date{day};
  if (period == Period::kMonth) {
    return int64_t{static_cast<int>(date.year())} * 12 + static_cast<unsigned>(date.month());
  }
  const unsigned first = calendar.week_start == WeekStart::kMonday   ? 1
                         : calendar.week_start == WeekStart::kSunday ? 0
                                                                     : 6;
  auto start = day;
  while (weekday{start}.c_encoding() != first) start -= days{1};
  return start.time_since_epoch().count() / 7;
}

struct CivilCase {
  Calendar calendar;
  Period period = Period::kDay;
  Span span{};
  std::string text;
};
// Days over each change of clocks, weeks with each start, and months, in four zones.
inline std::vector<CivilCase> civil_cases() {
  struct Range {
    const char* zone;
    const char* from;
    const char* to;
  };
  std::vector<CivilCase> out;
  for (const Range& range : std::vector<Range>{
           {"UTC", "2026-01-20", "2026-02-10"},
           {"Asia/Shanghai", "2026-02-20", "2026-03-10"},
           {"Asia/Shanghai", "1991-04-08", "1991-04-22"},  // had changes of clocks then
           {"America/Los_Angeles", "2026-03-01", "2026-03-15"},
           {"America/Los_Angeles", "2026-10-25", "2026-11-08"},
           {"Pacific/Chatham", "2026-03-29", "2026-04-12"},
           {"Pacific/Chatham", "2026-09-20", "2026-10-04"}}) {
    const Zone zone = *Zone::named(range.zone);
    const Span days{*parse_instant(range.from, zone), *parse_instant(range.to, zone)};
    auto add = [&](Period period, WeekStart start, int months) {
      const Span span{days.from, days.from + months * Millis(31LL * 86'400'000)};
      out.push_back({.calendar = {.zone = zone, .week_start = start},
                     .period = period,
                     .span = months == 0 ? days : span,
                     .text = std::string(range.zone) + " " + range.from + " " +
                             std::string(period_name(period)) + " " +
                             std::string(week_start_name(start))});
    };
    add(Period::kDay, WeekStart::kMonday, 0);
    for (WeekStart start : {WeekStart::kMonday, WeekStart::kSunday, WeekStart::kSaturday}) {
      add(Period::kWeek, start, 3);
    }
    add(Period::kMonth, WeekStart::kMonday, 14);
  }
  return out;
}

// Histories around the borders of the periods: many events lie within an hour or two of one.
inline std::vector<History> histories_at_borders(Random& random, uint32_t people,
                                                 const Periods& periods) {
  const Second margin = 3 * 86'400;
  std::vector<History> out =
      random_histories(random, people, periods.begin() - margin, periods.end() + margin);
  for (History& history : out) {
    for (TestEvent& event : history) {
      if (below(random, 2) == 0) continue;
      const int border = static_cast<int>(below(random, static_cast<uint32_t>(periods.size())));
      event.at = periods.from(border) + below(random, 3) * 3599 - below(random, 3) * 3600 +
                 below(random, 3) - 1;
    }
  }
  return out;
}

}  // namespace perennial::timeline
