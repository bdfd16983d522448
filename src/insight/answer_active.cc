// Questions about the calendar: lifecycle, stickiness, active people.
#include <algorithm>

#include "insight/asking.h"
#include "insight/query_range.h"

namespace perennial::insight {
namespace {

using timeline::LifecyclePick;
using timeline::LifecycleStage;

// Whole periods from the one before the range on; the first is only compared with.
std::vector<Span> with_one_before(const Query& query) {
  std::vector<Span> spans = query.periods;
  const Instant start = start_of(*query.by, query.calendar, query.range.from);
  spans.front().from = start;
  const Instant before = std::max(advance(*query.by, query.calendar, start, -1), from_millis(0));
  spans.insert(spans.begin(), Span{before, start});
  return spans;
}

}  // namespace

// Cells: row, stage.
Result<Answered> answer(Asking& asking, const LifecycleQuery& q) {
  const std::vector<Span> spans = with_one_before(asking.query());
  timeline::LifecycleSpec spec{.periods = timeline::Periods::of(spans),
                               .now = asking.now(),
                               .by = timeline::GroupBy::kNone,
                               .groups = {}};
  TRY(timeline::check(spec));
  const auto plan = TRY(asking.compile({asking.select(q.select, 0, asking.to())}, &spec.periods));
  const auto table = TRY(asking.run(*plan, timeline::Lifecycle(spec))).finish();
  AnswerText text;
  text.object([&] {
    text.array("periods", [&] {
      for (size_t i = 0; i < table.all.size(); ++i)
        text.object([&] { asking.period(text, *asking.query().by, spans[i + 1]); });
    });
    text.array("rows", [&] {
      for (size_t i = 0; i < table.all.size(); ++i) {
        const timeline::LifecycleRow& row = table.all[i];
        const auto cell = [&](const char* name, uint64_t value, LifecycleStage stage) {
          asking.measured(text, name, value,
                          {static_cast<int64_t>(i), static_cast<int64_t>(stage)});
        };
        text.object([&] {
          cell("new", row.fresh, LifecycleStage::kNew);
          cell("returning", row.returning, LifecycleStage::kReturning);
          cell("resurrecting", row.resurrecting, LifecycleStage::kResurrecting);
          cell("dormant", row.dormant, LifecycleStage::kDormant);
        });
      }
    });
  });
  return Answered{std::move(text).take(),
                  opener(plan, timeline::Lifecycle(spec), [](const Cell& cell) {
                    return LifecyclePick{.row = static_cast<int>(cell[0]),
                                         .stage = static_cast<LifecycleStage>(cell[1])};
                  })};
}

// Cells: periods, 1 for "at least", slot (-1: all); periods 1 and "at least" are the active ones.
Result<Answered> answer(Asking& asking, const StickinessQuery& q) {
  const Groups groups = TRY(asking.groups(q.breakdown, {asking.select(q.select)}));
  timeline::StickinessSpec spec;
  spec.periods = asking.periods();
  spec.min_count = static_cast<uint32_t>(q.minimum_count);
  spec.presence = spec.min_count == 1;
  spec.now = asking.now();
  spec.by = groups.by;
  spec.groups = groups.shown;
  TRY(timeline::check(spec));
  const auto plan = TRY(
      asking.compile({asking.select(q.select)}, spec.presence ? &spec.periods : nullptr, &groups));
  const auto table = TRY(asking.run(*plan, timeline::Stickiness(spec))).finish();
  AnswerText text;
  const auto group = [&](const timeline::StickinessRow& found, const Json& label, int slot) {
    const auto cell = [&](const char* name, uint64_t value, size_t n, int at_least) {
      asking.measured(text, name, value, {static_cast<int64_t>(n), at_least, slot});
    };
    text.member("group", label);
    cell("people", found.people, 1, 1);
    text.member("mean_periods", share_of(found.active_periods, found.people));
    text.array("rows", [&] {
      for (size_t n = 1; n <= found.exactly.size(); ++n) {
        text.object([&] {
          text.member("periods", n);
          cell("exactly", found.exactly[n - 1], n, 0);
          cell("at_least", found.at_least[n - 1], n, 1);
        });
      }
    });
  };
  text.object([&] {
    text.member("periods", asking.query().periods.size());
    text.array("groups", [&] {
      text.object([&] { group(table.all[0], all_group(), -1); });
      for (size_t slot = 0; groups.split() && slot < groups.slots(); ++slot) {
        text.object(
            [&] { group(table.groups[slot][0], groups.labels[slot], static_cast<int>(slot)); });
      }
    });
  });
  return Answered{std::move(text).take(),
                  opener(plan, timeline::Stickiness(spec), [](const Cell& cell) {
                    return timeline::StickinessPick{.row = 0,
                                                    .periods = static_cast<int>(cell[0]),
                                                    .at_least = cell[1] != 0,
                                                    .slot = static_cast<int>(cell[2])};
                  })};
}

// Cells: window (0 day, 1 week, 2 month), row.
Result<Answered> answer(Asking& asking, const ActiveQuery& q) {
  constexpr int kWeekDays = 7, kMonthDays = 30;
  const Query& query = asking.query();
  const Calendar& calendar = query.calendar;
  const bool trailing = q.windows == ActiveQuery::Windows::kTrailing;
  const Instant day = calendar.start_of(Period::kDay, query.range.from);
  const Instant first = trailing ? calendar.advance(Period::kDay, day, 1 - kMonthDays)
                                 : std::min(calendar.start_of(Period::kWeek, day),
                                            calendar.start_of(Period::kMonth, day));
  std::vector<Span> days =
      periods_of(Unit::kDay, calendar, {std::max(first, from_millis(0)), query.range.from});
  const auto lead = static_cast<int>(days.size());
  days.insert(days.end(), query.periods.begin(), query.periods.end());
  timeline::ActiveSpec spec;
  spec.periods = timeline::Periods::of(days);
  spec.lead = lead;
  spec.now = asking.now();
  spec.windows.push_back(timeline::trailing_window(spec.periods, lead, 1));
  if (trailing) {
    spec.windows.push_back(timeline::trailing_window(spec.periods, lead, kWeekDays));
    spec.windows.push_back(timeline::trailing_window(spec.periods, lead, kMonthDays));
  } else {
    for (Period longer : {Period::kWeek, Period::kMonth}) {
      const auto spans = calendar.periods(longer, {days.front().from, query.range.to});
      spec.windows.push_back(
          timeline::window_to_date(spec.periods, lead, timeline::Periods::of(spans)));
    }
  }
  TRY(timeline::check(spec));
  const auto plan = TRY(
      asking.compile({asking.select(q.select, spec.periods.begin(), asking.to())}, &spec.periods));
  const auto table = TRY(asking.run(*plan, timeline::ActivePeople(spec))).finish();
  constexpr size_t kRowBytes = 360;
  AnswerText text(static_cast<size_t>(table.rows) * kRowBytes);
  text.object([&] {
    text.member("windows", trailing ? "trailing" : "calendar");
    text.array("rows", [&] {
      for (int row = 0; row < table.rows; ++row) {
        const auto cell = [&](const char* name, int window) {
          asking.measured(text, name, table.at(table.all, window, row), {window, row});
        };
        text.object([&] {
          text.object("period", [&] {
            asking.period(text, Unit::kDay, query.periods[static_cast<size_t>(row)]);
          });
          cell("day", 0);
          cell("week", 1);
          cell("month", 2);
          text.member("stickiness", table.ratio(table.all, 0, 2, row));
        });
      }
    });
  });
  return Answered{std::move(text).take(),
                  opener(plan, timeline::ActivePeople(spec), [](const Cell& cell) {
                    return timeline::ActivePick{.window = static_cast<int>(cell[0]),
                                                .row = static_cast<int>(cell[1])};
                  })};
}

}  // namespace perennial::insight
