// Levels and refunds: what a level rests on, and what is left when it goes.
#include <gtest/gtest.h>

#include "loyalty/played.h"

namespace perennial::loyalty {
namespace {

Levels four_levels() {
  Levels levels = spend_levels();
  levels.levels.push_back({.code = "platinum", .name = "p", .threshold = 20'000});
  return levels;
}

// Each order alone reached a level; whatever goes back first, nothing is left of them.
TEST(KnownFailures, ARefundedOrderKeepsTheLevelBefore) {
  const Played played{.levels = four_levels()};
  const std::vector<Fact> orders = {order("2026-01-10", "a", 1'000),
                                    order("2026-02-10", "b", 4'000),
                                    order("2026-03-10", "c", 15'000)};
  auto newest_first = orders;
  newest_first.push_back(refund("2026-04-01", "c", 15'000));
  newest_first.push_back(refund("2026-04-02", "b", 4'000));
  newest_first.push_back(refund("2026-04-03", "a", 1'000));
  EXPECT_EQ(history(played.run(newest_first, "2026-05-01")),
            "base>silver reached; silver>gold reached; gold>platinum reached; "
            "platinum>gold refund; gold>silver refund; silver>base refund; ");
  auto oldest_first = orders;
  oldest_first.push_back(refund("2026-04-01", "a", 1'000));
  oldest_first.push_back(refund("2026-04-02", "b", 4'000));
  oldest_first.push_back(refund("2026-04-03", "c", 15'000));
  EXPECT_EQ(history(played.run(oldest_first, "2026-05-01")),
            "base>silver reached; silver>gold reached; gold>platinum reached; "
            "platinum>gold refund; gold>base refund; ");
}

// A level of before is still held where what it rests on stands and it would still be valid.
TEST(Levels, TheLevelBeforeHasItsOwnValidity) {
  Played played{.levels = spend_levels()};
  played.levels.grace_days = 0;
  played.levels.months = 3;
  const std::vector<Fact> facts = {order("2026-01-10", "a", 1'000), order("2026-12-10", "b", 5'000),
                                   refund("2026-12-20", "b", 5'000)};
  const Replay silver = played.run(facts, "2027-01-10");
  EXPECT_EQ(silver.standing.level, "silver") << "what made it silver lies outside of the window";
  EXPECT_EQ(silver.standing.valid_ms, at("2027-01-11"));
  EXPECT_EQ(played.run(facts, "2027-01-11").standing.level, "base");
  auto late = facts;
  late.back().at_ms = at("2027-02-01");
  EXPECT_EQ(played.run(late, "2027-02-02").standing.level, "base")
      << "silver would have ended in January";
}

// After a refund the level rests on what the window of that time was worth: nothing that happens
// later, outside of it, takes the level before its validity ends.
TEST(Levels, ALevelThatTheWindowOfNowIsWorthRestsOnIt) {
  Played played{.levels = spend_levels()};
  played.levels.months = 6;
  played.levels.validity_months = 24;
  const std::vector<Fact> facts = {order("2026-01-10", "a", 5'000), order("2026-02-10", "b", 1'500),
                                   refund("2026-03-01", "a", 5'000), order("2026-10-01", "c", 300),
                                   refund("2026-10-02", "c", 100)};
  EXPECT_EQ(history(played.run(facts, "2026-11-01")), "base>gold reached; gold>silver refund; ");
  auto more = facts;
  more.push_back(refund("2026-10-03", "b", 1'000));
  EXPECT_EQ(history(played.run(more, "2026-11-01")),
            "base>gold reached; gold>silver refund; silver>base refund; ");
}

}  // namespace
}  // namespace perennial::loyalty
