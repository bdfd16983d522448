// Trends. Cells: series, slot, what (TrendPick::Of), period, and 1 for the earlier periods of a
// comparison.
#include <algorithm>
#include <cmath>

#include "insight/asking.h"
#include "insight/query_range.h"

namespace perennial::insight {
namespace {

using timeline::TrendCell;
using timeline::TrendSeries;
using timeline::TrendsSpec;
using Figures = std::vector<std::optional<double>>;
using Measure = TrendsQuery::Measure;
using Show = TrendsQuery::Show;
using Of = timeline::TrendPick::Of;

timeline::TrendMeasure kernel_measure(const TrendsQuery::Series& series) {
  using K = timeline::TrendMeasure;
  switch (series.measure) {
    case Measure::kCount:
      return K::kCount;
    case Measure::kPeople:
      return K::kPeople;
    case Measure::kPerPerson:
      return K::kPerPerson;
    case Measure::kSum:
      return K::kSum;
    case Measure::kAverage:
      return K::kMean;
    case Measure::kMinimum:
      return K::kMin;
    case Measure::kMaximum:
      return K::kMax;
    case Measure::kPercentile:
      break;
  }
  constexpr std::array<K, 6> kPercentiles = {K::kP25, K::kMedian, K::kP75,
                                             K::kP90, K::kP95,    K::kP99};
  const auto place = std::ranges::find(kTrendsPercentiles, series.percentile);
  return kPercentiles[static_cast<size_t>(place - kTrendsPercentiles.begin())];
}

TrendsSpec::Numbers numbers_of(Measure measure) {
  if (measure == Measure::kPercentile) return TrendsSpec::Numbers::kPercentiles;
  return measure >= Measure::kSum ? TrendsSpec::Numbers::kSums : TrendsSpec::Numbers::kNone;
}

// The figures of periods [first, last] together, but for people and percentiles.
TrendCell together(const TrendSeries& series, int first, int last) {
  TrendCell sum;
  for (int i = first; i <= last; ++i) {
    const TrendCell& cell = series.periods[static_cast<size_t>(i)];
    sum.count += cell.count;
    if (cell.numbers.n == 0) continue;
    sum.numbers.min =
        sum.numbers.n == 0 ? cell.numbers.min : std::min(sum.numbers.min, cell.numbers.min);
    sum.numbers.max =
        sum.numbers.n == 0 ? cell.numbers.max : std::max(sum.numbers.max, cell.numbers.max);
    sum.numbers.n += cell.numbers.n;
    sum.numbers.sum += cell.numbers.sum;
  }
  if (sum.numbers.n != 0) sum.numbers.mean = sum.numbers.sum / static_cast<double>(sum.numbers.n);
  return sum;
}

// A set of consecutive periods with everything that was counted in them.
struct Counted {
  std::vector<Span> spans;  // without those that only feed rolling figures
  int lead = 0;
  std::shared_ptr<const timeline::Plan> plan;
  TrendsSpec spec;
  timeline::TrendsTable table;
};

class Trending {
 public:
  Trending(Asking& asking, const TrendsQuery& q) : asking_(asking), q_(q) {}

  Result<Answered> answer() {
    for (size_t i = 0; i < q_.formulas.size(); ++i) {
      auto formula = timeline::Formula::parse(q_.formulas[i].expression, q_.series.size());
      if (!formula) {
        return fail(Code::kInvalid, formula.error().message,
                    "formulas[" + std::to_string(i) + "].expression", formula.error().hint);
      }
      formulas_.push_back(std::move(*formula));
    }
    std::vector<timeline::Selector> selectors;
    for (const auto& series : q_.series) selectors.push_back(asking_.select(series.select));
    groups_ = TRY(asking_.groups(q_.breakdown, selectors));
    counted_.push_back(TRY(count(asking_.query().periods)));
    if (q_.compare_previous) counted_.push_back(TRY(count(previous())));
    return Answered{text(), open()};
  }

 private:
  // As many periods just before: whole units where the range begins with one.
  std::vector<Span> previous() const {
    const Query& query = asking_.query();
    const Unit unit = *query.by;
    const auto count = static_cast<int>(query.periods.size());
    const Instant to = query.range.from;
    Instant from = to - (query.range.to - query.range.from);
    if (start_of(unit, query.calendar, to) == to) from = advance(unit, query.calendar, to, -count);
    from = std::max(from, from_millis(0));
    auto spans = periods_of(unit, query.calendar, {from, std::max(from, to)});
    while (spans.size() > query.periods.size()) spans.erase(spans.begin());
    return spans;
  }

  Result<Counted> count(std::vector<Span> spans) {
    Counted counted{.spans = spans, .plan = nullptr, .spec = {}, .table = {}};
    const Query& query = asking_.query();
    if (spans.empty()) return counted;
    if (q_.show == Show::kRolling) {
      const Instant first = start_of(*query.by, query.calendar, spans.front().from);
      Instant lead = advance(*query.by, query.calendar, first, 1 - q_.rolling_periods);
      lead = std::max(lead, from_millis(0));
      auto before = periods_of(*query.by, query.calendar, {lead, spans.front().from});
      counted.lead = static_cast<int>(before.size());
      spans.insert(spans.begin(), before.begin(), before.end());
    }
    TrendsSpec& spec = counted.spec;
    spec.periods = timeline::Periods::of(spans);
    spec.lead = counted.lead;
    spec.rolling = q_.show == Show::kRolling ? q_.rolling_periods : 0;
    spec.by = groups_.by;
    spec.groups = groups_.shown;
    spec.presence = groups_.by != timeline::GroupBy::kEvent;
    std::vector<timeline::Selector> selectors;
    for (const auto& series : q_.series) {
      auto selector =
          asking_.select(series.select, spec.periods.begin(), asking_.until(spec.periods.end()));
      selector.number = series.property;
      Asking::carry(q_.breakdown, selector);
      selectors.push_back(std::move(selector));
      spec.series.push_back(numbers_of(series.measure));
      spec.presence &= series.measure == Measure::kPeople;
    }
    TRY(timeline::check(spec));
    counted.plan = TRY(
        asking_.compile(std::move(selectors), spec.presence ? &spec.periods : nullptr, &groups_));
    counted.table = TRY(asking_.run(*counted.plan, timeline::Trends(spec))).finish();
    if (!counted.table.percentiles_exact)
      asking_.warn("values_skipped", "percentiles are close estimates: there are many values");
    return counted;
  }

  // `period` from the first one shown; -1: the total.
  std::optional<double> figure(const Counted& counted, size_t series, size_t slot,
                               int period) const {
    const TrendSeries& found = counted.table.at(series, slot);
    const auto measure = kernel_measure(q_.series[series]);
    if (period < 0) return timeline::value_of(found.total, measure);
    const int place = period + counted.lead;
    const auto at = static_cast<size_t>(place);
    if (q_.show == Show::kEach) return timeline::value_of(found.periods[at], measure);
    const bool cumulative = q_.show == Show::kCumulative;
    const int first = cumulative ? counted.lead : std::max(0, place - q_.rolling_periods + 1);
    TrendCell cell = together(found, first, place);
    cell.people = cumulative ? found.cumulative_people[at] : found.rolling_people[at];
    if (cumulative && !found.cumulative_count.empty()) cell.count = found.cumulative_count[at];
    return timeline::value_of(cell, measure);
  }

  Figures figures(const Counted& counted, size_t series, size_t slot) const {
    Figures out;
    for (int i = -1; i < static_cast<int>(counted.spans.size()); ++i)
      out.push_back(figure(counted, series, slot, i));
    return out;  // the total first
  }

  void cell(AnswerText& text, std::optional<double> value, size_t series, size_t slot, int period,
            size_t which) const {
    const Of of = period < 0                     ? Of::kTotal
                  : q_.show == Show::kEach       ? Of::kPeriod
                  : q_.show == Show::kCumulative ? Of::kCumulative
                                                 : Of::kRolling;
    const int place = period < 0 ? 0 : period + counted_[which].lead;
    asking_.measured(text, value,
                     {static_cast<int64_t>(series), static_cast<int64_t>(slot),
                      static_cast<int64_t>(of), place, static_cast<int64_t>(which)});
  }

  // `figures_of(which)` are the values with the total first; `cell` writes the members of one.
  template <class FiguresOf, class WriteCell>
  void one(AnswerText& text, std::string_view id, const Json& name, bool formula, size_t slot,
           const FiguresOf& figures_of, const WriteCell& cell) const {
    text.member("id", id);
    text.member("name", name);
    text.member("formula", formula);
    text.member("group", groups_.labels[slot]);
    for (size_t which = 0; which < counted_.size(); ++which) {
      const Figures found = figures_of(which);
      text.array(which == 0 ? "values" : "previous", [&] {
        for (size_t i = 1; i < found.size(); ++i)
          text.object([&] { cell(found[i], static_cast<int>(i) - 1, which); });
      });
      text.object(which == 0 ? "total" : "previous_total", [&] { cell(found[0], -1, which); });
    }
  }

  void series(AnswerText& text, size_t s, size_t slot) const {
    one(
        text, std::string(1, static_cast<char>('A' + s)), q_.series[s].name, false, slot,
        [&](size_t which) { return figures(counted_[which], s, slot); },
        [&](std::optional<double> value, int period, size_t which) {
          cell(text, value, s, slot, period, which);
        });
  }

  void formula(AnswerText& text, size_t f, size_t slot) const {
    one(
        text, "F" + std::to_string(f + 1), q_.formulas[f].name, true, slot,
        [&](size_t which) {
          std::vector<Figures> series;
          for (size_t s = 0; s < q_.series.size(); ++s)
            series.push_back(figures(counted_[which], s, slot));
          return formulas_[f].values(series);
        },
        [&](std::optional<double> value, int, size_t) { text.member("value", value); });
  }

  std::string text() const {
    AnswerText text;
    text.object([&] {
      text.member("periods", asking_.periods_json());
      text.array("series", [&] {
        for (size_t s = 0; s < q_.series.size(); ++s) {
          for (size_t slot = 0; slot < groups_.slots(); ++slot)
            text.object([&] { series(text, s, slot); });
        }
        for (size_t f = 0; f < formulas_.size(); ++f) {
          for (size_t slot = 0; slot < groups_.slots(); ++slot)
            text.object([&] { formula(text, f, slot); });
        }
      });
      if (counted_.size() == 1) return;
      text.array("previous_periods", [&] {
        for (const Span& span : counted_[1].spans)
          text.object([&] { asking_.period(text, *asking_.query().by, span); });
      });
    });
    return std::move(text).take();
  }

  Open open() const {
    std::vector<Open> opens;
    for (const Counted& counted : counted_) {
      opens.push_back(opener(counted.plan, timeline::Trends(counted.spec), [](const Cell& cell) {
        return timeline::TrendPick{.selector = static_cast<size_t>(cell[0]),
                                   .slot = static_cast<size_t>(cell[1]),
                                   .of = static_cast<Of>(cell[2]),
                                   .period = static_cast<int>(cell[3])};
      }));
    }
    return [opens](const Cell& cell, timeline::Pool& pool, const timeline::Stop& stop) {
      return opens[static_cast<size_t>(cell[4])](cell, pool, stop);
    };
  }

  Asking& asking_;
  const TrendsQuery& q_;
  std::vector<timeline::Formula> formulas_;
  Groups groups_;
  std::vector<Counted> counted_;
};

}  // namespace

Result<Answered> answer(Asking& asking, const TrendsQuery& q) {
  return Trending(asking, q).answer();
}

}  // namespace perennial::insight
