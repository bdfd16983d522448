// Rules that an operator changed: fixed cuts of RFM, other limits of stages, gaps shrunk to all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "insight/testing.h"
#include "value/stages.h"
#include "value/value_rules.h"

namespace perennial::value {
namespace {

using testing::ElementsAre;

TEST(ValueRules, RoundTripAndMistakes) {
  ValueRules rules;
  rules.stages.prior_gaps = 2.5;
  rules.cuts = RfmCuts{.recency_days = {180, 90, 60, 30},
                       .frequency = {2, 3, 5, 8},
                       .monetary_minor = {10'000, 20'000, 50'000, 100'000}};
  EXPECT_EQ(to_json(*value_rules_from_json(to_json(rules))), to_json(rules));
  EXPECT_FALSE(value_rules_from_json({{"cuts", nullptr}})->cuts);
  const Json cuts = to_json(rules)["cuts"];
  const auto with = [&](const char* name, Json list) {
    Json changed = cuts;
    changed[name] = std::move(list);
    return Json{{"cuts", changed}};
  };
  const std::pair<Json, std::string> wrong[] = {
      {{{"colour", 1}}, "colour"},
      {{{"stages", {{"new_days", -1}}}}, "stages.new_days"},
      {{{"stages", {{"new_days", 3'651}}}}, "stages.new_days"},
      {{{"stages", {{"new_days", 1.5}}}}, "stages.new_days"},
      {{{"stages", {{"loyal_orders", 0}}}}, "stages.loyal_orders"},
      {{{"stages", {{"churned_days", 29}}}}, "stages.churned_days"},
      {{{"stages", {{"churned_gaps", 1.5}}}}, "stages.churned_gaps"},
      {{{"stages", {{"prior_gaps", 101}}}}, "stages.prior_gaps"},
      {{{"stages", {{"luck", 1}}}}, "stages.luck"},
      {with("recency_days", {30, 60, 90, 180}), "cuts.recency_days"},
      {with("frequency", {2, 3, 3, 8}), "cuts.frequency"},
      {with("frequency", {2, 3, 8}), "cuts.frequency"},
      {with("monetary_minor", {-1, 3, 5, 8}), "cuts.monetary_minor"},
      {with("luck", {1, 2, 3, 4}), "cuts.luck"},
      {{{"cuts", {{"frequency", {2, 3, 5, 8}}}}}, "cuts.recency_days"}};
  for (const auto& [json, where] : wrong) {
    const auto read = value_rules_from_json(json);
    ASSERT_FALSE(read) << json;
    EXPECT_EQ(read.error().where, where) << json;
  }
  EXPECT_TRUE(value_rules_from_json({{"stages", {{"new_days", 3'650}, {"prior_gaps", 100}}}}));
}

TEST(ValueRules, GapsAreShrunkToThoseOfAll) {
  const Instant now = *parse_instant("2024-06-15T00:00:00Z");
  const auto days_ago = [&](int days) { return to_millis(now) - days * kDayMs; };
  const std::vector<int64_t> once = {days_ago(50)}, twice = {days_ago(60), days_ago(50)};
  StageRules rules;
  EXPECT_EQ(stage_of(once, now, rules).rhythm, StageReason::Rhythm::kFallback);
  rules.prior_gaps = 2;
  rules.gap_of_all_days = 40;
  StageReason reason = stage_of(once, now, rules);
  EXPECT_EQ(reason.usual_gap_days, 40);
  EXPECT_EQ(reason.rhythm, StageReason::Rhythm::kOwn);
  EXPECT_EQ(reason.stage, Stage::kActive);  // 50 days of 80
  reason = stage_of(twice, now, rules);
  EXPECT_EQ(reason.usual_gap_days, 30);  // (10 + 2 × 40) / 3
  EXPECT_EQ(reason.silent_after_days, 60);
  EXPECT_EQ(reason.churned_after_days, 120);
}

class RulesOverHttp : public testing::Test {
 protected:
  void SetUp() override {
    shop_.now = *parse_instant("2024-06-15T00:00:00Z");
    shop_.order("often", "2024-06-01T00:00:00Z", 1'000);
    shop_.order("often", "2024-06-05T00:00:00Z", 1'000);
    shop_.order("often", "2024-06-10T00:00:00Z", 1'000);
    shop_.order("rich", "2024-03-01T00:00:00Z", 90'000);
    shop_.order("once", "2024-05-01T00:00:00Z", 500);
    shop_.serve([this](http::Router& router) { value_.add_routes(router); });
  }
  Rfm scores(std::string_view user) {
    const auto snapshot = *value_.snapshot();
    return snapshot->rfm[*snapshot->find(shop_.person(user))];
  }
  std::string stage(std::string_view user) {
    const auto snapshot = *value_.snapshot();
    return std::string(stage_name(snapshot->stage[*snapshot->find(shop_.person(user))]));
  }

  insight::TestShop shop_;
  Value value_{shop_.books(), shop_.settings(), shop_.clock(), &shop_.database()};
};

TEST_F(RulesOverHttp, FixedCutsScoreByThemselves) {
  EXPECT_EQ(shop_.get("/v1/value/rules").second["cuts"], nullptr);
  const Json rules = {{"cuts",
                       {{"recency_days", {120, 60, 30, 7}},
                        {"frequency", {2, 3, 4, 5}},
                        {"monetary_minor", {1'000, 2'000, 3'000, 50'000}}}}};
  EXPECT_EQ(shop_.send("PUT", "/v1/value/rules", rules).first, 200);
  EXPECT_EQ(scores("often").recency, 5);  // 5 days ago
  EXPECT_EQ(scores("often").frequency, 3);
  EXPECT_EQ(scores("often").monetary, 4);
  EXPECT_EQ(scores("rich").recency, 2);  // 106 days ago
  EXPECT_EQ(scores("rich").frequency, 1);
  EXPECT_EQ(scores("rich").monetary, 5);
  EXPECT_EQ(scores("once").recency, 3);  // 45 days ago
  EXPECT_EQ(scores("once").monetary, 1);
  const Json breaks = shop_.get("/v1/value/rfm").second["breaks"];
  EXPECT_EQ(breaks["recency_days"], Json({120.0, 60.0, 30.0, 7.0}));
  EXPECT_EQ(breaks["frequency"], Json({2, 3, 4, 5}));
  // What was kept holds after a restart, and null goes back to fifths.
  Value again(shop_.books(), shop_.settings(), shop_.clock(), &shop_.database());
  EXPECT_TRUE(again.rules()->cuts);
  EXPECT_EQ(shop_.send("PUT", "/v1/value/rules", {{"cuts", nullptr}}).first, 200);
  EXPECT_EQ(scores("often").frequency, 4);
}

TEST_F(RulesOverHttp, StagesFollowTheRules) {
  EXPECT_EQ(stage("once"), "silent");
  EXPECT_EQ(shop_.send("PUT", "/v1/value/rules", {{"stages", {{"silent_days", 50}}}}).first, 200);
  EXPECT_EQ(stage("once"), "active");
  EXPECT_EQ(shop_.send("PUT", "/v1/value/rules", {{"stages", {{"silent_days", 0}}}}).first, 400);
  EXPECT_EQ(stage("once"), "active");
  // Gaps of 4 and 5 days, the only ones there are: whoever ordered once is churned after 20.
  EXPECT_EQ(shop_.send("PUT", "/v1/value/rules", {{"stages", {{"prior_gaps", 2}}}}).first, 200);
  EXPECT_EQ(stage("once"), "churned");
  EXPECT_EQ(stage("often"), "new");
}

TEST(ValueRulesAlone, WithoutADatabaseTheyArePresets) {
  insight::TestShop shop;
  Value value(shop.books(), shop.settings(), shop.clock());
  EXPECT_FALSE(value.rules()->cuts);
  EXPECT_FALSE(value.change_rules(Json::object(), {}));
}

}  // namespace
}  // namespace perennial::value
