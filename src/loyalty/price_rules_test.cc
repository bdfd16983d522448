// What members pay less for: whom a rule is for, and what it makes of a cart.
#include "loyalty/price_rules.h"

#include <iostream>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loyalty/assess.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using testing::ElementsAre;
using Birthday = PriceRule::Birthday;

PriceRule percent(std::string id, int64_t percent) {
  PriceRule rule;
  rule.id = rule.name = std::move(id);
  rule.percent = percent;
  rule.valid = {*parse_instant("2026-01-01T00:00:00Z"), *parse_instant("2027-01-01T00:00:00Z")};
  return rule;
}

TEST(PriceRules, EachLineGetsTheRuleThatTakesOffMost) {
  const Cart cart{.lines = {{.product = "tea", .categories = {"drinks"}, .amount_minor = 999},
                            {.product = "cup", .amount_minor = 100},
                            {.product = "gift", .amount_minor = 50}}};
  PriceRule drinks = percent("drinks", 10), cups = percent("cups", 0), all = percent("all", 5);
  drinks.categories = {"drinks"};
  cups.kind = PriceRule::Kind::kFixed;
  cups.amount_minor = 300;
  cups.products = {"cup"};
  all.not_products = {"gift"};
  const std::vector<PriceRule> rules = {all, cups, drinks};
  const PricedCart priced = price(cart, rules);
  EXPECT_THAT(priced.off_minor, ElementsAre(99, 100, 0)) << "rounded down; never below nothing";
  EXPECT_THAT(priced.rule, ElementsAre(2u, 1u, SIZE_MAX));
  EXPECT_EQ(priced.cart.amount_minor(), 900 + 0 + 50);
  EXPECT_EQ(priced.discount_minor, 199);
  EXPECT_EQ(to_json(priced, cart, rules)["lines"][0]["name"], "drinks");
  EXPECT_EQ(price(cart, {}).cart.amount_minor(), cart.amount_minor());
}

// Beside a list of all that each rule would take off, looked through line by line.
TEST(PriceRules, AgreeWithAPlainList) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  for (int round = 0; round < 300; ++round) {
    Cart cart;
    for (int i = pick(1, 6); i > 0; --i)
      cart.lines.push_back({.product = "p" + std::to_string(pick(1, 3)),
                            .categories = {"c" + std::to_string(pick(1, 2))},
                            .amount_minor = pick(0, 500)});
    std::vector<PriceRule> rules;
    for (int i = 0; i < pick(0, 5); ++i) {
      rules.push_back(percent("r" + std::to_string(i), pick(1, 100)));
      if (pick(0, 1) == 0) {
        rules.back().kind = PriceRule::Kind::kFixed;
        rules.back().amount_minor = pick(1, 200);
      }
      if (pick(0, 2) == 0) rules.back().products = {"p" + std::to_string(pick(1, 3))};
      if (pick(0, 2) == 0) rules.back().not_categories = {"c1"};
    }
    std::ranges::shuffle(rules, random);
    const PricedCart priced = price(cart, rules);
    int64_t sum = 0;
    for (size_t i = 0; i < cart.lines.size(); ++i) {
      const CartLine& line = cart.lines[i];
      std::map<std::pair<int64_t, std::string>, int> offers;  // by what it takes off, negative
      for (const PriceRule& rule : rules) {
        const bool out = !rule.not_categories.empty() && line.categories[0] == "c1";
        if (out || (!rule.products.empty() && rule.products[0] != line.product)) continue;
        const int64_t off = rule.kind == PriceRule::Kind::kPercent
                                ? line.amount_minor * rule.percent / 100
                                : rule.amount_minor;
        offers[{-std::min(off, line.amount_minor), rule.id}] = 1;
      }
      const int64_t off = offers.empty() ? 0 : -offers.begin()->first.first;
      ASSERT_EQ(priced.off_minor[i], off) << "seed " << seed;
      ASSERT_EQ(priced.rule[i] == SIZE_MAX ? "" : rules[priced.rule[i]].id,
                off == 0 ? "" : offers.begin()->first.second);
      sum += off;
    }
    ASSERT_EQ(priced.discount_minor, sum);
    ASSERT_EQ(priced.cart.amount_minor(), cart.amount_minor() - sum);
  }
}

TEST(PriceRules, BirthdaysAreThoseOfTheZone) {
  const Zone zone = *Zone::named("Asia/Shanghai");
  const auto has = [&](std::string_view birthday, Birthday what, std::string_view at) {
    return has_birthday(birthday, what, zone, *parse_instant(at));
  };
  EXPECT_TRUE(has("1990-05-17", Birthday::kDay, "2026-05-16T16:00:00Z"));
  EXPECT_FALSE(has("1990-05-17", Birthday::kDay, "2026-05-16T15:59:59Z"));
  EXPECT_FALSE(has("1990-05-17", Birthday::kDay, "2026-05-17T16:00:00Z"));
  EXPECT_TRUE(has("05-17", Birthday::kMonth, "2026-05-30T00:00:00Z"));
  EXPECT_FALSE(has("05-17", Birthday::kMonth, "2026-05-31T16:00:00Z"));
  EXPECT_TRUE(has("2000-02-29", Birthday::kDay, "2026-02-28T00:00:00Z"));
  EXPECT_FALSE(has("2000-02-29", Birthday::kDay, "2028-02-28T00:00:00Z"));
  EXPECT_TRUE(has("2000-02-29", Birthday::kDay, "2028-02-29T00:00:00Z"));
  for (const char* odd : {"", "1990", "1990-13-01", "5/17", "soon-it-is", "-----"})
    EXPECT_FALSE(has(odd, Birthday::kDay, "2026-05-17T00:00:00Z")) << odd;
  EXPECT_TRUE(has("", Birthday::kAny, "2026-05-17T00:00:00Z"));
}

class PriceRulesTest : public LedgerTest {
 protected:
  PriceRulesTest() : LedgerTest(4) {}
  std::vector<std::string> names(PersonId person, const Sets& sets = {}) {
    return write([&](store::Connection& c) -> Result<std::vector<std::string>> {
      std::vector<std::string> names;
      const auto rules = TRY(list_price_rules(c, ledger_.programme()));
      for (const PriceRule& rule :
           TRY(rules_for(c, ledger_.programme(), rules, sets, person, ledger_.now())))
        names.push_back(rule.id);
      return names;
    });
  }
  Result<PriceRule> save(const PriceRule& rule) {
    return ledger_.database().write([&](store::Connection& c) {
      return save_price_rule(c, ledger_.programme(), rule, ledger_.now());
    });
  }
};

TEST_F(PriceRulesTest, WhomTheyAreFor) {
  write([&](store::Connection& c) -> Result<void> {
    const Levels levels =
        TRY(levels_from_json({{"measure", "points"},
                              {"window", "total"},
                              {"levels",
                               {{{"code", "base"}, {"name", "b"}, {"threshold", 0}},
                                {{"code", "gold"}, {"name", "g"}, {"threshold", 100}}}}}));
    TRY(save_levels(c, ledger_.programme(), levels));
    TRY(c.execute("UPDATE people SET traits = $1 WHERE id = 1",
                  {std::string(R"({"birthday":"1990-01-15"})")}));
    return {};
  });
  earn(2, 100);
  write([&](store::Connection& c) -> Result<void> {
    const PersonId person = 2;
    return assess(c, TRY(terms_of(c, ledger_.programme())), std::span(&person, 1), ledger_.now());
  });
  PriceRule gold = percent("gold", 10), base = percent("base", 1), day = percent("day", 20);
  PriceRule own = percent("own", 30), segment = percent("segment", 5), off = percent("off", 50);
  PriceRule over = percent("over", 50);
  gold.levels = {"gold"};
  base.levels = {"base"};
  day.birthday = Birthday::kDay;
  own.people = {3};
  segment.set = "segment:a";
  off.enabled = false;
  over.valid.to = *parse_instant("2026-01-02T00:00:00Z");
  for (const PriceRule& rule : {gold, base, day, own, segment, off, over})
    EXPECT_TRUE(save(rule)) << rule.id;
  const Sets sets = {
      {"segment:a", std::make_shared<const std::vector<PersonId>>(std::vector<PersonId>{2, 4})}};
  EXPECT_THAT(names(1, sets), ElementsAre("base", "day"));
  EXPECT_THAT(names(2, sets), ElementsAre("gold", "segment"));
  EXPECT_THAT(names(3, sets), ElementsAre("base", "own"));
  EXPECT_THAT(names(4, sets), ElementsAre("base", "segment"));
  EXPECT_THAT(names(4), ElementsAre("base")) << "nobody is in a set that is gone";
  // Edits.
  EXPECT_EQ(save(gold).error().code, Code::kConflict);
  gold.revision = 1;
  gold.levels = {"platinum"};
  EXPECT_EQ(save(gold).error().code, Code::kNotFound);
}

TEST(PriceRules, BadOnesNameTheirField) {
  const auto where = [](Json change) {
    Json json = {{"id", "a"},     {"name", "A"},          {"kind", "percent"},
                 {"percent", 10}, {"from", "2026-01-01"}, {"to", "2026-02-01"}};
    if (!change.is_null()) json.update(change);
    const auto rule = price_rule_from_json(json, Zone::utc());
    if (rule) {
      EXPECT_EQ(to_json(*price_rule_from_json(to_json(*rule), Zone::utc())), to_json(*rule));
    }
    return rule ? "" : rule.error().where;
  };
  EXPECT_EQ(where({}), "");
  EXPECT_EQ(where({{"percent", 100}}), "");
  EXPECT_EQ(where({{"percent", 101}}), "percent");
  EXPECT_EQ(where({{"percent", 0}}), "percent");
  EXPECT_EQ(where({{"kind", "gift"}}), "kind");
  EXPECT_EQ(where({{"kind", "fixed"}}), "amount_minor");
  EXPECT_EQ(where({{"id", "A"}}), "id");
  EXPECT_EQ(where({{"birthday", "week"}}), "birthday");
  EXPECT_EQ(where({{"levels", "gold"}}), "levels");
  EXPECT_EQ(where({{"people", {0}}}), "people");
  EXPECT_EQ(where({{"people", std::vector<int>(kMaxPeopleOfRule, 1)}}), "");
  EXPECT_EQ(where({{"people", std::vector<int>(kMaxPeopleOfRule + 1, 1)}}), "people");
  EXPECT_EQ(where({{"set", std::string(kMaxSetBytes, 's')}}), "");
  EXPECT_EQ(where({{"set", std::string(kMaxSetBytes + 1, 's')}}), "set");
  EXPECT_EQ(where({{"products", {""}}}), "products");
  EXPECT_EQ(where({{"to", "2026-01-01"}}), "to");
}

}  // namespace
}  // namespace perennial::loyalty
