// Who is held out: what the rules do not give them, what stays theirs, and what comes back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loyalty/budgets.h"
#include "loyalty/coupons.h"
#include "loyalty/held_out.h"
#include "loyalty/price_rules.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

class HoldOuts : public StageTest {
 protected:
  HoldOuts() { ledger_->at("2026-12-01T12:00"); }
  void add_rules() {
    write([&](store::Connection& c) -> Result<void> {
      Rule bought;
      bought.id = bought.name = "bought";
      bought.event = "Order Completed";
      bought.from_ms = bought.version = 0;
      bought.amount = {.kind = Amount::Kind::kPerMoney, .points = 1, .per_minor = 100};
      TRY(save_rule(c, ledger_->programme(), bought, "", ledger_->now()));
      Rule signed_in;
      signed_in.id = signed_in.name = "signed";
      signed_in.event = "Signed In";
      signed_in.from_ms = signed_in.version = 0;
      signed_in.amount = {.points = 3};
      signed_in.streak = {{.days = 2, .points = 50}};
      TRY(save_rule(c, ledger_->programme(), signed_in, "", ledger_->now()));
      TRY(save_levels(
          c, ledger_->programme(),
          TRY(levels_from_json({{"measure", "spend"},
                                {"window", "total"},
                                {"levels",
                                 {{{"code", "base"}, {"name", "b"}, {"threshold", 0}},
                                  {{"code", "gold"}, {"name", "g"}, {"threshold", 10'000}}}}}))));
      return {};
    });
  }
  void hold(PersonId person, std::string_view from) {
    write(
        [&](store::Connection& c) { return hold_out(c, "h", std::span(&person, 1), time(from)); });
  }
  static Instant time(std::string_view text) { return *parse_instant(text, test_programme().zone); }
  events::StoredEvent order(std::string_view at, const std::string& user, const char* id,
                            double total, const std::string& visitor = "") {
    return track(at, user, visitor, "Order Completed",
                 {{"order_id", id}, {"total", total}, {"currency", "CNY"}});
  }
  Points has(std::string_view user) { return ledger_->balance(person(user)).available; }
  std::string level(std::string_view user) {
    std::string level;
    const PersonId id = person(user);
    write([&](store::Connection& c) -> Result<void> {
      const auto member = TRY(find_member(c, ledger_->programme(), id));
      if (member) level = member->standing.level;
      return {};
    });
    return level;
  }
  void assess_all() {
    write([&](store::Connection& c) -> Result<void> {
      std::vector<PersonId> people;
      for (const auto& row : TRY(c.query("SELECT id FROM people")))
        people.push_back(row.integer(0));
      return assess_with_referrals(c, TRY(terms_of(c, ledger_->programme())), people,
                                   ledger_->now());
    });
  }
};

TEST_F(HoldOuts, EarnNothingByRulesAndKeepWhatTheyHave) {
  add_rules();
  send({order("2026-01-02", "held", "1", 50), order("2026-01-02", "other", "2", 50)});
  hold(person("held"), "2026-02-01");
  std::vector<events::StoredEvent> both;
  for (const std::string user : {"held", "other"}) {
    both.push_back(order("2026-02-01", user, (user + "-1").c_str(), 200));
    both.push_back(track("2026-02-02", user, "", "Signed In", Json::object()));
    both.push_back(track("2026-02-03", user, "", "Signed In", Json::object()));
  }
  send(both);
  EXPECT_EQ(has("other"), 50 + 200 + 3 + 3 + 50);
  EXPECT_EQ(has("held"), 50) << "what happened before the hold-out";
  EXPECT_EQ(level("other"), "gold");
  EXPECT_EQ(level("held"), "base");
  // What they have can be spent, and commands of the shop give.
  const PersonId who = person("held");
  EXPECT_TRUE(
      ledger_->run({.kind = CommandKind::kRedeem, .id = "r", .person = who, .amount = 20}).done());
  EXPECT_TRUE(
      ledger_->run({.kind = CommandKind::kEarn, .id = "e", .person = who, .amount = 5}).done());
  EXPECT_EQ(has("held"), 35);
  // A refund of what gave nothing takes nothing; one of what gave something does.
  send({track("2026-02-04", "held", "", "Order Refunded",
              {{"order_id", "held-1"}, {"total", 200}, {"currency", "CNY"}}),
        track("2026-02-04", "held", "", "Order Refunded",
              {{"order_id", "1"}, {"total", 50}, {"currency", "CNY"}})});
  EXPECT_EQ(has("held"), 0);
  EXPECT_EQ(ledger_->balance(who).owed, 15);
  ledger_->verify();
}

TEST_F(HoldOuts, WhatHappenedMeanwhileStaysWithoutPointsAfterTheEnd) {
  add_rules();
  send({order("2026-01-02", "held", "1", 50)});
  hold(person("held"), "2026-02-01");
  write([&](store::Connection& c) { return end_hold_out(c, "h", time("2026-03-01")); });
  send({order("2026-02-28T23:59", "held", "2", 200), order("2026-03-01", "held", "3", 7)});
  EXPECT_EQ(has("held"), 50 + 7);
  assess_all();
  EXPECT_EQ(has("held"), 50 + 7) << "worked out anew";
  // Ending it again, or another one, opens nothing.
  write([&](store::Connection& c) { return end_hold_out(c, "h", time("2026-02-02")); });
  assess_all();
  EXPECT_EQ(has("held"), 50 + 7);
}

TEST_F(HoldOuts, AQuoteAndMemberPricesAndCouponsFollow) {
  add_rules();
  send({order("2026-01-02", "held", "1", 50), order("2026-01-02", "other", "2", 50)});
  const PersonId held = person("held"), other = person("other");
  hold(held, "2026-02-01");
  write([&](store::Connection& c) -> Result<void> {
    const Terms terms = TRY(terms_of(c, ledger_->programme()));
    for (const PersonId who : {held, other}) {
      auto known = TRY(load_known(c, terms.programme, terms.levels, std::span(&who, 1)));
      known[0].add_quoted({.kind = Fact::Kind::kOrder,
                           .at_ms = to_millis(ledger_->now()),
                           .key = "quote",
                           .name = "Order Completed",
                           .amount_minor = 8'000,
                           .items = 1});
      Points points = 0;
      for (const Award& award : TRY(replay_of_quote(c, terms, known[0], ledger_->now())).awards)
        points += award.key == "quote" ? award.points : 0;
      EXPECT_EQ(points, who == held ? 0 : 80);
    }
    PriceRule everybody;
    everybody.id = everybody.name = "all";
    everybody.percent = 10;
    everybody.valid = {time("2026-01-01"), time("2027-01-01")};
    const std::vector<PriceRule> rules = {everybody};
    for (const PersonId who : {held, other}) {
      const auto found = TRY(rules_for(c, ledger_->programme(), rules, {}, who, ledger_->now()));
      EXPECT_EQ(found.size(), who == held ? 0u : 1u);
    }
    CouponBatch batch;
    batch.id = batch.name = "spring";
    batch.kind = CouponBatch::Kind::kPercent;
    batch.percent = 10;
    batch.valid = everybody.valid;
    batch = TRY(save_batch(c, ledger_->programme(), batch, ledger_->now()));
    const std::vector<PersonId> all = {held, other};
    const Issued issued = TRY(issue_codes(c, ledger_->programme(), batch, all, ledger_->now()));
    EXPECT_EQ(issued.issued, 1);
    EXPECT_EQ(issued.skipped, 1);
    EXPECT_TRUE(TRY(coupons_of(c, ledger_->programme(), held)).empty());
    return {};
  });
}

TEST_F(HoldOuts, NewcomersAreAskedForWithTheirFirstEvent) {
  add_rules();
  std::multiset<PersonId> asked;
  const Loyalty::HeldNewcomers held =
      [&](store::Connection&, std::span<const PersonId> people) -> Result<std::vector<HeldOut>> {
    asked.insert(people.begin(), people.end());
    std::vector<HeldOut> list;
    for (const PersonId one : people)
      if (one == 1) list.push_back({"h", one, time("2026-01-01")});
    return list;
  };
  std::vector<events::StoredEvent> events = {order("2026-01-02", "first", "1", 50),
                                             order("2026-01-02", "second", "2", 60)};
  for (auto& event : events) event.seq = ++seq_;
  write([&](store::Connection& c) -> Result<void> {
    TRY(stage_.apply(c, events));
    return take_events(c, events, ledger_->now(), held);
  });
  const bool first = person("first") == 1;
  EXPECT_EQ(has(first ? "first" : "second"), 0);
  EXPECT_EQ(has(first ? "second" : "first"), first ? 60 : 50);
  // Whoever is held out is so: later events ask about the others alone.
  std::vector<events::StoredEvent> later = {order("2026-01-03", "first", "3", 50),
                                            order("2026-01-03", "second", "4", 60)};
  for (auto& event : later) event.seq = ++seq_;
  write([&](store::Connection& c) -> Result<void> {
    TRY(stage_.apply(c, later));
    return take_events(c, later, ledger_->now(), held);
  });
  EXPECT_EQ(asked.count(1), 1u);
  EXPECT_EQ(asked.count(2), 2u);
  EXPECT_EQ(has(first ? "first" : "second"), 0);
}

TEST_F(HoldOuts, WhoIsJoinedToSomebodyHeldOutKeepsWhatThatSideEarned) {
  add_rules();
  send({order("2026-02-02", "u", "1", 50), order("2026-02-02", "", "2", 30, "v")});
  hold(person("u"), "2026-03-01");
  send({order("2026-03-02", "u", "3", 100), order("2026-03-02", "", "4", 40, "v")});
  const PersonId visitor = person("", "v");
  EXPECT_EQ(ledger_->balance(visitor).available, 70);
  send({identify("2026-03-03", "u", "v", Json::object())});
  EXPECT_EQ(has("u"), 50 + 30 + 40) << "what was given is not taken back";
  send({order("2026-03-04", "", "5", 1'000, "v")});
  EXPECT_EQ(has("u"), 50 + 30 + 40) << "both are held out from now on";
  assess_all();
  EXPECT_EQ(has("u"), 50 + 30 + 40);
  ledger_->verify();
}

}  // namespace
}  // namespace perennial::loyalty
