#include "loyalty/rewards.h"

#include <atomic>
#include <iostream>
#include <map>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "loyalty/coupons.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

using Move = RedemptionMove;
using State = RedemptionState;

class RewardTest : public LedgerTest {
 protected:
  RewardTest() : LedgerTest(40) {}
  Reward reward(Json change) {
    Json json = {{"id", "mug"},   {"name", "Mug"},        {"kind", "goods"},
                 {"points", 100}, {"from", "2026-01-01"}, {"to", "2026-03-01"}};
    if (!change.is_null()) json.update(change);
    const auto wanted = reward_from_json(json, ledger_.programme().zone);
    EXPECT_TRUE(wanted) << wanted.error().text();
    return write([&](store::Connection& c) {
      return save_reward(c, ledger_.programme(), *wanted, ledger_.now());
    });
  }
  Redemption take(const Redeem& one) {
    return write(
        [&](store::Connection& c) { return redeem(c, ledger_.programme(), one, ledger_.now()); });
  }
  Redemption move(const std::string& id, Move how) {
    return write([&](store::Connection& c) {
      return move_redemption(c, ledger_.programme(), id, how, ledger_.now());
    });
  }
  Redemption mug(const std::string& id, PersonId person, int64_t seconds = 0) {
    return take({.id = id, .reward = "mug", .person = person, .reserve_seconds = seconds});
  }
  std::string why(const std::string& id, PersonId person) { return mug(id, person).refusal.code; }
  Reward counted(const std::string& id) {
    return *ledger_.database()
                .read([&](store::Connection& c) { return find_reward(c, ledger_.programme(), id); })
                .value();
  }
};

TEST_F(RewardTest, StockHoldsUnderLoad) {
  reward({{"stock", 25}});
  for (PersonId person = 1; person <= 40; ++person) earn(person, 1000);
  std::atomic<int> done = 0, gone = 0;
  at_once(80, [&](int i) {
    const auto one = mug("r" + std::to_string(i), 1 + i % 40);
    (one.done() ? done : gone) += 1;
    if (!one.done()) {
      EXPECT_EQ(one.refusal.code, "out_of_stock");
    }
  });
  EXPECT_EQ(done, 25);
  EXPECT_EQ(gone, 55);
  EXPECT_EQ(counted("mug").taken, 25);
  EXPECT_EQ(counted("mug").left(), 0);
  Points left = 0;
  for (PersonId person = 1; person <= 40; ++person) left += available(person);
  EXPECT_EQ(left, 40 * 1000 - 25 * 100);
  ledger_.verify();
}

TEST_F(RewardTest, LimitsAndPointsOfOnePersonHoldUnderLoad) {
  reward({{"per_person", 3}});
  earn(1, 1000);
  std::atomic<int> done = 0;
  at_once(24, [&](int i) { done += mug("r" + std::to_string(i), 1).done(); });
  EXPECT_EQ(done, 3);
  EXPECT_EQ(available(1), 700);
  reward({{"per_person", 0}, {"revision", 1}});
  done = 0;
  at_once(24, [&](int i) { done += mug("s" + std::to_string(i), 1).done(); });
  EXPECT_EQ(done, 7);
  EXPECT_EQ(available(1), 0);
  EXPECT_EQ(counted("mug").taken, 10);
  EXPECT_EQ(why("more", 1), "not_enough_points");
  EXPECT_EQ(counted("mug").taken, 10);
  ledger_.verify();
}

TEST_F(RewardTest, CancellingGivesPointsBackWithTheirOldExpiry) {
  reward({});
  earn(1, 100);
  const auto before = ledger_.statement(1).lots;
  ASSERT_EQ(before.size(), 1u);
  EXPECT_TRUE(mug("a", 1).done());
  EXPECT_EQ(available(1), 0);
  ledger_.at("2026-02-15T12:00");
  EXPECT_EQ(move("a", Move::kShip).state, State::kShipped);
  EXPECT_EQ(move("a", Move::kCancel).state, State::kCancelled);
  EXPECT_TRUE(move("a", Move::kCancel).repeated);
  const auto after = ledger_.statement(1).lots;
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(after[0].id, before[0].id);
  EXPECT_EQ(after[0].expires_at, before[0].expires_at);
  EXPECT_EQ(after[0].open, 100);
  EXPECT_EQ(counted("mug").taken, 0);
  // Points whose time is over meanwhile are not given a second life.
  EXPECT_TRUE(mug("b", 1).done());
  ledger_.at("2028-01-01T00:00");
  EXPECT_TRUE(move("b", Move::kCancel).done());
  EXPECT_EQ(available(1), 0);
  ledger_.verify();
}

TEST_F(RewardTest, ReservationsHoldPointsAndEnd) {
  reward({{"stock", 1}, {"money_minor", 990}});
  earn(1, 100);
  earn(2, 100);
  const auto first = mug("a", 1);  // with a money part: reserved for the programme's hold time
  EXPECT_EQ(first.state, State::kReserved);
  EXPECT_EQ(first.code, "");
  EXPECT_EQ(*first.reserved_until, ledger_.now() + std::chrono::seconds(1800));
  EXPECT_EQ(ledger_.balance(1).held, 100);
  EXPECT_EQ(why("b", 2), "out_of_stock");
  ledger_.pass(std::chrono::seconds(1800));
  EXPECT_EQ(move("a", Move::kConfirm).refusal.code, "not_reserved");
  EXPECT_EQ(available(1), 100);
  EXPECT_EQ(counted("mug").taken, 0);
  EXPECT_EQ(mug("c", 2, 60).state, State::kReserved);
  ledger_.pass(std::chrono::milliseconds(59'999));
  const auto confirmed = move("c", Move::kConfirm);
  EXPECT_EQ(confirmed.state, State::kOrdered);
  EXPECT_TRUE(has_valid_check(confirmed.code));
  EXPECT_TRUE(move("c", Move::kConfirm).repeated);
  EXPECT_EQ(available(2), 0);
  EXPECT_EQ(move("c", Move::kFulfil).state, State::kFulfilled);
  EXPECT_EQ(move("c", Move::kShip).refusal.code, "wrong_state");
  reward({{"stock", 2}, {"revision", 1}});
  EXPECT_EQ(mug("d", 1, 60).state, State::kReserved);
  EXPECT_EQ(move("d", Move::kCancel).state, State::kCancelled);
  EXPECT_EQ(available(1), 100);
  EXPECT_EQ(move("nothing", Move::kCancel).refusal.code, "unknown_redemption");
  ledger_.verify();
}

TEST_F(RewardTest, WhoMayTakeItAndWhen) {
  reward({{"from", "2026-01-15"}, {"to", "2026-01-17"}, {"per_person", 1}, {"every", "day"}});
  earn(1, 1000);
  ledger_.at("2026-01-14T23:59:59.999");
  EXPECT_EQ(why("a", 1), "not_valid_yet");
  ledger_.at("2026-01-15T12:00");
  EXPECT_EQ(why("b", 1), "");
  EXPECT_EQ(why("c", 1), "person_limit");
  ledger_.at("2026-01-16T00:00");
  EXPECT_EQ(why("d", 1), "");
  EXPECT_EQ(why("e", 999), "unknown_person");
  EXPECT_EQ(take({.id = "f", .reward = "cup", .person = 1}).refusal.code, "unknown_reward");
  ledger_.at("2026-01-17T00:00");
  EXPECT_EQ(why("g", 1), "no_longer_valid");
  reward({{"enabled", false}, {"revision", 1}});
  EXPECT_EQ(why("h", 1), "not_offered");
  reward({{"levels", {"gold"}}, {"revision", 2}});
  EXPECT_EQ(why("i", 1), "level_not_allowed");
  // An id keeps its answer, also a refusal, also when it could be done now.
  reward({{"revision", 3}});
  EXPECT_EQ(why("i", 1), "level_not_allowed");
  EXPECT_EQ(why("j", 1), "");
  EXPECT_TRUE(mug("j", 1).repeated);
  EXPECT_EQ(mug("j", 2).refusal.where, "person");
}

TEST_F(RewardTest, ACouponIsGivenAtOnce) {
  const auto batch = batch_from_json({{"id", "ten"},
                                      {"name", "Ten"},
                                      {"kind", "fixed"},
                                      {"amount_minor", 1000},
                                      {"from", "2026-01-01"},
                                      {"to", "2026-02-01"}},
                                     ledger_.programme().zone);
  write([&](store::Connection& c) {
    return save_batch(c, ledger_.programme(), *batch, ledger_.now());
  });
  reward({{"kind", "coupon"}, {"batch", "ten"}});
  earn(1, 300);
  const auto one = mug("a", 1), two = mug("b", 1);
  EXPECT_EQ(one.state, State::kFulfilled);
  EXPECT_NE(one.code, two.code);
  const auto use = write([&](store::Connection& c) {
    return use_coupon(c, ledger_.programme(),
                      {.id = "u", .code = one.code, .person = 1, .amount_minor = 5000},
                      ledger_.now());
  });
  EXPECT_EQ(use.discount_minor, 1000);
  EXPECT_EQ(move("a", Move::kCancel).refusal.code, "code_used");
  EXPECT_EQ(move("b", Move::kCancel).state, State::kCancelled);
  const auto after = write([&](store::Connection& c) {
    return use_coupon(c, ledger_.programme(),
                      {.id = "v", .code = two.code, .person = 1, .amount_minor = 5000},
                      ledger_.now());
  });
  EXPECT_EQ(after.refusal.code, "used_up");
  EXPECT_EQ(available(1), 200);
  ledger_.at("2026-02-01T00:00");  // the batch ends before the reward does
  EXPECT_EQ(why("c", 1), "no_longer_valid");
}

TEST_F(RewardTest, BadRewardsAreRefused) {
  const auto where = [&](Json change) {
    Json json = {{"id", "x"},    {"name", "X"},          {"kind", "goods"},
                 {"points", 10}, {"from", "2026-01-01"}, {"to", "2026-02-01"}};
    if (!change.is_null()) json.update(change);
    const auto made = reward_from_json(json, ledger_.programme().zone);
    return made ? "" : made.error().where;
  };
  EXPECT_EQ(where({}), "");
  EXPECT_EQ(where({{"id", "A b"}}), "id");
  EXPECT_EQ(where({{"kind", "magic"}}), "kind");
  EXPECT_EQ(where({{"kind", "coupon"}}), "batch");
  EXPECT_EQ(where({{"points", -1}}), "points");
  EXPECT_EQ(where({{"points", kMaxPoints}}), "");
  EXPECT_EQ(where({{"points", kMaxPoints + 1}}), "points");
  EXPECT_EQ(where({{"points", 1.5}}), "points");
  EXPECT_EQ(where({{"every", "year"}}), "every");
  EXPECT_EQ(where({{"to", "2026-01-01"}}), "to");
  EXPECT_EQ(where({{"levels", "gold"}}), "levels");
  EXPECT_EQ(where({{"product", std::string(kMaxProductBytes, 'x')}}), "");
  EXPECT_EQ(where({{"product", std::string(kMaxProductBytes + 1, 'x')}}), "product");
  EXPECT_EQ(where({{"product", 7}}), "product");
  EXPECT_EQ(where({{"description", std::string(kMaxDescriptionBytes, 'x')}}), "");
  EXPECT_EQ(where({{"description", std::string(kMaxDescriptionBytes + 1, 'x')}}), "description");
  const auto id = [](size_t bytes) {
    return redeem_from_json({{"id", std::string(bytes, 'x')}, {"reward", "mug"}, {"person", 1}});
  };
  EXPECT_TRUE(id(kMaxRedemptionIdBytes));
  EXPECT_FALSE(id(kMaxRedemptionIdBytes + 1));
  reward({});
  const auto again = ledger_.database().write([&](store::Connection& c) {
    return save_reward(c, ledger_.programme(), Reward{.id = "mug"}, ledger_.now());
  });
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kConflict);
}

// Any order of redemptions and moves: stock, limits and points are those of a plain list.
TEST_F(RewardTest, CountsAgreeWithAPlainList) {
  const uint64_t seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  reward({{"stock", 6}, {"per_person", 3}});
  std::map<PersonId, Points> points;
  for (PersonId person = 1; person <= 4; ++person) earn(person, points[person] = 350);
  struct Plain {
    PersonId person;
    State state;
    Instant until;
  };
  std::map<std::string, Plain> list;
  const auto holds = [](State state) {
    return state != State::kCancelled && state != State::kLapsed;
  };
  for (int i = 0; i < 120; ++i) {
    ledger_.pass(std::chrono::seconds(random() % 60));
    std::map<PersonId, int> of_person;
    int all = 0;
    for (auto& [id, one] : list) {
      if (one.state == State::kReserved && one.until <= ledger_.now()) {
        one.state = State::kLapsed;
        points[one.person] += 100;
      }
      all += holds(one.state);
      of_person[one.person] += holds(one.state);
    }
    if (random() % 2 == 0 || list.empty()) {
      const auto person = static_cast<PersonId>(1 + random() % 4);
      const auto seconds = static_cast<int64_t>(random() % 3 * 100);
      const std::string id = "r" + std::to_string(i);
      const auto one = mug(id, person, seconds);
      const std::string expected = of_person[person] >= 3 ? "person_limit"
                                   : all >= 6             ? "out_of_stock"
                                   : points[person] < 100 ? "not_enough_points"
                                                          : "";
      ASSERT_EQ(one.refusal.code, expected) << i;
      if (!one.done()) continue;
      points[person] -= 100;
      list[id] = {person, seconds > 0 ? State::kReserved : State::kOrdered,
                  ledger_.now() + std::chrono::seconds(seconds)};
    } else {
      auto& [id, one] = *std::next(list.begin(), static_cast<long>(random() % list.size()));
      const auto how = static_cast<Move>(random() % 4);
      const bool can = (how == Move::kConfirm && one.state == State::kReserved) ||
                       (how == Move::kShip && one.state == State::kOrdered) ||
                       (how == Move::kFulfil &&
                        (one.state == State::kOrdered || one.state == State::kShipped)) ||
                       (how == Move::kCancel && holds(one.state));
      const auto moved = move(id, how);
      if (!can) {
        ASSERT_EQ(moved.state, one.state) << i;
        continue;
      }
      ASSERT_TRUE(moved.done()) << i << moved.refusal.message;
      if (how == Move::kCancel) points[one.person] += 100;
      one.state = moved.state;
    }
    for (const auto& [person, left] : points) ASSERT_EQ(available(person), left) << i;
  }
  ledger_.verify();
}

}  // namespace
}  // namespace perennial::loyalty
