// What the ledger tells the event log: each change once, whatever happens on the way.
#include "loyalty/outbox.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loyalty/assess.h"
#include "loyalty/coupons.h"
#include "loyalty/draws.h"
#include "loyalty/rewards.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using testing::ElementsAre;

class OutboxTest : public LedgerTest {
 protected:
  OutboxTest() : LedgerTest(5) {}

  size_t tell_all() {
    const auto told = tell_waiting(ledger_.database(), *log_, ledger_.now());
    EXPECT_TRUE(told) << told.error().text();
    return *told;
  }
  // "Points Earned u1 100" of all that the log has, oldest first.
  std::vector<std::string> said() {
    tell_all();
    std::vector<std::string> lines;
    const auto events = *log_->read({});
    for (const auto& event : events) {
      const Json properties = *parse_json(event.properties);
      lines.push_back(event.name + " " + event.user_id +
                      (properties.contains("points") && properties["points"] != 0
                           ? " " + to_text(properties["points"])
                           : ""));
    }
    return lines;
  }

  std::unique_ptr<events::Log> log_ = events::open_memory();
};

TEST_F(OutboxTest, CommandsAreToldOnceEach) {
  earn(1, 100);
  ledger_.pass(Millis(1));
  ledger_.run({.kind = CommandKind::kRedeem, .id = "r", .person = 1, .amount = 30, .order = "o"});
  ledger_.run({.kind = CommandKind::kRedeem, .id = "r", .person = 1, .amount = 30, .order = "o"});
  ledger_.run({.kind = CommandKind::kRedeem, .id = "much", .person = 1, .amount = 1'000});
  ledger_.pass(Millis(1));
  ledger_.run({.kind = CommandKind::kRefund, .id = "b", .person = 1, .order = "o"});
  ledger_.pass(Millis(1));
  ledger_.run({.kind = CommandKind::kTransfer, .id = "t", .person = 1, .amount = 5, .other = 2});
  ledger_.pass(Millis(1));
  ledger_.run(
      {.kind = CommandKind::kAdjust, .id = "a", .person = 2, .amount = -2, .reason = "sorry"});
  ledger_.run({.kind = CommandKind::kHold, .id = "h", .person = 1, .amount = 10});
  EXPECT_THAT(said(),
              testing::UnorderedElementsAre("Points Earned u1 100", "Points Spent u1 30",
                                            "Points Given Back u1 30", "Points Transferred u1 5",
                                            "Points Transferred u2 5", "Points Adjusted u2 2"));
  EXPECT_EQ(tell_all(), 0u);
}

TEST_F(OutboxTest, ASpendFromManyLotsIsOnePieceOfNews) {
  for (int i = 0; i < 5; ++i) earn(1, 10);
  ledger_.run({.kind = CommandKind::kRedeem, .id = "r", .person = 1, .amount = 45});
  const auto lines = said();
  EXPECT_EQ(std::ranges::count(lines, "Points Spent u1 45"), 1);
  EXPECT_EQ(lines.size(), 6u);
}

TEST_F(OutboxTest, ExpiryIsToldAtItsInstantByWhoeverSettles) {
  ledger_.run(
      {.kind = CommandKind::kEarn, .id = "e", .currency = "stars", .person = 1, .amount = 9});
  const Instant earned = ledger_.now();
  ledger_.pass(std::chrono::hours(24 * 60));
  ledger_.settle();
  ledger_.settle();
  EXPECT_EQ(said().back(), "Points Expired u1 9");
  const auto events = *log_->read({});
  const auto& last = events.back();
  EXPECT_LT(last.timestamp, earned + std::chrono::hours(24 * 32));
}

TEST_F(OutboxTest, WhatACrashLeftBehindIsStoredNoSecondTime) {
  earn(1, 100);
  std::vector<events::Event> sent;
  write([&](store::Connection& c) -> Result<void> {
    // The rows went to the log, and the program died before it deleted them.
    for (const auto& row : TRY(c.query("SELECT id, name, properties FROM loyalty_outbox"))) {
      events::Event event;
      event.source = std::string(kEventSource);
      event.message_id = row.text(0);
      event.name = row.text(1);
      event.user_id = "u1";
      event.timestamp = event.received_at = ledger_.now();
      event.properties = row.text(2);
      sent.push_back(event);
    }
    return {};
  });
  ASSERT_EQ(sent.size(), 1u);
  ASSERT_TRUE(log_->append_and_wait(sent));
  EXPECT_EQ(tell_all(), 1u);
  EXPECT_THAT(said(), ElementsAre("Points Earned u1 100"));
}

TEST_F(OutboxTest, ARefusedTransactionTellsNothing) {
  const auto failed = ledger_.database().write([&](store::Connection& c) -> Result<void> {
    const std::vector<Command> commands = {
        {.kind = CommandKind::kEarn, .id = "e", .person = 1, .amount = 5}};
    TRY(decide(c, ledger_.programme(), commands, ledger_.now()));
    return fail(Code::kInternal, "as if the disk were full");
  });
  ASSERT_FALSE(failed);
  EXPECT_THAT(said(), ElementsAre());
}

TEST_F(OutboxTest, HistoryIsNotTold) {
  ledger_.change([&](Programme& programme) {
    programme.events_from = ledger_.now() + std::chrono::hours(1);
    programme.events_said = true;
  });
  earn(1, 1);
  ledger_.pass(std::chrono::hours(1));
  earn(1, 2);
  EXPECT_THAT(said(), ElementsAre("Points Earned u1 2"));
  ledger_.change([](Programme& programme) {
    programme.events_from.reset();
    programme.events_said = true;
  });
  earn(1, 3);
  EXPECT_EQ(said().size(), 1u);
}

TEST_F(OutboxTest, CouponsRewardsDrawsAndLevels) {
  const Programme& shop = ledger_.programme();
  const Span always = {ledger_.now() - Millis(1), ledger_.now() + std::chrono::hours(24)};
  write([&](store::Connection& c) -> Result<void> {
    const Levels levels =
        TRY(levels_from_json({{"levels",
                               {{{"code", "base"}, {"name", "Base"}},
                                {{"code", "silver"}, {"name", "Silver"}, {"threshold", 50}}}}}));
    TRY(save_levels(c, shop, levels));
    CouponBatch batch{.id = "ten", .name = "Ten", .amount_minor = 1'000, .valid = always};
    TRY(issue_codes(c, shop, TRY(save_batch(c, shop, batch, ledger_.now())),
                    std::vector<PersonId>{1}, ledger_.now()));
    Reward mug{.id = "mug", .name = "Mug", .points = 5, .valid = always};
    TRY(save_reward(c, shop, mug, ledger_.now()));
    return {};
  });
  earn(1, 60);
  write([&](store::Connection& c) -> Result<void> {
    const Terms terms = TRY(terms_of(c, shop));
    const PersonId person = 1;
    TRY(assess(c, terms, std::span(&person, 1), ledger_.now()));
    TRY(assess(c, terms, std::span(&person, 1), ledger_.now()));
    const std::string code = TRY(coupons_of(c, shop, 1)).front().code;
    const CouponUse use{.id = "k", .code = code, .person = 1, .amount_minor = 5'000};
    EXPECT_TRUE(TRY(use_coupon(c, shop, use, ledger_.now())).done());
    EXPECT_TRUE(TRY(use_coupon(c, shop, use, ledger_.now())).repeated);
    EXPECT_TRUE(TRY(end_use(c, shop, "k", UseEnd::kRestore, ledger_.now())).done());
    EXPECT_TRUE(
        TRY(redeem(c, shop, {.id = "m", .reward = "mug", .person = 1}, ledger_.now())).done());
    EXPECT_TRUE(TRY(move_redemption(c, shop, "m", RedemptionMove::kCancel, ledger_.now())).done());
    return {};
  });
  EXPECT_THAT(said(),
              testing::UnorderedElementsAre(
                  "Coupon Issued u1", "Points Earned u1 60", "Level Reached u1", "Coupon Used u1",
                  "Coupon Restored u1", "Points Spent u1 5", "Reward Redeemed u1 5",
                  "Points Given Back u1 5", "Reward Cancelled u1 5"));
}

TEST_F(OutboxTest, WhoIsJoinedIsToldAsWhoTheyAreNow) {
  earn(3, 10);
  write([&](store::Connection& c) -> Result<void> {
    TRY(c.execute("DELETE FROM people WHERE id = 3"));
    return {};
  });
  EXPECT_THAT(said(), ElementsAre()) << "somebody who is no more is told of to nobody";
  EXPECT_EQ(tell_all(), 0u) << "and does not stand in the way";
}

TEST(Outbox, NamesAndRules) {
  EXPECT_EQ(event_name("points.given_back"), "Points Given Back");
  EXPECT_TRUE(is_told("Level Reached"));
  EXPECT_FALSE(is_told("Order Completed"));
  const auto rule = rule_from_json({{"id", "r"},
                                    {"name", "r"},
                                    {"event", "Points Earned"},
                                    {"amount", {{"kind", "fixed"}, {"points", 1}}}});
  ASSERT_FALSE(rule);
  EXPECT_EQ(rule.error().where, "event");
}

TEST_F(OutboxTest, TheTellerDoesItByItself) {
  for (PersonId person = 1; person <= 5; ++person) earn(person, 10);
  Teller teller(ledger_.database(), *log_, [this] { return ledger_.now(); });
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (log_->last_seq() < 5 && std::chrono::steady_clock::now() < until)
    log_->wait_for_arrivals(log_->last_seq(), std::chrono::milliseconds(100));
  teller.stop();
  EXPECT_EQ(log_->read({})->size(), 5u);
  EXPECT_EQ(teller.error(), "");
  EXPECT_EQ(tell_all(), 0u);
}

}  // namespace
}  // namespace perennial::loyalty
