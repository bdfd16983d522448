// A quote says why: what each rule made of the cart, and which lots would pay.
#include "loyalty/quote.h"

#include <random>

#include <gtest/gtest.h>

#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

TEST(Spread, PartsAddUpAndNoneIsFarFromItsShare) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 500; ++round) {
    std::vector<int64_t> amounts(1 + random() % 7);
    int64_t sum = 0;
    for (int64_t& amount : amounts) sum += amount = static_cast<int64_t>(random() % 400);
    const auto points = static_cast<Points>(random() % 1'000);
    const auto parts = spread(points, amounts);
    Points total = 0;
    for (size_t i = 0; i < parts.size(); ++i) {
      total += parts[i];
      const double share = sum == 0
                               ? static_cast<double>(points) / static_cast<double>(parts.size())
                               : static_cast<double>(points) * static_cast<double>(amounts[i]) /
                                     static_cast<double>(sum);
      EXPECT_LT(std::abs(static_cast<double>(parts[i]) - share), 1.0);
    }
    EXPECT_EQ(total, points);
  }
  EXPECT_EQ(spread(kMaxPoints, std::vector<int64_t>{kMaxPoints, kMaxPoints}),
            (std::vector<Points>{kMaxPoints / 2, kMaxPoints / 2}));
  EXPECT_TRUE(spread(5, {}).empty());
}

class QuoteTest : public StageTest {
 protected:
  QuoteTest() {
    ledger_->at("2026-06-01T12:00");
    send({identify("2026-01-01", "amy", "", {{"birthday", "1990-06-17"}})});
  }
  void save(Json json) {
    if (!json.contains("from")) json["from"] = "2026-01-01";
    json["event"] = json.value("event", "Order Completed");
    auto rule = rule_from_json(json);
    ASSERT_TRUE(rule) << rule.error().text();
    write([&](store::Connection& c) -> Result<void> {
      TRY(save_rule(c, ledger_->programme(), *rule, "", ledger_->now()));
      return {};
    });
  }
  static events::StoredEvent order(std::string_view time, const std::string& id, double yuan) {
    return track(time, "amy", "", "Order Completed",
                 {{"order_id", id}, {"total", yuan}, {"currency", "CNY"}});
  }
  Json quote(int64_t minor, Json properties = Json::object()) {
    RoutedLedger routes(*ledger_);
    const auto answer = routes.send("usr_1", "POST", "/quote",
                                    {{"person", person("amy")},
                                     {"amount_minor", minor},
                                     {"items", 3},
                                     {"properties", std::move(properties)}});
    EXPECT_EQ(answer.status, 200) << answer.body;
    return *parse_json(answer.body);
  }
  // Rule → why it gives nothing, with the place.
  static std::map<std::string, std::string> nothing(const Json& quote) {
    std::map<std::string, std::string> reasons;
    for (const Json& one : quote["nothing"]) {
      const std::string where = one["where"];
      reasons[one["rule"]] = one["reason"].get<std::string>() + (where.empty() ? "" : " " + where);
    }
    return reasons;
  }
  static constexpr auto kPerYuan = R"({"kind": "per_money", "points": 1, "per_minor": 100})";
};

TEST_F(QuoteTest, SaysByWhichStepsARuleEarns) {
  save({{"id", "buy"},
        {"name", "Buy"},
        {"amount", Json::parse(kPerYuan)},
        {"multipliers",
         {{{"kind", "birthday_month"}, {"percent", 300}, {"trait", "birthday"}},
          {{"kind", "first_order"}, {"percent", 150}},
          {{"kind", "trait"}, {"percent", 900}, {"trait", "vip"}}}},
        {"when", {{{"property", "products[].category"}, {"op", "eq"}, {"value", "tea"}}}},
        {"caps", {{{"points", 70}, {"every", "month"}}}}});
  Json products = Json::array();
  products.push_back({{"product_id", "t1"}, {"category", "tea"}, {"price", 10}, {"quantity", 1}});
  products.push_back({{"product_id", "c1"}, {"category", "cup"}, {"price", 5.5}, {"quantity", 2}});
  const Json found = quote(21'99, {{"products", products}});
  ASSERT_EQ(found["earns"].size(), 1u) << found;
  const Json& buy = found["earns"][0];
  EXPECT_EQ(buy["base"], 21) << "one for each whole yuan";
  EXPECT_EQ(buy["multiplied"], 94) << "21 × 300 % × 150 % = 94.5, rounded down";
  EXPECT_EQ(buy["points"], 70);
  EXPECT_EQ(buy["cut_by"], "cap");
  EXPECT_EQ(buy["caps"][0]["points_left"], 70);
  EXPECT_EQ(buy["multipliers"][0]["applies"], true);
  EXPECT_EQ(buy["multipliers"][1]["applies"], true);
  EXPECT_EQ(buy["multipliers"][2]["applies"], false);
  EXPECT_EQ(buy["reason"], "");
  const Json& lines = buy["lines"];
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0]["wanted"], true);
  EXPECT_EQ(lines[1]["wanted"], false);
  EXPECT_EQ(lines[0]["amount_minor"], 10'00);
  EXPECT_EQ(lines[1]["amount_minor"], 11'00);
  EXPECT_EQ(lines[0]["points"], 33) << "70 × 10 ÷ 21";
  EXPECT_EQ(lines[1]["points"], 37);
}

TEST_F(QuoteTest, SaysWhyARuleGivesNothing) {
  const Json amount = Json::parse(kPerYuan);
  const auto rule = [&](const char* id, Json more) {
    Json json = {{"id", id}, {"name", id}, {"amount", amount}};
    json.update(more);
    save(json);
  };
  rule("capped", {{"caps", {{{"times", 1}, {"every", "day"}}}}});
  rule("cond", {{"when", {{{"property", "channel"}, {"op", "eq"}, {"value", "app"}}}}});
  rule("dear", {{"amount", {{"kind", "per_money"}, {"points", 1}, {"per_minor", 1'000'00}}}});
  rule("future", {{"from", "2027-01-01"}});
  rule("mission", {{"event", ""},
                   {"tasks", {{{"event", "Order Completed"}, {"times", 3}}}},
                   {"amount", {{"kind", "fixed"}, {"points", 5}}}});
  rule("off", {{"enabled", false}});
  rule("once", {{"once_per", "promo"}});
  rule("other", {{"event", "Signed In"}});
  rule("shared", {{"caps", {{{"points", 30}, {"every", "total"}, {"everybody", true}}}}});
  rule("zero", {{"multipliers", {{{"kind", "first_order"}, {"percent", 0}}}}});
  const auto first = quote(20'00);
  EXPECT_EQ(nothing(first),
            (std::map<std::string, std::string>{{"cond", "condition channel"},
                                                {"dear", "below_minimum"},
                                                {"future", "not_yet"},
                                                {"mission", "mission_open Order Completed"},
                                                {"off", "off"},
                                                {"once", "once_per_missing promo"},
                                                {"zero", "multiplied_to_nothing"}}));
  send({order("2026-06-01T09:00", "1", 30)});
  const auto later = nothing(quote(20'00, {{"channel", "app"}, {"promo", "x"}}));
  EXPECT_EQ(later.at("capped"), "cap_reached");
  EXPECT_EQ(later.at("shared"), "budget_used_up");
  EXPECT_FALSE(later.contains("cond"));
  EXPECT_FALSE(later.contains("once"));
  EXPECT_FALSE(later.contains("zero")) << "no first order any more";
}

TEST_F(QuoteTest, SaysWhichLotsWouldPay) {
  const PersonId amy = person("amy");
  const auto earn = [&](const char* id, Points points, std::string_view until) {
    const auto expires = to_millis(*parse_instant(until, ledger_->programme().zone));
    EXPECT_TRUE(ledger_
                    ->run({.kind = CommandKind::kEarn,
                           .id = id,
                           .person = amy,
                           .amount = points,
                           .expires_ms = expires})
                    .done());
  };
  EXPECT_EQ(quote(100'00)["spends"][0]["bound"], "too_few_points");
  earn("late", 500, "2027-12-01");
  earn("soon", 130, "2026-07-01");
  const Json spends = quote(3'00)["spends"][0];
  EXPECT_EQ(spends["points"], 300) << "100 points pay 1 yuan";
  EXPECT_EQ(spends["bound"], "cart");
  ASSERT_EQ(spends["lots"].size(), 2u) << spends;
  EXPECT_EQ(spends["lots"][0]["points"], 130) << "what expires first is spent first";
  EXPECT_EQ(spends["lots"][0]["left"], 0);
  EXPECT_EQ(spends["lots"][1]["points"], 170);
  EXPECT_EQ(spends["lots"][1]["left"], 330);
  EXPECT_EQ(quote(99)["spends"][0]["bound"], "cart_too_small");
  EXPECT_EQ(quote(100'00)["spends"][0]["bound"], "balance");
  // What is quoted is what is spent.
  ASSERT_TRUE(
      ledger_->run({.kind = CommandKind::kRedeem, .id = "pay", .person = amy, .amount = 300})
          .done());
  const auto lots = ledger_->statement(amy).lots;
  ASSERT_EQ(lots.size(), 1u);
  EXPECT_EQ(lots[0].open, 330);
}

}  // namespace
}  // namespace perennial::loyalty
