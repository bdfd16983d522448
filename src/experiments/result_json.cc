#include "experiments/result_json.h"

#include <cmath>

namespace perennial::experiments {
namespace {

using proof::always_valid;
using proof::Scale;
using proof::Unsaid;
using proof::unsaid_name;
using proof::verdict_name;
using proof::welch;

using Kind = Measure::Kind;

constexpr size_t kMaxCurvePoints = 120;

Json number(const std::optional<double>& x) { return x && std::isfinite(*x) ? Json(*x) : Json(); }

Json effect_json(const Effect& e) {
  return {{"effect", number(e.effect)},
          {"low", number(e.low)},
          {"high", number(e.high)},
          {"p_value", number(e.p_value)},
          {"unsaid", unsaid_name(e.unsaid)}};
}

// What the arm gained over the people in it.
Json gained(const MeasureEffect& e, int64_t people) {
  const auto times = [&](const std::optional<double>& x) {
    return x ? number(*x * static_cast<double>(people)) : Json();
  };
  return {{"value", times(e.absolute.effect)},
          {"low", times(e.absolute.low)},
          {"high", times(e.absolute.high)}};
}

Json measure_effect(const ResultOf& of, const Tally& tally, const Measure& m,
                    const MeasureEffect& e) {
  const bool adds_up = m.kind != Kind::kRatio && m.kind != Kind::kQuantile;
  return {{"arm", of.arms[e.arm].key},
          {"absolute", effect_json(e.absolute)},
          {"relative", effect_json(e.relative)},
          {"fixed", effect_json(e.fixed)},
          {"p_adjusted", number(e.p_adjusted)},
          {"chance_to_win", number(m.more_is_better || !e.posterior.chance_to_win
                                       ? e.posterior.chance_to_win
                                       : std::optional(1 - *e.posterior.chance_to_win))},
          {"risk",
           number(m.more_is_better ? e.posterior.risk_of_treated : e.posterior.risk_of_control)},
          {"variance_reduction", e.reduction},
          {"gained", adds_up ? gained(e, tally.arms[e.arm].n()) : Json()},
          {"verdict", verdict_name(e.verdict)},
          {"why", e.why}};
}

// Cumulative values at the end of each day (at most kMaxCurvePoints of them, the last one always).
Json curve(const ResultOf& of, const Tally& tally, const Measure& m) {
  Json points = Json::array();
  if (m.kind == Kind::kQuantile) return points;
  const size_t days = tally.daily[0].n.size(),
               step = (days + kMaxCurvePoints - 1) / kMaxCurvePoints;
  for (size_t day = 0; day < days; ++day) {
    if (day % step != 0 && day + 1 != days) continue;
    Json arms = Json::array(), effects = Json::array();
    const auto control = estimate_of_day(m.kind, tally.daily[0], day);
    for (size_t arm = 0; arm < of.arms.size(); ++arm) {
      const auto here = estimate_of_day(m.kind, tally.daily[arm], day);
      arms.push_back({{"people", static_cast<int64_t>(tally.daily[arm].n[day])},
                      {"value", here ? number(here->value) : Json()}});
      if (arm == 0) continue;
      Effect e{.unsaid = Unsaid::kNobody};
      if (control && here) {
        e = of.sequential ? always_valid(*control, *here, Scale::kAbsolute)
                          : welch(*control, *here, Scale::kAbsolute);
      }
      effects.push_back(
          {{"effect", number(e.effect)}, {"low", number(e.low)}, {"high", number(e.high)}});
    }
    points.push_back(
        {{"day", day + 1}, {"arms", std::move(arms)}, {"effects", std::move(effects)}});
  }
  return points;
}

Json measure_json(const ResultOf& of, const OutcomeTable& table, const Judgement& judgement,
                  size_t i) {
  const Measure& m = of.measures[i];
  const Tally& tally = table.measures[i];
  const JudgedMeasure& judged = judgement.measures[i];
  Json arms = Json::array(), effects = Json::array();
  for (size_t arm = 0; arm < of.arms.size(); ++arm) {
    const Moments& moments = tally.arms[arm];
    const auto& estimate = judged.arms[arm];
    arms.push_back({{"arm", of.arms[arm].key},
                    {"people", moments.n()},
                    {"value", estimate ? number(estimate->value) : Json()},
                    {"sum", number(moments.sum(Number::kValue))},
                    {"set", of.set + ":did:" + m.key + ":" + of.arms[arm].key}});
  }
  for (const MeasureEffect& e : judged.effects) {
    effects.push_back(measure_effect(of, tally, m, e));
  }
  return {{"key", m.key},
          {"name", m.name},
          {"kind", kind_name(m.kind)},
          {"money", m.of.orders && m.of.sum == "amount"},
          {"net", m.net},
          {"better", m.more_is_better ? "more" : "less"},
          {"cap", number(judged.cap)},
          {"arms", std::move(arms)},
          {"effects", std::move(effects)},
          {"daily", curve(of, tally, m)}};
}

}  // namespace

Json result_json(const ResultOf& of, const OutcomeTable& table, const Judgement& judgement) {
  int64_t people = 0;
  for (int64_t n : table.exposed) people += n;
  Json arms = Json::array(), measures = Json::array();
  for (size_t arm = 0; arm < of.arms.size(); ++arm) {
    arms.push_back({{"key", of.arms[arm].key},
                    {"name", of.arms[arm].name},
                    {"weight", of.arms[arm].weight},
                    {"people", table.exposed[arm]},
                    {"set", of.set + ":arm:" + of.arms[arm].key}});
  }
  for (size_t i = 0; i < of.measures.size(); ++i) {
    measures.push_back(measure_json(of, table, judgement, i));
  }
  return {{"from", format_instant(of.span.from)},
          {"to", format_instant(of.span.to)},
          {"days", days_of(of.span)},
          {"planned_days", of.planned_days},
          {"complete", of.complete},
          {"sequential", of.sequential},
          {"currency", of.currency},
          {"people", people},
          {"mixed", table.mixed},
          {"mixed_set", of.set + ":mixed"},
          {"elsewhere", table.elsewhere},
          {"arms", std::move(arms)},
          {"sample_ratio",
           {{"p_value", number(judgement.sample_ratio_p)}, {"ok", judgement.drawn_well}}},
          {"detectable", number(judgement.detectable)},
          {"detectable_relative", number(judgement.detectable_relative)},
          {"measures", std::move(measures)},
          {"headline", headline_json(of, judgement)}};
}

Json headline_json(const ResultOf& of, const Judgement& judgement) {
  Json headline = {{"verdict", verdict_name(judgement.verdict)},
                   {"why", judgement.why},
                   {"measure", of.measures.empty() ? "" : of.measures[0].key},
                   {"measure_name", of.measures.empty() ? "" : of.measures[0].name},
                   {"arm", Json()},
                   {"relative", Json()},
                   {"absolute", Json()}};
  if (!judgement.deciding_arm) return headline;
  const MeasureEffect& e = judgement.measures[0].effects[*judgement.deciding_arm - 1];
  headline["arm"] = of.arms[e.arm].key;
  headline["relative"] = effect_json(e.relative);
  headline["absolute"] = effect_json(e.absolute);
  return headline;
}

}  // namespace perennial::experiments
