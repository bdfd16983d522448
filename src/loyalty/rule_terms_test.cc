// What the terms of rules say, one by one: multipliers, caps with the edges of their periods in the
// programme's zone, conditions, delays and expiries; and the presets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loyalty/evaluate.h"
#include "loyalty/played.h"

namespace perennial::loyalty {
namespace {

using testing::ElementsAre;

// A rule of 1 point per ¥1 of orders with more terms.
Rule purchase(std::string_view terms) {
  return rule(R"({"event":"Order Completed",
      "amount":{"kind":"per_money","points":1,"per_minor":100},)" +
              std::string(terms) + "}");
}
// A rule of 10 points for each "Shared" with more terms.
Rule shared(std::string_view terms) {
  return rule(R"({"id":"shared","event":"Shared","amount":{"kind":"fixed","points":10},)" +
              std::string(terms) + "}");
}

std::vector<Fact> shared_at(std::initializer_list<std::string_view> times) {
  std::vector<Fact> facts;
  for (const std::string_view time : times) facts.push_back(event(time, "Shared"));
  return facts;
}

// The level that was held when the order came, not the one that it reached.
TEST(Multipliers, OfTheLevelHeld) {
  Played played{.rules = {purchase(R"("multipliers":[{"kind":"level"}])")},
                .levels = spend_levels()};
  played.levels.levels[0].multiplier_percent = 150;
  played.levels.levels[1].multiplier_percent = 200;
  played.levels.levels[2].multiplier_percent = 300;
  EXPECT_THAT(played.points({order("2026-01-01", "a", 1'000), order("2026-01-02", "b", 4'000),
                             order("2026-01-03", "c", 1'000), refund("2026-01-04", "b", 4'000),
                             refund("2026-01-04", "c", 1'000), order("2026-01-05", "d", 1'000)}),
              ElementsAre(15, 0, 0, 20))
      << "base, silver, gold, and silver again";
}

TEST(Multipliers, OfAWindow) {
  const Played played{.rules = {purchase(R"("multipliers":[{"kind":"window","percent":200,
      "from":"2026-06-18T00:00:00+08:00","to":"2026-06-19T00:00:00+08:00"}])")}};
  EXPECT_THAT(
      played.points(
          {order("2026-06-17T23:59:59", "a", 1'000), order("2026-06-18T00:00", "b", 1'000),
           order("2026-06-18T23:59:59", "c", 1'000), order("2026-06-19T00:00", "d", 1'000)}),
      ElementsAre(10, 20, 20, 10));
}

TEST(Multipliers, OfTheFirstOrder) {
  const std::string terms = R"("multipliers":[{"kind":"first_order","percent":300}])";
  const Played played{.rules = {purchase(terms), shared(terms)}};
  EXPECT_THAT(played.points({order("2026-01-01", "a", 1'000), order("2026-01-02", "b", 1'000)}),
              ElementsAre(30, 10));
  EXPECT_THAT(played.points({order("2026-01-01", "a", 1'000), refund("2026-01-01", "a", 1'000),
                             order("2026-01-02", "b", 1'000)}),
              ElementsAre(0, 10))
      << "the first order was the first, whatever became of it";
  EXPECT_THAT(played.points({event("2026-01-01", "Shared")}), ElementsAre(10)) << "no order";
}

TEST(Multipliers, OfATrait) {
  const auto points = [](const char* multiplier, const char* traits) {
    Played played{.rules = {shared("\"multipliers\":[" + std::string(multiplier) + "]")}};
    played.traits = traits;
    return played.points({event("2026-01-01", "Shared")})[0];
  };
  const char* gold = R"({"kind":"trait","percent":150,"trait":"plan","value":"gold"})";
  const char* any = R"({"kind":"trait","percent":150,"trait":"plan"})";
  EXPECT_EQ(points(gold, R"({"plan":"gold"})"), 15);
  EXPECT_EQ(points(gold, R"({"plan":"Gold"})"), 10);
  EXPECT_EQ(points(gold, "{}"), 10);
  EXPECT_EQ(points(any, R"({"plan":"anything"})"), 15);
  EXPECT_EQ(points(any, R"({"plan":null})"), 10);
  EXPECT_EQ(points(any, "{}"), 10);
}

// ---- caps

TEST(Caps, OfAWeekBeginOnItsFirstDay) {
  // 2026-05-03 is a Sunday.
  const auto facts = shared_at({"2026-05-01T10:00", "2026-05-02T10:00", "2026-05-03T23:59:59",
                                "2026-05-04T00:00", "2026-05-10T23:59:59", "2026-05-11T00:00"});
  const std::vector<Rule> rules = {shared(R"("caps":[{"points":25,"every":"week"}])")};
  EXPECT_THAT((Played{.rules = rules}.points(facts)), ElementsAre(10, 10, 5, 10, 10, 10));
  Programme sundays = test_programme();
  sundays.week_start = WeekStart::kSunday;
  std::vector<Points> points;
  for (const Award& award : replay(sundays, rules, {}, "{}", facts, at("2030-01-01")).awards)
    points.push_back(award.points);
  EXPECT_THAT(points, ElementsAre(10, 10, 10, 10, 10, 10));
}

TEST(Caps, OfADayAMonthAndForEver) {
  const auto points = [](const char* cap, std::initializer_list<std::string_view> times) {
    return Played{.rules = {shared("\"caps\":[" + std::string(cap) + "]")}}.points(
        shared_at(times));
  };
  EXPECT_THAT(points(R"({"points":15,"every":"day"})",
                     {"2026-05-01T00:00", "2026-05-01T23:59:59.999", "2026-05-02T00:00"}),
              ElementsAre(10, 5, 10));
  EXPECT_THAT(points(R"({"points":15,"every":"month"})",
                     {"2026-02-01T00:00", "2026-02-28T23:59:59.999", "2026-03-01T00:00"}),
              ElementsAre(10, 5, 10));
  EXPECT_THAT(points(R"({"points":15})", {"2020-01-01", "2026-01-01", "2029-01-01"}),
              ElementsAre(10, 5));
  EXPECT_THAT(points(R"({"times":2,"every":"month"})",
                     {"2026-05-01", "2026-05-02", "2026-05-31T23:59:59", "2026-06-01T00:00"}),
              ElementsAre(10, 10, 10));
  EXPECT_THAT(points(R"({"times":1})", {"2026-05-01", "2027-05-01"}), ElementsAre(10));
  EXPECT_THAT(points(R"({"times":0})", {"2026-05-01"}), ElementsAre());
  EXPECT_THAT(points(R"({"points":15,"every":"day"},{"times":3,"every":"week"})",
                     {"2026-05-04", "2026-05-04", "2026-05-05", "2026-05-06", "2026-05-11"}),
              ElementsAre(10, 5, 10, 10))
      << "all of them hold";
}

// A cap of the whole programme counts what all rules of its currency gave, and cuts its own rule.
TEST(Caps, OfTheWholeProgramme) {
  const Played played{
      .rules = {purchase(R"("id":"purchase")"),
                shared(R"("caps":[{"points":100,"every":"day","whole_programme":true}])"),
                rule(R"({"id":"stars","event":"Starred","currency":"stars",
                         "amount":{"kind":"fixed","points":50}})")}};
  const auto facts = [](int64_t minor) {
    return std::vector<Fact>{
        event("2026-05-01T09:00", "Starred"), order("2026-05-01T10:00", "a", minor),
        event("2026-05-01T11:00", "Shared"), event("2026-05-02T00:00", "Shared")};
  };
  EXPECT_THAT(played.points(facts(9'000)), ElementsAre(50, 90, 10, 10));
  EXPECT_THAT(played.points(facts(9'500)), ElementsAre(50, 95, 5, 10));
  EXPECT_THAT(played.points(facts(20'000)), ElementsAre(50, 200, 10)) << "it cuts no other rule";
}

TEST(Caps, GiveBackTheTimesOfWhatIsCancelled) {
  const Played played{.rules = {purchase(R"("caps":[{"times":1,"every":"week"}])")}};
  EXPECT_THAT(played.points({order("2026-05-04", "a", 1'000), order("2026-05-05", "b", 1'000),
                             refund("2026-05-06", "a", 600), order("2026-05-06", "c", 1'000),
                             refund("2026-05-07", "a", 400), order("2026-05-08", "d", 1'000)}),
              ElementsAre(0, 10));
}

// ---- conditions, delays, expiries

TEST(Conditions, OnPlainProperties) {
  const auto holds = [](const char* op, const char* value, const char* properties) {
    Played played{.rules = {shared(R"("when":[{"property":"a.n","op":")" + std::string(op) +
                                   R"(","value":)" + value + "}]")}};
    return !played.points({event("2026-01-01", "Shared", properties)}).empty();
  };
  const char* five = R"({"a":{"n":5}})";
  const char* text = R"({"a":{"n":"5"}})";
  EXPECT_TRUE(holds("gte", "5", five));
  EXPECT_FALSE(holds("gte", "5.01", five));
  EXPECT_TRUE(holds("lte", "5", five));
  EXPECT_FALSE(holds("lte", "4.99", five));
  EXPECT_TRUE(holds("eq", "5", five));
  EXPECT_FALSE(holds("eq", "6", five));
  EXPECT_TRUE(holds("ne", "6", five));
  for (const char* other : {text, R"({"a":5})", "{}", R"({"a":{"n":null}})"}) {
    EXPECT_FALSE(holds("gte", "0", other)) << other;
    EXPECT_FALSE(holds("lte", "9", other)) << other;
    EXPECT_FALSE(holds("eq", "5", other)) << other;
  }
  EXPECT_TRUE(holds("eq", "\"5\"", text));
  EXPECT_EQ(rule_from_json({{"id", "r"},
                            {"name", "r"},
                            {"event", "e"},
                            {"amount", {{"kind", "fixed"}, {"points", 1}}},
                            {"when", {{{"property", "a"}, {"op", "gte"}, {"value", "5"}}}}})
                .error()
                .where,
            "when.0.value");
}

TEST(RuleTerms, DelaysAndExpiriesOfTheirOwn) {
  const auto award = [](const char* terms) {
    return Played{.rules = {shared(terms)}}.run({event("2026-05-01T10:00", "Shared")}).awards[0];
  };
  EXPECT_EQ(award(R"("once_per":"")").activates_ms, at("2026-05-01T10:00"));
  EXPECT_EQ(award(R"("once_per":"")").expires_ms, at("2028-01-01")) << "as the currency says";
  EXPECT_EQ(award(R"("delay_days":14)").activates_ms, at("2026-05-15T10:00"));
  EXPECT_EQ(award(R"("delay_days":14)").expires_ms, at("2028-01-01"));
  EXPECT_EQ(award(R"("expires_in_days":30)").expires_ms, at("2026-06-01"))
      << "its last day, May 31, counts in full";
  EXPECT_EQ(award(R"("expires_in_days":0)").expires_ms, at("2026-05-02"));
  EXPECT_EQ(award(R"("delay_days":14,"expires_in_days":7)").expires_ms, at("2026-05-23"))
      << "from the day on which they can be spent, when they would be gone before";
}

// ---- presets: the numbers of product.md, C1 and C3

std::map<std::string, Points> by_rule(std::vector<Fact> facts, const char* traits = "{}",
                                      const char* enable = "") {
  const Programme programme = *programme_from_json(preset_programme("members", "Asia/Shanghai"));
  std::vector<Rule> rules;
  for (const Json& json : preset_rules()) {
    rules.push_back(*rule_from_json(json));
    if (rules.back().id == enable) rules.back().enabled = true;
  }
  std::map<std::string, Points> sums;
  for (const Award& award : replay(programme, rules, *levels_from_json(preset_levels()), traits,
                                   std::move(facts), at("2030-01-01"))
                                .awards)
    sums[award.rule] += award.points;
  return sums;
}

TEST(Presets, PurchasesAndLevels) {
  EXPECT_EQ(by_rule({order("2026-05-01", "a", 19'999)}),
            (std::map<std::string, Points>{{"purchase", 199}, {"growth", 199}}));
  EXPECT_EQ(by_rule({order("2026-05-01", "a", 29'999)}, "{}", "purchase-100").at("purchase-100"),
            20)
      << "10 for each full ¥100";
  const char* born_in_may = R"({"birthday":"1990-05-31"})";
  EXPECT_EQ(by_rule({order("2026-05-01", "a", 10'000)}, born_in_may).at("purchase"), 300);
  EXPECT_EQ(by_rule({order("2026-04-30T23:59", "a", 10'000)}, born_in_may).at("purchase"), 100);
  const auto level = [](int64_t minor) {
    const Programme programme = *programme_from_json(preset_programme("m", "Asia/Shanghai"));
    std::vector<Rule> rules;
    for (const Json& json : preset_rules()) rules.push_back(*rule_from_json(json));
    return replay(programme, rules, *levels_from_json(preset_levels()), "{}",
                  {order("2026-05-01", "a", minor)}, at("2026-05-02"))
        .standing.level;
  };
  EXPECT_EQ(level(49'999), "ordinary");
  EXPECT_EQ(level(50'000), "bronze");
  EXPECT_EQ(level(199'999), "bronze");
  EXPECT_EQ(level(200'000), "silver");
  EXPECT_EQ(level(999'999), "silver");
  EXPECT_EQ(level(1'000'000), "gold");
}

TEST(Presets, WhatElseEarns) {
  std::vector<Fact> facts;
  for (int day = 1; day <= 30; ++day) {
    const std::string date = "2026-06-" + std::string(day < 10 ? "0" : "") + std::to_string(day);
    facts.push_back(event(date + "T08:00", "Signed In"));
    facts.push_back(event(date + "T09:00", "Signed In"));
  }
  EXPECT_EQ(by_rule(facts).at("sign-in"), 30 * 5 + 20 + 100) << "once a day, 7 days and 30 days";
  EXPECT_EQ(by_rule(shared_at({"2026-05-01T01:00", "2026-05-01T02:00", "2026-05-01T03:00",
                               "2026-05-01T04:00"}))
                .at("share"),
            15);
  const auto sums =
      by_rule({event("2026-05-01", "Profile Completed"), event("2026-05-02", "Profile Completed"),
               order("2026-05-03", "a", 100),
               event("2026-05-04", "Product Reviewed", R"({"product_id":"p"})"),
               event("2026-05-05", "Product Reviewed", R"({"product_id":"p"})"),
               event("2026-05-06", "Course Completed", R"({"course_id":"c"})")});
  EXPECT_EQ(sums.at("profile"), 50);
  EXPECT_EQ(sums.at("review"), 20);
  EXPECT_EQ(sums.at("course"), 30);
  EXPECT_EQ(sums.at("newcomer"), 100);
}

}  // namespace
}  // namespace perennial::loyalty
