// Retention. Cells: what (RetentionPick::Of), cohort (-1: the curve's), column, slot (-1: all).
#include <algorithm>

#include <fmt/format.h>

#include "insight/asking.h"
#include "insight/query_range.h"

namespace perennial::insight {
namespace {

using timeline::RetentionPick;
using timeline::RetentionSpec;
using timeline::Second;

Second step_of(Unit unit) {
  constexpr Second kDay = 86'400;
  return unit == Unit::kMonth ? 30 * kDay : unit == Unit::kWeek ? 7 * kDay : kDay;
}

RetentionSpec::Counted counted_of(RetentionQuery::Counted counted) {
  switch (counted) {
    case RetentionQuery::Counted::kOn:
      return RetentionSpec::Counted::kOn;
    case RetentionQuery::Counted::kOnOrAfter:
      return RetentionSpec::Counted::kOnOrAfter;
    case RetentionQuery::Counted::kOnOrBefore:
      return RetentionSpec::Counted::kOnOrBefore;
  }
  return RetentionSpec::Counted::kOn;
}

class Retaining {
 public:
  Retaining(Asking& asking, const RetentionQuery& q) : asking_(asking), q_(q) {}

  Result<Answered> answer() {
    const Second earliest = q_.first_time ? 0 : asking_.from();
    groups_ = TRY(asking_.groups(q_.breakdown, {asking_.select(q_.start, earliest, asking_.to())}));
    TRY(fill_spec());
    auto start = asking_.select(q_.start, earliest, asking_.to());
    Asking::carry(q_.breakdown, start);
    auto comes_back = asking_.select(q_.comes_back, asking_.from(), spec_.until);
    plan_ = TRY(asking_.compile({std::move(start), std::move(comes_back)},
                                spec_.presence ? &spec_.periods : nullptr, &groups_));
    table_ = TRY(asking_.run(*plan_, timeline::Retention(spec_))).finish();
    return Answered{text(), opener(plan_, timeline::Retention(spec_), [](const Cell& cell) {
                      return RetentionPick{.of = static_cast<RetentionPick::Of>(cell[0]),
                                           .cohort = static_cast<int>(cell[1]),
                                           .column = static_cast<int>(cell[2]),
                                           .slot = static_cast<int>(cell[3])};
                    })};
  }

 private:
  Result<void> fill_spec() {
    const Query& query = asking_.query();
    const Unit unit = *query.by;
    std::vector<Span> spans = query.periods;
    const auto cohorts = static_cast<int>(spans.size());
    for (size_t i = 1; i < q_.brackets.size(); ++i)
      spec_.brackets.push_back({.from = q_.brackets[i - 1], .to = q_.brackets[i]});
    if (q_.columns) spec_.brackets = timeline::single_brackets(*q_.columns);
    if (spec_.brackets.empty() && q_.time == RetentionQuery::Time::kRolling)
      spec_.brackets = timeline::single_brackets(std::min(cohorts, kMaxRetentionColumns));
    // What is asked for behind the range is looked at too, as far as time has come.
    if (!spec_.brackets.empty()) {
      for (int i = 1; i < spec_.brackets.back().to && spans.back().to < query.now; ++i) {
        const Instant from = spans.back().to;
        const Instant to = advance(unit, query.calendar, start_of(unit, query.calendar, from), 1);
        spans.push_back({from, to});
      }
      spec_.cohorts = cohorts;
    }
    spec_.time = q_.time == RetentionQuery::Time::kCalendar ? RetentionSpec::Time::kCalendar
                                                            : RetentionSpec::Time::kRolling;
    spec_.counted = counted_of(q_.counted);
    spec_.first_time = q_.first_time;
    spec_.min_count = static_cast<uint32_t>(q_.minimum_count);
    spec_.periods = timeline::Periods::of(spans);
    spec_.step = step_of(unit);
    spec_.cut_to_hour = q_.time == RetentionQuery::Time::kRolling;
    const auto local = query.calendar.zone.to_local(query.range.from).time_since_epoch();
    const auto offset = local - query.range.from.time_since_epoch();
    const auto past = std::chrono::duration_cast<std::chrono::seconds>(offset).count() % 3'600;
    spec_.hour_start = static_cast<Second>((3'600 - past) % 3'600);
    spec_.until = asking_.until(spec_.time == RetentionSpec::Time::kRolling
                                    ? uint64_t{spec_.periods.end()} + reach()
                                    : uint64_t{spec_.periods.end()});
    spec_.now = asking_.now();
    spec_.by = groups_.by;
    spec_.groups = groups_.shown;
    spec_.presence = spec_.time == RetentionSpec::Time::kCalendar && spec_.min_count == 1 &&
                     groups_.by != timeline::GroupBy::kEvent;
    return timeline::check(spec_);
  }

  // Rolling brackets end this long after the last start event.
  uint64_t reach() const {
    return spec_.brackets.empty()
               ? 0
               : uint64_t{spec_.step} * static_cast<uint64_t>(spec_.brackets.back().to);
  }

  static std::string column_label(const timeline::RetentionBracket& bracket) {
    if (bracket.to == bracket.from + 1) return std::to_string(bracket.from);
    return fmt::format("{}–{}", bracket.from, bracket.to - 1);
  }

  void columns(AnswerText& text) const {
    const auto brackets =
        spec_.brackets.empty() ? timeline::single_brackets(table_.columns) : spec_.brackets;
    for (const auto& bracket : brackets) {
      text.object([&] {
        text.member("label", column_label(bracket));
        text.member("from", bracket.from);
        text.member("to", bracket.to);
      });
    }
  }

  void cohort(AnswerText& text, const timeline::RetentionGroup& found, int row, int slot) const {
    const auto of = [](RetentionPick::Of of) { return static_cast<int64_t>(of); };
    const Query& query = asking_.query();
    const uint64_t size = found.sizes[static_cast<size_t>(row)];
    text.object("period",
                [&] { asking_.period(text, *query.by, query.periods[static_cast<size_t>(row)]); });
    asking_.measured(text, "size", size, {of(RetentionPick::Of::kSize), row, 0, slot});
    text.array("cells", [&] {
      for (int column = 0; column < table_.columns; ++column) {
        const size_t at = table_.at(row, column);
        const auto state = table_.states[at];
        if (state == timeline::RetentionState::kNone) break;
        text.object([&] {
          asking_.measured(text, found.returned[at],
                           {of(RetentionPick::Of::kReturned), row, column, slot});
          text.member("rate", share_of(found.returned[at], size));
          text.member("complete", state == timeline::RetentionState::kComplete);
        });
      }
    });
  }

  void group(AnswerText& text, const timeline::RetentionGroup& found, const Json& label,
             int slot) const {
    text.member("group", label);
    text.array("cohorts", [&] {
      for (int row = 0; row < table_.cohorts; ++row)
        text.object([&] { cohort(text, found, row, slot); });
    });
    text.array("average", [&] {
      for (const auto& rate : found.curve)
        text.object([&] { write_rate(text, rate.returned, rate.size); });
    });
  }

  std::string text() const {
    constexpr size_t kCellBytes = 112;
    const auto cells = static_cast<size_t>(table_.cohorts) * static_cast<size_t>(table_.columns);
    AnswerText text(cells * (1 + table_.groups.size()) * kCellBytes);
    text.object([&] {
      text.array("columns", [&] { columns(text); });
      text.array("groups", [&] {
        text.object([&] { group(text, table_.all, all_group(), -1); });
        for (size_t slot = 0; groups_.split() && slot < groups_.slots(); ++slot) {
          text.object([&] {
            group(text, table_.groups[slot], groups_.labels[slot], static_cast<int>(slot));
          });
        }
      });
    });
    return std::move(text).take();
  }

  Asking& asking_;
  const RetentionQuery& q_;
  RetentionSpec spec_;
  Groups groups_;
  std::shared_ptr<const timeline::Plan> plan_;
  timeline::RetentionTable table_;
};

}  // namespace

Result<Answered> answer(Asking& asking, const RetentionQuery& q) {
  return Retaining(asking, q).answer();
}

}  // namespace perennial::insight
