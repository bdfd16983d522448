#include "loyalty/draws.h"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <map>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "loyalty/coupons.h"
#include "loyalty/gift_cards.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

class DrawTest : public LedgerTest {
 protected:
  DrawTest() : LedgerTest(20) {}
  static Json wheel() {
    return {{"id", "wheel"},
            {"name", "Wheel"},
            {"price", 10},
            {"from", "2026-01-01"},
            {"to", "2026-03-01"},
            {"prizes",
             {{{"id", "big"},
               {"name", "Big"},
               {"kind", "points"},
               {"points", 500},
               {"odds_ppm", 200'000},
               {"stock", 3}},
              {{"id", "mug"}, {"name", "Mug"}, {"kind", "goods"}, {"odds_ppm", 300'000}},
              {{"id", "none"}, {"name", "None"}, {"kind", "nothing"}, {"odds_ppm", 500'000}}}}};
  }
  Result<Draw> try_save(Json change) {
    Json json = wheel();
    if (!change.is_null()) json.update(change);
    auto wanted = TRY(draw_from_json(json, ledger_.programme().zone));
    return ledger_.database().write([&](store::Connection& c) {
      return save_draw(c, ledger_.programme(), wanted, ledger_.now());
    });
  }
  Draw save(Json change) {
    auto saved = try_save(std::move(change));
    EXPECT_TRUE(saved) << saved.error().text();
    return *saved;
  }
  Play spin(const std::string& id, PersonId person) {
    return write([&](store::Connection& c) {
      return play(c, ledger_.programme(), {.id = id, .draw = "wheel", .person = person},
                  ledger_.now());
    });
  }
  Draw now() {
    return *ledger_.database()
                .read([&](store::Connection& c) {
                  return find_draw(c, ledger_.programme(), "wheel");
                })
                .value();
  }
  Result<std::vector<int64_t>> check() {
    const Draw draw = now();
    return ledger_.database().read([&](store::Connection& c) {
      return check_draw(c, ledger_.programme(), draw, ledger_.now());
    });
  }
};

TEST_F(DrawTest, StockHoldsUnderLoadAndEveryRollCanBeChecked) {
  const Draw draw = save({{"price", 10}});
  EXPECT_EQ(draw.seed_hash.size(), 64u);
  for (PersonId person = 1; person <= 20; ++person) earn(person, 60);
  std::atomic<int> big = 0, mugs = 0, blanks = 0;
  at_once(80, [&](int i) {
    const Play one = spin("p" + std::to_string(i), 1 + i % 20);
    ASSERT_TRUE(one.done()) << one.refusal.message;
    big += one.prize == "big";
    mugs += one.prize == "mug";
    blanks += one.prize == "none";
    EXPECT_EQ(one.code.empty(), one.prize != "mug");
    EXPECT_TRUE(one.rolled == one.prize || (one.rolled == "big" && one.prize == "none"));
  });
  EXPECT_EQ(big + mugs + blanks, 80);
  EXPECT_LE(big, 3);
  EXPECT_EQ(now().plays, 80);
  EXPECT_EQ(now().spent, big * 500);
  Points all = 0;
  for (PersonId person = 1; person <= 20; ++person) all += available(person);
  EXPECT_EQ(all, 20 * 60 - 80 * 10 + big * 500);
  ASSERT_FALSE(check());  // the seed is not shown yet
  ledger_.at("2026-03-01T00:00");
  EXPECT_EQ(check().value(), std::vector<int64_t>{});
  // A roll that somebody changed is found.
  write([](store::Connection& c) {
    return c.execute("UPDATE loyalty_plays SET roll = (roll + 1) % 1000000 WHERE number = 7");
  });
  EXPECT_EQ(check().value(), std::vector<int64_t>{7});
  ledger_.verify();
}

TEST_F(DrawTest, ARollIsWhatSha256Says) {
  // printf 'seed:1:spin' | sha256sum, its first 15 digits modulo 1,000,000.
  const std::string digest = sha256_hex("seed:1:spin");
  EXPECT_EQ(roll_of("seed", 1, "spin"), std::stoll(digest.substr(0, 15), nullptr, 16) % kAllOdds);
  const Draw draw = save({});
  EXPECT_EQ(prize_of(draw, 0).id, "big");
  EXPECT_EQ(prize_of(draw, 199'999).id, "big");
  EXPECT_EQ(prize_of(draw, 200'000).id, "mug");
  EXPECT_EQ(prize_of(draw, 999'999).id, "none");
  // Prizes come as often as their odds say: χ² with two degrees of freedom stays below 23 but once
  // in 100,000 seeds; this seed is one and stays.
  std::map<std::string, double> seen;
  constexpr int kRolls = 100'000;
  for (int n = 1; n <= kRolls; ++n) ++seen[prize_of(draw, roll_of("fixed seed", n, "p")).id];
  double distance = 0;
  for (const Prize& prize : draw.prizes) {
    const double expected = kRolls * (static_cast<double>(prize.odds_ppm) / kAllOdds);
    distance += (seen[prize.id] - expected) * (seen[prize.id] - expected) / expected;
  }
  EXPECT_LT(distance, 23.0);
}

TEST_F(DrawTest, WhoMayPlayAndWhatItCosts) {
  save({{"per_person", 2}, {"every", "day"}});
  earn(1, 25);
  EXPECT_EQ(spin("x", 999).refusal.code, "unknown_person");
  EXPECT_EQ(spin("y", 2).refusal.code, "not_enough_points");
  EXPECT_EQ(now().plays, 0);  // who was refused takes no number
  EXPECT_EQ(spin("a", 1).number, 1);
  const Play again = spin("a", 1);
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.number, 1);
  EXPECT_EQ(spin("a", 2).refusal.where, "person");
  EXPECT_EQ(spin("y", 2).refusal.code, "not_enough_points");  // an id keeps its answer
  EXPECT_TRUE(spin("b", 1).done());
  EXPECT_EQ(spin("c", 1).refusal.code, "person_limit");
  ledger_.at("2026-01-16T00:00");
  earn(1, 10);
  EXPECT_TRUE(spin("d", 1).done());
  ledger_.at("2026-03-01T00:00");
  EXPECT_EQ(spin("e", 1).refusal.code, "no_longer_valid");
}

TEST_F(DrawTest, TheBudgetIsAllThatPrizesGive) {
  Json prizes = wheel()["prizes"];
  prizes[0].update({{"odds_ppm", 1'000'000}, {"stock", 0}});
  prizes[1]["odds_ppm"] = 0;
  prizes[2]["odds_ppm"] = 0;
  save({{"price", 0}, {"budget", 1'200}, {"prizes", prizes}});
  std::vector<std::string> given;
  for (int i = 0; i < 4; ++i) given.push_back(spin("p" + std::to_string(i), 1).prize);
  EXPECT_EQ(given, (std::vector<std::string>{"big", "big", "none", "none"}));
  EXPECT_EQ(available(1), 1'000);
}

TEST_F(DrawTest, TermsStandOnceSomebodyPlayed) {
  EXPECT_EQ(save({}).revision, 1);
  const std::string hash = now().seed_hash;
  EXPECT_EQ(save({{"price", 20}, {"revision", 1}}).seed_hash, hash);
  earn(1, 20);
  EXPECT_TRUE(spin("a", 1).done());
  EXPECT_EQ(save({{"price", 20}, {"name", "Wheel!"}, {"revision", 2}}).name, "Wheel!");
  EXPECT_EQ(try_save({{"price", 0}, {"revision", 3}}).error().code, Code::kConflict);
  EXPECT_EQ(now().prizes[0].given + now().prizes[1].given + now().prizes[2].given, 1);
  ledger_.at("2026-03-01T00:00");
  EXPECT_EQ(try_save({{"price", 20}, {"to", "2027-01-01"}, {"revision", 3}}).error().where, "id");
}

TEST_F(DrawTest, BadDrawsAreRefused) {
  const auto where = [&](Json change) {
    Json json = wheel();
    if (!change.is_null()) json.update(change);
    const auto made = draw_from_json(json, ledger_.programme().zone);
    return made ? "" : made.error().where;
  };
  EXPECT_EQ(where({}), "");
  Json prizes = wheel()["prizes"];
  prizes[0]["odds_ppm"] = 199'999;
  EXPECT_EQ(where({{"prizes", prizes}}), "prizes");
  prizes = wheel()["prizes"];
  prizes[2]["kind"] = "goods";
  EXPECT_EQ(where({{"prizes", prizes}}), "prizes");
  prizes[2] = wheel()["prizes"][2];
  prizes[1]["id"] = "big";
  EXPECT_EQ(where({{"prizes", prizes}}), "prizes");
  prizes[1]["id"] = "M";
  EXPECT_EQ(where({{"prizes", prizes}}), "prizes[1].id");
  EXPECT_EQ(where({{"prizes", "all"}}), "prizes");
  Json many = Json::array();
  for (size_t i = 0; i < kMaxPrizes; ++i) {
    many.push_back({{"id", "p" + std::to_string(i)},
                    {"name", "P"},
                    {"kind", i == 0 ? "nothing" : "goods"},
                    {"odds_ppm", i == 0 ? kAllOdds : 0}});
  }
  EXPECT_EQ(where({{"prizes", many}}), "");
  many.push_back({{"id", "more"}, {"name", "P"}, {"kind", "goods"}, {"odds_ppm", 0}});
  EXPECT_EQ(where({{"prizes", many}}), "prizes");
  EXPECT_EQ(where({{"every", "hour"}}), "every");
}

// ---- gift cards

class GiftCardTest : public DrawTest {
 protected:
  std::vector<std::string> make(Json change) {
    Json json = {{"name", "Spring"}, {"currency", "coins"}, {"amount", 5000}, {"count", 3}};
    if (!change.is_null()) json.update(change);
    const auto order = card_order_from_json(json, ledger_.programme().zone);
    EXPECT_TRUE(order) << order.error().text();
    return write([&](store::Connection& c) {
      return make_cards(c, ledger_.programme(), *order, ledger_.now());
    });
  }
  CardAnswer claim(const std::string& code, PersonId person) {
    return write([&](store::Connection& c) {
      return claim_card(c, ledger_.programme(), code, person, ledger_.now());
    });
  }
  CardAnswer make_void(const std::string& code) {
    return write([&](store::Connection& c) {
      return void_card(c, ledger_.programme(), code, ledger_.now());
    });
  }
  CardBatch counted() {
    return ledger_.database()
        .read(
            [&](store::Connection& c) { return list_cards(c, ledger_.programme(), ledger_.now()); })
        .value()
        .at(0);
  }
};

TEST_F(GiftCardTest, AValueIsClaimedOnceUnderLoad) {
  const auto codes = make({{"count", 5}});
  std::atomic<int> done = 0, repeated = 0;
  at_once(100, [&](int i) {
    const auto card = claim(codes[static_cast<size_t>(i) % 5], 1 + i % 20);
    done += card.done() && !card.repeated;
    repeated += card.repeated;
    if (!card.done()) {
      EXPECT_EQ(card.refusal.code, "claimed_already");
    }
  });
  EXPECT_EQ(done, 5);
  Points all = 0;
  for (PersonId person = 1; person <= 20; ++person)
    all += ledger_.balance(person, "coins").available;
  EXPECT_EQ(all, 5 * 5000);
  EXPECT_EQ(counted().claimed, 5);
  EXPECT_EQ(counted().unclaimed, 0);
  ledger_.verify();
}

TEST_F(GiftCardTest, SpentInPartsAndRefunded) {
  EXPECT_EQ(claim(make({})[0], 1).available, 5000);
  ledger_.run({.kind = CommandKind::kHold,
               .id = "h",
               .currency = "coins",
               .person = 1,
               .amount = 1200,
               .order = "o"});
  ledger_.run({.kind = CommandKind::kCapture,
               .id = "c",
               .currency = "coins",
               .person = 1,
               .order = "o",
               .target = "h"});
  EXPECT_EQ(ledger_.balance(1, "coins").available, 3800);
  ledger_.run(
      {.kind = CommandKind::kRefund, .id = "r", .currency = "coins", .person = 1, .order = "o"});
  EXPECT_EQ(ledger_.balance(1, "coins").available, 5000);
  ledger_.verify();
}

TEST_F(GiftCardTest, EveryUnitOfEveryCardIsAccountedFor) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  const auto cohorts = [&] {
    return *ledger_.database().read([&](store::Connection& c) {
      return card_cohorts(c, ledger_.programme(), *ledger_.programme().find("coins"),
                          ledger_.now());
    });
  };
  // By hand: what became of each card.
  struct Made {
    std::string code, month;
    Points amount;
    bool ends, claimed, voided;
  };
  std::vector<Made> all;
  for (const char* day : {"2026-01-31T23:59", "2026-02-01T00:00", "2026-02-20T12:00"}) {
    ledger_.at(day);
    for (bool ends : {false, true}) {
      const Points amount = 1 + static_cast<Points>(random() % 9'999);
      Json order = {{"count", 20}, {"amount", amount}};
      if (ends) order["claim_until"] = "2026-03-01";
      for (const auto& code : make(order))
        all.push_back({code, std::string(day).substr(0, 7), amount, ends, false, false});
    }
  }
  Points claimed = 0;
  for (Made& card : all) {
    const auto what = random() % 3;
    card.claimed = what == 0 && claim(card.code, 1 + static_cast<PersonId>(random() % 9)).done();
    card.voided = what == 1 && make_void(card.code).done();
    claimed += card.claimed ? card.amount : 0;
  }
  for (const char* day : {"2026-02-28T23:59:59.999", "2026-03-01T00:00"}) {
    ledger_.at(day);
    std::map<std::string, CardCohort> expected;
    for (const Made& card : all) {
      CardCohort& cohort = expected[card.month];
      cohort.month = card.month;
      cohort.made += card.amount;
      const bool over = card.ends && std::string_view(day).starts_with("2026-03");
      (card.claimed  ? cohort.claimed
       : card.voided ? cohort.voided
       : over        ? cohort.lapsed
                     : cohort.unclaimed) += card.amount;
    }
    const auto found = cohorts();
    ASSERT_EQ(found.size(), 2u);
    for (const CardCohort& cohort : found) {
      EXPECT_TRUE(cohort == expected[cohort.month]) << cohort.month << " on " << day;
      EXPECT_EQ(cohort.made, cohort.claimed + cohort.voided + cohort.lapsed + cohort.unclaimed);
    }
  }
  Points held = 0;
  for (PersonId person = 1; person <= 9; ++person)
    held += ledger_.balance(person, "coins").available;
  EXPECT_EQ(held, claimed) << "what was claimed is in the ledger";
  ledger_.verify();
}

TEST_F(GiftCardTest, CodesThatAreNotGood) {
  const auto codes = make({{"claim_until", "2026-02-01"}});
  EXPECT_EQ(counted().unclaimed, 15'000);
  EXPECT_TRUE(make_void(codes[0]).done());
  EXPECT_TRUE(make_void(codes[0]).repeated);
  EXPECT_EQ(claim(codes[0], 1).refusal.code, "void");
  EXPECT_EQ(claim(new_code(), 1).refusal.code, "unknown_code");
  EXPECT_EQ(claim("ABC", 1).refusal.code, "mistyped_code");
  EXPECT_EQ(claim(codes[1], 999).refusal.code, "unknown_person");
  EXPECT_TRUE(claim(codes[1], 1).done());
  EXPECT_TRUE(claim(codes[1], 1).repeated);
  EXPECT_EQ(ledger_.balance(1, "coins").available, 5000);
  EXPECT_EQ(make_void(codes[1]).refusal.code, "claimed_already");
  ledger_.at("2026-01-31T23:59:59.999");
  EXPECT_EQ(counted().unclaimed, 5000);
  ledger_.at("2026-02-01T00:00");
  EXPECT_EQ(counted().unclaimed, 0);
  EXPECT_EQ(claim(codes[2], 1).refusal.code, "no_longer_valid");
  const auto where = [&](Json change) {
    Json json = {{"name", "A"}, {"currency", "coins"}, {"amount", 1}, {"count", kMaxCardsAtOnce}};
    if (!change.is_null()) json.update(change);
    const auto order = card_order_from_json(json, ledger_.programme().zone);
    return order ? "" : order.error().where;
  };
  EXPECT_EQ(where({}), "");
  EXPECT_EQ(where({{"count", kMaxCardsAtOnce + 1}}), "count");
  EXPECT_EQ(where({{"amount", 0}}), "amount");
  EXPECT_EQ(where({{"claim_until", "soon"}}), "claim_until");
}

}  // namespace
}  // namespace perennial::loyalty
