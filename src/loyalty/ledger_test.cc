// The ledger's commands one by one: first the ways in which points are usually lost.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using enum CommandKind;

TEST(KnownFailures, RefundKeepsThePoints) {
  TestLedger ledger;
  ledger.run({.kind = kEarn, .id = "e", .person = 1, .amount = 100, .order = "o1"});
  EXPECT_EQ(ledger.run({.kind = kRefund, .id = "r", .person = 1, .order = "o1"}).amount, 100);
  EXPECT_EQ(ledger.balance(1), Balance{});
  ledger.verify();
}

TEST(KnownFailures, RefundOfAnOrderThatSpentPointsDeductsTwice) {
  TestLedger ledger;
  ledger.run({.kind = kEarn, .id = "e0", .person = 1, .amount = 500});
  ledger.run({.kind = kHold, .id = "h", .person = 1, .amount = 200, .order = "o1"});
  ledger.run({.kind = kCapture, .id = "c", .person = 1, .target = "h"});
  ledger.run({.kind = kEarn, .id = "e1", .person = 1, .amount = 90, .order = "o1"});
  auto half = ledger.run({.kind = kRefund,
                          .id = "r1",
                          .person = 1,
                          .order = "o1",
                          .refunded_minor = 1,
                          .total_minor = 3});
  EXPECT_EQ(half.amount, 30);
  EXPECT_EQ(half.given_back, 66);
  auto rest = ledger.run({.kind = kRefund, .id = "r2", .person = 1, .order = "o1"});
  EXPECT_EQ(rest.amount, 60);
  EXPECT_EQ(rest.given_back, 134);
  EXPECT_EQ(ledger.run({.kind = kRefund, .id = "r3", .person = 1, .order = "o1"}).amount, 0);
  EXPECT_EQ(ledger.balance(1), Balance{.available = 500});
  ledger.verify();
}

TEST(KnownFailures, ReplayedOrderPaysTwice) {
  TestLedger ledger;
  const Command earn{.kind = kEarn, .id = "order 1", .person = 1, .amount = 100, .order = "1"};
  const Outcome first = ledger.run(earn);
  ledger.pass(std::chrono::hours(1));
  for (const Outcome& again : ledger.run_all({earn, earn})) {
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.entry, first.entry);
    EXPECT_EQ(again.at, first.at);
  }
  Command other = earn;
  other.amount = 200;
  EXPECT_EQ(ledger.run(other).refusal.code, "id_reused");
  EXPECT_EQ(ledger.run(other).refusal.where, "amount");
  EXPECT_EQ(ledger.balance(1).available, 100);
}

TEST(KnownFailures, ARefusedIdStaysRefused) {
  TestLedger ledger;
  const Command hold{.kind = kHold, .id = "h", .person = 1, .amount = 10};
  EXPECT_EQ(ledger.run(hold).refusal.code, "not_enough_points");
  ledger.run({.kind = kEarn, .id = "e", .person = 1, .amount = 10});
  EXPECT_EQ(ledger.run(hold).refusal.code, "not_enough_points");
  EXPECT_EQ(ledger.balance(1), Balance{.available = 10});
}

TEST(KnownFailures, TwoCheckoutsSpendTheSamePoints) {
  TestLedger ledger;
  ledger.run({.kind = kEarn, .id = "e", .person = 1, .amount = 100});
  std::atomic<int> done = 0;
  std::vector<std::thread> checkouts;
  for (int i = 0; i < 8; ++i) {
    checkouts.emplace_back([&, i] {
      const std::vector<Command> commands = {
          {.kind = kRedeem, .id = "r" + std::to_string(i), .person = 1, .amount = 40}};
      auto outcomes = ledger.database().write([&](store::Connection& c) {
        return decide(c, ledger.programme(), commands, ledger.now());
      });
      ASSERT_TRUE(outcomes) << outcomes.error().text();
      done += outcomes->front().done();
    });
  }
  for (auto& checkout : checkouts) checkout.join();
  EXPECT_EQ(done, 2);
  EXPECT_EQ(ledger.balance(1).available, 20);
  ledger.verify();
}

TEST(KnownFailures, LotOfAnotherLabelNeverExpires) {
  TestLedger ledger;
  ledger.run({.kind = kEarn, .id = "a", .currency = "stars", .person = 1, .amount = 5});
  ledger.run({.kind = kAdjust, .id = "b", .currency = "stars", .person = 1, .amount = 6});
  ledger.run(
      {.kind = kTransfer, .id = "c", .currency = "stars", .person = 1, .amount = 3, .other = 2});
  ledger.run({.kind = kMerge, .id = "d", .currency = "stars", .person = 3, .other = 2});
  ledger.pass(std::chrono::days(31));
  for (PersonId person : {1, 2, 3}) EXPECT_EQ(ledger.balance(person, "stars"), Balance{});
  EXPECT_EQ(ledger.settle(), 2u);
  ledger.verify();
}

TEST(KnownFailures, ExpiryIsADayOffByTimeZone) {
  TestLedger ledger;
  // Still the old year in Shanghai, and 16 hours later in UTC's.
  ledger.at("2026-12-31T23:59:59.999");
  ledger.run({.kind = kEarn, .id = "old", .person = 1, .amount = 1});
  ledger.at("2027-01-01T00:00");
  ledger.run({.kind = kEarn, .id = "new", .person = 1, .amount = 2});
  ledger.at("2027-12-31T23:59:59.999");
  EXPECT_EQ(ledger.balance(1).available, 3);
  ledger.at("2028-01-01T00:00");
  EXPECT_EQ(ledger.balance(1).available, 2);
}

TEST(KnownFailures, DeadAtTheStartOfItsLastDay) {
  TestLedger ledger;
  ledger.run({.kind = kEarn, .id = "e", .currency = "stars", .person = 1, .amount = 5});
  ledger.at("2026-02-14T23:59:59.999");
  EXPECT_EQ(ledger.balance(1, "stars").available, 5);
  ledger.at("2026-02-15T00:00");
  EXPECT_EQ(ledger.balance(1, "stars").available, 0);
}

TEST(KnownFailures, MergeLosesOrDoublesLots) {
  TestLedger ledger;
  ledger.run({.kind = kEarn, .id = "a", .person = 1, .amount = 10, .order = "o"});
  ledger.run({.kind = kEarn, .id = "b", .person = 2, .amount = 20});
  ledger.run({.kind = kHold, .id = "h", .person = 2, .amount = 5});
  EXPECT_EQ(ledger.run({.kind = kMerge, .id = "m", .person = 1, .other = 2}).amount, 20);
  EXPECT_EQ(ledger.balance(1), (Balance{.available = 25, .held = 5}));
  EXPECT_EQ(ledger.balance(2), (Balance{.available = 25, .held = 5})) << "the same person now";
  EXPECT_EQ(ledger.run({.kind = kMerge, .id = "again", .person = 1, .other = 2}).refusal.code,
            "already_merged");
  ledger.run({.kind = kCapture, .id = "c", .person = 1, .amount = 2, .target = "h"});
  ledger.run({.kind = kUnmerge, .id = "u", .person = 1, .target = "m"});
  EXPECT_EQ(ledger.balance(1), Balance{.available = 10});
  EXPECT_EQ(ledger.balance(2), (Balance{.available = 15, .held = 3}));
  ledger.verify();
}

TEST(KnownFailures, ClockSetBack) {
  TestLedger ledger;
  ledger.run({.kind = kEarn, .id = "a", .currency = "stars", .person = 1, .amount = 5});
  ledger.pass(std::chrono::days(40));
  ledger.run({.kind = kEarn, .id = "b", .currency = "stars", .person = 1, .amount = 7});
  ledger.pass(-std::chrono::days(39));
  const Outcome late =
      ledger.run({.kind = kRedeem, .id = "c", .currency = "stars", .person = 1, .amount = 8});
  EXPECT_EQ(late.refusal.code, "not_enough_points");
  EXPECT_EQ(late.available, 7);
  ledger.verify();
}

TEST(Ledger, PointsThatARefundCannotTake) {
  for (const auto& [currency, owed, later] :
       {std::tuple("points", 100, 20), {"stars", 100, 20}, {"coins", 0, 120}}) {
    TestLedger ledger;
    const auto run = [&](Command command) {
      command.currency = currency;
      return ledger.run(command);
    };
    run({.kind = kEarn, .id = "e", .person = 1, .amount = 100, .order = "o"});
    run({.kind = kRedeem, .id = "s", .person = 1, .amount = 100});
    run({.kind = kRefund, .id = "r", .person = 1, .order = "o"});
    EXPECT_EQ(ledger.balance(1, currency), Balance{.owed = owed}) << currency;
    EXPECT_EQ(ledger.balance(1, currency).shown(*ledger.programme().find(currency)),
              std::string(currency) == "points" ? -100 : 0);
    run({.kind = kEarn, .id = "e2", .person = 1, .amount = 120});
    EXPECT_EQ(ledger.balance(1, currency), Balance{.available = later}) << currency;
    ledger.verify();
  }
}

TEST(Ledger, GivesBackWithTheOldExpiry) {
  TestLedger ledger;
  ledger.run({.kind = kEarn, .id = "e", .currency = "stars", .person = 1, .amount = 10});
  ledger.run(
      {.kind = kRedeem, .id = "s", .currency = "stars", .person = 1, .amount = 10, .order = "o"});
  ledger.pass(std::chrono::days(29));
  ledger.run({.kind = kRefund,
              .id = "r",
              .currency = "stars",
              .person = 1,
              .order = "o",
              .refunded_minor = 1,
              .total_minor = 2});
  EXPECT_EQ(ledger.balance(1, "stars").available, 5);
  EXPECT_EQ(*ledger.statement(1, "stars").lots.front().expires_at,
            *parse_instant("2026-02-14T16:00:00Z"));
  ledger.pass(std::chrono::days(5));
  ledger.run({.kind = kRefund, .id = "r2", .currency = "stars", .person = 1, .order = "o"});
  EXPECT_EQ(ledger.balance(1, "stars").available, 0) << "its time is over";
  ledger.verify();
}

TEST(Ledger, HoldsTimeOut) {
  TestLedger ledger;
  ledger.run({.kind = kEarn, .id = "e", .person = 1, .amount = 10});
  ledger.run({.kind = kHold, .id = "h", .person = 1, .amount = 10, .hold_seconds = 60});
  ledger.pass(Millis(59'999));
  EXPECT_EQ(ledger.balance(1), Balance{.held = 10});
  ledger.pass(Millis(1));
  EXPECT_EQ(ledger.balance(1), Balance{.available = 10});
  EXPECT_EQ(ledger.run({.kind = kCapture, .id = "c", .person = 1, .target = "h"}).refusal.code,
            "hold_ended");
}

TEST(Ledger, ASpentPointIsTheOneThatExpiresFirst) {
  TestLedger ledger;
  const auto day = [&](int days) { return to_millis(ledger.now() + std::chrono::days(days)); };
  ledger.run({.kind = kEarn, .id = "late", .person = 1, .amount = 10, .expires_ms = day(30)});
  ledger.run({.kind = kEarn, .id = "soon", .person = 1, .amount = 10, .expires_ms = day(3)});
  ledger.run({.kind = kRedeem, .id = "s", .person = 1, .amount = 12});
  ledger.pass(std::chrono::days(4));
  EXPECT_EQ(ledger.balance(1), Balance{.available = 8});
}

TEST(Ledger, StatementOfAnyPastInstant) {
  TestLedger ledger;
  const Instant start = ledger.now();
  ledger.run({.kind = kEarn, .id = "e", .currency = "stars", .person = 1, .amount = 10});
  ledger.pass(std::chrono::days(10));
  ledger.run({.kind = kRedeem, .id = "s", .currency = "stars", .person = 1, .amount = 4});
  ledger.pass(std::chrono::days(60));
  const auto at = [&](int days) {
    return ledger.database()
        .read([&](store::Connection& c) {
          return statement(c, ledger.programme(), *ledger.programme().find("stars"), 1,
                           start + std::chrono::days(days));
        })
        ->balance.available;
  };
  EXPECT_EQ(at(-1), 0);
  EXPECT_EQ(at(0), 10);
  EXPECT_EQ(at(9), 10);
  EXPECT_EQ(at(10), 6);
  EXPECT_EQ(at(40), 0) << "not settled yet";
  const std::string before = ledger.statement_text(1, "stars");
  EXPECT_EQ(ledger.settle(), 1u);
  EXPECT_EQ(ledger.statement_text(1, "stars"), before);
  EXPECT_EQ(at(20), 6);
}

TEST(Ledger, AClosedMonthTakesNothingMore) {
  TestLedger ledger;
  ledger.run({.kind = kEarn, .id = "e", .currency = "stars", .person = 1, .amount = 10});
  ledger.at("2026-03-02T08:00");
  ledger.close("2026-01");
  const Closing closing = ledger.close("2026-02");
  EXPECT_EQ(closing.figures["stars"]["breakage"], 10);
  const Outcome late = ledger.run({.kind = kEarn,
                                   .id = "late",
                                   .currency = "stars",
                                   .person = 2,
                                   .amount = 1,
                                   .at_ms = to_millis(*parse_instant("2026-02-03"))});
  EXPECT_EQ(late.at, closing.span.to);
  ledger.verify();
  const auto refused = ledger.database().write([&](store::Connection& c) {
    return close_month(c, ledger.programme(), "2026-02", "", ledger.now());
  });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kConflict);
}

TEST(BadInput, IsRefusedAndPostsNothing) {
  TestLedger ledger;
  int n = 0;
  const auto code = [&](Command command) {
    command.id = "c" + std::to_string(++n);
    const Outcome outcome = ledger.run(command);
    EXPECT_EQ(outcome.entry, 0);
    return outcome.refusal.code;
  };
  for (Points amount : {Points{0}, Points{-1}, kMaxPoints + 1, INT64_MAX, INT64_MIN}) {
    for (CommandKind kind : {kEarn, kHold, kRedeem, kTransfer})
      EXPECT_EQ(code({.kind = kind, .person = 1, .amount = amount, .other = 2}),
                "amount_out_of_range");
  }
  EXPECT_EQ(code({.kind = kAdjust, .person = 1, .amount = INT64_MIN}), "amount_out_of_range");
  EXPECT_EQ(code({.kind = kAdjust, .person = 1, .amount = 0}), "amount_out_of_range");
  EXPECT_EQ(code({.kind = kAdjust, .person = 1, .amount = -1}), "not_enough_points");
  EXPECT_EQ(code({.kind = kEarn, .person = 999, .amount = 1}), "unknown_person");
  EXPECT_EQ(code({.kind = kTransfer, .person = 1, .amount = 1, .other = 999}), "unknown_person");
  EXPECT_EQ(code({.kind = kEarn, .currency = "gold", .person = 1, .amount = 1}),
            "unknown_currency");
  EXPECT_EQ(code({.kind = kCapture, .person = 1, .target = "nothing"}), "unknown_hold");
  EXPECT_EQ(code({.kind = kRefund, .person = 1, .order = "nothing"}), "unknown_order");
  EXPECT_EQ(code({.kind = kUnmerge, .person = 1, .target = "nothing"}), "unknown_merge");
  EXPECT_EQ(code({.kind = kExpire, .person = 1, .lot = 17}), "unknown_lot");
  EXPECT_EQ(code({.kind = kEarn, .person = 1, .amount = 1, .expires_ms = 0}), "expires_too_early");
  EXPECT_EQ(ledger.run({.kind = kEarn, .id = "most", .person = 1, .amount = kMaxPoints}).available,
            kMaxPoints);
  for (const char* text :
       {R"({"kind":"earn","id":"x","person":1,"amount":1.5})",
        R"({"kind":"earn","id":"x","person":1,"amount":9223372036854775808})",
        R"({"kind":"earn","id":"","person":1,"amount":1})", R"({"kind":"earn","person":1})",
        R"({"kind":"award","id":"x","person":1,"amount":1})", R"([])",
        R"({"kind":"refund","id":"x","person":1,"order":"o","refunded_minor":5,"total_minor":0})",
        R"({"kind":"earn","id":"x","person":0,"amount":1})"}) {
    auto command = command_from_json(*parse_json(text));
    EXPECT_FALSE(command) << text;
  }
  ledger.verify();
}

}  // namespace
}  // namespace perennial::loyalty
