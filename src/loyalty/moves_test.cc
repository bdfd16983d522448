// People who were joined and fall apart again: each side has what it brought.
#include "loyalty/moves.h"

#include <algorithm>
#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "loyalty/coupons.h"
#include "loyalty/gift_cards.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using Event = events::StoredEvent;

class MovesTest : public StageTest {
 protected:
  MovesTest() { begin(); }

  // A point for each yuan; 200 and 100 points for a referral.
  void begin() {
    start_again();
    ledger_->at("2026-06-01T12:00");
    write([&](store::Connection& c) -> Result<void> {
      const Rule purchase{
          .id = "purchase",
          .name = "Purchase",
          .from_ms = 0,
          .event = "Order Completed",
          .amount = {.kind = Amount::Kind::kPerMoney, .points = 1, .per_minor = 100}};
      Rule first = purchase;
      first.version = 0;
      TRY(save_rule(c, ledger_->programme(), first, "", ledger_->now()));
      ReferralTerms terms;
      terms.enabled = true;
      terms.from_ms = 0;
      terms.max_times = 2;
      terms.every = Cap::Every::kTotal;
      terms.referrer.points = Amount{.points = 200};
      terms.friend_side.points = Amount{.points = 100};
      TRY(save_referral(c, ledger_->programme(), terms, "", ledger_->now()));
      return {};
    });
  }
  static Event order(std::string_view time, std::string user, const std::string& id, double yuan) {
    return track(time, std::move(user), "", "Order Completed",
                 {{"order_id", id}, {"total", yuan}, {"currency", "CNY"}});
  }
  // What somebody at the console says about two users.
  Event word(std::string_view time, const std::string& a, const std::string& b, bool merged) {
    const auto side = [](const std::string& user) {
      return Json{{"kind", "user_id"}, {"value", user}};
    };
    Event event = track(time, "", "$group:people", merged ? "$people_merged" : "$people_separated",
                        {{"a", side(a)}, {"b", side(b)}, {"by", "op"}, {"reason", "said so"}});
    event.source = "console:people";
    event.message_id = "word" + std::to_string(++words_);
    return event;
  }
  Outcome run(Command command) {
    command.id = "c" + std::to_string(++commands_);
    const Outcome outcome = ledger_->run(std::move(command));
    EXPECT_TRUE(outcome.done()) << outcome.refusal.code;
    return outcome;
  }
  void earn(const std::string& user, Points points) {
    run({.kind = CommandKind::kEarn, .person = person(user), .amount = points});
  }
  Points points(const std::string& user) {
    const Balance balance = ledger_->balance(person(user));
    return balance.available - balance.owed;
  }
  std::string code_of(const std::string& user, bool make = false) {
    std::string code;
    const PersonId who = person(user);
    write([&](store::Connection& c) -> Result<void> {
      code = make ? TRY(referral_code(c, ledger_->programme(), who, ledger_->now()))
                  : TRY(find_referral_code(c, ledger_->programme(), who));
      return {};
    });
    return code;
  }
  // Lots as "open of amount until expiry", in the order of spending.
  std::string lots(const std::string& user) {
    std::string text;
    for (const OpenLot& lot : ledger_->statement(person(user)).lots) {
      text += std::to_string(lot.open) + "/" + std::to_string(lot.amount) + " " +
              format_instant(lot.earned_at) + "; ";
    }
    return text;
  }

  // From now on the rule gives at most so much to all people together.
  void cap_purchases(Points most) {
    write([&](store::Connection& c) -> Result<void> {
      Rule rule = newest(TRY(all_versions(c, ledger_->programme()))).front();
      rule.caps = {{.points = most, .every = Cap::Every::kTotal, .everybody = true}};
      rule.from_ms = 0;
      TRY(save_rule(c, ledger_->programme(), rule, "", ledger_->now()));
      return {};
    });
  }
  void join(std::string_view time, const std::string& a, const std::string& b) {
    send({word(time, a, b, true)});
  }
  // Points may neither be lost nor doubled.
  void separate(std::string_view time, const std::string& a, const std::string& b) {
    send({word(time, a, b, false)});
    ledger_->verify();
  }
  // Users u1 … with an order, points by hand, a code and something spent.
  std::vector<std::string> begin_with(int users) {
    std::vector<std::string> state;
    for (int i = 1; i <= users; ++i) {
      const std::string user = "u" + std::to_string(i);
      send({order("2026-02-0" + std::to_string(i), user, "o" + std::to_string(i), 10 * i)});
      earn(user, 100 * i);
      run({.kind = CommandKind::kRedeem, .person = person(user), .amount = 15 * i});
      code_of(user, true);
      state.push_back(state_of(user));
    }
    return state;
  }
  static std::string user(int number) { return "u" + std::to_string(number); }
  bool anybody_owes(int users) {
    for (int i = 1; i <= users; ++i) {
      if (ledger_->balance(person(user(i))).owed > 0) return true;
    }
    return false;
  }
  static std::pair<int, int> two_of(int users, std::mt19937_64& random) {
    const int one = std::uniform_int_distribution<int>(1, users)(random);
    return {one, 1 + (one + std::uniform_int_distribution<int>(0, users - 2)(random)) % users};
  }
  std::string state_of(const std::string& user) { return lots(user) + code_of(user); }

  int words_ = 0, commands_ = 0;
};

TEST_F(MovesTest, KnownFailureAnUndoneMergeLosesOrDoublesLots) {
  send({order("2026-02-01", "u1", "1", 50), order("2026-02-02", "u2", "2", 30)});
  earn("u1", 7);
  earn("u2", 10);
  run({.kind = CommandKind::kRedeem, .person = person("u2"), .amount = 25});
  const std::string one = lots("u1"), two = lots("u2");
  send({word("2026-03-01", "u1", "u2", true)});
  ASSERT_EQ(person("u1"), person("u2"));
  EXPECT_EQ(points("u1"), 50 + 7 + 30 + 10 - 25);
  send({word("2026-03-02", "u1", "u2", false)});
  ASSERT_NE(person("u1"), person("u2"));
  EXPECT_EQ(lots("u1"), one);
  EXPECT_EQ(lots("u2"), two) << "what was spent stays spent, on the side that spent it";
  ledger_->verify();
  // What rules earned while they were one goes with the events, what came by hand stays.
  send({word("2026-03-03", "u1", "u2", true), order("2026-03-04", "u2", "3", 5)});
  earn("u2", 3);
  EXPECT_EQ(points("u2"), 72 + 5 + 3);
  send({word("2026-03-05", "u1", "u2", false)});
  EXPECT_EQ(points("u1"), 57 + 3);
  EXPECT_EQ(points("u2"), 15 + 5);
  ledger_->verify();
}

TEST_F(MovesTest, EachSideKeepsItsCodesAndWhatTheyBring) {
  send(
      {identify("2026-01-01", "u1", "", {{"n", 1}}), identify("2026-01-01", "u2", "", {{"n", 2}})});
  const std::string one = code_of("u1", true), two = code_of("u2", true);
  const auto claim = [&](std::string_view time, const std::string& user, const std::string& code) {
    return track(time, user, "", "Signed Up", {{"referral_code", code}});
  };
  send({claim("2026-02-01", "a", one), order("2026-02-02", "a", "a1", 60)});
  send({claim("2026-02-03", "b", two), order("2026-02-04", "b", "b1", 60)});
  send({claim("2026-02-05", "c", two), order("2026-02-06", "c", "c1", 60)});
  EXPECT_EQ(points("u1"), 200);
  EXPECT_EQ(points("u2"), 400);
  send({word("2026-03-01", "u1", "u2", true)});
  EXPECT_EQ(points("u1"), 400) << "one person is rewarded twice at most";
  send({claim("2026-03-02", "d", two), order("2026-03-03", "d", "d1", 60)});
  send({word("2026-03-04", "u1", "u2", false)});
  EXPECT_EQ(code_of("u1"), one);
  EXPECT_EQ(code_of("u2"), two);
  EXPECT_EQ(points("u1"), 200);
  EXPECT_EQ(points("u2"), 400);
  send({claim("2026-03-05", "e", one), order("2026-03-06", "e", "e1", 60)});
  EXPECT_EQ(points("u1"), 400) << "its own code rewards its own side";
  ledger_->verify();
}

TEST_F(MovesTest, CouponsAndCardsGoBack) {
  send(
      {identify("2026-01-01", "u1", "", {{"n", 1}}), identify("2026-01-01", "u2", "", {{"n", 2}})});
  const Json terms = {{"id", "ten"},   {"name", "Ten"},        {"kind", "percent"},
                      {"percent", 10}, {"from", "2026-01-01"}, {"to", "2027-01-01"}};
  const auto owned = [&](const std::string& user) {
    size_t count = 0;
    const PersonId who = person(user);
    write([&](store::Connection& c) -> Result<void> {
      count = TRY(coupons_of(c, ledger_->programme(), who)).size();
      return {};
    });
    return count;
  };
  std::string card;
  const auto claim = [&](const std::string& user) {
    std::string refusal;
    const PersonId who = person(user);
    write([&](store::Connection& c) -> Result<void> {
      refusal = TRY(claim_card(c, ledger_->programme(), card, who, ledger_->now())).refusal.code;
      return {};
    });
    return refusal;
  };
  const PersonId one = person("u1"), two = person("u2");
  write([&](store::Connection& c) -> Result<void> {
    const auto batch = TRY(save_batch(c, ledger_->programme(),
                                      TRY(batch_from_json(terms, Zone::utc())), ledger_->now()));
    for (PersonId who : {one, two})
      TRY(issue_codes(c, ledger_->programme(), batch, std::span(&who, 1), ledger_->now()));
    card = TRY(make_cards(c, ledger_->programme(),
                          {.name = "Gift", .currency = "coins", .amount = 500, .count = 1},
                          ledger_->now()))
               .front();
    return {};
  });
  EXPECT_EQ(claim("u2"), "");
  send({word("2026-03-01", "u1", "u2", true)});
  EXPECT_EQ(owned("u1"), 2u);
  EXPECT_EQ(claim("u1"), "") << "they are the same person now";
  send({word("2026-03-02", "u1", "u2", false)});
  EXPECT_EQ(owned("u1"), 1u);
  EXPECT_EQ(owned("u2"), 1u);
  EXPECT_EQ(claim("u1"), "claimed_already");
  EXPECT_EQ(claim("u2"), "");
  EXPECT_EQ(ledger_->balance(person("u2"), "coins").available, 500);
  EXPECT_EQ(ledger_->balance(person("u1"), "coins").available, 0);
  ledger_->verify();
}

TEST_F(MovesTest, AHoldMadeSinceKeepsItsPoints) {
  send({order("2026-02-01", "u1", "1", 50), order("2026-02-02", "u2", "2", 30)});
  send({word("2026-03-01", "u1", "u2", true)});
  run({.kind = CommandKind::kHold, .person = person("u1"), .amount = 70});
  send({word("2026-03-02", "u1", "u2", false)});
  EXPECT_EQ(ledger_->balance(person("u1")).held, 70);
  EXPECT_EQ(points("u2"), 30) << "earned by its own order, which is worked out anew";
  ledger_->verify();
}

TEST_F(MovesTest, WhoCameByAChainOfJoinsHasTheirOwnAgain) {
  const auto before = begin_with(3);
  join("2026-03-01", "u2", "u3");
  join("2026-03-02", "u1", "u2");
  EXPECT_EQ(points("u1"), 6 * (10 + 100 - 15));
  separate("2026-03-03", "u2", "u3");
  EXPECT_EQ(person("u1"), person("u2"));
  EXPECT_EQ(state_of("u3"), before[2]);
  EXPECT_EQ(points("u1"), 3 * (10 + 100 - 15));
  separate("2026-03-04", "u1", "u2");
  EXPECT_EQ(state_of("u1"), before[0]);
  EXPECT_EQ(state_of("u2"), before[1]);
  EXPECT_EQ(state_of("u3"), before[2]);
}

TEST_F(MovesTest, ASideThatLeftTogetherFallsApartAgain) {
  const auto before = begin_with(3);
  join("2026-03-01", "u2", "u3");
  join("2026-03-02", "u1", "u2");
  separate("2026-03-03", "u1", "u2");
  EXPECT_EQ(person("u2"), person("u3"));
  EXPECT_EQ(state_of("u1"), before[0]);
  EXPECT_EQ(points("u2"), 5 * (10 + 100 - 15));
  earn("u3", 4);
  separate("2026-03-04", "u2", "u3");
  EXPECT_EQ(state_of("u3"), before[2]);
  EXPECT_EQ(points("u2"), 2 * (10 + 100 - 15) + 4) << "came while they were one: u2 was first";
  // And as often as one likes.
  join("2026-03-05", "u3", "u1");
  join("2026-03-06", "u2", "u1");
  separate("2026-03-07", "u3", "u1");
  EXPECT_EQ(state_of("u3"), before[2]);
  separate("2026-03-08", "u2", "u1");
  EXPECT_EQ(state_of("u1"), before[0]);
  EXPECT_EQ(points("u2"), 2 * (10 + 100 - 15) + 4);
}

TEST_F(MovesTest, TheMiddleOfAChainLeavesAlone) {
  const auto before = begin_with(3);
  join("2026-03-01", "u2", "u3");
  join("2026-03-02", "u1", "u3");
  separate("2026-03-03", "u2", "u3");
  EXPECT_EQ(person("u1"), person("u3"));
  EXPECT_EQ(state_of("u2"), before[1]) << "though u3 had come by it";
  separate("2026-03-04", "u1", "u3");
  EXPECT_EQ(state_of("u1"), before[0]);
  EXPECT_EQ(state_of("u3"), before[2]);
}

TEST_F(MovesTest, WhoWasThereFirstKeepsWhatTheNumberHad) {
  const auto before = begin_with(3);
  join("2026-03-01", "u1", "u2");
  separate("2026-03-02", "u1", "u2");
  join("2026-03-03", "u2", "u3");  // u2 has a newer number than u3 by now
  separate("2026-03-04", "u2", "u3");
  EXPECT_EQ(state_of("u2"), before[1]);
  EXPECT_EQ(state_of("u3"), before[2]);
}

TEST_F(MovesTest, AJoinIsNotRefusedForItsSize) {
  send({order("2026-02-01", "u1", "1", 1), order("2026-02-02", "u2", "2", 1)});
  constexpr Points kMost = kMaxBalance / 10 * 6;
  write([&](store::Connection& c) -> Result<void> {
    for (const char* sql : {"UPDATE loyalty_lots SET amount = amount * $1, open = open * $1",
                            "UPDATE loyalty_holders SET available = available * $1",
                            "UPDATE loyalty_postings SET amount = amount * $1",
                            "UPDATE loyalty_awards SET points = points * $1",
                            "UPDATE loyalty_totals SET debits = debits * $1, credits = credits * "
                            "$1"})
      TRY(c.execute(sql, {kMost}));
    TRY(c.execute("UPDATE loyalty_lots SET award = 0"));
    TRY(c.execute("DELETE FROM loyalty_awards"));
    return {};
  });
  ledger_->verify();
  join("2026-03-01", "u1", "u2");
  EXPECT_EQ(points("u2"), 2 * kMost);
  ledger_->verify();
  separate("2026-03-02", "u1", "u2");
  EXPECT_EQ(points("u1"), kMost + 1) << "and the point of its order, anew";
  EXPECT_EQ(points("u2"), kMost + 1);
}

// What a budget has cut stays cut, on whose side its event is.
TEST_F(MovesTest, WhatWasCutIsKnownOnBothSides) {
  cap_purchases(15);
  const auto again = [&](const std::string& user) {
    send({identify("2026-05-01", user, "", {{"x", ++commands_}})});
  };
  send({order("2026-02-01", "u1", "1", 10), order("2026-02-02", "u2", "2", 5)});
  send({order("2026-02-03", "u3", "3", 10)});
  EXPECT_EQ(points("u3"), 0);
  join("2026-03-01", "u2", "u3");
  Event back = order("2026-03-02", "u1", "1", 10);
  back.name = "Order Refunded";
  send({back});
  separate("2026-03-03", "u2", "u3");
  again("u3");
  EXPECT_EQ(points("u3"), 0) << "cut to nothing before the join";
  join("2026-03-04", "u2", "u3");
  send({order("2026-03-05", "u3", "4", 20)});
  EXPECT_EQ(points("u3"), 5 + 10);
  back = order("2026-03-06", "u2", "2", 5);
  back.name = "Order Refunded";
  send({back});
  separate("2026-03-07", "u2", "u3");
  again("u3");
  EXPECT_EQ(points("u3"), 10) << "cut while they were one";
  EXPECT_EQ(points("u2"), 0);
}

// Joins and separations between everything else: whatever happens, the points of all are those that
// were given and not spent.
TEST_F(MovesTest, ChainsOfJoinsLoseNothing) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  constexpr int kUsers = 5, kSteps = 90;
  for (int i = 1; i <= kUsers; ++i) send({identify("2026-01-01", user(i), "", {{"n", i}})});
  Points expected = 0;
  for (int step = 0; step < kSteps; ++step) {
    const std::string at = "2026-02-0" + std::to_string(1 + step / 60) +
                           "T10:" + std::to_string(step % 60 / 10) + std::to_string(step % 10);
    const auto [one, other] = two_of(kUsers, random);
    const int amount = pick(1, 50);
    switch (pick(0, 5)) {
      case 0:
        send({order(at, user(one), "o" + std::to_string(step), amount)});
        expected += amount;
        break;
      case 1:
        earn(user(one), amount);
        expected += amount;
        break;
      case 2:
        if (points(user(one)) < amount) break;
        run({.kind = CommandKind::kRedeem, .person = person(user(one)), .amount = amount});
        expected -= amount;
        break;
      case 3:
        join(at, user(one), user(other));
        break;
      default:
        separate(at, user(one), user(other));
        break;
    }
    std::map<PersonId, Points> all;
    for (int i = 1; i <= kUsers; ++i) all[person(user(i))] = points(user(i));
    Points sum = 0;
    for (const auto& [who, has] : all) sum += has;
    ASSERT_EQ(sum, expected) << "step " << step << ", seed " << seed;
  }
}

// A story with joins that are undone ends as the same story without them.
TEST_F(MovesTest, AJoinThatIsUndoneLeavesNoTrace) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  constexpr int kUsers = 5, kRounds = 6, kSteps = 12;
  struct Step {
    int kind, user, amount;
  };
  std::vector<std::vector<Step>> rounds(kRounds);
  for (auto& steps : rounds) {
    for (int i = 0; i < kSteps; ++i) steps.push_back({pick(0, 9), pick(1, kUsers), pick(1, 60)});
  }
  // Joins of each round, one after the other, so that some are joined to who was joined; then all
  // are undone in another order.
  std::vector<std::vector<std::pair<int, int>>> chains(kRounds);
  for (auto& chain : chains) {
    for (int i = pick(1, 4); i > 0; --i) chain.push_back(two_of(kUsers, random));
  }
  const auto play = [&](bool with_joins) {
    begin();
    commands_ = words_ = 0;
    for (int i = 1; i <= kUsers; ++i) send({identify("2026-01-01", user(i), "", {{"n", i}})});
    // The same whether or not there are joins.
    const auto time = [](int round, int step) {
      return "2026-02-01T" + std::to_string(10 + round) + ":" + std::to_string(10 + step);
    };
    std::map<std::string, std::vector<std::pair<std::string, int>>> orders;  // not refunded yet
    for (int round = 0; round < kRounds; ++round) {
      int number = 0;
      for (const Step& step : rounds[static_cast<size_t>(round)]) {
        const std::string who = user(step.user), at = time(round, ++number);
        auto& open = orders[who];
        if (step.kind < 5) {
          open.emplace_back("o" + std::to_string(round * kSteps + number), step.amount);
          send({order(at, who, open.back().first, step.amount)});
        } else if (step.kind < 7 && !open.empty()) {
          auto& [id, left] = open.front();
          const int part = std::min(left, step.amount);
          Event event = order(at, who, id, part);
          event.name = "Order Refunded";
          send({event});
          left -= part;
          if (left == 0) open.erase(open.begin());
        } else if (step.kind < 8) {
          earn(who, step.amount);
        } else if (points(who) >= step.amount) {
          run({.kind = CommandKind::kRedeem, .person = person(who), .amount = step.amount});
        }
      }
      // What one side owes is paid by the other while they are one, and stays paid.
      bool owes = false;
      for (int i = 1; i <= kUsers; ++i) owes = owes || ledger_->balance(person(user(i))).owed > 0;
      if (!with_joins || owes) continue;
      auto words = chains[static_cast<size_t>(round)];
      int minute = 30;
      for (const auto& [a, b] : words) join(time(round, minute++), user(a), user(b));
      std::shuffle(words.begin(), words.end(), random);
      for (const auto& [a, b] : words) separate(time(round, minute++), user(a), user(b));
    }
    ledger_->verify();
    std::string state;
    for (int i = 1; i <= kUsers; ++i)
      state += user(i) + " " + std::to_string(points(user(i))) + " " + lots(user(i)) + "\n";
    return state;
  };
  EXPECT_EQ(play(true), play(false)) << "seed " << seed;
}

// A shop may keep the number that somebody had before a join.
TEST_F(MovesTest, AnEarlierNumberNamesThePersonOfNow) {
  write([&](store::Connection& c) -> Result<void> {
    TRY(save_levels(
        c, ledger_->programme(),
        TRY(levels_from_json({{"measure", "points"},
                              {"window", "total"},
                              {"levels",
                               {{{"code", "base"}, {"name", "b"}, {"threshold", 0}},
                                {{"code", "gold"}, {"name", "g"}, {"threshold", 100}}}}}))));
    CouponBatch batch;
    batch.id = batch.name = "spring";
    batch.kind = CouponBatch::Kind::kPercent;
    batch.percent = 10;
    batch.valid = {from_millis(0), ledger_->now() + std::chrono::hours(24)};
    TRY(save_batch(c, ledger_->programme(), batch, ledger_->now()));
    return {};
  });
  send({order("2026-01-02", "a", "1", 10), order("2026-01-03", "b", "2", 20)});
  const PersonId a = person("a"), b = person("b");
  join("2026-02-01", "a", "b");
  const PersonId now = person("a"), old = now == a ? b : a;
  const auto log = events::open_memory();
  const auto loyalty = Loyalty::open(
      {.database = ledger_->database(), .log = *log, .settings = *settings_, .clock = [this] {
         return ledger_->now();
       }});
  ASSERT_TRUE(loyalty);
  http::Router router;
  (*loyalty)->add_routes(router);
  const auto server = http::Server::start(std::move(router), {.port = 0});
  ASSERT_TRUE(server);
  http::Client client("127.0.0.1", (*server)->port());
  const auto ask = [&](const char* method, const std::string& path, const Json& body = {}) {
    const auto answer = client.send(method, "/v1/loyalty/programmes/shop" + path,
                                    body.is_null() ? "" : to_text(body));
    EXPECT_TRUE(answer && answer->status < 300) << path << " " << (answer ? answer->body : "");
    return *parse_json(answer->body);
  };
  const auto earned = (*loyalty)->run(
      "shop", {{.kind = CommandKind::kEarn, .id = "e", .person = old, .amount = 100}});
  ASSERT_TRUE(earned && earned->front().done());
  const std::string of_old = "/people/" + std::to_string(old);
  EXPECT_EQ(ask("GET", of_old)["standing"]["level"], "gold") << "by the command for the old number";
  const Json statement = ask("GET", of_old + "/statement");
  EXPECT_EQ(statement["available"], 130);
  EXPECT_EQ(statement, ask("GET", "/people/" + std::to_string(now) + "/statement"));
  const auto cart = [&](PersonId who) {
    return ask("POST", "/quote", {{"person", who}, {"amount_minor", 5'000}});
  };
  EXPECT_EQ(cart(old), cart(now));
  EXPECT_EQ(cart(old)["spends"][0]["available"], 130);
  EXPECT_EQ(ask("POST", "/coupons/spring/issue", {{"people", {old, now}}})["issued"], 1);
  (*loyalty)->stop();
  write([&](store::Connection& c) -> Result<void> {
    EXPECT_EQ(TRY(coupons_of(c, ledger_->programme(), now)).size(), 1u);
    return {};
  });
  ledger_->verify();
}

}  // namespace
}  // namespace perennial::loyalty
