// Caps over all people in the order of time, on facts made by hand.
#include "loyalty/shares.h"

#include <gtest/gtest.h>

#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

constexpr int64_t kDayMs = 86'400'000;

class SharesTest : public testing::Test {
 protected:
  SharesTest() { terms_.programme = test_programme(); }
  void rule(std::vector<Cap> caps) {
    terms_.rules.push_back(
        {.id = "order",
         .name = "Order",
         .from_ms = 0,
         .event = "Order Completed",
         .amount = {.kind = Amount::Kind::kPerMoney, .points = 1, .per_minor = 100},
         .caps = std::move(caps)});
  }
  // On days of March 2026.
  void order(int day, PersonId person, int64_t yuan, Fact::Kind kind = Fact::Kind::kOrder,
             int of_day = 0) {
    const Instant begin = *parse_instant("2026-03-01", terms_.programme.zone);
    facts_[person].push_back({.kind = kind,
                              .at_ms = to_millis(begin) + (day - 1) * kDayMs,
                              .key = "order:" + std::to_string(of_day ? of_day : day),
                              .name = "Order Completed",
                              .amount_minor = yuan * 100});
  }
  void refund(int day, PersonId person, int64_t yuan, int of_day) {
    order(day, person, yuan, Fact::Kind::kRefund, of_day);
  }
  Replay replayed(PersonId person, const AwardLimits& limits, Trail* trail) {
    return replay(terms_.programme, terms_.rules, terms_.levels, "{}", facts_.at(person), kNow,
                  limits, trail);
  }
  // What everybody has in the end.
  std::map<PersonId, Points> shared_out() {
    Shares shares(terms_);
    EXPECT_TRUE(shares.any());
    std::vector<PersonId> people;
    for (const auto& [person, facts] : facts_) people.push_back(person);
    const auto ask = [&](std::span<const PersonId> these) {
      std::vector<Shares::Step> steps;
      for (const PersonId person : these) {
        Trail whole, trail;
        replayed(person, {}, &whole);
        replayed(person, shares.limits(person, whole), &trail);
        EXPECT_EQ(trail.asked.size(), whole.asked.size());
        shares.note(person, trail, steps);
      }
      shares.put(these, std::move(steps));
    };
    ask(people);
    for (auto again = shares.serve(); !again.empty(); again = shares.serve()) {
      ++rounds_;
      ask(again);
    }
    std::map<PersonId, Points> points;
    for (const PersonId person : people) {
      Trail whole;
      replayed(person, {}, &whole);
      for (const Award& award : replayed(person, shares.limits(person, whole), nullptr).awards)
        points[person] += award.points;
    }
    return points;
  }

  static constexpr int64_t kNow = 1'900'000'000'000;
  Terms terms_;
  std::map<PersonId, std::vector<Fact>> facts_;
  int rounds_ = 0;
};

using Sums = std::map<PersonId, Points>;

TEST_F(SharesTest, WhoWasFirstInTimeIsServedFirst) {
  rule({{.points = 25, .every = Cap::Every::kMonth, .everybody = true}});
  order(3, 1, 10);
  order(2, 2, 10);
  order(1, 3, 10);
  order(32, 1, 30);  // April has a budget of its own
  EXPECT_EQ(shared_out(), (Sums{{1, 5 + 25}, {2, 10}, {3, 10}}));
  EXPECT_EQ(rounds_, 1);
}

TEST_F(SharesTest, TimesAreCountedWhereThereArePoints) {
  rule({{.times = 2, .every = Cap::Every::kTotal, .everybody = true},
        {.points = 30, .every = Cap::Every::kTotal, .everybody = true}});
  order(1, 1, 0);
  order(2, 2, 20);
  order(3, 3, 20);
  order(4, 4, 20);
  EXPECT_EQ(shared_out(), (Sums{{2, 20}, {3, 10}}));
}

TEST_F(SharesTest, ARefundGivesItsPartBack) {
  rule({{.points = 100, .every = Cap::Every::kMonth, .everybody = true}});
  order(1, 1, 80);
  order(2, 2, 50);
  refund(3, 1, 60, 1);
  order(4, 3, 90);
  refund(5, 2, 10, 2);  // it was cut to less than what is left of the order
  order(6, 4, 90);
  EXPECT_EQ(shared_out(), (Sums{{1, 20}, {2, 20}, {3, 60}}));
}

// A cut leaves room in the person's own cap: what they earn by it later is missing to somebody.
TEST_F(SharesTest, WhatIsCutChangesWhatComesAfterIt) {
  rule({{.points = 60, .every = Cap::Every::kDay, .everybody = true},
        {.points = 50, .every = Cap::Every::kMonth}});
  order(1, 1, 60);
  order(1, 2, 40);
  order(2, 2, 80);
  order(2, 3, 50);
  EXPECT_EQ(shared_out(), (Sums{{1, 50}, {2, 10 + 40}, {3, 20}}));
  EXPECT_EQ(rounds_, 2);
}

}  // namespace
}  // namespace perennial::loyalty
