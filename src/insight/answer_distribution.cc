// Distributions, intervals between events, and RFM.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "insight/asking.h"
#include "insight/query_range.h"

namespace perennial::insight {
namespace {

using timeline::DistributionSpec;
using timeline::IntervalCell;
using timeline::Second;

// Bars of intervals, in seconds.
const std::vector<Second> kIntervalEdges = {60,      300,     900,       1'800,     3'600,
                                            10'800,  21'600,  43'200,    86'400,    172'800,
                                            259'200, 604'800, 1'209'600, 2'592'000, 7'776'000};

constexpr size_t kMedian = 2;
static_assert(timeline::kDistributionShares[kMedian] == 0.5);

Json maybe(bool there, double value) { return there ? Json(value) : Json(nullptr); }

Json bins_json(const std::vector<double>& edges) {
  Json bins = Json::array();
  for (size_t i = 0; i <= edges.size(); ++i) {
    const Json from = i == 0 ? Json(nullptr) : Json(edges[i - 1]);
    const Json to = i == edges.size() ? Json(nullptr) : Json(edges[i]);
    std::string label = edges.empty()       ? "*"
                        : i == 0            ? fmt::format("< {}", edges[0])
                        : i == edges.size() ? fmt::format("≥ {}", edges.back())
                                            : fmt::format("[{}, {})", edges[i - 1], edges[i]);
    bins.push_back({{"label", std::move(label)}, {"from", from}, {"to", to}});
  }
  return bins;
}

Result<DistributionSpec> distribution_spec(const Asking& asking, const DistributionQuery& q,
                                           const Groups& groups) {
  const Query& query = asking.query();
  DistributionSpec spec;
  spec.periods = asking.periods();
  spec.by = groups.by;
  spec.groups = groups.shown;
  spec.edges = q.borders;
  switch (q.measure) {
    case DistributionQuery::Measure::kCount:
      spec.measure = DistributionSpec::Measure::kCount;
      break;
    case DistributionQuery::Measure::kSum:
      spec.measure = DistributionSpec::Measure::kSum;
      break;
    case DistributionQuery::Measure::kDays:
    case DistributionQuery::Measure::kHours: {
      spec.measure = DistributionSpec::Measure::kDays;
      const Unit unit = q.measure == DistributionQuery::Measure::kDays ? Unit::kDay : Unit::kHour;
      spec.days = timeline::Periods::of(TRY(checked_periods(unit, query.calendar, query.range)));
      break;
    }
  }
  TRY(timeline::check(spec));
  return spec;
}

Json spread(const IntervalCell& cell) {
  const bool some = cell.n != 0;
  return {{"count", cell.n},
          {"mean", maybe(some, cell.mean)},
          {"minimum", maybe(some, cell.min)},
          {"p25", maybe(some, cell.p25)},
          {"median", maybe(some, cell.median)},
          {"p75", maybe(some, cell.p75)},
          {"p90", maybe(some, cell.p90)},
          {"maximum", maybe(some, cell.max)}};
}

}  // namespace

// Cells: slot, period, what (DistributionPick::Of), range.
Result<Answered> answer(Asking& asking, const DistributionQuery& q) {
  using timeline::DistributionPick;
  const Query& query = asking.query();
  auto selector = asking.select(q.select);
  const Groups groups = TRY(asking.groups(q.breakdown, {selector}));
  DistributionSpec spec = TRY(distribution_spec(asking, q, groups));
  selector.number = q.property;
  const auto plan = TRY(asking.compile({selector}, nullptr, &groups));
  if (spec.edges.empty()) {
    const auto first = TRY(asking.run(*plan, timeline::Distribution(spec))).finish();
    spec.edges = timeline::automatic_edges(first.spread, spec.measure);
    TRY(timeline::check(spec));
  }
  const auto table = TRY(asking.run(*plan, timeline::Distribution(spec))).finish();
  if (!table.percentiles_exact)
    asking.warn("values_skipped", "medians are close estimates: there are many values");
  AnswerText text;
  const auto row = [&](size_t slot, size_t p) {
    const auto& found = table.at(slot, p);
    const auto cell = [&](uint64_t value, DistributionPick::Of of, size_t range) {
      asking.measured(text, value,
                      {static_cast<int64_t>(slot), static_cast<int64_t>(p),
                       static_cast<int64_t>(of), static_cast<int64_t>(range)});
    };
    const bool some = found.people != 0;
    text.object("period",
                [&] { asking.period(text, query.by.value_or(Unit::kDay), query.periods[p]); });
    text.object("people", [&] { cell(found.people, DistributionPick::Of::kPeople, 0); });
    text.member("mean", some ? std::optional(found.mean) : std::nullopt);
    text.member("median", some ? std::optional(found.percentiles[kMedian]) : std::nullopt);
    text.array("counts", [&] {
      for (size_t r = 0; r < found.ranges.size(); ++r) {
        text.object([&] { cell(found.ranges[r], DistributionPick::Of::kRange, r); });
      }
    });
  };
  text.object([&] {
    text.member("bins", bins_json(spec.edges));
    text.array("groups", [&] {
      for (size_t slot = 0; slot < groups.slots(); ++slot) {
        text.object([&] {
          text.member("group", groups.labels[slot]);
          text.array("rows", [&] {
            for (size_t p = 0; p < query.periods.size(); ++p) text.object([&] { row(slot, p); });
          });
        });
      }
    });
  });
  return Answered{std::move(text).take(),
                  opener(plan, timeline::Distribution(spec), [](const Cell& cell) {
                    return DistributionPick{.slot = static_cast<size_t>(cell[0]),
                                            .period = static_cast<size_t>(cell[1]),
                                            .of = static_cast<DistributionPick::Of>(cell[2]),
                                            .range = static_cast<size_t>(cell[3])};
                  })};
}

// Cells: slot, period, bar (-1: everyone with an interval).
Result<Answered> answer(Asking& asking, const IntervalQuery& q) {
  const Query& query = asking.query();
  timeline::IntervalSpec spec;
  spec.held = !q.held_property.empty();
  spec.max_seconds = static_cast<Second>(q.at_most.count());
  spec.periods = asking.periods();
  spec.edges = kIntervalEdges;
  auto start = asking.select(q.start);
  const Groups groups = TRY(asking.groups(q.breakdown, {start}));
  spec.by = groups.by;
  spec.groups = groups.shown;
  TRY(timeline::check(spec));
  auto end = asking.select(
      q.end, asking.from(),
      asking.until(uint64_t{timeline::to_second(query.range.to)} + spec.max_seconds + 1));
  Asking::carry(q.breakdown, start);
  start.held = end.held = q.held_property;
  const auto plan = TRY(asking.compile({std::move(start), std::move(end)}, nullptr, &groups));
  const auto table = TRY(asking.run(*plan, timeline::Interval(spec))).finish();
  if (!table.percentiles_exact)
    asking.warn("values_skipped", "percentiles are close estimates: there are many intervals");
  const auto people = [&](uint64_t value, size_t slot, size_t period, int64_t bar) {
    return asking.measured(value, {static_cast<int64_t>(slot), static_cast<int64_t>(period), bar});
  };
  Json all = Json::array();
  for (size_t slot = 0; slot < groups.slots(); ++slot) {
    const size_t whole = table.periods;
    const IntervalCell& found = table.at(slot, whole);
    Json bins = Json::array();
    for (size_t b = 0; b < found.bars.size(); ++b) {
      bins.push_back({{"from_seconds", b == 0 ? 0 : spec.edges[b - 1]},
                      {"to_seconds", b == spec.edges.size() ? Json(nullptr) : Json(spec.edges[b])},
                      {"counted", people(found.bars[b], slot, whole, static_cast<int64_t>(b))}});
    }
    Json group = {{"group", groups.labels[slot]},
                  {"people", people(found.people, slot, whole, -1)},
                  {"time", spread(found)},
                  {"histogram", std::move(bins)}};
    for (size_t p = 0; query.by && p < table.periods; ++p) {
      const IntervalCell& cell = table.at(slot, p);
      group["trend"].push_back({{"period", asking.period(*query.by, query.periods[p])},
                                {"people", people(cell.people, slot, p, -1)},
                                {"time", spread(cell)}});
    }
    all.push_back(std::move(group));
  }
  return Answered{to_text({{"groups", std::move(all)}}),
                  opener(plan, timeline::Interval(spec), [](const Cell& cell) {
                    timeline::IntervalPick pick{.slot = static_cast<size_t>(cell[0]),
                                                .period = static_cast<size_t>(cell[1]),
                                                .bar = std::nullopt};
                    if (cell[2] >= 0) pick.bar = static_cast<size_t>(cell[2]);
                    return pick;
                  })};
}

// Cells: recency, frequency, value; 0 stands for all five.
Result<Answered> answer(Asking& asking, const RfmQuery& q) {
  constexpr int kScores = 5;
  timeline::RfmSpec spec;
  spec.now = std::min(asking.now(), timeline::to_second(asking.query().range.to));
  if (!q.recency_days.empty()) {
    timeline::RfmCuts cuts;
    const double scale = std::pow(10.0, spec.decimals);
    std::array<double, 4> days{};
    for (size_t i = 0; i < days.size(); ++i) {
      // Ascending days are the limits of the scores 5 to 2.
      days[i] = q.recency_days[days.size() - 1 - i];
      cuts.frequency[i] = static_cast<int64_t>(std::ceil(q.frequency[i]));
      cuts.monetary[i] = std::llround(q.value[i] * scale);
    }
    cuts.recency = timeline::recency_limits(spec.now, days);
    spec.cuts = cuts;
  }
  TRY(timeline::check(spec));
  auto selector = asking.select(q.select);
  selector.number = q.value_property;
  const auto plan = TRY(asking.compile({std::move(selector)}));
  const auto table = TRY(asking.run(*plan, timeline::Rfm(spec))).finish();
  spec.cuts = table.cuts;
  Json grid = Json::array(), squares = Json::array();
  for (int r = kScores; r >= 1; --r) {
    for (int f = kScores; f >= 1; --f) {
      uint64_t together = 0;
      for (int v = kScores; v >= 1; --v) {
        const auto& found =
            table.at({static_cast<uint8_t>(r), static_cast<uint8_t>(f), static_cast<uint8_t>(v)});
        if (found.people == 0) continue;
        together += found.people;
        grid.push_back({{"recency", r},
                        {"frequency", f},
                        {"value", v},
                        {"people", asking.measured(found.people, {r, f, v})},
                        {"count", found.orders},
                        {"amount", found.amount}});
      }
      if (together == 0) continue;
      squares.push_back(
          {{"recency", r}, {"frequency", f}, {"people", asking.measured(together, {r, f, 0})}});
    }
  }
  return Answered{to_text({{"people", asking.measured(table.people, {0, 0, 0})},
                           {"grid", std::move(grid)},
                           {"squares", std::move(squares)},
                           {"value_property",
                            q.value_property.empty() ? Json(nullptr) : Json(q.value_property)},
                           {"breaks",
                            {{"recency_days", table.recency_days},
                             {"frequency", table.frequency},
                             {"value", table.monetary}}}}),
                  opener(plan, timeline::Rfm(spec), [](const Cell& cell) {
                    const auto score = [&](size_t i) -> std::optional<uint8_t> {
                      if (cell[i] == 0) return std::nullopt;
                      return static_cast<uint8_t>(cell[i]);
                    };
                    return timeline::Rfm::Pick{score(0), score(1), score(2)};
                  })};
}

}  // namespace perennial::insight
