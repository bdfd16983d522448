// Refunds that events tell of: what an order earned goes, what it spent comes back.
#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loyalty/assess.h"
#include "loyalty/played.h"
#include "loyalty/writer.h"

namespace perennial::loyalty {
namespace {

using testing::ElementsAre;
using enum CommandKind;

class RefundsTest : public StageTest {
 protected:
  RefundsTest() { add_terms(); }
  void reset() {
    start_again();
    add_terms();
  }
  void add_terms() {
    ledger_->at("2027-01-01T12:00");
    save(rule(kPerYuan), 0);
    write([&](store::Connection& c) -> Result<void> {
      TRY(save_levels(c, ledger_->programme(), spend_levels()));
      return {};
    });
  }
  void save(Rule saved, int64_t version) {
    saved.from_ms = 0;
    saved.version = version;
    write([&](store::Connection& c) -> Result<void> {
      TRY(save_rule(c, ledger_->programme(), saved, "", ledger_->now()));
      return {};
    });
  }
  static events::StoredEvent order(std::string_view time, const char* id, double yuan) {
    return track(time, "u", "", "Order Completed", total(id, yuan));
  }
  static events::StoredEvent refund(std::string_view time, const char* id, double yuan,
                                    const char* refund_id = "") {
    Json properties = total(id, yuan);
    if (*refund_id != '\0') properties["refund_id"] = refund_id;
    return track(time, "u", "", "Order Refunded", properties);
  }
  static events::StoredEvent whole_refund(std::string_view time, const char* id) {
    return track(time, "u", "", "Order Refunded", {{"order_id", id}});
  }
  Outcome run(Command command) {
    command.person = person("u");
    Outcome outcome = ledger_->run(std::move(command));
    EXPECT_TRUE(outcome.done()) << outcome.refusal.message;
    return outcome;
  }
  Points points() { return ledger_->balance(person("u")).available; }
  Standing standing() {
    Standing standing;
    const PersonId who = person("u");
    write([&](store::Connection& c) -> Result<void> {
      const auto member = TRY(find_member(c, ledger_->programme(), who));
      if (member) standing = member->standing;
      return {};
    });
    return standing;
  }
  // 500 points from before that are gone at the end of June, 200 of which pay order 1 of ¥90.
  void spend_on_an_order() {
    ledger_->at("2026-02-01T12:00");
    send({identify("2026-01-01", "u", "", {{"n", 1}})});
    run({.kind = kEarn, .id = "e", .amount = 500, .expires_ms = loyalty::at("2026-07-01")});
    run({.kind = kHold, .id = "h", .amount = 200, .order = "1"});
    run({.kind = kCapture, .id = "c", .target = "h"});
    send({order("2026-02-01T11:00", "1", 90)});
    ASSERT_EQ(points(), 500 - 200 + 90);
    ledger_->at("2026-03-10T12:00");
  }
  // The open points by the day on which they expire.
  std::map<std::string, Points> open() {
    std::map<std::string, Points> days;
    for (const OpenLot& lot : ledger_->statement(person("u")).lots) {
      const Zone& zone = ledger_->programme().zone;
      if (lot.open > 0)
        days[Calendar{.zone = zone}.label(
            Period::kDay, Calendar{.zone = zone}.start_of(Period::kDay, *lot.expires_at))] +=
            lot.open;
    }
    return days;
  }
};

TEST_F(RefundsTest, SeveralRefundsOfAnOrderAddUp) {
  send({order("2026-01-02", "1", 100)});
  EXPECT_EQ(points(), 100);
  const auto first = refund("2026-02-01", "1", 40), second = refund("2026-03-01", "1", 40);
  send({first});
  EXPECT_EQ(points(), 60);
  send({second});
  EXPECT_EQ(points(), 20);
  EXPECT_EQ(standing().measure, 2'000);
  EXPECT_EQ(history({.standing = standing()}), "base>gold reached; gold>silver refund; ");
  EXPECT_EQ(standing().changes.back().at_ms, loyalty::at("2026-03-01"))
      << "each at its own time: the first one left enough for gold";
  send({refund("2026-04-01", "1", 20)});
  EXPECT_EQ(points(), 0);
  EXPECT_EQ(standing().level, "base");
  const auto lines = ledger_->statement(person("u")).lines;
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[1].at, from_millis(loyalty::at("2026-02-01")));
  EXPECT_EQ(lines[2].at, from_millis(loyalty::at("2026-03-01")));
  ledger_->verify();
}

TEST_F(RefundsTest, ARefundThatIsSaidAgainReplacesItself) {
  send({order("2026-01-02", "1", 100), refund("2026-02-01", "1", 40, "r1")});
  send({refund("2026-02-01", "1", 40, "r1")});
  EXPECT_EQ(points(), 60) << "the same again";
  send({refund("2026-02-02", "1", 25, "r1")});
  EXPECT_EQ(points(), 75) << "it was less";
  send({refund("2026-02-03", "1", 25, "r2")});
  EXPECT_EQ(points(), 50) << "another one";
  auto late = refund("2026-02-02", "1", 1, "r2");
  send({late});
  EXPECT_EQ(points(), 50) << "a word of before changes nothing";
  ledger_->verify();
}

// Whatever the order of arrival and the batches, and with every event twice.
TEST_F(RefundsTest, AnyOrderOfArrivalGivesTheSame) {
  const std::vector<events::StoredEvent> story = {
      order("2026-01-02", "1", 100),      refund("2026-02-01", "1", 10),
      refund("2026-02-02", "1", 20),      refund("2026-02-03", "1", 60, "a"),
      refund("2026-02-04", "1", 30, "a"),
  };
  std::vector<size_t> places = {0, 1, 2, 3, 4};
  std::set<std::string> states;
  constexpr int kAllOrders = 120, kEvery = 17;
  for (int number = 0; number < kAllOrders; ++number, std::ranges::next_permutation(places)) {
    if (number % kEvery != 0) continue;
    reset();
    for (int round = 0; round < 2; ++round) {
      std::vector<events::StoredEvent> batch;
      for (const size_t place : places) {
        batch.push_back(story[place]);
        batch.back().message_id = "m" + std::to_string(place);
        if (place == 2) send(std::exchange(batch, {}));
      }
      if (!batch.empty()) send(batch);
    }
    states.insert(std::to_string(points()) + " " + std::to_string(standing().measure) + " " +
                  history({.standing = standing()}));
  }
  EXPECT_THAT(states, ElementsAre("40 4000 base>gold reached; gold>silver refund; "));
  ledger_->verify();
}

TEST(KnownFailures, SeveralRefundsKeepPoints) {
  const Played played{.rules = {rule(kPerYuan)}};
  EXPECT_THAT(played.points({order("2026-01-01", "a", 10'000), refund("2026-02-01", "a", 4'000),
                             refund("2026-03-01", "a", 4'000)}),
              ElementsAre(20));
}

// ---- points that the order spent

TEST_F(RefundsTest, SpentPointsComeBackWithTheirOldExpiry) {
  spend_on_an_order();
  const Points earned = 90;
  EXPECT_EQ(open().at("2026-07-01"), 300);
  send({refund("2026-03-01", "1", 45)});
  EXPECT_EQ(points(), 300 + 100 + 45);
  EXPECT_EQ(open().at("2026-07-01"), 400) << "the old expiry";
  send({refund("2026-03-01", "1", 45)});
  EXPECT_EQ(points(), 500);
  EXPECT_EQ(open(), (std::map<std::string, Points>{{"2026-07-01", 500}}));
  send({refund("2026-03-01T01:00", "1", 5), order("2026-02-01T11:00", "1", 90)});
  EXPECT_EQ(points(), 500) << "nothing more than was spent";
  const auto lines = ledger_->statement(person("u")).lines;
  Points back = 0, taken = 0;
  for (const StatementLine& line : lines) {
    if (line.kind == kRefund) {
      back += line.amount;
      EXPECT_EQ(line.order, "1");
      EXPECT_EQ(line.event, "order:web/1");
    }
    if (line.kind == kTakeBack) taken += line.amount;
  }
  EXPECT_EQ(back, 200);
  EXPECT_EQ(taken, earned);
  ledger_->verify();
}

TEST_F(RefundsTest, AShopMaySayARefundByEventAndByCommand) {
  spend_on_an_order();
  const auto command = [&](const char* id, int64_t minor) {
    return run({.kind = kRefund,
                .id = id,
                .order = "1",
                .refunded_minor = minor,
                .total_minor = minor == 0 ? 0 : 9'000});
  };
  send({refund("2026-03-01", "1", 30)});
  EXPECT_EQ(points(), 300 + 66 + 60);
  EXPECT_EQ(command("r1", 3'000).given_back, 0) << "the event gave it";
  EXPECT_EQ(command("r2", 3'000).given_back, 133 - 66);
  EXPECT_EQ(points(), 300 + 133 + 60);
  send({refund("2026-03-02", "1", 30)});
  EXPECT_EQ(points(), 300 + 133 + 30) << "the command gave it; what was earned goes by events";
  EXPECT_EQ(command("r3", 0).given_back, 67);
  send({refund("2026-03-03", "1", 30)});
  EXPECT_EQ(points(), 500);
  ledger_->verify();
}

TEST_F(RefundsTest, SpentPointsComeBackWhateverArrivedFirst) {
  ledger_->at("2026-02-01T12:00");
  send({identify("2026-01-01", "u", "", {{"n", 1}}), refund("2026-02-03", "1", 50)});
  run({.kind = kEarn, .id = "e", .amount = 500});
  run({.kind = kRedeem, .id = "s", .amount = 100, .order = "1"});
  EXPECT_EQ(points(), 400);
  ledger_->at("2026-03-01T12:00");
  send({order("2026-02-01", "1", 100)});
  EXPECT_EQ(points(), 400 + 50 + 50) << "half of what it spent, and half of what it earned";

  // A hold that is captured after the refund: through the writer, as the API does it.
  Writer writer(ledger_->database(), [&] { return ledger_->now(); });
  const auto decided = [&](Command command) {
    command.person = person("u");
    const auto outcomes = writer.run("shop", {std::move(command)});
    EXPECT_TRUE(outcomes && outcomes->front().done());
  };
  decided({.kind = kHold, .id = "h", .amount = 60, .order = "2"});
  send({order("2026-02-05", "2", 30), whole_refund("2026-02-06", "2")});
  EXPECT_EQ(points(), 500 - 60);
  decided({.kind = kCapture, .id = "c", .target = "h"});
  EXPECT_EQ(points(), 500);
  decided({.kind = kCapture, .id = "c", .target = "h"});
  decided({.kind = kRedeem, .id = "s2", .amount = 10, .order = "3"});
  EXPECT_EQ(points(), 490);
  writer.stop();
  ledger_->verify();
}

TEST_F(RefundsTest, OrdersThatPointsPaidAloneAndOrdersInOtherMoney) {
  ledger_->at("2026-02-01T12:00");
  send({identify("2026-01-01", "u", "", {{"n", 1}})});
  run({.kind = kEarn, .id = "e", .amount = 500});
  run({.kind = kEarn, .id = "k", .currency = "coins", .amount = 40});
  run({.kind = kRedeem, .id = "s1", .amount = 100, .order = "free"});
  run({.kind = kRedeem, .id = "s2", .amount = 100, .order = "usd"});
  run({.kind = kRedeem, .id = "s3", .currency = "coins", .amount = 40, .order = "usd"});
  Json dollars = {{"order_id", "usd"}, {"total", 10}, {"currency", "USD"}};
  ledger_->at("2026-03-01T12:00");
  send({order("2026-02-01", "free", 0), track("2026-02-01", "u", "", "Order Completed", dollars)});
  EXPECT_EQ(points(), 300);
  dollars["total"] = 2.5;
  send({whole_refund("2026-02-02", "free"),
        track("2026-02-02", "u", "", "Order Refunded", dollars)});
  EXPECT_EQ(points(), 300 + 100 + 25);
  EXPECT_EQ(ledger_->balance(person("u"), "coins").available, 10);
  dollars["currency"] = "CNY";
  send({track("2026-02-03", "u", "", "Order Refunded", dollars)});
  EXPECT_EQ(points(), 425) << "what share of dollars these are, nobody can say";
  ledger_->verify();
}

// Two systems have an order of the same number: a spend belongs to the one nearest to it in time.
TEST_F(RefundsTest, OrdersOfSeveralSystemsWithOneNumberAreRefundedApart) {
  ledger_->at("2026-02-01T12:00");
  send({identify("2026-01-01", "u", "", {{"n", 1}})});
  run({.kind = kEarn, .id = "e", .amount = 500});
  run({.kind = kRedeem, .id = "s1", .amount = 100, .order = "1"});
  ledger_->at("2026-03-01T12:00");
  run({.kind = kRedeem, .id = "s2", .amount = 60, .order = "1"});
  auto till = order("2026-03-01T11:59", "1", 30);
  till.source = "till";
  send({order("2026-02-01T11:59", "1", 100), till});
  EXPECT_EQ(points(), 500 - 160 + 130);
  ledger_->at("2026-04-01T12:00");
  send({refund("2026-03-02", "1", 50)});
  EXPECT_EQ(points(), 500 - 160 + 50 + 80) << "half of what the first order spent";
  auto back = refund("2026-03-03", "1", 10);
  back.source = "till";
  send({back});
  EXPECT_EQ(points(), 500 - 160 + 50 + 20 + 70) << "a third of what the second one spent";
  send({refund("2026-03-04", "1", 50)});
  EXPECT_EQ(points(), 500 - 60 + 20 + 20);
  EXPECT_EQ(ledger_->statement(person("u")).lines.back().event, "order:web/1");
  ledger_->verify();
}

TEST_F(RefundsTest, AnOrderThatTwoSystemsTellOfIsOneOrder) {
  ledger_->at("2026-02-01T12:00");
  send({identify("2026-01-01", "u", "", {{"n", 1}})});
  run({.kind = kEarn, .id = "e", .amount = 500});
  run({.kind = kRedeem, .id = "s", .amount = 100, .order = "1"});
  auto told = order("2026-02-01T13:00", "1", 100);
  told.source = "erp";
  ledger_->at("2026-03-01T12:00");
  send({order("2026-02-01T12:00", "1", 100), told});
  auto half = refund("2026-02-03", "1", 50);
  send({half});
  EXPECT_EQ(points(), 400 + 50 + 150);
  half.source = "erp";
  send({half});
  EXPECT_EQ(points(), 400 + 50 + 100) << "the same refund by the other door gives nothing more";
  auto rest = refund("2026-02-04", "1", 50);
  rest.source = "erp";
  send({rest});
  EXPECT_EQ(points(), 500 + 50) << "all went back, as one of them says";
  ledger_->verify();
}

TEST_F(RefundsTest, WhatRewardsAndDrawsCostIsNotSpentOnAnOrder) {
  ledger_->at("2026-02-01T12:00");
  send({identify("2026-01-01", "u", "", {{"n", 1}})});
  run({.kind = kEarn, .id = "e", .amount = 500});
  for (const char* id : {"reward:7", "draw:7"})
    run({.kind = kRedeem, .id = id, .amount = 100, .order = id});
  ledger_->at("2026-03-01T12:00");
  for (const char* id : {"reward:7", "draw:7"})
    send({order("2026-02-01", id, 10), refund("2026-02-02", id, 10)});
  EXPECT_EQ(points(), 300);
  // Through the writer, which looks at refunds of before.
  Writer writer(ledger_->database(), [&] { return ledger_->now(); });
  send({order("2026-02-01", "reward:8", 10), refund("2026-02-02", "reward:8", 10)});
  Command late{.kind = kRedeem, .id = "reward:8", .person = person("u"), .amount = 10};
  late.order = late.id;
  const auto outcomes = writer.run("shop", {late});
  EXPECT_TRUE(outcomes && outcomes->front().done());
  writer.stop();
  EXPECT_EQ(points(), 290);
  ledger_->verify();
}

TEST_F(RefundsTest, AProgrammeThatTakesNoEventsGivesAndTakesNothingByThem) {
  spend_on_an_order();
  ledger_->change([](Programme& programme) { programme.takes_events = false; });
  send({refund("2026-03-01", "1", 90), order("2026-03-02", "2", 40)});
  const PersonId who = person("u");
  const auto assess_now = [&] {
    write([&](store::Connection& c) -> Result<void> {
      return assess(c, TRY(terms_of(c, ledger_->programme())), std::span(&who, 1), ledger_->now());
    });
  };
  assess_now();
  EXPECT_EQ(points(), 300 + 90) << "its levels were looked at, no more";
  ledger_->change([](Programme& programme) { programme.takes_events = true; });
  assess_now();
  EXPECT_EQ(points(), 500 + 40);
  ledger_->verify();
}

TEST_F(RefundsTest, WhoseAccountTheShopMergedGetsTheirPointsBackThere) {
  spend_on_an_order();
  send({identify("2026-01-01", "w", "", {{"n", 2}})});
  const PersonId u = person("u"), w = person("w");
  EXPECT_TRUE(ledger_->run({.kind = kMerge, .id = "m", .person = w, .other = u}).done());
  send({refund("2026-03-01", "1", 90)});
  EXPECT_EQ(ledger_->balance(w).available, 500);
  // A spend of the joined account on an order that was refunded before it.
  send({order("2026-02-02", "2", 30), whole_refund("2026-02-03", "2")});
  Writer writer(ledger_->database(), [&] { return ledger_->now(); });
  const auto outcomes =
      writer.run("shop", {{.kind = kRedeem, .id = "s", .person = w, .amount = 60, .order = "2"}});
  EXPECT_TRUE(outcomes && outcomes->front().done());
  writer.stop();
  EXPECT_EQ(ledger_->balance(w).available, 500);
  ledger_->verify();
}

// ---- missions, values that count once, awards that are gone

TEST(KnownFailures, ACancelledOrderUndoesItsMission) {
  const Played played{.rules = {rule(R"({"amount":{"kind":"fixed","points":100},
      "tasks":[{"event":"Profile Completed"},{"event":"Order Completed"}]})")}};
  const std::vector<Fact> done = {event("2026-05-01", "Profile Completed"),
                                  order("2026-05-02", "a", 1'000)};
  const auto with = [&](std::vector<Fact> more) {
    more.insert(more.end(), done.begin(), done.end());
    return more;
  };
  EXPECT_THAT(played.points(done), ElementsAre(100));
  EXPECT_THAT(played.points(with({refund("2026-05-03", "a", 999)})), ElementsAre(100))
      << "a part of it went back";
  const auto cancelled = with({refund("2026-05-03", "a", 999), refund("2026-05-04", "a", 1)});
  EXPECT_THAT(played.points(cancelled), ElementsAre(0));
  const Replay replay = played.run(cancelled);
  EXPECT_EQ(replay.awards[0].changed_ms, at("2026-05-04"));
  EXPECT_FALSE(replay.missions[0].complete);
  EXPECT_THAT(replay.missions[0].done, ElementsAre(1, 0));
  auto again = cancelled;
  again.push_back(order("2026-05-05", "b", 500));
  EXPECT_THAT(played.points(again), ElementsAre(0, 100)) << "completed by another order";
  EXPECT_TRUE(played.run(again).missions[0].complete);
  auto two = with({order("2026-05-03", "b", 500), refund("2026-05-04", "a", 1'000)});
  EXPECT_THAT(played.points(two), ElementsAre(100)) << "the other order does it too";
  two.push_back(refund("2026-05-05", "b", 500));
  EXPECT_THAT(played.points(two), ElementsAre(0));
  EXPECT_THAT(played.points({order("2026-05-01", "a", 1'000), refund("2026-05-02", "a", 1'000),
                             event("2026-05-03", "Profile Completed")}),
              ElementsAre())
      << "cancelled before the mission was complete";
}

// What the mission gave is free again in its caps, and its period.
TEST(Rules, ACancelledMissionGivesItsCapBack) {
  Played played{.rules = {rule(R"({"amount":{"kind":"fixed","points":100},
      "mission_every":"month","caps":[{"times":1,"every":"total"}],
      "tasks":[{"event":"Order Completed","times":2}]})")}};
  EXPECT_THAT(played.points({order("2026-05-01", "a", 100), order("2026-05-02", "b", 100),
                             order("2026-06-01", "c", 100), order("2026-06-02", "d", 100)}),
              ElementsAre(100));
  EXPECT_THAT(played.points({order("2026-05-01", "a", 100), order("2026-05-02", "b", 100),
                             refund("2026-05-03", "b", 100), order("2026-06-01", "c", 100),
                             order("2026-06-02", "d", 100)}),
              ElementsAre(0, 100));
}

TEST(Rules, ACancelledOrderFreesWhatCountsOnce) {
  const Played played{.rules = {rule(R"({"event":"Order Completed","once_per":"campaign",
      "amount":{"kind":"fixed","points":10}})")}};
  const auto of = [](std::string_view time, const char* id, int64_t minor) {
    Fact fact = order(time, id, minor);
    fact.properties = R"({"campaign":"spring"})";
    return fact;
  };
  EXPECT_THAT(played.points({of("2026-05-01", "a", 100), of("2026-05-02", "b", 100)}),
              ElementsAre(10));
  EXPECT_THAT(played.points({of("2026-05-01", "a", 100), refund("2026-05-02", "a", 99),
                             of("2026-05-03", "b", 100)}),
              ElementsAre(10))
      << "a part of it went back";
  EXPECT_THAT(played.points({of("2026-05-01", "a", 100), refund("2026-05-02", "a", 100),
                             of("2026-05-03", "b", 100), of("2026-05-04", "c", 100)}),
              ElementsAre(0, 10));
}

TEST(Rules, AnOrderOfNoAmountIsCancelledByARefundOfAllOfIt) {
  Fact back = refund("2026-05-03", "a", 0);
  const std::vector<Fact> partly = {order("2026-05-01", "a", 0), back};
  back.whole = true;
  const std::vector<Fact> wholly = {order("2026-05-01", "a", 0), back};
  const auto with = [](std::vector<Fact> facts, Fact fact) {
    facts.push_back(std::move(fact));
    return facts;
  };
  const Played mission{.rules = {rule(R"({"amount":{"kind":"fixed","points":100},
      "tasks":[{"event":"Order Completed"}]})")}};
  EXPECT_THAT(mission.points(partly), ElementsAre(100));
  EXPECT_THAT(mission.points(wholly), ElementsAre(0));
  const Played once{.rules = {rule(R"({"event":"Order Completed","once_per":"campaign",
      "amount":{"kind":"fixed","points":10}})")}};
  const auto of_spring = [&](std::vector<Fact> facts) {
    for (Fact& fact : facts) fact.properties = R"({"campaign":"spring"})";
    return once.points(std::move(facts));
  };
  EXPECT_THAT(of_spring(with(partly, order("2026-05-04", "b", 0))), ElementsAre(10));
  EXPECT_THAT(of_spring(with(wholly, order("2026-05-04", "b", 0))), ElementsAre(0, 10));
  // Said twice it is cancelled once.
  EXPECT_THAT(mission.points(with(with(wholly, back), order("2026-05-05", "b", 0))),
              ElementsAre(0, 100));
  // What arrived before its order counts with it.
  Fact early = back;
  early.at_ms = at("2026-04-01");
  EXPECT_THAT(mission.points({early, order("2026-05-01", "a", 0)}), ElementsAre(0));
}

// Whether all of it went back is said in the money of the order.
TEST_F(RefundsTest, OrdersOfNothingAndInOtherMoneyAreCancelledByARefundOfAllOfThem) {
  save(rule(R"({"id":"thanks","event":"Order Completed","amount":{"kind":"fixed","points":7}})"),
       0);
  Json dollars = {{"order_id", "usd"}, {"total", 10}, {"currency", "USD"}};
  send({order("2026-02-01", "free", 0), track("2026-02-01", "u", "", "Order Completed", dollars)});
  EXPECT_EQ(points(), 14);
  dollars["total"] = 4;
  send({track("2026-02-02", "u", "", "Order Refunded", dollars)});
  EXPECT_EQ(points(), 14) << "a part of it";
  dollars["total"] = 6;
  send({track("2026-02-03", "u", "", "Order Refunded", dollars)});
  EXPECT_EQ(points(), 7);
  send({whole_refund("2026-02-04", "free")});
  EXPECT_EQ(points(), 0);
  ledger_->verify();
}

TEST_F(RefundsTest, WhatIsTakenBackNamesItsRuleVersionAndOrder) {
  send({order("2026-01-02", "1", 80)});
  Rule off = rule(kPerYuan);
  off.enabled = false;
  save(off, 1);
  send({identify("2026-01-03", "u", "", {{"n", 1}})});
  EXPECT_EQ(points(), 0);
  const StatementLine line = ledger_->statement(person("u")).lines.back();
  EXPECT_EQ(line.kind, kTakeBack);
  EXPECT_EQ(line.amount, 80);
  EXPECT_EQ(line.rule, "r");
  EXPECT_EQ(line.version, 1);
  EXPECT_EQ(line.event, "order:web/1");
  EXPECT_EQ(line.order, "order:web/1");
  ledger_->verify();
}

}  // namespace
}  // namespace perennial::loyalty
