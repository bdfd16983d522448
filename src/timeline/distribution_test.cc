#include "timeline/distribution.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "timeline/testing.h"

namespace perennial::timeline {
namespace {

using Measure = DistributionSpec::Measure;
using Of = DistributionPick::Of;

struct World {
  std::vector<TestBucket> buckets;
  std::vector<std::vector<uint32_t>> groups;
  std::vector<Crowd> who;
  DistributionSpec spec;

  Slice slice(size_t bucket) {
    buckets[bucket].set_groups(groups[bucket]);
    Slice slice = buckets[bucket].slice({named(1)});
    slice.who &= who[bucket];
    return slice;
  }
};

World random_world(std::mt19937_64& random) {
  World world;
  auto below = [&](uint64_t n) { return static_cast<uint32_t>(random() % n); };
  std::vector<Second> borders, days;
  for (Second day = 100; day <= 1300; day += 20 + below(3)) days.push_back(day);
  world.spec.days = Periods(days);
  Second border = 100 + below(200);
  for (uint32_t i = 0, n = 2 + below(4); i < n; ++i, border += below(5) == 0 ? 0 : below(250)) {
    borders.push_back(std::min(border, days.back()));
  }
  world.spec.periods = Periods(borders);
  world.spec.measure = static_cast<Measure>(below(3));
  if (below(2) == 0) {
    world.spec.by = GroupBy::kPerson;
    for (uint32_t code : {2, 0}) {
      if (below(3) != 0) world.spec.groups.push_back(code);
    }
  }
  for (double edge = below(3); below(5) != 0; edge += 1 + below(4)) {
    world.spec.edges.push_back(edge);
  }
  for (int b = 0; b < 3; ++b) {
    std::vector<History> people(below(40));
    std::vector<uint32_t> groups;
    Crowd who;
    for (uint32_t person = 0; person < people.size(); ++person) {
      const uint32_t events = below(4) == 0 ? below(2) : below(30);
      for (uint32_t i = 0; i < events; ++i) {
        TestEvent one{.at = 50 + below(1400), .name = below(3)};
        if (below(4) != 0) one.number = below(40) / 4.0 - 2;
        people[person].push_back(one);
      }
      groups.push_back(below(4));
      if (below(8) != 0) who.add(person);
    }
    world.buckets.emplace_back(people);
    world.groups.push_back(groups);
    world.who.push_back(who);
  }
  return world;
}

using Names = std::set<std::pair<size_t, uint32_t>>;  // bucket, person

// The slow twin: the figure of one person between two instants.
std::optional<double> figure(const World& world, const History& history, Second from, Second to) {
  double count = 0, sum = 0;
  bool any = false;
  std::set<int> days;
  for (const TestEvent& event : history) {
    if (event.name != 1 || event.at < from || event.at >= to) continue;
    ++count;
    for (int day = 0; day < world.spec.days.size(); ++day) {
      if (event.at >= world.spec.days.from(day) && event.at < world.spec.days.to(day)) {
        days.insert(day);
      }
    }
    if (std::isnan(event.number)) continue;
    any = true;
    sum += event.number;
  }
  if (count == 0) return std::nullopt;
  if (world.spec.measure == Measure::kCount) return count;
  if (world.spec.measure == Measure::kDays) return static_cast<double>(days.size());
  return any ? std::optional(sum) : std::nullopt;
}

Names collected(World& world, const Distribution& distribution, const DistributionPick& pick) {
  Names names;
  for (size_t b = 0; b < world.buckets.size(); ++b) {
    Crowd crowd;
    distribution.collect(world.slice(b), pick, crowd);
    crowd.for_each([&](uint32_t person) { names.insert({b, person}); });
  }
  return names;
}

void expect_cell(World& world, const Distribution& distribution, const DistributionTable& table,
                 size_t slot, size_t period) {
  const Periods& periods = world.spec.periods;
  const bool whole = period == table.periods;
  const Second from = whole ? periods.begin() : periods.from(static_cast<int>(period));
  const Second to = whole ? periods.end() : periods.to(static_cast<int>(period));
  std::vector<Names> ranges(world.spec.edges.size() + 1);
  Names people, absent;
  std::vector<double> values;
  for (size_t b = 0; b < world.buckets.size(); ++b) {
    for (uint32_t p = 0; p < world.buckets[b].people().size(); ++p) {
      const auto& shown = world.spec.groups;
      const auto place = static_cast<size_t>(std::ranges::find(shown, world.groups[b][p]) -
                                             shown.begin());  // others: behind the last
      if (!world.who[b].has(p) || (world.spec.by == GroupBy::kPerson && place != slot)) continue;
      const auto value = figure(world, world.buckets[b].people()[p], from, to);
      (value ? people : absent).insert({b, p});
      if (!value) continue;
      values.push_back(*value);
      size_t range = 0;
      while (range < world.spec.edges.size() && world.spec.edges[range] <= *value) ++range;
      ranges[range].insert({b, p});
    }
  }
  const DistributionCell& cell = table.at(slot, period);
  ASSERT_EQ(cell.people, values.size());
  EXPECT_EQ(table.asked[slot], people.size() + absent.size());
  DistributionPick pick{.slot = slot, .period = period};
  EXPECT_EQ(collected(world, distribution, pick), people);
  pick.of = Of::kAbsent;
  EXPECT_EQ(collected(world, distribution, pick), absent);
  pick.of = Of::kRange;
  for (pick.range = 0; pick.range < ranges.size(); ++pick.range) {
    EXPECT_EQ(cell.ranges[pick.range], ranges[pick.range].size());
    EXPECT_EQ(collected(world, distribution, pick), ranges[pick.range]);
  }
  if (values.empty()) return;
  std::ranges::sort(values);
  double sum = 0;
  for (double value : values) sum += value;
  EXPECT_NEAR(cell.sum, sum, 1e-9);
  EXPECT_NEAR(cell.mean, sum / static_cast<double>(values.size()), 1e-9);
  EXPECT_EQ(cell.min, values.front());
  EXPECT_EQ(cell.max, values.back());
  const double middle = static_cast<double>(values.size() - 1) / 2;
  const double median = (values[static_cast<size_t>(std::floor(middle))] +
                         values[static_cast<size_t>(std::ceil(middle))]) /
                        2;
  EXPECT_NEAR(cell.percentiles[2], median, 1e-9);
}

TEST(Distribution, AgreesWithTheTwin) {
  for (uint64_t seed : seeds(200)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    World world = random_world(random);
    ASSERT_TRUE(check(world.spec));
    Distribution all(world.spec), parts[2] = {all, all};
    for (size_t b = 0; b < world.buckets.size(); ++b) {
      all.add(world.slice(b));
      parts[random() % 2].add(world.slice(b));
    }
    parts[1].merge(parts[0]);
    for (const Distribution* distribution : {&all, &parts[1]}) {
      const DistributionTable table = distribution->finish();
      EXPECT_TRUE(table.percentiles_exact);
      for (size_t i = 0; i < table.cells.size(); ++i) {
        const size_t slot = i / (table.periods + 1), period = i % (table.periods + 1);
        SCOPED_TRACE("slot " + std::to_string(slot) + ", period " + std::to_string(period));
        expect_cell(world, *distribution, table, slot, period);
      }
    }
    if (HasFailure()) return;
  }
}

TEST(Distribution, OnePersonWithManyEvents) {
  for (const Measure measure : {Measure::kCount, Measure::kDays, Measure::kSum}) {
    World world;
    world.spec.measure = measure;
    world.spec.periods = Periods({10, 40'000, 90'000});
    world.spec.days = Periods({0, 86'400, 172'800});
    world.spec.edges = {1, 2, 49'000, 20'000'000};
    world.buckets.emplace_back(
        std::vector<History>{busy_history(0, 1), {}, {{.at = 40'000, .name = 1, .number = 7}}});
    world.groups = {{0, 0, 0}};
    world.who = {Crowd::everyone()};
    ASSERT_TRUE(check(world.spec));
    Distribution distribution(world.spec);
    distribution.add(world.slice(0));
    const DistributionTable table = distribution.finish();
    for (size_t period = 0; period <= table.periods; ++period)
      expect_cell(world, distribution, table, 0, period);
  }
}

TEST(Distribution, WorkedExample) {
  // Orders of three people in two weeks: 1 + 4, 2 on one day, none.
  DistributionSpec spec{.periods = Periods({700, 1400, 2100}), .edges = {1, 2, 3, 5}};
  spec.days = Periods({700, 800, 900, 1000, 1100, 1200, 1300, 1400, 2100});
  auto order = [](Second at, double number) {
    return TestEvent{.at = at, .name = 1, .number = number};
  };
  TestBucket bucket(
      {{order(700, 10), order(1400, 5), order(1500, 5), order(1600, 5), order(2099, 1)},
       {order(850, 1), order(860, 2), order(2100, 9)},
       {order(699, 5)}});
  auto table_of = [&](Measure measure) {
    spec.measure = measure;
    Distribution distribution(spec);
    distribution.add(bucket.slice({named(1)}));
    return distribution.finish();
  };
  const DistributionTable counts = table_of(Measure::kCount);
  EXPECT_EQ(counts.at(0, 0).ranges, (std::vector<uint64_t>{0, 1, 1, 0, 0}));
  EXPECT_EQ(counts.at(0, 1).ranges, (std::vector<uint64_t>{0, 0, 0, 1, 0}));
  EXPECT_EQ(counts.at(0, 2).ranges, (std::vector<uint64_t>{0, 0, 1, 0, 1}));
  EXPECT_EQ(counts.asked, std::vector<uint64_t>{3});
  EXPECT_EQ(counts.spread.people, 3U);
  EXPECT_EQ(counts.spread.max, 4);
  EXPECT_EQ(table_of(Measure::kDays).at(0, 2).ranges, (std::vector<uint64_t>{0, 1, 1, 0, 0}));
  const DistributionTable sums = table_of(Measure::kSum);
  EXPECT_EQ(sums.at(0, 2).sum, 29);
  EXPECT_EQ(sums.at(0, 2).mean, 14.5);
}

TEST(Distribution, ProposesRoundEdges) {
  DistributionCell spread;
  EXPECT_TRUE(automatic_edges(spread, Measure::kCount).empty());
  auto with = [&](double low, double high, double max) {
    spread.people = 100;
    spread.percentiles.fill(low);
    spread.percentiles[5] = high;
    spread.max = max;
    return spread;
  };
  EXPECT_EQ(automatic_edges(with(1, 3, 4), Measure::kCount), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(automatic_edges(with(1, 40, 1000), Measure::kCount),
            (std::vector<double>{1, 6, 11, 16, 21, 26, 31, 36}));
  EXPECT_EQ(automatic_edges(with(1, 5, 900), Measure::kDays).size(), 10U);
  EXPECT_EQ(automatic_edges(with(30, 860, 5000), Measure::kSum),
            (std::vector<double>{0, 100, 200, 300, 400, 500, 600, 700, 800}));
  EXPECT_EQ(automatic_edges(with(-25, 25, 25), Measure::kSum).front(), -30);
  EXPECT_EQ(automatic_edges(with(7, 7, 7), Measure::kSum), std::vector<double>{7});
  EXPECT_EQ(automatic_edges(with(1e18, 1e18 + 256, 2e18), Measure::kSum).size(), 1U);
}

TEST(Distribution, TurnsToSketchesBeyondTheLimit) {
  DistributionSpec spec{.periods = Periods({0, 100})};
  TestBucket full(std::vector<History>(500, {{.at = 5, .name = 1}}));
  const Slice slice = full.slice({named(1)});
  Distribution distribution(spec);
  for (uint64_t i = 0; i < kMaxExactValues / 1000; ++i) distribution.add(slice);
  EXPECT_TRUE(distribution.finish().percentiles_exact);  // period and whole: two for each person
  TestBucket one({{{.at = 5, .name = 1}}});
  distribution.add(one.slice({named(1)}));
  const DistributionTable table = distribution.finish();
  EXPECT_FALSE(table.percentiles_exact);
  EXPECT_EQ(table.at(0, 0).people, kMaxExactValues / 2 + 1);
  EXPECT_EQ(table.at(0, 0).percentiles[6], 1);
}

std::string where_of(const DistributionSpec& spec) {
  Result<void> result = check(spec);
  return result ? "" : result.error().where;
}

TEST(Distribution, HasLimits) {
  DistributionSpec spec{.periods = Periods({0, 100})};
  for (size_t i = 0; i < kMaxDistributionEdges; ++i) spec.edges.push_back(static_cast<double>(i));
  EXPECT_EQ(where_of(spec), "");
  spec.edges.push_back(1e9);
  EXPECT_EQ(where_of(spec), "ranges");
  spec.edges = {1, 1};
  EXPECT_EQ(where_of(spec), "ranges");
  spec.edges = {INFINITY};
  EXPECT_EQ(where_of(spec), "ranges");
  spec.edges = {};
  spec.by = GroupBy::kEvent;
  EXPECT_EQ(where_of(spec), "breakdown");
  spec.by = GroupBy::kPerson;
  std::vector<Second> borders;
  for (Second i = 0; i <= kMaxDistributionCells / 4 - 1; ++i) borders.push_back(i);
  spec.groups = {1, 2, 3};
  spec.periods = Periods(borders);
  EXPECT_EQ(where_of(spec), "");
  borders.push_back(borders.back() + 1);
  spec.periods = Periods(borders);
  EXPECT_EQ(where_of(spec), "periods");
  spec.periods = Periods({10, 20});
  spec.measure = Measure::kDays;
  spec.days = Periods({10, 19});
  EXPECT_EQ(where_of(spec), "periods");
  spec.days = Periods({10, 20});
  EXPECT_EQ(where_of(spec), "");
}

}  // namespace
}  // namespace perennial::timeline
