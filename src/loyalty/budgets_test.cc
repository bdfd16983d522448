// Caps over all people together.
#include "loyalty/budgets.h"

#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using Event = events::StoredEvent;

class BudgetTest : public StageTest {
 protected:
  BudgetTest() { begin(); }
  void begin() {
    start_again();
    ledger_->at("2026-06-01T12:00");
  }
  void save(std::string id, std::string event, Amount amount, std::vector<Cap> caps) {
    write([&](store::Connection& c) -> Result<void> {
      Rule rule{.id = id,
                .name = id,
                .version = 0,
                .from_ms = 0,
                .event = std::move(event),
                .amount = amount,
                .caps = std::move(caps)};
      TRY(save_rule(c, ledger_->programme(), rule, "", ledger_->now()));
      return {};
    });
  }
  static Event order(std::string_view time, std::string user, const std::string& id, double yuan) {
    return track(time, std::move(user), "", "Order Completed",
                 {{"order_id", id}, {"total", yuan}, {"currency", "CNY"}});
  }
  static Event shared(std::string_view time, std::string user) {
    return track(time, std::move(user), "", "Shared", Json::object());
  }
  Points points(const std::string& user) {
    const Balance balance = ledger_->balance(person(user));
    return balance.available - balance.owed;
  }
};

const Amount kTen{.points = 10};
const Amount kPerYuan{.kind = Amount::Kind::kPerMoney, .points = 1, .per_minor = 100};

TEST_F(BudgetTest, WhoComesFirstIsServedFirst) {
  save("share", "Shared", kTen, {{.points = 25, .every = Cap::Every::kMonth, .everybody = true}});
  send({shared("2026-03-02", "a")});
  send({shared("2026-03-01", "b"), shared("2026-03-31T23:59:59", "c")});
  send({shared("2026-03-05", "d"), shared("2026-04-01", "d")});
  EXPECT_EQ(points("a"), 10) << "it came first, though it happened later";
  EXPECT_EQ(points("b"), 10);
  EXPECT_EQ(points("c"), 5) << "what is left";
  EXPECT_EQ(points("d"), 10) << "of April; nothing is left of March";
  // Looked at again, nothing changes.
  send({identify("2026-05-01", "d", "", {{"x", 1}}), identify("2026-05-01", "c", "", {{"x", 1}})});
  EXPECT_EQ(points("c"), 5);
  EXPECT_EQ(points("d"), 10);
  ledger_->verify();
}

TEST_F(BudgetTest, TimesAndAllRulesTogether) {
  save("share", "Shared", kTen, {{.times = 2, .every = Cap::Every::kTotal, .everybody = true}});
  send({shared("2026-03-01", "a"), shared("2026-03-02", "a"), shared("2026-03-03", "b")});
  EXPECT_EQ(points("a") + points("b"), 20);
  begin();
  const Cap all{
      .points = 25, .every = Cap::Every::kDay, .whole_programme = true, .everybody = true};
  save("share", "Shared", kTen, {all});
  save("order", "Order Completed", kPerYuan, {all});
  send({order("2026-03-01", "a", "1", 12), shared("2026-03-01", "b")});
  send({order("2026-03-01", "b", "2", 12), order("2026-03-02", "b", "3", 12)});
  EXPECT_EQ(points("a"), 12);
  EXPECT_EQ(points("b"), 10 + 3 + 12);
  ledger_->verify();
}

// What a refund takes back is there for the next one; what was cut stays cut.
TEST_F(BudgetTest, CancelledEarningsGiveTheirPartBack) {
  save("order", "Order Completed", kPerYuan,
       {{.points = 100, .every = Cap::Every::kMonth, .everybody = true}});
  send({order("2026-03-01", "a", "1", 80)});
  send({order("2026-03-02", "b", "2", 50)});
  EXPECT_EQ(points("b"), 20);
  Event back = order("2026-03-10", "a", "1", 80);
  back.name = "Order Refunded";
  send({back});
  EXPECT_EQ(points("a"), 0);
  send({identify("2026-05-01", "b", "", {{"x", 1}})});
  EXPECT_EQ(points("b"), 20) << "it was cut when it came";
  send({order("2026-03-03", "c", "3", 90)});
  EXPECT_EQ(points("c"), 80);
  ledger_->verify();
}

// A rule that has earned before it was capped has used its budget.
TEST_F(BudgetTest, ACapThatComesLaterCountsWhatWasEarned) {
  save("share", "Shared", kTen, {});
  send({shared("2026-03-01", "a")});
  write([&](store::Connection& c) -> Result<void> {
    Rule rule = newest(TRY(all_versions(c, ledger_->programme()))).front();
    rule.caps = {{.points = 15, .every = Cap::Every::kMonth, .everybody = true}};
    rule.from_ms = 0;
    TRY(save_rule(c, ledger_->programme(), rule, "", ledger_->now()));
    return {};
  });
  send({shared("2026-03-02", "b")});
  EXPECT_EQ(points("a"), 10);
  EXPECT_EQ(points("b"), 5);
}

// What a refund takes back is there for what comes at the same time, whoever it is for and however
// much earlier it happened.
TEST_F(BudgetTest, RoomOfTheSameBatchIsUsed) {
  const auto refund = [](std::string_view time, std::string user, const char* id, double yuan) {
    Event back = order(time, std::move(user), id, yuan);
    back.name = "Order Refunded";
    return back;
  };
  save("order", "Order Completed", kPerYuan,
       {{.points = 100, .every = Cap::Every::kMonth, .everybody = true}});
  send({identify("2026-01-01", "a", "", {{"x", 1}}), identify("2026-01-01", "b", "", {{"x", 1}})});
  send({order("2026-03-10", "b", "1", 100)});
  send({order("2026-03-05", "b", "2", 60), refund("2026-03-20", "b", "1", 100)});
  EXPECT_EQ(points("b"), 60);
  send({order("2026-03-06", "b", "3", 40)});
  send({order("2026-03-04", "a", "4", 70), refund("2026-03-20", "b", "2", 50)});
  EXPECT_EQ(points("b"), 50);
  EXPECT_EQ(points("a"), 50) << "all that b gave back, though a comes before b";
  ledger_->verify();
}

// What referrals give is no rule's, whether it was there before the budget was looked at or not.
TEST_F(BudgetTest, ReferralsCountInNoBudget) {
  const auto cap = [&](Points most) {
    write([&](store::Connection& c) -> Result<void> {
      Rule rule = newest(TRY(all_versions(c, ledger_->programme()))).front();
      rule.caps = {{.points = most,
                    .every = Cap::Every::kTotal,
                    .whole_programme = true,
                    .everybody = true}};
      rule.from_ms = 0;
      TRY(save_rule(c, ledger_->programme(), rule, "", ledger_->now()));
      return {};
    });
  };
  std::string code;
  send({identify("2026-01-01", "host", "", {{"x", 1}})});
  const PersonId host = person("host");
  write([&](store::Connection& c) -> Result<void> {
    ReferralTerms terms;
    terms.enabled = true;
    terms.from_ms = 0;
    terms.referrer.points = Amount{.points = 200};
    terms.friend_side.points = Amount{.points = 100};
    TRY(save_referral(c, ledger_->programme(), terms, "", ledger_->now()));
    code = TRY(referral_code(c, ledger_->programme(), host, ledger_->now()));
    return {};
  });
  const auto claim = [&](std::string_view time, const std::string& user) {
    return track(time, user, "", "Signed Up", {{"referral_code", code}});
  };
  save("order", "Order Completed", kPerYuan, {});
  send({claim("2026-02-01", "f1"), order("2026-02-02", "f1", "1", 60)});
  EXPECT_EQ(points("host"), 200);
  cap(150);
  send({order("2026-02-03", "b", "2", 30)});
  EXPECT_EQ(points("b"), 30);
  send({claim("2026-02-04", "f2"), order("2026-02-05", "f2", "3", 50)});
  EXPECT_EQ(points("f2"), 100 + 50);
  Event back = order("2026-02-06", "f1", "1", 60);
  back.name = "Order Refunded";
  send({back});
  EXPECT_EQ(points("f1"), 0);
  send({order("2026-02-07", "b", "4", 90)});
  EXPECT_EQ(points("b"), 30 + 70) << "150 less 30 and 50";
  ledger_->verify();
}

// A quote says what would be posted.
TEST_F(BudgetTest, AQuoteSharesABudgetBetweenItsRules) {
  const Cap all{
      .points = 25, .every = Cap::Every::kTotal, .whole_programme = true, .everybody = true};
  const Cap own{.points = 30, .every = Cap::Every::kTotal};
  save("one", "Order Completed", kPerYuan, {all, own});
  save("two", "Order Completed", kPerYuan, {all});
  send({identify("2026-01-01", "a", "", {{"x", 1}})});
  const PersonId who = person("a");
  const auto quoted = [&](int64_t minor) {
    std::vector<Points> points;
    write([&](store::Connection& c) -> Result<void> {
      const Terms terms = TRY(terms_of(c, ledger_->programme()));
      auto known = TRY(load_known(c, terms.programme, terms.levels, std::span(&who, 1)));
      known[0].facts.push_back({.kind = Fact::Kind::kOrder,
                                .at_ms = to_millis(ledger_->now()),
                                .key = "quote",
                                .name = "Order Completed",
                                .amount_minor = minor});
      const Replay with = TRY(replay_of_quote(c, terms, known[0], ledger_->now()));
      for (const Award& award : with.awards) {
        if (award.key == "quote") points.push_back(award.points);
      }
      return {};
    });
    return points;
  };
  EXPECT_EQ(quoted(20'00), (std::vector<Points>{20, 5}));
  EXPECT_EQ(quoted(20'00), (std::vector<Points>{20, 5})) << "a quote uses nothing up";
  send({order("2026-03-01", "a", "1", 20)});
  EXPECT_EQ(points("a"), 25);
  Event back = order("2026-03-02", "a", "1", 20);
  back.name = "Order Refunded";
  send({back});
  EXPECT_EQ(points("a"), 0);
  send({order("2026-03-03", "b", "2", 20)});
  send({order("2026-03-04", "a", "3", 20)});
  EXPECT_EQ(points("a"), 0) << "cut to nothing: uses up no cap of the person";
  back = order("2026-03-05", "b", "2", 20);
  back.name = "Order Refunded";
  send({back});
  EXPECT_EQ(quoted(30'00), (std::vector<Points>{25})) << "nothing is left for the other rule";
}

// Awards from before budgets have no time of their own; an update gives them that of their lots.
TEST(BudgetMigration, OldAwardsCountInTheirPeriod) {
  store::TestDatabase database;
  for (auto part :
       {access::migrations(), events::migrations(), people::migrations(), migrations().first(13)})
    ASSERT_TRUE(database->migrate(part));
  const auto filled = database->write([&](store::Connection& c) -> Result<void> {
    for (int64_t award = 1; award <= 2; ++award) {
      TRY(
          c.execute("INSERT INTO loyalty_awards (id, programme, person, rule, event, version, "
                    "currency, points) VALUES ($1, 'shop', 1, 'order', $2, 1, 1, 10)",
                    {award, "seq:" + std::to_string(award)}));
      for (int64_t lot = 1; lot <= 2; ++lot) {
        TRY(
            c.execute("INSERT INTO loyalty_lots (id, holder, amount, open, held, expired, taken, "
                      "earned_ms, activates_ms, expires_ms, active, done, award, origin, "
                      "order_ref, line, rule, version, event) VALUES ($1, 1, 5, 5, 0, 0, 0, $2, "
                      "0, 0, 1, 0, $3, 23, '', '', 'order', 1, '')",
                      {10 * award + lot, 1'000 * award + lot, award}));
      }
    }
    TRY(c.execute("UPDATE loyalty_awards SET at_ms = 77 WHERE id = 2"));
    TRY(
        c.execute("INSERT INTO loyalty_budgets (programme, scope, every, start_ms, points, times) "
                  "VALUES ('shop', 'rule:order', 'month', 0, -10, 0)"));
    return {};
  });
  ASSERT_TRUE(filled) << filled.error().text();
  ASSERT_TRUE(database->migrate(migrations()));
  const auto checked = database->read([&](store::Connection& c) -> Result<void> {
    const auto rows = TRY(c.query("SELECT at_ms FROM loyalty_awards ORDER BY id"));
    EXPECT_EQ(rows.at(0).integer(0), 1'001);
    EXPECT_EQ(rows.at(1).integer(0), 77);
    EXPECT_TRUE(TRY(c.query("SELECT 1 FROM loyalty_budgets")).empty()) << "worked out anew";
    return {};
  });
  ASSERT_TRUE(checked) << checked.error().text();
}

TEST_F(BudgetTest, PointsAndTimesOfOnePeriodBothHold) {
  save("share", "Shared", kTen,
       {{.points = 25, .every = Cap::Every::kDay, .everybody = true},
        {.times = 2, .every = Cap::Every::kDay, .everybody = true}});
  save("order", "Order Completed", kPerYuan,
       {{.times = 2, .every = Cap::Every::kDay, .everybody = true},
        {.points = 25, .every = Cap::Every::kDay, .everybody = true}});
  send({shared("2026-03-01T10:00", "a"), shared("2026-03-01T11:00", "a")});
  send({shared("2026-03-01T12:00", "b"), order("2026-03-01", "b", "1", 20)});
  send({order("2026-03-01", "c", "2", 20), order("2026-03-01", "d", "3", 20)});
  EXPECT_EQ(points("a"), 20);
  EXPECT_EQ(points("b"), 20) << "two were shared already";
  EXPECT_EQ(points("c"), 5);
  EXPECT_EQ(points("d"), 0);
  ledger_->verify();
}

// Beside a list that knows only which order came when.
TEST_F(BudgetTest, AgreesWithAPlainList) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  constexpr Points kBudget = 120;
  save("order", "Order Completed", kPerYuan,
       {{.points = kBudget, .every = Cap::Every::kDay, .everybody = true}});
  struct Order {
    std::string user;
    int day, left, wanted;
    Points granted;
  };
  std::vector<Order> orders;
  std::vector<Event> waiting;  // refunds that come in one batch with the next order
  for (int step = 0; step < 80; ++step) {
    if (pick(0, 3) > 0 || orders.empty()) {
      Order one{.user = "u" + std::to_string(pick(1, 5)), .day = pick(1, 3), .left = pick(1, 60)};
      one.wanted = one.left;
      Points used = 0;
      for (const Order& other : orders)
        used += other.day == one.day ? std::min<Points>(other.granted, other.left) : 0;
      one.granted = std::min<Points>(one.wanted, std::max<Points>(0, kBudget - used));
      waiting.push_back(order("2026-03-0" + std::to_string(one.day) + "T10:00", one.user,
                              "o" + std::to_string(orders.size()), one.left));
      send(std::exchange(waiting, {}));
      orders.push_back(one);
    } else {
      const auto at = static_cast<size_t>(pick(0, static_cast<int>(orders.size()) - 1));
      Order& one = orders[at];
      if (one.left == 0) continue;
      const int part = pick(1, one.left);
      one.left -= part;
      Event back = order("2026-03-20T10:00", one.user, "o" + std::to_string(at), part);
      back.name = "Order Refunded";
      back.message_id = "back" + std::to_string(step);
      waiting.push_back(back);
      if (pick(0, 1) == 0) send(std::exchange(waiting, {}));
    }
  }
  send(std::exchange(waiting, {}));
  std::map<std::string, Points> expected;
  for (const Order& one : orders) expected[one.user] += std::min<Points>(one.granted, one.left);
  for (const auto& [user, sum] : expected)
    EXPECT_EQ(points(user), sum) << user << ", seed " << seed;
  ledger_->verify();
}

}  // namespace
}  // namespace perennial::loyalty
