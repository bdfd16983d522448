// Coupons of a cart: what they cover, which go together, which are best; then the same through the
// database, all or none.
#include <iostream>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loyalty/coupon_quote.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using testing::ElementsAre;

Cart cart_of(std::vector<CartLine> lines, int64_t shipping = 0) {
  return {.lines = std::move(lines), .shipping_minor = shipping};
}
CouponBatch fixed(std::string id, int64_t minor) {
  return {.id = std::move(id), .name = "Fixed", .amount_minor = minor};
}
CouponBatch percent(std::string id, int64_t percent) {
  return {.id = std::move(id),
          .name = "Percent",
          .kind = CouponBatch::Kind::kPercent,
          .percent = percent};
}
std::vector<Candidate> candidates_of(std::vector<CouponBatch> batches) {
  std::vector<Candidate> list;
  for (CouponBatch& batch : batches) list.push_back({"C" + batch.id, std::move(batch)});
  return list;
}
// "Ca=500 Cb=100" of what is applied.
std::string said(const Combination& found, const std::vector<Candidate>& candidates) {
  std::string text;
  for (const Applied& one : found.applied) {
    text += (text.empty() ? "" : " ") + candidates[one.candidate].code + "=" +
            std::to_string(one.discount_minor);
  }
  return text;
}
std::string best(const Cart& cart, std::vector<CouponBatch> batches) {
  const auto candidates = candidates_of(std::move(batches));
  return said(best_combination(cart, candidates), candidates);
}

TEST(CouponCart, ProductsAndCategories) {
  CouponBatch batch = fixed("a", 100);
  const CartLine tea{.product = "tea", .categories = {"drinks", "new"}, .amount_minor = 1};
  EXPECT_TRUE(covers(batch, tea));
  batch.products = {"coffee"};
  EXPECT_FALSE(covers(batch, tea));
  batch.categories = {"drinks"};
  EXPECT_TRUE(covers(batch, tea)) << "by its product or by a category";
  batch.not_categories = {"new"};
  EXPECT_FALSE(covers(batch, tea)) << "what is kept out is out";
  batch = fixed("a", 100);
  batch.not_products = {"tea"};
  EXPECT_FALSE(covers(batch, tea));
  EXPECT_EQ(covered_minor(batch, cart_of({tea, {.product = "cup", .amount_minor = 7}})), 7);
}

TEST(CouponCart, WhichGoTogether) {
  CouponBatch a = fixed("a", 1), b = fixed("b", 1);
  EXPECT_TRUE(combine(a, b));
  EXPECT_FALSE(combine(a, a)) << "one of a batch";
  a.stack_group = b.stack_group = "sale";
  EXPECT_FALSE(combine(a, b));
  b.stack_group = "members";
  EXPECT_TRUE(combine(a, b));
  b.exclusive = true;
  EXPECT_FALSE(combine(a, b));
  EXPECT_FALSE(combine(b, a));
}

TEST(CouponCart, APercentageComesBeforeAFixedAmount) {
  const Cart cart = cart_of({{.product = "tea", .amount_minor = 10'000}});
  EXPECT_EQ(best(cart, {fixed("a", 1'000), percent("b", 10)}), "Cb=1000 Ca=1000");
  CouponBatch most = percent("b", 50);
  most.max_minor = 700;
  EXPECT_EQ(best(cart, {most}), "Cb=700");
  EXPECT_EQ(best(cart_of({{.product = "tea", .amount_minor = 300}}), {fixed("a", 500)}), "Ca=300")
      << "never more than there is";
}

TEST(CouponCart, DiscountsAreSpreadToTheMinorUnit) {
  const Cart cart = cart_of({{.product = "a", .amount_minor = 100},
                             {.product = "b", .amount_minor = 100},
                             {.product = "c", .amount_minor = 100}});
  const auto candidates = candidates_of({fixed("a", 100)});
  const Combination found = best_combination(cart, candidates);
  EXPECT_THAT(found.applied[0].by_line, ElementsAre(34, 33, 33));
}

TEST(CouponCart, TheBestIsNotAlwaysTheLargest) {
  const Cart cart = cart_of({{.product = "tea", .amount_minor = 10'000}}, 800);
  CouponBatch alone = fixed("alone", 2'500);
  alone.exclusive = true;
  CouponBatch ship{.id = "ship", .name = "Ship", .kind = CouponBatch::Kind::kFreeShipping};
  EXPECT_EQ(best(cart, {alone, fixed("a", 1'000), percent("b", 10)}), "Calone=2500");
  EXPECT_EQ(best(cart, {alone, fixed("a", 1'000), percent("b", 10), ship}),
            "Cb=1000 Ca=1000 Cship=800");
  CouponBatch sale = percent("sale", 30);
  sale.stack_group = "s";
  CouponBatch weak = fixed("weak", 500);
  weak.stack_group = "s";
  EXPECT_EQ(best(cart, {weak, sale}), "Csale=3000");
  EXPECT_EQ(best(cart_of({{.product = "free", .amount_minor = 0}}), {fixed("a", 5)}), "")
      << "what takes off nothing is not used up";
}

// The obvious twin: every set of candidates, whatever its order.
int64_t most_by_hand(const Cart& cart, const std::vector<Candidate>& candidates) {
  int64_t most = 0;
  for (size_t set = 0; set < (size_t{1} << candidates.size()); ++set) {
    std::vector<size_t> chosen;
    for (size_t i = 0; i < candidates.size(); ++i) {
      if ((set >> i & 1) != 0) chosen.push_back(i);
    }
    bool fits = chosen.size() <= kMaxTogether;
    for (size_t a : chosen) {
      for (size_t b : chosen)
        fits = fits && (a == b || combine(candidates[a].batch, candidates[b].batch));
    }
    if (fits) most = std::max(most, apply(cart, candidates, chosen).discount_minor);
  }
  return most;
}

TEST(CouponCart, TheSearchFindsTheMost) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  const auto pick = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  for (int round = 0; round < 300; ++round) {
    std::vector<CartLine> lines;
    for (int64_t i = pick(1, 5); i > 0; --i) {
      lines.push_back({.product = "p" + std::to_string(pick(1, 4)),
                       .categories = {"c" + std::to_string(pick(1, 3))},
                       .amount_minor = pick(0, 5'000)});
    }
    const Cart cart = cart_of(lines, pick(0, 500));
    std::vector<CouponBatch> batches;
    for (int64_t i = pick(0, 8); i > 0; --i) {
      CouponBatch batch = pick(0, 1) ? fixed("b", pick(1, 2'000)) : percent("b", pick(1, 60));
      if (pick(0, 5) == 0) batch.kind = CouponBatch::Kind::kFreeShipping;
      batch.id = "b" + std::to_string(i);
      batch.exclusive = pick(0, 4) == 0;
      if (pick(0, 2) == 0) batch.stack_group = "g" + std::to_string(pick(1, 2));
      if (pick(0, 2) == 0) batch.products = {"p" + std::to_string(pick(1, 4))};
      if (pick(0, 3) == 0) batch.not_categories = {"c" + std::to_string(pick(1, 3))};
      batches.push_back(std::move(batch));
    }
    const auto candidates = candidates_of(std::move(batches));
    const Combination found = best_combination(cart, candidates);
    ASSERT_EQ(found.discount_minor, most_by_hand(cart, candidates)) << "seed " << seed;
    std::vector<int64_t> taken(lines.size());
    for (const Applied& one : found.applied) {
      int64_t sum = 0;
      for (size_t i = 0; i < taken.size(); ++i) {
        sum += one.by_line[i];
        taken[i] += one.by_line[i];
      }
      if (!one.free_shipping) {
        ASSERT_EQ(sum, one.discount_minor) << "seed " << seed;
      }
    }
    for (size_t i = 0; i < taken.size(); ++i)
      ASSERT_LE(taken[i], lines[i].amount_minor) << "seed " << seed;
  }
}

// ---- through the database

class CouponQuoteTest : public LedgerTest {
 protected:
  CouponQuoteTest() : LedgerTest(3) {}

  std::string code(CouponBatch batch, PersonId person = 0) {
    batch.valid = {ledger_.now() - Millis(1), ledger_.now() + std::chrono::hours(24)};
    return write([&](store::Connection& c) -> Result<std::string> {
      const auto saved = TRY(save_batch(c, ledger_.programme(), batch, ledger_.now()));
      if (!saved.shared_code.empty()) return saved.shared_code;
      const auto made = TRY(make_codes(c, ledger_.programme(), saved, 1)).front();
      if (person > 0) TRY(give_code(c, ledger_.programme(), made, person, ledger_.now()));
      return made;
    });
  }
  CouponQuote quote(Cart cart, std::vector<std::string> codes, PersonId person = 1) {
    return write([&](store::Connection& c) {
      return quote_coupons(c, ledger_.programme(),
                           {.person = person, .cart = std::move(cart), .codes = std::move(codes)},
                           ledger_.now());
    });
  }
  Result<CombinedOutcome> use(std::string id, Cart cart, std::vector<std::string> codes,
                              std::string order = "o") {
    return ledger_.database().write([&](store::Connection& c) {
      return use_coupons(c, ledger_.programme(),
                         {.id = std::move(id),
                          .order = std::move(order),
                          .person = 1,
                          .cart = std::move(cart),
                          .codes = std::move(codes)},
                         ledger_.now());
    });
  }
  static std::vector<std::string> reasons(const CouponQuote& quote) {
    std::vector<std::string> list;
    for (const LeftOut& one : quote.left_out) list.push_back(one.batch + " " + one.reason.code);
    return list;
  }
};

const Cart kCart = cart_of({{.product = "tea", .categories = {"drinks"}, .amount_minor = 6'000},
                            {.product = "cup", .amount_minor = 4'000}});

TEST_F(CouponQuoteTest, OwnAndTypedCodesWithTheirReasons) {
  code(fixed("mine", 500), 1);
  code(fixed("theirs", 900), 2);
  CouponBatch drinks = percent("drinks", 20);
  drinks.categories = {"drinks"};
  const std::string typed = code(drinks);
  CouponBatch big = fixed("big", 900);
  big.products = {"tea"};
  big.min_spend_minor = 6'001;
  const std::string needs = code(big);
  CouponBatch none = fixed("none", 900);
  none.products = {"spoon"};
  const std::string nothing = code(none);
  const CouponQuote found = quote(kCart, {typed, needs, nothing, "NOSUCH"});
  EXPECT_EQ(found.best.discount_minor, 1'200 + 500);
  EXPECT_THAT(reasons(found),
              ElementsAre("big spend_too_low", "none no_covered_products", " mistyped_code"));
  EXPECT_EQ(quote(kCart, {typed}, 3).best.discount_minor, 1'200);
}

TEST_F(CouponQuoteTest, WhatIsLeftOutNamesWhatItDoesNotGoWith) {
  CouponBatch a = fixed("a", 900), b = fixed("b", 500);
  a.stack_group = b.stack_group = "sale";
  const std::string first = code(a), second = code(b);
  const CouponQuote found = quote(kCart, {first, second});
  EXPECT_THAT(reasons(found), ElementsAre("b not_combinable"));
  EXPECT_THAT(found.left_out[0].with, ElementsAre(first));
}

TEST_F(CouponQuoteTest, TogetherOrNotAtAll) {
  const std::string a = code(fixed("a", 900)), b = code(percent("b", 10));
  const auto done = use("u", kCart, {a, b});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->discount_minor, 1'000 + 900);
  EXPECT_EQ(done->uses[0].first, "u/1");
  const auto again = use("u", kCart, {a, b});
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->discount_minor, 1'900);
  // One of them is used up: the other is not used either.
  const std::string fresh = code(fixed("d", 100));
  const auto refused = use("v", kCart, {fresh, a}, "p");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->refusal.code, "used_up");
  EXPECT_TRUE(use("w", kCart, {fresh}, "p")->done());
}

TEST_F(CouponQuoteTest, ALaterCouponLooksAtThoseOfTheOrder) {
  CouponBatch alone = fixed("alone", 900);
  alone.exclusive = true;
  const std::string a = code(fixed("a", 100)), b = code(alone);
  EXPECT_TRUE(use("u", kCart, {a})->done());
  EXPECT_EQ(use("v", kCart, {b})->refusal.code, "not_combinable");
  EXPECT_TRUE(use("w", kCart, {b}, "another")->done());
}

TEST_F(CouponQuoteTest, ProductRulesNeedTheLines) {
  CouponBatch drinks = fixed("drinks", 900);
  drinks.categories = {"drinks"};
  const std::string given = code(drinks);
  const auto one = [&](const Cart* cart, std::string id) {
    return write([&](store::Connection& c) {
      return use_coupon(
          c, ledger_.programme(),
          {.id = std::move(id), .code = given, .person = 1, .amount_minor = 10'000, .cart = cart},
          ledger_.now());
    });
  };
  EXPECT_EQ(one(nullptr, "u").refusal.code, "lines_needed");
  EXPECT_EQ(one(&kCart, "v").discount_minor, 900);
}

TEST_F(CouponQuoteTest, MoreThanCanBeLookedAt) {
  for (size_t i = 0; i < kMaxCandidates + 2; ++i)
    code(fixed("b" + std::to_string(i), 100 + static_cast<int64_t>(i)), 1);
  const CouponQuote found = quote(kCart, {});
  EXPECT_EQ(found.candidates.size(), kMaxCandidates);
  EXPECT_EQ(std::ranges::count(reasons(found), "b0 not_looked_at"), 1);
  EXPECT_EQ(std::ranges::count(reasons(found), "b1 not_looked_at"), 1);
  EXPECT_EQ(found.best.applied.size(), kMaxTogether);
}

TEST(CouponTerms, ProductRulesAreRead) {
  Json json = {{"id", "a"},         {"name", "A"},          {"kind", "fixed"},
               {"amount_minor", 1}, {"from", "2026-01-01"}, {"to", "2027-01-01"}};
  json["products"] = {"tea"};
  json["not_categories"] = {"sale"};
  json["stack_group"] = "g";
  json["exclusive"] = true;
  const auto read = batch_from_json(json, Zone::utc());
  ASSERT_TRUE(read) << read.error().text();
  const auto again = batch_from_json(to_json(*read), Zone::utc());
  ASSERT_TRUE(again);
  EXPECT_EQ(to_text(to_json(*again)), to_text(to_json(*read)));
  json["products"] = std::vector<std::string>(kMaxRuleWords, "x");
  EXPECT_TRUE(batch_from_json(json, Zone::utc()));
  json["products"].push_back("y");
  EXPECT_EQ(batch_from_json(json, Zone::utc()).error().where, "products");
  json["products"] = {""};
  EXPECT_EQ(batch_from_json(json, Zone::utc()).error().where, "products");
}

TEST(CouponTerms, CartsAreRead) {
  Json lines = Json::array();
  for (size_t i = 0; i < kMaxCartLines; ++i)
    lines.push_back({{"product", "p"}, {"amount_minor", 1}});
  EXPECT_EQ(cart_from_json({{"lines", lines}})->amount_minor(), 200);
  lines.push_back({{"product", "p"}, {"amount_minor", 1}});
  EXPECT_EQ(cart_from_json({{"lines", lines}}).error().where, "lines");
  EXPECT_EQ(cart_from_json({{"lines", Json::array({{{"product", "p"}, {"amount_minor", -1}}})}})
                .error()
                .where,
            "amount_minor");
}

}  // namespace
}  // namespace perennial::loyalty
