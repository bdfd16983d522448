// Commits that read few lots of a person: they decide and write what commits decide and write that
// read all open ones.
#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using enum CommandKind;

constexpr int kPeople = 6;
constexpr int64_t kDay = 86'400'000;

// What the ledger has, but for the answers to commands.
std::string books(TestLedger& ledger) {
  std::string text;
  for (const char* sql :
       {"SELECT id, currency, person, available, pending, held, owed, last_ms, due_ms "
        "FROM loyalty_holders ORDER BY id",
        "SELECT id, holder, amount, open, held, expired, taken, activates_ms, expires_ms, active, "
        "done FROM loyalty_lots ORDER BY id",
        "SELECT id, holder, held, spent, done, uses FROM loyalty_spends ORDER BY id",
        "SELECT entry, line, holder, at_ms, kind, debit, credit, lot, amount FROM "
        "loyalty_postings ORDER BY entry, line"}) {
    const auto rows =
        ledger.database().read([&](store::Connection& c) { return c.query(sql); }).value();
    for (const auto& row : rows) {
      for (size_t i = 0; i < row.size(); ++i) {
        const auto* word = std::get_if<std::string>(&row.value(i));
        text += (word ? *word : row.is_null(i) ? "-" : std::to_string(row.integer(i))) + " ";
      }
      text += "\n";
    }
  }
  return text;
}

int64_t due_of(TestLedger& ledger, PersonId person) {
  return ledger.database()
      .read([&](store::Connection& c) {
        return c.query_one("SELECT due_ms FROM loyalty_holders WHERE person = $1", {person});
      })
      .value()
      ->integer(0);
}

class Random {
 public:
  explicit Random(uint64_t seed) : random_(seed) {}
  int64_t pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }
  Command command(int number, int64_t now) {
    Command c{.id = "c" + std::to_string(number), .person = pick(1, kPeople)};
    c.currency = std::vector{"points", "stars", "coins"}[static_cast<size_t>(pick(0, 2))];
    const int64_t what = pick(0, 99);
    c.kind = what < 70 ? kEarn : what < 85 ? kRedeem : what < 93 ? kHold : kAdjust;
    c.amount = c.kind == kEarn ? pick(1, 5) : c.kind == kAdjust ? pick(-12, 5) : pick(0, 12);
    if (pick(0, 60) == 0) c.amount = pick(0, 300);
    if (c.kind == kHold && pick(0, 1) == 0) c.hold_seconds = pick(1, 4 * 86'400);
    if (c.kind == kEarn && pick(0, 9) == 0) c.activates_ms = now + pick(-1, 9) * kDay;
    if (c.kind == kEarn && pick(0, 1) == 0) c.expires_ms = now + pick(1, 90) * kDay;
    return c;
  }

 private:
  std::mt19937_64 random_;
};

// Two ledgers that get the same commands; in one all open lots of the people are read.
class Twins {
 public:
  explicit Twins(int people) : few(people), all(people) {}

  void run(std::vector<Command> commands) {
    const auto answers = few.run_all(commands);
    const auto named = commands;
    for (const Command& command : named) {
      // Refused, and reads what it might have expired.
      commands.push_back({.kind = kExpire,
                          .id = "all " + command.id,
                          .currency = command.currency,
                          .person = command.person});
    }
    const auto expected = all.run_all(commands);
    for (size_t i = 0; i < answers.size(); ++i) {
      EXPECT_EQ(answers[i].refusal.code, expected[i].refusal.code);
      EXPECT_EQ(answers[i].available, expected[i].available);
    }
  }
  void each(const std::function<void(TestLedger&)>& body) {
    body(few);
    body(all);
  }
  void compare() {
    EXPECT_EQ(books(few), books(all));
    few.verify();
  }

  TestLedger few, all;
};

void compare(uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::cout << "seed " << seed << "\n";
  Twins twins(kPeople);
  Random random(seed);
  for (int number = 0; number < 1'500 && !testing::Test::HasFailure();) {
    std::vector<Command> commands;
    for (int64_t size = random.pick(1, 12); size > 0; --size)
      commands.push_back(random.command(++number, to_millis(twins.few.now())));
    twins.run(commands);
    const Millis passed(random.pick(0, kDay));
    const bool settles = random.pick(0, 4) == 0;
    twins.each([&](TestLedger& ledger) {
      ledger.pass(passed);
      if (settles) ledger.settle();
    });
  }
  twins.compare();
}

TEST(FewLots, AreEnoughForWhoEarnsAndSpends) {
  const char* given = std::getenv("PERENNIAL_SEED");
  for (int i = 0; i < 3 && !testing::Test::HasFailure(); ++i)
    compare(given ? std::stoull(given) : std::random_device()());
}

TEST(FewLots, AreThoseThatAreSpentFirst) {
  TestLedger ledger(1);
  std::vector<Command> earnings;
  const auto day = [&](int days) { return to_millis(ledger.now() + std::chrono::days(days)); };
  for (int i = 0; i < 40; ++i)
    earnings.push_back({.kind = kEarn,
                        .id = "e" + std::to_string(i),
                        .person = 1,
                        .amount = 10,
                        .expires_ms = day(100 - i)});
  ledger.run_all(earnings);
  EXPECT_EQ(due_of(ledger, 1), day(61));
  // The newest lot of the same commit comes last, though it was read and others were not.
  const auto outcomes = ledger.run_all(
      {{.kind = kEarn, .id = "late", .person = 1, .amount = 500, .expires_ms = day(200)},
       {.kind = kRedeem, .id = "r1", .person = 1, .amount = 10},
       {.kind = kHold, .id = "h", .person = 1, .amount = 15},
       {.kind = kAdjust, .id = "a", .person = 1, .amount = -15}});
  EXPECT_EQ(outcomes.back().available, 860);
  EXPECT_EQ(due_of(ledger, 1), day(0) + 1'800'000);
  ledger.run({.kind = kRelease, .id = "x", .person = 1, .target = "h"});
  EXPECT_EQ(due_of(ledger, 1), day(62));
  EXPECT_EQ(ledger.run({.kind = kRedeem, .id = "r2", .person = 1, .amount = 300}).available, 575);
  EXPECT_EQ(due_of(ledger, 1), day(93));
  EXPECT_EQ(ledger.run({.kind = kRedeem, .id = "r3", .person = 1, .amount = 575}).available, 0);
  ledger.verify();
}

// A hold that times out in the commit that made it gives its points to what the person owes, and
// so do all other lots.
TEST(FewLots, AreNotEnoughForWhoOwes) {
  Twins twins(1);
  const auto run = [&](Command command) {
    command.currency = "stars";
    command.person = 1;
    twins.run({command});
  };
  run({.kind = kEarn, .id = "e", .amount = 100, .order = "o"});
  run({.kind = kRedeem, .id = "r", .amount = 100});
  run({.kind = kRefund, .id = "f", .order = "o"});
  for (int i = 0; i < 12; ++i) run({.kind = kAdjust, .id = "a" + std::to_string(i), .amount = 10});
  twins.each([](TestLedger& ledger) {
    ledger.change([](Programme& shop) { shop.currencies[1].shortfall = Shortfall::kNegative; });
  });
  const int64_t now = to_millis(twins.few.now());
  twins.run({{.kind = kHold,
              .id = "h",
              .currency = "stars",
              .person = 1,
              .amount = 5,
              .hold_seconds = 1,
              .at_ms = now},
             {.kind = kRedeem,
              .id = "s",
              .currency = "stars",
              .person = 1,
              .amount = 5,
              .at_ms = now + 10'000}});
  EXPECT_EQ(twins.few.balance(1, "stars"), Balance{.available = 15});
  twins.compare();
}

TEST(FewLots, AreNoneOfAnEmptyAccount) {
  TestLedger ledger(1);
  ledger.run({.kind = kEarn, .id = "e1", .person = 1, .amount = 10});
  ledger.run({.kind = kRedeem, .id = "r1", .person = 1, .amount = 10});
  const auto outcomes = ledger.run_all({{.kind = kEarn, .id = "e2", .person = 1, .amount = 7},
                                        {.kind = kRedeem, .id = "r2", .person = 1, .amount = 5}});
  EXPECT_EQ(outcomes.back().available, 2);
  ledger.verify();
}

// What is spent is the sum of a commit, not each command's part.
TEST(FewLots, ServeAllCommandsOfACommit) {
  TestLedger ledger(1);
  std::vector<Command> earnings, spendings;
  for (int i = 0; i < 100; ++i)
    earnings.push_back({.kind = kEarn, .id = "e" + std::to_string(i), .person = 1, .amount = 1});
  ledger.run_all(earnings);
  for (int i = 0; i < 101; ++i)
    spendings.push_back({.kind = kRedeem, .id = "r" + std::to_string(i), .person = 1, .amount = 1});
  const auto outcomes = ledger.run_all(spendings);
  for (size_t i = 0; i < 100; ++i) EXPECT_TRUE(outcomes[i].done());
  EXPECT_EQ(outcomes.back().refusal.code, "not_enough_points");
  ledger.verify();
}

}  // namespace
}  // namespace perennial::loyalty
