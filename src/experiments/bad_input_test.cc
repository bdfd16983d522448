// What experiments do with drafts that are wrong and with groups that say nothing: each kind of bad
// input has its test here. Either the reason is told, or every number is one.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/judge.h"
#include "experiments/result_json.h"

namespace perennial::experiments {
namespace {

using Kind = Measure::Kind;

Json draft(std::vector<double> weights) {
  Json arms = Json::array();
  for (size_t i = 0; i < weights.size(); ++i)
    arms.push_back({{"key", "arm" + std::to_string(i)}, {"weight", weights[i]}});
  return {{"key", "x"},
          {"name", "X"},
          {"arms", std::move(arms)},
          {"measures", {{{"key", "m"}, {"kind", "proportion"}, {"of", {{"orders", true}}}}}}};
}

TEST(BadInput, AssignmentWeightsThatDoNotSum) {
  for (const std::vector<double>& weights :
       std::vector<std::vector<double>>{{0.5, 0.4}, {0.5, 0.5 + 2e-6}, {0.7, 0.7}, {0, 0}}) {
    const auto read = experiment_from_json(draft(weights));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().where, "arms");
    EXPECT_THAT(read.error().message, testing::HasSubstr("add up to"));
  }
  EXPECT_TRUE(experiment_from_json(draft({0.5, 0.5 + 5e-7})));
  EXPECT_TRUE(experiment_from_json(draft({0.34, 0.33, 0.33})));
  EXPECT_FALSE(experiment_from_json(draft({1.5, -0.5})));
}

// A measure of each kind, with CUPED and caps where they can be.
std::vector<Measure> all_measures() {
  std::vector<Measure> all;
  for (const Kind kind : {Kind::kProportion, Kind::kCount, Kind::kMean, Kind::kRatio,
                          Kind::kRetention, Kind::kRevenue, Kind::kQuantile}) {
    Measure m;
    m.key = std::string(kind_name(kind));
    m.kind = kind;
    m.before_days = 30;
    m.cap_level = kind == Kind::kMean ? 0.9 : 1;
    all.push_back(m);
  }
  return all;
}

OutcomeTable table_of(const std::vector<Measure>& measures, std::vector<int64_t> people,
                      double value) {
  OutcomeTable table;
  table.exposed = people;
  for (size_t k = 0; k < measures.size(); ++k) {
    Tally tally;
    tally.kept.resize(people.size());
    for (size_t arm = 0; arm < people.size(); ++arm) {
      Moments m;
      DailySums days;
      for (auto* column : {&days.n, &days.y, &days.yy, &days.d, &days.dd, &days.yd})
        column->assign(1, 0);
      for (int64_t i = 0; i < people[arm]; ++i) {
        const double y = i % 2 == 0 ? value : 0;
        m.add({y, 1, y / 2, 1});
        tally.kept[arm].push_back({y, 1, y / 2, 1});
        days.n[0] += 1;
        days.y[0] += y;
        days.yy[0] += y * y;
        days.d[0] += 1;
        days.dd[0] += 1;
        days.yd[0] += y;
      }
      tally.arms.push_back(m);
      tally.daily.push_back(std::move(days));
    }
    table.measures.push_back(std::move(tally));
  }
  return table;
}

void expect_numbers(const Json& json, const std::string& where) {
  if (json.is_number()) {
    EXPECT_TRUE(std::isfinite(json.get<double>())) << where;
  }
  if (json.is_object()) {
    for (const auto& [name, member] : json.items()) expect_numbers(member, where + "." + name);
  }
  if (json.is_array()) {
    for (const Json& one : json) expect_numbers(one, where + "[]");
  }
}

Json result_of(const std::vector<Measure>& measures, OutcomeTable table, bool sequential) {
  ResultOf of{.set = "experiment:x",
              .arms = {{"old", "", 0.5}, {"new", "", 0.5}},
              .measures = measures,
              .span = {from_millis(0), from_millis(86'400'000)},
              .planned_days = 1,
              .sequential = sequential,
              .complete = true,
              .currency = "CNY"};
  const Judgement judgement =
      judge(measures, table, {.weights = {0.5, 0.5}, .sequential = sequential, .complete = true});
  return result_json(of, table, judgement);
}

TEST(BadInput, GroupsOfSizesUpToFive) {
  const auto measures = all_measures();
  for (int64_t control = 0; control <= 5; ++control) {
    for (int64_t treated = 0; treated <= 5; ++treated) {
      for (const double value : {0.0, 1.0, 1e9}) {
        for (const bool sequential : {false, true}) {
          const Json result =
              result_of(measures, table_of(measures, {control, treated}, value), sequential);
          expect_numbers(result, "result");
          EXPECT_EQ(result["headline"]["verdict"], "cannot_tell");
          EXPECT_NE(result["headline"]["why"], "");
          for (const Json& measure : result["measures"]) {
            for (const Json& effect : measure["effects"]) {
              EXPECT_EQ(effect["verdict"], "cannot_tell") << control << treated << measure["key"];
              EXPECT_NE(effect["why"], "");
            }
          }
        }
      }
    }
  }
}

TEST(BadInput, AnExperimentWithoutExposures) {
  const auto measures = all_measures();
  const Json result = result_of(measures, table_of(measures, {0, 0}, 0), true);
  EXPECT_EQ(result["headline"]["why"], "no_exposures");
  EXPECT_TRUE(result["sample_ratio"]["p_value"].is_null());
  EXPECT_TRUE(result["detectable"].is_null());
  for (const Json& measure : result["measures"]) {
    for (const Json& arm : measure["arms"]) EXPECT_TRUE(arm["value"].is_null()) << measure["key"];
    for (const Json& effect : measure["effects"])
      EXPECT_TRUE(effect["absolute"]["effect"].is_null()) << measure["key"];
  }
}

TEST(BadInput, MoneyBelowZeroAndValuesWithoutMeasure) {
  // More given back than paid: the difference is said, a share of a base below zero is not.
  std::vector<Measure> measures = {all_measures()[5]};
  OutcomeTable table = table_of(measures, {200, 200}, -500);
  const Json result = result_of(measures, std::move(table), true);
  expect_numbers(result, "result");
  const Json& effect = result["measures"][0]["effects"][0];
  EXPECT_TRUE(effect["relative"]["effect"].is_null());
  EXPECT_EQ(effect["relative"]["unsaid"], "zero_base");
  // A sum that is no number says so.
  table = table_of(measures, {200, 200}, std::numeric_limits<double>::infinity());
  expect_numbers(result_of(measures, std::move(table), true), "infinite");
}

}  // namespace
}  // namespace perennial::experiments
