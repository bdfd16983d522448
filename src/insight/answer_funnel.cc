// Funnels. Cells: what (FunnelCell::What), step, group (-1: all), period (-1: the row's own), bin.
#include "insight/answer_funnel.h"

#include <cmath>
#include <numeric>

#include "insight/query_condition.h"

namespace perennial::insight {
namespace {

using timeline::FunnelCell;
using timeline::FunnelRow;
using timeline::FunnelSpec;
using timeline::FunnelTimes;
using timeline::Second;

timeline::FunnelSemantics semantics_of(FunnelQuery::Semantics semantics) {
  switch (semantics) {
    case FunnelQuery::Semantics::kLatestEntry:
      return timeline::FunnelSemantics::kLatestEntry;
    case FunnelQuery::Semantics::kFirstEntry:
      return timeline::FunnelSemantics::kFirstEntry;
    case FunnelQuery::Semantics::kPerDay:
      return timeline::FunnelSemantics::kPerDay;
    case FunnelQuery::Semantics::kClickhouse:
      return timeline::FunnelSemantics::kWindowFunnel;
  }
  return timeline::FunnelSemantics::kLatestEntry;
}

timeline::FunnelOrder order_of(FunnelQuery::Order order) {
  switch (order) {
    case FunnelQuery::Order::kOrdered:
      return timeline::FunnelOrder::kOrdered;
    case FunnelQuery::Order::kStrict:
      return timeline::FunnelOrder::kStrict;
    case FunnelQuery::Order::kAny:
      return timeline::FunnelOrder::kAny;
  }
  return timeline::FunnelOrder::kOrdered;
}

timeline::FunnelBreakdown breakdown_of(const FunnelQuery& q) {
  switch (Asking::group_by(q.breakdown)) {
    case timeline::GroupBy::kNone:
      return timeline::FunnelBreakdown::kNone;
    case timeline::GroupBy::kPerson:
      return timeline::FunnelBreakdown::kPerson;
    case timeline::GroupBy::kEvent:
      return q.touch == FunnelQuery::Touch::kFirst ? timeline::FunnelBreakdown::kFirstTouch
                                                   : timeline::FunnelBreakdown::kLastTouch;
  }
  return timeline::FunnelBreakdown::kNone;
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json spread(const FunnelTimes& times) {
  return {{"count", times.count},           {"mean", number(times.mean)},
          {"minimum", number(times.min)},   {"p25", number(times.p25)},
          {"median", number(times.median)}, {"p75", number(times.p75)},
          {"p90", number(times.p90)},       {"maximum", number(times.max)}};
}

FunnelCell cell_of(const Cell& cell) {
  return {.what = static_cast<FunnelCell::What>(cell[0]),
          .step = static_cast<int>(cell[1]),
          .group = static_cast<int>(cell[2]),
          .period = static_cast<int>(cell[3]),
          .bin = static_cast<int>(cell[4])};
}

class Funneling {
 public:
  Funneling(Asking& asking, const FunnelQuery& q) : asking_(asking), q_(q) {}

  Result<Answered> answer() {
    TRY(asking_.prepare(q_.breakdown));
    FunnelAsk ask = TRY(funnel_ask(asking_, q_));
    spec_ = ask.spec;
    plan_ = TRY(asking_.compile(std::move(ask.selectors)));
    groups_.by = Asking::group_by(q_.breakdown);
    const auto table = TRY(count());
    Json steps = Json::array(), rows = Json::array();
    for (const auto& step : q_.steps) steps.push_back(step.name);
    rows.push_back(row(table.all, all_group(), -1));
    for (size_t i = 0; i < table.groups.size(); ++i) {
      if (i == groups_.shown.size() && table.groups[i].reached[0] == 0) continue;  // no others
      rows.push_back(row(table.groups[i], groups_.labels[i], static_cast<int>(i)));
    }
    Json json = {{"steps", std::move(steps)},
                 {"count", q_.count == FunnelQuery::Count::kPeople ? "people" : "totals"}};
    if (asking_.query().by) json["periods"] = asking_.periods_json();
    json["groups"] = std::move(rows);
    return Answered{to_text(json), opener(plan_, timeline::Funnel(spec_), cell_of)};
  }

 private:
  // With few groups all are counted and the largest picked; with many their sizes come first.
  Result<timeline::FunnelTable> count() {
    if (!q_.breakdown) return TRY(asking_.run(*plan_, timeline::Funnel(spec_))).finish();
    const auto top = static_cast<size_t>(q_.breakdown->top);
    const auto order = asking_.order(*plan_, 0, groups_.by);
    FunnelSpec every = spec_;
    const bool by_person = groups_.by == timeline::GroupBy::kPerson;
    const size_t codes = by_person ? asking_.person_codes() : timeline::group_codes(*plan_, 0);
    every.shown.resize(std::min(codes, timeline::kMaxShownGroups + 1));
    std::iota(every.shown.begin(), every.shown.end(), 0);
    if (timeline::check(every)) {
      auto funnel = TRY(asking_.run(*plan_, timeline::Funnel(every)));
      funnel.keep_largest(top, order);
      spec_ = funnel.spec();
      asking_.label(*plan_, 0, spec_.shown, groups_);
      return funnel.finish();
    }
    const auto sizes = TRY(asking_.run(*plan_, timeline::FunnelSizes(spec_)));
    asking_.label(*plan_, 0, TRY(sizes.top(top, order)), groups_);
    spec_.shown = groups_.shown;
    TRY(timeline::check(spec_));
    return TRY(asking_.run(*plan_, timeline::Funnel(spec_))).finish();
  }

  Json cell(uint64_t value, FunnelCell::What what, size_t step, int group, int period = -1,
            size_t bin = 0) const {
    return asking_.measured(value, {static_cast<int64_t>(what), static_cast<int64_t>(step), group,
                                    period, static_cast<int64_t>(bin)});
  }

  Json row(const FunnelRow& found, const Json& group, int number_of_group) const {
    const auto& reached = found.reached;
    Json steps = Json::array();
    for (size_t k = 0; k < reached.size(); ++k) {
      const uint64_t before = k == 0 ? reached[0] : reached[k - 1];
      Json step = {{"reached", cell(reached[k], FunnelCell::What::kReached, k, number_of_group)}};
      step["dropped"] =
          k == 0 ? Json{{"value", 0}}
                 : cell(before - reached[k], FunnelCell::What::kDropped, k - 1, number_of_group);
      step["of_first"] = ratio_of(static_cast<double>(reached[k]), static_cast<double>(reached[0]));
      step["of_previous"] = ratio_of(static_cast<double>(reached[k]), static_cast<double>(before));
      step["time"] = spread(k == 0 ? FunnelTimes() : found.times[k]);
      steps.push_back(std::move(step));
    }
    Json json = {{"group", group},
                 {"conversion", rate_of(reached.back(), reached[0])},
                 {"steps", std::move(steps)},
                 {"time", spread(found.times[0])},
                 {"histogram", histogram(found.times[0], number_of_group)}};
    if (asking_.query().by) json["trend"] = trend(found, number_of_group);
    return json;
  }

  Json histogram(const FunnelTimes& times, int group) const {
    Json bins = Json::array();
    const auto& edges = timeline::kFunnelTimeBins;
    for (size_t i = 0; i < edges.size(); ++i) {
      const bool last = i + 1 == edges.size();
      bins.push_back(
          {{"from_seconds", edges[i]},
           {"to_seconds", last ? Json(nullptr) : Json(edges[i + 1])},
           {"counted", cell(times.histogram[i], FunnelCell::What::kTook, 0, group, -1, i)}});
    }
    return bins;
  }

  Json trend(const FunnelRow& found, int group) const {
    Json periods = Json::array();
    for (size_t p = 0; p < found.trend.size(); ++p) {
      Json reached = Json::array();
      for (size_t k = 0; k < found.trend[p].size(); ++k) {
        reached.push_back(
            cell(found.trend[p][k], FunnelCell::What::kReached, k, group, static_cast<int>(p)));
      }
      periods.push_back({{"reached", std::move(reached)},
                         {"conversion", rate_of(found.trend[p].back(), found.trend[p].front())}});
    }
    return periods;
  }

  Asking& asking_;
  const FunnelQuery& q_;
  FunnelSpec spec_;
  std::shared_ptr<const timeline::Plan> plan_;
  Groups groups_;
};

}  // namespace

Result<FunnelAsk> funnel_ask(const Asking& asking, const FunnelQuery& q) {
  FunnelAsk ask;
  FunnelSpec& spec = ask.spec;
  spec.steps = static_cast<int>(q.steps.size());
  spec.order = order_of(q.order);
  spec.semantics = semantics_of(q.semantics);
  spec.modes = {.strict_deduplication = q.modes.strict_deduplication,
                .strict_order = q.modes.strict_order,
                .strict_increase = q.modes.strict_increase,
                .strict_once = q.modes.strict_once,
                .allow_reentry = q.modes.allow_reentry};
  spec.count = q.count == FunnelQuery::Count::kPeople ? timeline::FunnelCount::kPeople
                                                      : timeline::FunnelCount::kTotals;
  spec.window_seconds = static_cast<Second>(q.window.count());
  if (q.session_gap) spec.session_gap_seconds = static_cast<Second>(q.session_gap->count());
  spec.held = !q.held_property.empty();
  spec.breakdown = breakdown_of(q);
  const Query& query = asking.query();
  if (query.by) spec.periods = asking.periods();
  if (q.semantics == FunnelQuery::Semantics::kPerDay) {
    if (query.by.value_or(Unit::kDay) != Unit::kDay)
      return fail(Code::kInvalid, "must be day with semantics per_day", "by");
    spec.periods = timeline::Periods::of(periods_of(Unit::kDay, query.calendar, query.range));
  }
  for (const auto& exclusion : q.exclusions)
    spec.exclusions.push_back({.from = exclusion.after_step - 1, .to = exclusion.before_step - 1});

  // In any order an attempt enters at any step, so no step may reach behind the range.
  const bool any_order = spec.order == timeline::FunnelOrder::kAny;
  const Second later =
      any_order
          ? asking.to()
          : asking.until(uint64_t{timeline::to_second(query.range.to)} + spec.window_seconds + 1);
  for (size_t i = 0; i < q.steps.size(); ++i) {
    auto selector = asking.select(q.steps[i], asking.from(), i == 0 ? asking.to() : later);
    selector.held = q.held_property;
    Asking::carry(q.breakdown, selector);
    ask.selectors.push_back(std::move(selector));
  }
  for (const auto& exclusion : q.exclusions) {
    ask.selectors.push_back(asking.select(exclusion.select, asking.from(), later));
    ask.selectors.back().held = q.held_property;
  }
  if (spec.uses_any()) ask.selectors.push_back(asking.select(any_event(""), asking.from(), later));
  TRY(timeline::check(spec));
  return ask;
}

FunnelNumber funnel_number_of(const Json& question, const Cell& number) {
  const FunnelCell cell = cell_of(number);
  const auto steps = static_cast<size_t>(cell.step) + 1;
  return {.question = question,
          .steps = steps,
          .no_more = cell.what == FunnelCell::What::kDropped && steps < question.at("steps").size(),
          .whole = cell.what != FunnelCell::What::kTook && cell.group < 0 && cell.period < 0};
}

Result<Answered> answer(Asking& asking, const FunnelQuery& q) {
  return Funneling(asking, q).answer();
}

}  // namespace perennial::insight
