#include "timeline/trends.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "timeline/formula.h"
#include "timeline/testing.h"

namespace perennial::timeline {
namespace {

using Numbers = TrendsSpec::Numbers;
using Of = TrendPick::Of;

TestEvent event(Second at, uint32_t name, double number = NAN, uint32_t group = 0) {
  return {.at = at, .name = name, .group = group, .number = number};
}

struct World {
  std::vector<TestBucket> buckets;
  std::vector<std::vector<uint32_t>> groups;  // of people
  std::vector<Crowd> who;
  std::vector<TestSelector> selectors;
  TrendsSpec spec;

  Slice slice(size_t bucket) {
    buckets[bucket].set_groups(groups[bucket]);
    Slice slice = buckets[bucket].slice(selectors, &spec.periods);
    slice.who &= who[bucket];
    return slice;
  }
};

World random_world(std::mt19937_64& random) {
  World world;
  auto below = [&](uint64_t n) { return static_cast<uint32_t>(random() % n); };
  std::vector<Second> borders;
  Second border = 100 + below(50);
  for (uint32_t i = 0, n = 2 + below(12); i < n; ++i, border += below(4) == 0 ? 0 : below(120)) {
    borders.push_back(border);
  }
  world.spec.periods = Periods(borders);
  world.spec.lead = below(2) == 0 ? 0 : static_cast<int>(below(borders.size() - 1));
  world.spec.rolling = static_cast<int>(below(5));
  world.spec.by = static_cast<GroupBy>(below(3));
  if (world.spec.by != GroupBy::kNone) {
    for (uint32_t code : {3, 0, 5}) {
      if (below(3) != 0) world.spec.groups.push_back(code);
    }
  }
  for (uint32_t s = 0, n = 1 + below(3); s < n; ++s) {
    world.spec.series.push_back(static_cast<Numbers>(below(3)));
    world.selectors.push_back([s](const TestEvent& e) { return e.name == s || e.name == 9; });
  }
  for (int b = 0; b < 3; ++b) {
    std::vector<History> people(below(40));
    std::vector<uint32_t> groups;
    Crowd who;
    for (uint32_t person = 0; person < people.size(); ++person) {
      const uint32_t events = below(4) == 0 ? below(2) : below(40);
      for (uint32_t i = 0; i < events; ++i) {
        TestEvent one = event(50 + below(1200) / (1 + below(4)), below(4) == 0 ? 9 : below(3));
        one.group = below(7);
        if (below(4) != 0) one.number = (below(20'000) - 5'000.0) / 100;
        if (below(50) == 0) one.number = INFINITY;
        people[person].push_back(one);
      }
      groups.push_back(below(7));
      if (below(8) != 0) who.add(person);
    }
    world.buckets.emplace_back(people);
    world.groups.push_back(groups);
    world.who.push_back(who);
  }
  return world;
}

// The slow twin: looks at every event of everybody for each number.
struct Twin {
  const World& world;

  bool in_slot(size_t slot, uint32_t code) const {
    const auto& shown = world.spec.groups;
    if (world.spec.by == GroupBy::kNone) return slot == 0;
    const bool is_shown = std::ranges::find(shown, code) != shown.end();
    return slot == shown.size() ? !is_shown : shown[slot] == code;
  }
  struct Found {
    uint64_t count = 0;
    std::set<std::pair<size_t, size_t>> people;  // bucket, person
    std::vector<double> numbers;
  };
  Found find(size_t selector, size_t slot, int from, int to) const {
    Found found;
    for (size_t b = 0; b < world.buckets.size(); ++b) {
      for (size_t p = 0; p < world.buckets[b].people().size(); ++p) {
        if (!world.who[b].has(static_cast<uint32_t>(p))) continue;
        for (const TestEvent& e : world.buckets[b].people()[p]) {
          if (!world.selectors[selector](e)) continue;
          const uint32_t code = world.spec.by == GroupBy::kEvent ? e.group : world.groups[b][p];
          if (!in_slot(slot, code)) continue;
          if (from >= to || e.at < world.spec.periods.from(from)) continue;
          if (e.at >= world.spec.periods.to(to - 1)) continue;
          ++found.count;
          found.people.insert({b, p});
          if (std::isfinite(e.number)) found.numbers.push_back(e.number);
        }
      }
    }
    std::ranges::sort(found.numbers);
    return found;
  }
};

double percentile(const std::vector<double>& sorted, double share) {
  const double place = share * (static_cast<double>(sorted.size()) - 1);
  const double low = sorted[static_cast<size_t>(std::floor(place))];
  const double high = sorted[static_cast<size_t>(std::ceil(place))];
  return low + (high - low) * (place - std::floor(place));
}

void expect_cell(const Twin::Found& found, const TrendCell& cell, Numbers asked) {
  EXPECT_EQ(cell.count, found.count);
  EXPECT_EQ(cell.people, found.people.size());
  if (asked == Numbers::kNone) {
    EXPECT_EQ(cell.numbers.n, 0U);
    return;
  }
  ASSERT_EQ(cell.numbers.n, found.numbers.size());
  if (found.numbers.empty()) return;
  double sum = 0;
  for (double number : found.numbers) sum += number;
  EXPECT_NEAR(cell.numbers.sum, sum, 1e-8);
  EXPECT_NEAR(cell.numbers.mean, sum / static_cast<double>(cell.numbers.n), 1e-8);
  EXPECT_EQ(cell.numbers.min, found.numbers.front());
  EXPECT_EQ(cell.numbers.max, found.numbers.back());
  if (asked != Numbers::kPercentiles) return;
  for (size_t i = 0; i < kTrendShares.size(); ++i) {
    EXPECT_NEAR(cell.numbers.percentiles[i], percentile(found.numbers, kTrendShares[i]), 1e-9);
  }
}

std::set<std::pair<size_t, size_t>> collected(World& world, const Trends& trends, TrendPick pick) {
  std::set<std::pair<size_t, size_t>> people;
  for (size_t b = 0; b < world.buckets.size(); ++b) {
    Crowd crowd;
    trends.collect(world.slice(b), pick, crowd);
    crowd.for_each([&](uint32_t person) { people.insert({b, person}); });
  }
  return people;
}

void expect_series(World& world, const Trends& trends, const TrendsTable& table, size_t s,
                   size_t slot) {
  const Twin twin{world};
  const TrendSeries& series = table.at(s, slot);
  const int size = world.spec.periods.size(), lead = world.spec.lead;
  const bool counts = !world.spec.presence;
  auto expect_people = [&](Of of, int period, uint64_t people, const Twin::Found& found) {
    SCOPED_TRACE("of " + std::to_string(static_cast<int>(of)) + " at " + std::to_string(period));
    EXPECT_EQ(people, found.people.size());
    EXPECT_EQ(collected(world, trends, {.selector = s, .slot = slot, .of = of, .period = period}),
              found.people);
  };
  for (int period = 0; period < size; ++period) {
    SCOPED_TRACE("period " + std::to_string(period));
    const auto at = static_cast<size_t>(period);
    const Twin::Found found = twin.find(s, slot, period, period + 1);
    if (counts) expect_cell(found, series.periods[at], world.spec.series[s]);
    expect_people(Of::kPeriod, period, series.periods[at].people, found);
    const Twin::Found so_far = twin.find(s, slot, lead, period + 1);
    expect_people(Of::kCumulative, period, series.cumulative_people[at], so_far);
    if (counts) {
      EXPECT_EQ(series.cumulative_count[at], so_far.count);
    }
    if (world.spec.rolling == 0) continue;
    const Twin::Found rolling =
        twin.find(s, slot, std::max(0, period + 1 - world.spec.rolling), period + 1);
    expect_people(Of::kRolling, period, series.rolling_people[at], rolling);
    if (counts) {
      EXPECT_EQ(series.rolling_count[at], rolling.count);
    }
  }
  const Twin::Found whole = twin.find(s, slot, lead, size);
  if (counts) expect_cell(whole, series.total, world.spec.series[s]);
  expect_people(Of::kTotal, 0, series.total.people, whole);
}

TEST(Trends, AgreeWithTheTwin) {
  for (uint64_t seed : seeds(80)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    World world = random_world(random);
    ASSERT_TRUE(check(world.spec));
    Trends all(world.spec), parts[2] = {all, all};
    for (size_t b = 0; b < world.buckets.size(); ++b) {
      all.add(world.slice(b));
      parts[random() % 2].add(world.slice(b));
    }
    Trends merged = parts[1];
    merged.merge(parts[0]);
    for (const Trends* trends : {&all, &merged}) {
      const TrendsTable table = trends->finish();
      EXPECT_TRUE(table.percentiles_exact);
      ASSERT_EQ(table.series.size(), world.spec.series.size() * table.slots);
      for (size_t i = 0; i < table.series.size(); ++i) {
        expect_series(world, *trends, table, i / table.slots, i % table.slots);
      }
    }
    if (HasFailure()) return;
  }
}

TEST(Trends, OnePersonWithManyEvents) {
  World world;
  world.spec.periods = Periods({100, 30'100, 30'101, 30'101, 90'000, 200'000});
  world.spec.rolling = 2;
  world.spec.series = {Numbers::kPercentiles};
  world.selectors = {[](const TestEvent& e) { return e.name == 1; }};
  world.buckets.emplace_back(
      std::vector<History>{{event(30'100, 1, 5)}, busy_history(0, 1), {}, {event(99, 1)}});
  world.groups = {{0, 0, 0, 0}};
  world.who = {Crowd::everyone()};
  ASSERT_TRUE(check(world.spec));
  Trends trends(world.spec);
  trends.add(world.slice(0));
  const TrendsTable table = trends.finish();
  EXPECT_EQ(table.at(0, 0).total.count, kBusyEvents - 100 + 1);
  expect_series(world, trends, table, 0, 0);
}

TEST(Trends, PeopleByPresenceAreThoseByHits) {
  for (uint64_t seed : seeds(80)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    World world = random_world(random);
    if (world.spec.by == GroupBy::kEvent) continue;
    world.spec.presence = true;
    world.spec.series.assign(world.spec.series.size(), Numbers::kNone);
    world.spec.rolling = static_cast<int>(random() % 20);
    ASSERT_TRUE(check(world.spec));
    Trends trends(world.spec);
    for (size_t b = 0; b < world.buckets.size(); ++b) trends.add(world.slice(b));
    const TrendsTable table = trends.finish();
    for (size_t i = 0; i < table.series.size(); ++i) {
      expect_series(world, trends, table, i / table.slots, i % table.slots);
    }
    if (HasFailure()) return;
  }
}

TEST(Trends, WorkedExample) {
  // Three days; one person on days 0 and 1, one twice on day 1, one on day 2.
  World world;
  world.spec.periods = Periods({1000, 2000, 3000, 4000});
  world.spec.rolling = 2;
  world.spec.series = {Numbers::kPercentiles, Numbers::kNone};
  world.selectors = {named(1), named(2)};
  world.buckets.emplace_back(
      std::vector<History>{{event(1000, 1, 10), event(2999, 1, 30)},
                           {event(2000, 1, 20), event(2000, 1, 40), event(2500, 2)},
                           {event(999, 1, 7), event(3999, 1), event(4000, 1, 9)}});
  world.groups.emplace_back();
  world.who.push_back(Crowd::everyone());
  Trends trends(world.spec);
  trends.add(world.slice(0));
  const TrendsTable table = trends.finish();
  const TrendSeries& a = table.at(0, 0);
  EXPECT_EQ(a.periods[1].count, 3U);
  EXPECT_EQ(a.periods[1].people, 2U);
  EXPECT_EQ(a.total.count, 5U);
  EXPECT_EQ(a.total.people, 3U);
  EXPECT_EQ(a.cumulative_people, (std::vector<uint64_t>{1, 2, 3}));
  EXPECT_EQ(a.rolling_people, (std::vector<uint64_t>{1, 2, 3}));
  EXPECT_EQ(a.rolling_count, (std::vector<uint64_t>{1, 4, 4}));
  EXPECT_EQ(value_of(a.periods[1], TrendMeasure::kPerPerson), 1.5);
  EXPECT_EQ(value_of(a.periods[1], TrendMeasure::kSum), 90);
  EXPECT_EQ(value_of(a.periods[1], TrendMeasure::kSumPerPerson), 45);
  EXPECT_EQ(value_of(a.periods[1], TrendMeasure::kMean), 30);
  EXPECT_EQ(value_of(a.periods[1], TrendMeasure::kMin), 20);
  EXPECT_EQ(value_of(a.periods[1], TrendMeasure::kMax), 40);
  EXPECT_EQ(value_of(a.periods[1], TrendMeasure::kP25), 25);
  EXPECT_EQ(value_of(a.periods[1], TrendMeasure::kMedian), 30);
  EXPECT_EQ(value_of(a.periods[1], TrendMeasure::kP99), 39.8);
  EXPECT_EQ(value_of(a.periods[2], TrendMeasure::kCount), 1);
  EXPECT_EQ(value_of(a.periods[2], TrendMeasure::kMean), std::nullopt);
  EXPECT_EQ(value_of(TrendCell{}, TrendMeasure::kPerPerson), std::nullopt);
  // B / A: no value where A is 0.
  std::vector<std::vector<std::optional<double>>> lists(2);
  for (size_t s : {0, 1}) {
    for (const TrendCell& cell : table.at(s, 0).periods) {
      lists[s].push_back(value_of(cell, TrendMeasure::kPeople));
    }
  }
  EXPECT_EQ(Formula::parse("A / B", 2)->values(lists),
            (std::vector<std::optional<double>>{std::nullopt, 2, std::nullopt}));
}

TEST(Trends, PercentilesTurnToSketchesBeyondTheLimitInWhateverOrder) {
  TrendsSpec spec;
  spec.periods = Periods({0, 100});
  spec.series = {Numbers::kPercentiles};
  History many;
  for (uint64_t i = 0; i < kMaxExactValues / 8; ++i) {
    many.push_back(event(static_cast<Second>(i % 100), 1, 1 + static_cast<double>(i % 1000)));
  }
  TestBucket big(std::vector<History>(8, many)), one({{event(5, 1, 1)}});
  const Slice at_limit = big.slice({named(1)}), more = one.slice({named(1)});
  Trends whole(spec), part(spec);
  whole.add(at_limit);
  EXPECT_TRUE(whole.finish().percentiles_exact);
  EXPECT_EQ(whole.finish().at(0, 0).total.numbers.percentiles[1], 500.5);
  part.add(more);
  Trends forth = whole, back = part;
  forth.merge(part);
  back.merge(whole);
  whole.add(more);
  const TrendsTable expected = whole.finish();
  EXPECT_FALSE(expected.percentiles_exact);
  EXPECT_NEAR(expected.at(0, 0).total.numbers.percentiles[1], 500.5, 5);
  for (const Trends* merged : {&forth, &back}) {
    const TrendsTable table = merged->finish();
    EXPECT_FALSE(table.percentiles_exact);
    EXPECT_EQ(table.at(0, 0).total.numbers.percentiles,
              expected.at(0, 0).total.numbers.percentiles);
    EXPECT_EQ(table.at(0, 0).total.numbers.sum, expected.at(0, 0).total.numbers.sum);
  }
}

TEST(Trends, SumsDoNotDependOnTheOrderOfBuckets) {
  TrendsSpec spec;
  spec.periods = Periods({0, 100});
  spec.series = {Numbers::kSums};
  TestBucket a({{event(1, 1, 1e17)}}), b({{event(1, 1, 0.1)}}), c({{event(1, 1, -1e17)}});
  const Slice slices[] = {a.slice({named(1)}), b.slice({named(1)}), c.slice({named(1)})};
  int order[] = {0, 1, 2};
  do {
    Trends trends(spec);
    for (int i : order) trends.add(slices[i]);
    EXPECT_EQ(trends.finish().at(0, 0).total.numbers.sum, 0.1);
  } while (std::ranges::next_permutation(order).found);
}

std::string where_of(const TrendsSpec& spec) {
  Result<void> result = check(spec);
  return result ? "" : result.error().where;
}

Periods days(int n) {
  std::vector<Second> borders;
  for (int i = 0; i <= n; ++i) borders.push_back(static_cast<Second>(i) * 86'400);
  return Periods(borders);
}

TEST(Trends, HaveLimits) {
  TrendsSpec spec{.periods = days(10), .series = {Numbers::kNone}};
  EXPECT_EQ(where_of(spec), "");
  spec.series.assign(kMaxTrendSeries, Numbers::kNone);
  EXPECT_EQ(where_of(spec), "");
  spec.series.push_back(Numbers::kNone);
  EXPECT_EQ(where_of(spec), "selectors");
  spec.series.clear();
  EXPECT_EQ(where_of(spec), "selectors");
  spec.series = {Numbers::kNone};
  spec.periods = days(kMaxPeriods);
  EXPECT_EQ(where_of(spec), "");
  spec.periods = days(kMaxPeriods + 1);
  EXPECT_EQ(where_of(spec), "periods");
  spec.periods = days(10);
  spec.lead = 9;
  EXPECT_EQ(where_of(spec), "");
  spec.lead = 10;
  EXPECT_EQ(where_of(spec), "periods");
  spec.lead = 0;
  spec.rolling = kMaxPeriods;
  EXPECT_EQ(where_of(spec), "");
  spec.rolling = kMaxPeriods + 1;
  EXPECT_EQ(where_of(spec), "rolling");
  spec.rolling = 0;
  spec.presence = true;
  EXPECT_EQ(where_of(spec), "");
  spec.by = GroupBy::kEvent;
  EXPECT_EQ(where_of(spec), "selectors");
  spec.by = GroupBy::kNone;
  spec.series = {Numbers::kSums};
  EXPECT_EQ(where_of(spec), "selectors");
}

TEST(Trends, BoundTheNumberOfCells) {
  TrendsSpec spec{.periods = days(2'500), .by = GroupBy::kEvent, .series = {Numbers::kSums}};
  for (uint32_t code = 0; code < kMaxTrendCells / 2'500 - 1; ++code) spec.groups.push_back(code);
  EXPECT_EQ(where_of(spec), "");
  spec.periods = days(2'501);
  EXPECT_EQ(where_of(spec), "periods");
  spec.groups.resize(3);
  spec.series = {Numbers::kPercentiles};
  spec.periods = days(kMaxPercentileCells / 4);
  EXPECT_EQ(where_of(spec), "");
  spec.periods = days(kMaxPercentileCells / 4 + 1);
  EXPECT_EQ(where_of(spec), "periods");
}

}  // namespace
}  // namespace perennial::timeline
