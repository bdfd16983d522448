// That the auditor finds what it looks for: each of its checks beside a ledger that was spoiled in
// just that place. And that no commit goes through on accounts that are wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loyalty/books.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using enum CommandKind;

class VerifyTest : public LedgerTest {
 protected:
  VerifyTest() : LedgerTest(kPeople) {
    ledger_.at("2026-01-15T12:00");
    run({.kind = kEarn, .id = "e1", .person = 1, .amount = 100, .order = "o"});
    run({.kind = kEarn, .id = "e2", .person = 1, .amount = 60});
    run({.kind = kHold, .id = "h", .person = 1, .amount = 50, .hold_seconds = kMaxHoldSeconds});
    run({.kind = kTransfer, .id = "t", .person = 1, .amount = 10, .other = 2});
    ledger_.at("2026-02-10T12:00");
    run({.kind = kRelease, .id = "r", .person = 1, .amount = 20, .target = "h"});
    ledger_.close("2026-01");
    ledger_.verify();
  }
  void run(Command command) { ASSERT_TRUE(ledger_.run(std::move(command)).done()); }
  // What the auditor says after these words to the database, which are taken back.
  std::vector<std::string> faults_after(const std::vector<std::string>& words) {
    std::vector<std::string> faults;
    const auto done = ledger_.database().write([&](store::Connection& c) -> Result<void> {
      for (const std::string& sql : words) TRY(c.execute(sql, {}));
      faults = TRY(verify(c)).faults;
      return fail(Code::kTimeout, "for the test");
    });
    EXPECT_EQ(done.error().code, Code::kTimeout) << done.error().text();
    return faults;
  }
  // The number that a question gives.
  int64_t number(const std::string& sql) {
    int64_t number = 0;
    write([&](store::Connection& c) -> Result<void> {
      number = TRY(c.query_one(sql, {}))->integer(0);
      return {};
    });
    return number;
  }
  int64_t holder() { return number("SELECT id FROM loyalty_holders WHERE person = 1"); }
  std::vector<std::string> first_lots() {
    const std::string h = std::to_string(holder());
    return {
        std::to_string(number("SELECT min(id) FROM loyalty_lots WHERE holder = " + h)),
        std::to_string(number("SELECT max(id) FROM loyalty_lots WHERE holder = " + h)),
    };
  }
  static constexpr int kPeople = 120;
};

TEST_F(VerifyTest, FindsBalancesThatAreWrong) {
  const std::string h = std::to_string(holder());
  EXPECT_THAT(
      faults_after({"UPDATE loyalty_holders SET available = available + 1 WHERE id = " + h}),
      ElementsAre("holder whose lots and balance differ: " + h,
                  "holder whose postings and balance differ: " + h));
  EXPECT_THAT(faults_after({"UPDATE loyalty_holders SET owed = owed + 1 WHERE id = " + h}),
              ElementsAre("holder whose postings and balance differ: " + h));
  EXPECT_THAT(faults_after({"UPDATE loyalty_spends SET held = held - 1 WHERE id = 'h'"}),
              ElementsAre("holder whose holds and held points differ: " + h));
}

TEST_F(VerifyTest, FindsLotsThatAreWrong) {
  const auto lots = first_lots();
  const auto open = [](const std::string& lot, const char* by) {
    return "UPDATE loyalty_lots SET open = open " + std::string(by) + " WHERE id = " + lot;
  };
  EXPECT_THAT(faults_after({open(lots[0], "+ 1"), open(lots[1], "- 1")}),
              ElementsAre("lot whose postings and points differ: " + lots[0],
                          "lot whose postings and points differ: " + lots[1]))
      << "their sum is right";
  for (const char* wrong : {"taken = amount + 1", "expired = -1", "taken = -1", "done = 1"}) {
    EXPECT_THAT(
        faults_after({"UPDATE loyalty_lots SET " + std::string(wrong) + " WHERE id = " + lots[1]}),
        ElementsAre("lot that holds more than it was given, or less than nothing: " + lots[1]))
        << wrong;
  }
  EXPECT_THAT(faults_after({"UPDATE loyalty_lots SET expired = amount WHERE id = " + lots[1]}),
              SizeIs(1));
}

TEST_F(VerifyTest, FindsTotalsThatAreWrong) {
  const std::string currency = std::to_string(number("SELECT min(id) FROM loyalty_currencies"));
  const auto more = [&](const char* what, int account) {
    return "UPDATE loyalty_totals SET " + std::string(what) + " = " + what +
           " + 1 WHERE currency = " + currency + " AND account = " + std::to_string(account);
  };
  const auto total = [&](int account) {
    return "account whose total is not the sum of its postings: " +
           std::to_string(std::stoll(currency) * 100 + account);
  };
  EXPECT_THAT(faults_after({more("debits", 11), more("credits", 1)}),
              ElementsAre(total(1), total(11)));
  EXPECT_THAT(faults_after({more("debits", 11)}),
              ElementsAre(total(11), "currency whose debits and credits differ: " + currency));
  EXPECT_THAT(
      faults_after({more("debits", 16), more("credits", 11)}),
      ElementsAre(total(11), total(16), "currency with points lost between people: " + currency));
}

TEST_F(VerifyTest, FindsEntriesThatAreWrong) {
  const std::string entry = std::to_string(
      number("SELECT entry FROM loyalty_postings WHERE line = 2 ORDER BY entry LIMIT 1"));
  const std::string of_it = " WHERE line = 2 AND entry = " + entry;
  EXPECT_THAT(faults_after({"UPDATE loyalty_postings SET line = 3" + of_it}),
              ElementsAre("entry that is not whole: " + entry));
  EXPECT_THAT(faults_after({"UPDATE loyalty_postings SET at_ms = at_ms - 1" + of_it}),
              ElementsAre("entry that is not whole: " + entry));
  const auto lost = faults_after({"DELETE FROM loyalty_postings" + of_it});
  EXPECT_THAT(lost, testing::Contains(testing::HasSubstr("postings and balance differ")));
  EXPECT_THAT(lost, testing::Contains(testing::HasSubstr("sum of its postings")));
  const std::string first = std::to_string(number("SELECT min(entry) FROM loyalty_postings"));
  EXPECT_THAT(
      faults_after({"UPDATE loyalty_postings SET recorded_ms = (SELECT max(closed_ms) + 1 FROM "
                    "loyalty_closings) WHERE entry = " +
                    first}),
      ElementsAre("posting that was entered into a closed month: " + first));
}

TEST_F(VerifyTest, SaysNoMoreThanAHundredFaults) {
  for (int person = 3; person <= kPeople; ++person)
    run({.kind = kEarn, .id = "p" + std::to_string(person), .person = person, .amount = 1});
  EXPECT_THAT(faults_after({"UPDATE loyalty_holders SET owed = owed + 1"}), SizeIs(100));
  ledger_.verify();
}

// ---- what every commit asserts

Holder holder_with(Lot lot) {
  Holder holder{.id = 1, .currency = 1, .person = 1, .available = 10};
  holder.lots.push_back(std::move(lot));
  return holder;
}

TEST(CommitDeathTest, AccountsThatAreWrongEndTheProgram) {
  const Programme programme = test_programme();
  const auto check = [&](Holder holder) {
    Core core(programme, {});
    core.add(std::move(holder));
    core.check();
  };
  check(holder_with({.id = 1, .amount = 10, .open = 10}));
  EXPECT_DEATH(check(holder_with({.id = 1, .amount = 10, .open = 9})),
               "broken invariant: open == holder->available");
  EXPECT_DEATH(check(holder_with({.id = 1, .amount = 9, .open = 10})), "broken invariant");
  EXPECT_DEATH(check(holder_with({.id = 1, .amount = 10, .open = 10, .active = false})),
               "broken invariant");
  EXPECT_DEATH(check(holder_with({.id = 1, .amount = 12, .open = 10, .held = 2})),
               "broken invariant");
  Holder spends = holder_with({.id = 1, .amount = 12, .open = 10, .held = 2});
  spends.held = 2;
  spends.spends.push_back({.id = "h", .amount = 2, .held = 2, .uses = {{.lot = 1, .held = 2}}});
  check(spends);
  spends.spends[0].held = 3;
  EXPECT_DEATH(check(spends), "broken invariant: of_spend == spend.held");
}

// A ledger that was spoiled on disk is not written on.
TEST(CommitDeathTest, AccountsThatWereSpoiledOnDisk) {
  TestLedger ledger;
  ASSERT_TRUE(ledger.run({.kind = kEarn, .id = "e", .person = 1, .amount = 100}).done());
  ASSERT_TRUE(ledger.database().write(
      [](store::Connection& c) { return c.execute("UPDATE loyalty_lots SET open = 99", {}); }));
  Core core(ledger.programme(), {});
  const int64_t currency = ledger.programme().find("points")->id;
  ASSERT_TRUE(ledger.database().read(
      [&](store::Connection& c) { return load(c, core, {.open = {{currency, 1}}}); }));
  EXPECT_DEATH(core.check(), "broken invariant: open == holder->available");
}

}  // namespace
}  // namespace perennial::loyalty
