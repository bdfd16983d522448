// When points expire, by the calendar of the programme's zone; and expiry by hand.
#include <gtest/gtest.h>

#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using enum CommandKind;
using Kind = Expiry::Kind;
using Unit = Expiry::Unit;

TEST(Expiry, OfEveryKind) {
  const struct {
    Expiry expiry;
    const char *zone, *earned, *gone;  // both local to the zone, or UTC where they end in Z
  } cases[] = {
      {{Kind::kEndOf, Unit::kDay, 0}, "Asia/Shanghai", "2026-05-01T00:00", "2026-05-02"},
      {{Kind::kEndOf, Unit::kDay, 0}, "Asia/Shanghai", "2026-05-01T23:59:59.999", "2026-05-02"},
      {{Kind::kEndOf, Unit::kDay, 1}, "Asia/Shanghai", "2026-05-01T23:59", "2026-05-03"},
      {{Kind::kEndOf, Unit::kMonth, 0}, "Asia/Shanghai", "2026-05-01T00:00", "2026-06-01"},
      {{Kind::kEndOf, Unit::kMonth, 0}, "Asia/Shanghai", "2026-05-31T23:59:59.999", "2026-06-01"},
      {{Kind::kEndOf, Unit::kMonth, 0}, "Asia/Shanghai", "2026-05-31T16:00:00Z", "2026-07-01"},
      {{Kind::kEndOf, Unit::kMonth, 13}, "Asia/Shanghai", "2026-12-31T12:00", "2028-02-01"},
      {{Kind::kEndOf, Unit::kQuarter, 0}, "Asia/Shanghai", "2026-04-01T00:00", "2026-07-01"},
      {{Kind::kEndOf, Unit::kQuarter, 0}, "Asia/Shanghai", "2026-03-31T23:59", "2026-04-01"},
      {{Kind::kEndOf, Unit::kQuarter, 1}, "Asia/Shanghai", "2026-11-11T12:00", "2027-04-01"},
      {{Kind::kEndOf, Unit::kYear, 0}, "Asia/Shanghai", "2026-01-01T00:00", "2027-01-01"},
      {{Kind::kEndOf, Unit::kYear, 0}, "Asia/Shanghai", "2026-12-31T23:59", "2027-01-01"},
      {{Kind::kEndOf, Unit::kYear, 1}, "Asia/Shanghai", "2026-12-31T16:00:00Z", "2029-01-01"},
      {{Kind::kDays, Unit::kDay, 0}, "Asia/Shanghai", "2026-05-01T08:00", "2026-05-02"},
      {{Kind::kDays, Unit::kDay, 30}, "Asia/Shanghai", "2026-05-01T08:00", "2026-06-01"},
      // The leap day.
      {{Kind::kDays, Unit::kDay, 1}, "Asia/Shanghai", "2028-02-28T08:00", "2028-03-01"},
      {{Kind::kDays, Unit::kDay, 1}, "Asia/Shanghai", "2027-02-28T08:00", "2027-03-02"},
      {{Kind::kDays, Unit::kDay, 365}, "Asia/Shanghai", "2028-02-29T08:00", "2029-03-01"},
      {{Kind::kEndOf, Unit::kMonth, 0}, "Asia/Shanghai", "2028-02-29T23:59", "2028-03-01"},
      // Clocks go forward on 2026-03-29 and back on 2026-10-25.
      {{Kind::kDays, Unit::kDay, 1}, "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T22:00:00Z"},
      {{Kind::kEndOf, Unit::kDay, 0}, "Europe/Berlin", "2026-03-29T01:30", "2026-03-29T22:00:00Z"},
      {{Kind::kEndOf, Unit::kDay, 0}, "Europe/Berlin", "2026-10-25T00:30", "2026-10-25T23:00:00Z"},
      {{Kind::kEndOf, Unit::kYear, 0}, "Europe/Berlin", "2026-07-01T12:00", "2026-12-31T23:00:00Z"},
      // A day that has no midnight: the clocks go forward there.
      {{Kind::kEndOf, Unit::kDay, 0},
       "America/Sao_Paulo",
       "2018-11-03T12:00",
       "2018-11-04T03:00:00Z"},
  };
  for (const auto& one : cases) {
    const Zone zone = *Zone::named(one.zone);
    const int64_t earned = to_millis(*parse_instant(one.earned, zone));
    EXPECT_EQ(format_instant(from_millis(expires_at(one.expiry, zone, earned))),
              format_instant(*parse_instant(one.gone, zone)))
        << one.zone << " earned " << one.earned;
  }
  const Zone zone = Zone::utc();
  EXPECT_EQ(expires_at({.kind = Kind::kNever}, zone, 0), kNever);
  EXPECT_EQ(expires_at({Kind::kEndOf, Unit::kYear, 9'000}, zone, 0), kNever)
      << "beyond the calendar";
}

// ---- by hand

class ExpireByHand : public LedgerTest {
 protected:
  ExpireByHand() : LedgerTest(3) {}
  int64_t lot_of(const char* order) {
    for (const OpenLot& lot : ledger_.statement(1).lots) {
      if (lot.order == order) return lot.id;
    }
    return 0;
  }
  Outcome expire(int64_t lot) {
    return ledger_.run(
        {.kind = kExpire, .id = "x" + std::to_string(++expired_), .person = 1, .lot = lot});
  }
  Points expired() {
    Points sum = 0;
    write([&](store::Connection& c) -> Result<void> {
      for (const AccountTotal& total :
           TRY(trial_balance(c, *ledger_.programme().find("points"), ledger_.now())))
        if (total.account == Account::kExpired) sum = total.credits - total.debits;
      return {};
    });
    return sum;
  }

 private:
  int expired_ = 0;
};

TEST_F(ExpireByHand, TakesWhatIsOpenOfTheLot) {
  ledger_.run({.kind = kEarn, .id = "a", .person = 1, .amount = 100, .order = "1"});
  ledger_.run({.kind = kEarn, .id = "b", .person = 1, .amount = 70, .order = "2"});
  ledger_.run({.kind = kRedeem, .id = "s", .person = 1, .amount = 30});
  const int64_t lot = lot_of("1");
  const Outcome outcome = expire(lot);
  EXPECT_TRUE(outcome.done());
  EXPECT_EQ(outcome.amount, 70);
  EXPECT_EQ(outcome.available, 70);
  EXPECT_EQ(expired(), 70);
  const StatementLine line = ledger_.statement(1).lines.back();
  EXPECT_EQ(line.kind, kExpire);
  EXPECT_EQ(line.lot, lot);
  EXPECT_EQ(line.credit, Account::kExpired);
  EXPECT_EQ(expire(lot).refusal.code, "unknown_lot") << "it is not open any more";
  EXPECT_EQ(
      ledger_.run({.kind = kExpire, .id = "other", .person = 2, .lot = lot_of("2")}).refusal.code,
      "unknown_lot")
      << "somebody else's";
  ledger_.verify();
}

TEST_F(ExpireByHand, PendingPointsAndHeldOnes) {
  ledger_.run({.kind = kEarn,
               .id = "p",
               .person = 1,
               .amount = 40,
               .order = "1",
               .activates_ms = to_millis(ledger_.now()) + 86'400'000});
  EXPECT_EQ(ledger_.balance(1), (Balance{.pending = 40}));
  EXPECT_EQ(expire(lot_of("1")).amount, 40);
  EXPECT_EQ(ledger_.balance(1), Balance{});
  ledger_.run({.kind = kEarn, .id = "h", .person = 1, .amount = 50, .order = "2"});
  ledger_.run({.kind = kHold, .id = "hold", .person = 1, .amount = 50});
  const int64_t lot = lot_of("2");
  EXPECT_EQ(expire(lot).refusal.code, "nothing_left") << "all of it is held";
  ledger_.run({.kind = kRelease, .id = "release", .person = 1, .amount = 20, .target = "hold"});
  EXPECT_EQ(expire(lot).amount, 20);
  EXPECT_EQ(ledger_.balance(1), (Balance{.held = 30}));
  EXPECT_TRUE(ledger_.run({.kind = kCapture, .id = "c", .person = 1, .target = "hold"}).done());
  EXPECT_EQ(expired(), 60);
  ledger_.verify();
}

// What expired is no gain of the person's: a refund of its order undoes the expiry first.
TEST_F(ExpireByHand, ALaterRefundOfTheOrder) {
  ledger_.run({.kind = kEarn, .id = "a", .person = 1, .amount = 100, .order = "1"});
  ledger_.run({.kind = kRedeem, .id = "s", .person = 1, .amount = 30});
  ledger_.run({.kind = kEarn, .id = "b", .person = 1, .amount = 50, .order = "2"});
  expire(lot_of("1"));
  EXPECT_EQ(ledger_.run({.kind = kRefund, .id = "r", .person = 1, .order = "1"}).amount, 100);
  EXPECT_EQ(ledger_.balance(1), (Balance{.available = 20})) << "the 30 that it had spent";
  EXPECT_EQ(expired(), 0);
  ledger_.verify();
}

TEST(BadInput, WhatCannotBeSpentIsNeitherHeldNorRedeemed) {
  TestLedger ledger;
  ledger.change([](Programme& programme) { programme.currencies[2].spendable = false; });
  ledger.run({.kind = kEarn, .id = "e", .currency = "coins", .person = 1, .amount = 100});
  for (const CommandKind kind : {kHold, kRedeem}) {
    const Outcome refused = ledger.run({.kind = kind,
                                        .id = std::string(kind_name(kind)),
                                        .currency = "coins",
                                        .person = 1,
                                        .amount = 1});
    EXPECT_EQ(refused.refusal.code, "not_spendable");
    EXPECT_EQ(refused.refusal.where, "currency");
  }
  EXPECT_EQ(ledger.balance(1, "coins").available, 100);
  ledger.verify();
}

}  // namespace
}  // namespace perennial::loyalty
