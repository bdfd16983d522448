// Stages and scores: by hand, and against slow twins on random books.
#include <map>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "insight/testing.h"
#include "value/movement.h"
#include "value/rfm.h"
#include "value/stages.h"
#include "value/value.h"

namespace perennial::value {
namespace {

using Rhythm = StageReason::Rhythm;

const Instant kNow = *parse_instant("2024-06-01T00:00:00Z");

// Orders so many days (and parts of days) before kNow.
StageReason stage_after(std::vector<double> days_ago) {
  std::vector<int64_t> times;
  for (double days : days_ago)
    times.push_back(to_millis(kNow) - static_cast<int64_t>(days * kDayMs));
  std::ranges::sort(times);
  return stage_of(times, kNow, {});
}

TEST(Stages, WithoutARhythm) {
  EXPECT_EQ(stage_after({}).stage, Stage::kProspect);
  EXPECT_EQ(stage_after({}).rhythm, Rhythm::kNone);
  EXPECT_EQ(stage_after({0}).stage, Stage::kNew);
  EXPECT_EQ(stage_after({29.9, 1}).stage, Stage::kNew);
  EXPECT_EQ(stage_after({30, 1}).stage, Stage::kActive);
  EXPECT_EQ(stage_after({300, 29.9}).stage, Stage::kActive);
  EXPECT_EQ(stage_after({300, 30}).stage, Stage::kSilent);
  EXPECT_EQ(stage_after({30}).stage, Stage::kSilent);
  EXPECT_EQ(stage_after({89.9}).stage, Stage::kSilent);
  EXPECT_EQ(stage_after({90}).stage, Stage::kChurned);
  StageReason reason = stage_after({300, 45});
  EXPECT_EQ(reason.rhythm, Rhythm::kFallback);
  EXPECT_DOUBLE_EQ(*reason.days_since_last_order, 45);
  EXPECT_DOUBLE_EQ(*reason.usual_gap_days, 255);
  EXPECT_DOUBLE_EQ(*reason.silent_after_days, 30);
  EXPECT_DOUBLE_EQ(*reason.churned_after_days, 90);
}

TEST(Stages, ByTheOwnRhythm) {
  // Every 50 days: silent after 100, churned after 200.
  EXPECT_EQ(stage_after({199, 149, 99}).stage, Stage::kActive);
  StageReason silent = stage_after({200, 150, 100});
  EXPECT_EQ(silent.stage, Stage::kSilent);
  EXPECT_EQ(silent.rhythm, Rhythm::kOwn);
  EXPECT_DOUBLE_EQ(*silent.usual_gap_days, 50);
  EXPECT_EQ(stage_after({300, 250, 200}).stage, Stage::kChurned);
  // The median of 10, 20 and 90 is 20; of 10, 20, 40 and 90 it is 30.
  EXPECT_DOUBLE_EQ(*stage_after({160, 150, 130, 40}).usual_gap_days, 20);
  EXPECT_DOUBLE_EQ(*stage_after({165, 155, 135, 95, 5}).usual_gap_days, 30);
  // Nobody is silent for more than a year without being churned.
  EXPECT_DOUBLE_EQ(*stage_after({900, 600, 300}).churned_after_days, 365);
  EXPECT_DOUBLE_EQ(*stage_after({900, 600, 300}).silent_after_days, 365);
  EXPECT_EQ(stage_after({900, 600, 364}).stage, Stage::kActive);
  EXPECT_EQ(stage_after({900, 600, 365}).stage, Stage::kChurned);
}

TEST(Stages, LoyalHaveOrderedFourTimesAndAreActive) {
  EXPECT_EQ(stage_after({100, 70, 40, 10}).stage, Stage::kLoyal);
  EXPECT_EQ(stage_after({100, 70, 40}).stage, Stage::kActive);
  EXPECT_EQ(stage_after({160, 130, 100, 70}).stage, Stage::kSilent);
  EXPECT_EQ(stage_after({25, 15, 10, 5}).stage, Stage::kNew);
}

TEST(Stages, OrdersWithinADayAreOneOrderDay) {
  // Two days of two orders each are no rhythm yet.
  StageReason reason = stage_after({100.5, 100, 60.5, 60});
  EXPECT_EQ(reason.rhythm, Rhythm::kFallback);
  EXPECT_DOUBLE_EQ(*reason.usual_gap_days, 40);
  EXPECT_EQ(stage_after({100}).usual_gap_days, std::nullopt);
  EXPECT_EQ(stage_after({101, 100}).rhythm, Rhythm::kFallback);
  EXPECT_DOUBLE_EQ(*stage_after({101, 100}).usual_gap_days, 1);
}

TEST(Stages, NamesComeBack) {
  for (size_t i = 0; i < kStages; ++i) {
    auto stage = static_cast<Stage>(i);
    EXPECT_EQ(parse_stage(stage_name(stage)), stage);
  }
  EXPECT_EQ(parse_stage("asleep"), std::nullopt);
}

TEST(Rfm, EveryScoreIsInOneCell) {
  std::map<std::string_view, int> count;
  for (uint8_t r = 1; r <= 5; ++r) {
    for (uint8_t f = 1; f <= 5; ++f) {
      for (uint8_t m = 1; m <= 5; ++m) ++count[cell_of({r, f, m})];
    }
  }
  int total = 0;
  for (std::string_view cell : kCells) {
    EXPECT_GT(count[cell], 0) << cell;
    total += count[cell];
  }
  EXPECT_EQ(total, 125);
  EXPECT_EQ(count.size(), kCells.size());
  EXPECT_EQ(cell_of({5, 5, 5}), "champions");
  EXPECT_EQ(cell_of({5, 1, 1}), "new");
  EXPECT_EQ(cell_of({4, 1, 1}), "promising");
  EXPECT_EQ(cell_of({3, 2, 2}), "need_attention");
  EXPECT_EQ(cell_of({3, 1, 1}), "about_to_sleep");
  EXPECT_EQ(cell_of({2, 3, 3}), "at_risk");
  EXPECT_EQ(cell_of({1, 5, 5}), "cannot_lose");
  EXPECT_EQ(cell_of({1, 1, 1}), "hibernating");
  EXPECT_EQ(cell_of({4, 4, 4}), "loyal");
  EXPECT_EQ(cell_of({5, 2, 3}), "potential_loyal");
}

TEST(Rfm, QuintilesOfDistinctValuesAreFifths) {
  std::vector<int64_t> values;
  for (int64_t v = 100; v > 0; --v) values.push_back(v);
  EXPECT_EQ(quintile_limits(values), (Limits{21, 41, 61, 81}));
  EXPECT_EQ(quintile_limits({5, 4, 3, 2, 1}), (Limits{2, 3, 4, 5}));
}

TEST(Rfm, EqualValuesScoreTheSame) {
  EXPECT_EQ(quintile_limits({7, 7, 7}), (Limits{8, 8, 8, 8}));  // nobody is better: all score 1
  EXPECT_EQ(quintile_limits({1, 1, 1, 1, 1, 1, 2, 2, 3, 4}), (Limits{2, 2, 2, 3}));
  EXPECT_EQ(quintile_limits({}), (Limits{0, 0, 0, 0}));
  EXPECT_EQ(quintile_limits({-3}), (Limits{-2, -2, -2, -2}));
}

// The score by its definition: five times the share of values below, rounded down, plus one.
uint8_t slow_score(const std::vector<int64_t>& values, int64_t value) {
  size_t below = 0;
  for (int64_t other : values) below += other < value;
  return static_cast<uint8_t>(1 + 5 * below / values.size());
}

struct Slow {
  std::vector<int64_t> times;
  int64_t revenue = 0;
};

class SnapshotTest : public testing::Test {
 protected:
  void SetUp() override {
    seed_ = std::random_device()();
    random_.seed(seed_);
    RecordProperty("seed", std::to_string(seed_));
  }
  uint64_t seed_ = 0;
  std::mt19937_64 random_;
};

TEST_F(SnapshotTest, IsWhatTheSlowTwinFinds) {
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE(testing::Message() << "seed " << seed_ << " round " << round);
    insight::BookShape shape{
        .from = kNow - std::chrono::hours(24 * 400),
        .to = kNow + std::chrono::hours(24 * 40),
        .people = 1 + static_cast<int>(random_() % 60),
        .rows = static_cast<int>(random_() % 300),
        .edges = {kNow, kNow - std::chrono::hours(24 * 30), kNow - std::chrono::hours(24 * 90)}};
    OrderBook book = insight::random_book(random_, shape);
    std::vector<PersonId> known;
    for (PersonId id = 1; id < 450; ++id) {
      if (random_() % 3 == 0) known.push_back(id);
    }
    Snapshot s = take_snapshot(book, known, kNow, {});

    std::map<PersonId, Slow> people;
    for (size_t i = 0; i < book.rows(); ++i) {
      if (book.person[i] == 0 || book.at_ms[i] >= to_millis(kNow)) continue;
      Slow& slow = people[book.person[i]];
      slow.revenue += book.amount_minor[i];
      if (!book.refund[i]) slow.times.push_back(book.at_ms[i]);
    }
    std::erase_if(people, [&](const auto& one) {
      return one.second.times.empty() && !std::ranges::binary_search(known, one.first);
    });
    for (PersonId id : known) people[id];
    std::vector<int64_t> recency, frequency, monetary;
    for (const auto& [id, slow] : people) {
      if (slow.times.empty()) continue;
      recency.push_back(slow.times.back());
      frequency.push_back(std::ssize(slow.times));
      monetary.push_back(slow.revenue);
    }
    ASSERT_EQ(s.person.size(), people.size());
    size_t i = 0;
    for (const auto& [id, slow] : people) {
      ASSERT_EQ(s.person[i], id);
      EXPECT_EQ(s.find(id), i);
      EXPECT_EQ(s.revenue_minor[i], slow.revenue);
      EXPECT_EQ(s.orders[i], std::ssize(slow.times));
      EXPECT_EQ(s.stage[i], stage_of(slow.times, kNow, {}).stage);
      if (!slow.times.empty()) {
        EXPECT_EQ(s.rfm[i].recency, slow_score(recency, slow.times.back()));
        EXPECT_EQ(s.rfm[i].frequency, slow_score(frequency, std::ssize(slow.times)));
        EXPECT_EQ(s.rfm[i].monetary, slow_score(monetary, slow.revenue));
        // The breaks tell the same: fewer days than the limit of a score do not miss it.
        double days = static_cast<double>(to_millis(kNow) - slow.times.back()) / kDayMs;
        EXPECT_EQ(s.rfm[i].recency, 1 + std::ranges::count_if(s.breaks[0], [&](double limit) {
                                      return days <= limit;
                                    }));
      }
      ++i;
    }
    EXPECT_EQ(s.find(100'000), std::nullopt);

    StageCounts counts = count_stages(book, kNow, {}), expected{};
    for (const auto& [id, slow] : people) {
      if (!slow.times.empty())
        ++expected[static_cast<size_t>(stage_of(slow.times, kNow, {}).stage)];
    }
    EXPECT_EQ(counts, expected);
  }
}

TEST(Tiers, ByTheSumOfFrequencyAndMoney) {
  const auto tier = [](uint8_t frequency, uint8_t monetary) {
    return tier_name(tier_of({.recency = 1, .frequency = frequency, .monetary = monetary}));
  };
  EXPECT_EQ(tier(1, 1), "low");
  EXPECT_EQ(tier(1, 3), "low");  // 4
  EXPECT_EQ(tier(3, 1), "low");
  EXPECT_EQ(tier(2, 3), "middle");  // 5
  EXPECT_EQ(tier(5, 2), "middle");  // 7
  EXPECT_EQ(tier(3, 5), "high");    // 8
  EXPECT_EQ(tier(4, 4), "high");
  EXPECT_EQ(tier(5, 5), "high");
}

// Moves between two moments against maps; a person who is not in the first comes from "none".
TEST_F(SnapshotTest, MovesAreWhatTheSlowTwinFinds) {
  for (int round = 0; round < 30; ++round) {
    SCOPED_TRACE(testing::Message() << "seed " << seed_ << " round " << round);
    const insight::BookShape shape{.from = kNow - std::chrono::hours(24 * 400),
                                   .to = kNow,
                                   .people = 1 + static_cast<int>(random_() % 60),
                                   .rows = static_cast<int>(random_() % 300)};
    const OrderBook book = insight::random_book(random_, shape);
    std::vector<PersonId> known;
    for (PersonId id = 1; id < 80; ++id) {
      if (random_() % 3 == 0) known.push_back(id);
    }
    const Snapshot before = take_snapshot(book, {}, kNow - std::chrono::hours(24 * 90), {});
    const Snapshot now = take_snapshot(book, known, kNow, {});
    for (const GroupOf group : {GroupOf{stage_group}, GroupOf{cell_group}}) {
      std::map<PersonId, std::string> was;
      for (size_t i = 0; i < before.person.size(); ++i) was[before.person[i]] = group(before, i);
      std::map<std::pair<std::string, std::string>, std::set<PersonId>> moved;
      for (size_t i = 0; i < now.person.size(); ++i) {
        const auto from = was.find(now.person[i]);
        moved[{from == was.end() ? "none" : from->second, std::string(group(now, i))}].insert(
            now.person[i]);
      }
      const Json rows = move_rows(before, now, group, "none", "moved:3");
      ASSERT_EQ(rows.size(), moved.size());
      for (const Json& row : rows) {
        const std::string from = row["from"], to = row["to"];
        const auto& people = moved[{from, to}];
        EXPECT_EQ(row["people"], people.size()) << row;
        EXPECT_EQ(row["set"], "moved:3:" + from + ":" + to);
        EXPECT_EQ(people_moved(before, now, group, "none", from, to),
                  std::vector<PersonId>(people.begin(), people.end()));
      }
    }
  }
}

}  // namespace
}  // namespace perennial::value
