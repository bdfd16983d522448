// Questions that count events and people: trends, funnels, distribution, intervals, sessions, RFM.
#include "insight/query_parse.h"

#include <algorithm>

#include "insight/query_condition.h"
#include "insight/query_range.h"
#include "people/people.h"

namespace perennial::insight {
namespace {

constexpr size_t kMaxPropertyBytes = 200;
constexpr size_t kMaxExpressionBytes = 500;
constexpr int kMaxRollingPeriods = 400;
constexpr int kMaxGapMinutes = 24 * 60;
constexpr size_t kScoreBorders = 4;  // between five scores

Result<NamedSelector> selector_or_any(const Fields& fields, std::string_view member) {
  const Json* json = fields.find(member);
  if (json == nullptr) return any_event(fields.at(member));
  return parse_selector(*json, fields.at(member));
}

// Measures of a property name it, the others do not.
Result<std::string> measured_property(const Fields& fields, bool wanted) {
  if (wanted) return fields.required_text("property", kMaxPropertyBytes);
  if (fields.has("property"))
    return fail(Code::kInvalid, "this measure takes no property", fields.at("property"));
  return std::string();
}

Result<TrendsQuery::Series> parse_series(const Json& json, const std::string& path) {
  using Measure = TrendsQuery::Measure;
  Fields fields =
      TRY(Fields::of(json, path, {"name", "select", "measure", "property", "percentile"}));
  TrendsQuery::Series series;
  series.select = TRY(selector(fields, "select"));
  series.name = TRY(fields.text("name", kMaxNameOfQuestion));
  if (series.name.empty()) series.name = series.select.name;
  series.measure = TRY(fields.word<Measure>("measure", std::nullopt,
                                            {{"count", Measure::kCount},
                                             {"people", Measure::kPeople},
                                             {"per_person", Measure::kPerPerson},
                                             {"sum", Measure::kSum},
                                             {"average", Measure::kAverage},
                                             {"minimum", Measure::kMinimum},
                                             {"maximum", Measure::kMaximum},
                                             {"percentile", Measure::kPercentile}}));
  series.property = TRY(measured_property(fields, series.measure >= Measure::kSum));
  if (fields.has("percentile") && series.measure != Measure::kPercentile)
    return fail(Code::kInvalid, "is only of measure percentile", fields.at("percentile"));
  series.percentile = static_cast<int>(TRY(fields.integer("percentile", 50, 0, 100)));
  if (!std::ranges::count(kTrendsPercentiles, series.percentile))
    return fail(Code::kInvalid, "must be 25, 50, 75, 90, 95 or 99", fields.at("percentile"));
  return series;
}

Result<TrendsQuery::Formula> parse_one_formula(const Json& json, const std::string& path) {
  Fields fields = TRY(Fields::of(json, path, {"name", "expression"}));
  TrendsQuery::Formula formula;
  formula.expression = TRY(fields.required_text("expression", kMaxExpressionBytes));
  formula.name = TRY(fields.text("name", kMaxNameOfQuestion));
  if (formula.name.empty()) formula.name = cut_text(formula.expression, kMaxNameOfQuestion);
  return formula;
}

Result<FunnelQuery::Modes> parse_modes(const Fields& fields) {
  using Modes = FunnelQuery::Modes;
  Modes modes;
  const auto words = TRY(fields.list("clickhouse_modes", 0, 5));
  for (size_t i = 0; i < words.size(); ++i) {
    bool Modes::* mode =
        TRY(Fields::word_of<bool Modes::*>(*words[i], join_path(fields.at("clickhouse_modes"), i),
                                           {{"strict_deduplication", &Modes::strict_deduplication},
                                            {"strict_order", &Modes::strict_order},
                                            {"strict_increase", &Modes::strict_increase},
                                            {"strict_once", &Modes::strict_once},
                                            {"allow_reentry", &Modes::allow_reentry}}));
    modes.*mode = true;
  }
  return modes;
}

Result<FunnelQuery::Exclusion> parse_exclusion(const Json& json, const std::string& path,
                                               int steps) {
  Fields fields = TRY(Fields::of(json, path, {"select", "after_step", "before_step"}));
  FunnelQuery::Exclusion exclusion;
  exclusion.select = TRY(selector(fields, "select"));
  exclusion.after_step = static_cast<int>(TRY(fields.integer("after_step", 1, 1, steps - 1)));
  exclusion.before_step =
      static_cast<int>(TRY(fields.integer("before_step", steps, exclusion.after_step + 1, steps)));
  return exclusion;
}

// What does not go together in a funnel.
Result<void> check_funnel(const Fields& fields, const FunnelQuery& q) {
  const bool clickhouse = q.semantics == FunnelQuery::Semantics::kClickhouse;
  if (!clickhouse && fields.has("clickhouse_modes"))
    return fail(Code::kInvalid, "is only of semantics clickhouse", fields.at("clickhouse_modes"));
  if (clickhouse && q.order != FunnelQuery::Order::kOrdered)
    return fail(Code::kInvalid, "must be ordered with semantics clickhouse", fields.at("order"),
                "strictness is said by clickhouse_modes");
  for (std::string_view member : {"exclusions", "held_property"}) {
    if (clickhouse && fields.has(member))
      return fail(Code::kInvalid, "is unknown to semantics clickhouse", fields.at(member));
  }
  if (q.modes.strict_order && q.modes.allow_reentry)
    return fail(Code::kInvalid, "allow_reentry does not go with strict_order",
                fields.at("clickhouse_modes"));
  if (fields.has("breakdown_touch") &&
      (!q.breakdown || q.breakdown->by == Breakdown::By::kPersonProperty ||
       q.breakdown->by == Breakdown::By::kSets)) {
    return fail(Code::kInvalid, "is only of a breakdown by events", fields.at("breakdown_touch"));
  }
  return {};
}

}  // namespace

Result<TrendsQuery> parse_trends(const Fields& fields) {
  TrendsQuery q;
  const auto series = TRY(fields.list("series", 1, kMaxTrendsSeries));
  for (size_t i = 0; i < series.size(); ++i)
    q.series.push_back(TRY(parse_series(*series[i], join_path(fields.at("series"), i))));
  const auto formulas = TRY(fields.list("formulas", 0, kMaxTrendsFormulas));
  for (size_t i = 0; i < formulas.size(); ++i) {
    q.formulas.push_back(TRY(parse_one_formula(*formulas[i], join_path(fields.at("formulas"), i))));
  }
  q.breakdown = TRY(breakdown_of_hits(fields));
  q.compare_previous =
      TRY(fields.word<bool>("compare", false, {{"none", false}, {"previous", true}}));
  using Show = TrendsQuery::Show;
  q.show = TRY(fields.word<Show>(
      "show", Show::kEach,
      {{"each", Show::kEach}, {"cumulative", Show::kCumulative}, {"rolling", Show::kRolling}}));
  if (fields.has("rolling_periods") && q.show != Show::kRolling)
    return fail(Code::kInvalid, "is only of show rolling", fields.at("rolling_periods"));
  q.rolling_periods = static_cast<int>(
      TRY(fields.integer("rolling_periods", q.rolling_periods, 2, kMaxRollingPeriods)));
  for (const auto& one : q.series) {
    if (one.measure == TrendsQuery::Measure::kPercentile && q.show != Show::kEach)
      return fail(Code::kInvalid, "must be each when a percentile is measured", fields.at("show"));
  }
  return q;
}

Result<FunnelQuery> parse_funnel(const Fields& fields) {
  using Q = FunnelQuery;
  FunnelQuery q;
  const auto steps = TRY(fields.list("steps", kMinFunnelSteps, kMaxFunnelSteps));
  for (size_t i = 0; i < steps.size(); ++i)
    q.steps.push_back(TRY(parse_selector(*steps[i], join_path(fields.at("steps"), i))));
  q.order = TRY(fields.word<Q::Order>(
      "order", Q::Order::kOrdered,
      {{"ordered", Q::Order::kOrdered}, {"strict", Q::Order::kStrict}, {"any", Q::Order::kAny}}));
  q.semantics = TRY(fields.word<Q::Semantics>("semantics", Q::Semantics::kLatestEntry,
                                              {{"latest_entry", Q::Semantics::kLatestEntry},
                                               {"first_entry", Q::Semantics::kFirstEntry},
                                               {"per_day", Q::Semantics::kPerDay},
                                               {"clickhouse", Q::Semantics::kClickhouse}}));
  q.modes = TRY(parse_modes(fields));
  const FunnelWindow window = TRY(parse_funnel_window(fields, q.window));
  q.window = window.window;
  q.session_gap = window.session_gap;
  const auto exclusions = TRY(fields.list("exclusions", 0, kMaxExclusions));
  for (size_t i = 0; i < exclusions.size(); ++i) {
    q.exclusions.push_back(TRY(parse_exclusion(
        *exclusions[i], join_path(fields.at("exclusions"), i), static_cast<int>(steps.size()))));
  }
  q.held_property = TRY(single_property(fields, "held_property"));
  q.count = TRY(fields.word<Q::Count>(
      "count", Q::Count::kPeople, {{"people", Q::Count::kPeople}, {"totals", Q::Count::kTotals}}));
  q.breakdown = TRY(breakdown(fields));
  q.touch = TRY(fields.word<Q::Touch>("breakdown_touch", Q::Touch::kFirst,
                                      {{"first", Q::Touch::kFirst}, {"last", Q::Touch::kLast}}));
  TRY(check_funnel(fields, q));
  return q;
}

Result<DistributionQuery> parse_distribution(const Fields& fields) {
  using Measure = DistributionQuery::Measure;
  DistributionQuery q;
  q.select = TRY(selector(fields, "select"));
  q.measure = TRY(fields.word<Measure>("measure", std::nullopt,
                                       {{"count", Measure::kCount},
                                        {"days", Measure::kDays},
                                        {"hours", Measure::kHours},
                                        {"sum", Measure::kSum}}));
  q.property = TRY(measured_property(fields, q.measure >= Measure::kSum));
  q.borders = TRY(fields.borders("borders", 1, kMaxBorders));
  q.breakdown = TRY(people_breakdown(fields));
  return q;
}

Result<IntervalQuery> parse_interval(const Fields& fields) {
  IntervalQuery q;
  q.start = TRY(selector(fields, "start"));
  q.end = TRY(selector(fields, "end"));
  q.at_most = TRY(parse_duration(fields, "at_most", q.at_most));
  q.held_property = TRY(single_property(fields, "held_property"));
  q.breakdown = TRY(breakdown(fields));
  return q;
}

Result<SessionsQuery> parse_sessions(const Fields& fields) {
  SessionsQuery q;
  q.select = TRY(selector_or_any(fields, "select"));
  q.gap = std::chrono::minutes(TRY(fields.integer("gap_minutes", 30, 1, kMaxGapMinutes)));
  q.breakdown = TRY(breakdown(fields));
  return q;
}

Result<RfmQuery> parse_rfm(const Fields& fields) {
  RfmQuery q;
  if (fields.has("select")) {
    q.select = TRY(selector(fields, "select"));
  } else {
    q.select = TRY(parse_selector(Json::object({{"event", people::kOrderCompleted}}), "select"));
  }
  if (fields.has("value_property"))
    q.value_property = TRY(fields.required_text("value_property", kMaxPropertyBytes));
  if (const Json* json = fields.find("breaks")) {
    Fields breaks =
        TRY(Fields::of(*json, fields.at("breaks"), {"recency_days", "frequency", "value"}));
    TRY(breaks.required("recency_days"));
    q.recency_days = TRY(breaks.borders("recency_days", kScoreBorders, kScoreBorders));
    TRY(breaks.required("frequency"));
    q.frequency = TRY(breaks.borders("frequency", kScoreBorders, kScoreBorders));
    TRY(breaks.required("value"));
    q.value = TRY(breaks.borders("value", kScoreBorders, kScoreBorders));
  }
  return q;
}

}  // namespace perennial::insight
