#include "timeline/interval.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "timeline/testing.h"

namespace perennial::timeline {
namespace {

using Pairing = IntervalSpec::Pairing;
using Names = std::set<std::pair<size_t, uint32_t>>;  // bucket, person

struct World {
  std::vector<TestBucket> buckets;
  std::vector<std::vector<uint32_t>> groups;
  std::vector<Crowd> who;
  TestSelector a, b;
  IntervalSpec spec;

  Slice slice(size_t bucket) {
    buckets[bucket].set_groups(groups[bucket]);
    Slice slice = buckets[bucket].slice({a, b});
    slice.who &= who[bucket];
    return slice;
  }
};

World random_world(std::mt19937_64& random) {
  World world;
  auto below = [&](uint64_t n) { return static_cast<uint32_t>(random() % n); };
  std::vector<Second> borders;
  Second border = 80 + below(50);
  for (uint32_t i = 0, n = 2 + below(5); i < n; ++i, border += below(5) == 0 ? 0 : below(150)) {
    borders.push_back(border);
  }
  world.spec.periods = Periods(borders);
  world.spec.pairing = static_cast<Pairing>(below(2));
  world.spec.held = below(2) == 0;
  if (below(2) == 0) world.spec.max_seconds = 1 + below(100);
  world.spec.by = static_cast<GroupBy>(below(3));
  if (world.spec.by != GroupBy::kNone) world.spec.groups = {2, 0};
  for (Second edge = below(3); below(5) != 0; edge += 1 + below(30)) {
    world.spec.edges.push_back(edge);
  }
  world.a = [](const TestEvent& event) { return event.name != 2; };
  world.b = [](const TestEvent& event) { return event.name >= 2; };  // 3 is both
  if (below(3) == 0) world.b = world.a;
  for (int b = 0; b < 3; ++b) {
    std::vector<History> people(below(30));
    std::vector<uint32_t> groups;
    Crowd who;
    for (uint32_t person = 0; person < people.size(); ++person) {
      const uint32_t events = below(4) == 0 ? below(2) : below(30);
      for (uint32_t i = 0; i < events; ++i) {
        people[person].push_back({.at = 50 + below(600) / (1 + below(20)),
                                  .name = 1 + below(3),
                                  .group = below(4),
                                  .held = below(4)});
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

struct Pair {
  size_t bucket;
  uint32_t person, group;
  Second at, seconds;
};

// The slow twin: every A against every event of the person.
std::vector<Pair> pairs_of(const World& world) {
  std::vector<Pair> pairs;
  for (size_t b = 0; b < world.buckets.size(); ++b) {
    for (uint32_t p = 0; p < world.buckets[b].people().size(); ++p) {
      if (!world.who[b].has(p)) continue;
      const History& history = world.buckets[b].people()[p];
      for (size_t i = 0; i < history.size(); ++i) {
        if (!world.a(history[i])) continue;
        if (world.spec.held && history[i].held == 0) continue;
        for (size_t j = i + 1; j < history.size(); ++j) {
          if (world.spec.held && history[j].held != history[i].held) continue;
          if (world.b(history[j])) {
            const Second seconds = history[j].at - history[i].at;
            if (seconds > world.spec.max_seconds) break;
            const uint32_t group =
                world.spec.by == GroupBy::kEvent ? history[i].group : world.groups[b][p];
            pairs.push_back({b, p, group, history[i].at, seconds});
            break;
          }
          if (world.spec.pairing == Pairing::kLastStart && world.a(history[j])) break;
        }
      }
    }
  }
  return pairs;
}

size_t slot_of(const World& world, uint32_t group) {
  if (world.spec.by == GroupBy::kNone) return 0;
  return group == 2 ? 0 : group == 0 ? 1 : 2;
}

Names collected(World& world, const Interval& interval, const IntervalPick& pick) {
  Names names;
  for (size_t b = 0; b < world.buckets.size(); ++b) {
    Crowd crowd;
    interval.collect(world.slice(b), pick, crowd);
    crowd.for_each([&](uint32_t person) { names.insert({b, person}); });
  }
  return names;
}

uint64_t starts_of(const World& world, size_t slot, Second from, Second to) {
  uint64_t starts = 0;
  for (size_t b = 0; b < world.buckets.size(); ++b) {
    for (uint32_t p = 0; p < world.buckets[b].people().size(); ++p) {
      if (!world.who[b].has(p)) continue;
      for (const TestEvent& event : world.buckets[b].people()[p]) {
        const uint32_t group = world.spec.by == GroupBy::kEvent ? event.group : world.groups[b][p];
        if (slot_of(world, group) != slot) continue;
        starts += world.a(event) && event.at >= from && event.at < to ? 1 : 0;
      }
    }
  }
  return starts;
}

void expect_cell(World& world, const Interval& interval, const IntervalTable& table,
                 const std::vector<Pair>& pairs, size_t slot, size_t period) {
  const Periods& periods = world.spec.periods;
  const bool whole = period == table.periods;
  const Second from = whole ? periods.begin() : periods.from(static_cast<int>(period));
  const Second to = whole ? periods.end() : periods.to(static_cast<int>(period));
  const IntervalCell& cell = table.at(slot, period);
  std::vector<double> seconds;
  std::vector<uint64_t> bars(world.spec.edges.size() + 1);
  std::vector<Names> bar_names(bars.size());
  Names names;
  for (const Pair& pair : pairs) {
    if (slot_of(world, pair.group) != slot || pair.at < from || pair.at >= to) continue;
    seconds.push_back(pair.seconds);
    names.insert({pair.bucket, pair.person});
    size_t bar = 0;
    while (bar < world.spec.edges.size() && world.spec.edges[bar] <= pair.seconds) ++bar;
    ++bars[bar];
    bar_names[bar].insert({pair.bucket, pair.person});
  }
  EXPECT_EQ(cell.starts, starts_of(world, slot, from, to));
  ASSERT_EQ(cell.n, seconds.size());
  EXPECT_EQ(cell.people, names.size());
  EXPECT_EQ(collected(world, interval, {.slot = slot, .period = period, .bar = {}}), names);
  EXPECT_EQ(cell.bars, bars);
  for (size_t bar = 0; bar < bars.size(); ++bar) {
    EXPECT_EQ(cell.bar_people[bar], bar_names[bar].size());
    EXPECT_EQ(collected(world, interval, {.slot = slot, .period = period, .bar = bar}),
              bar_names[bar]);
  }
  if (seconds.empty()) return;
  std::ranges::sort(seconds);
  double sum = 0;
  for (double one : seconds) sum += one;
  EXPECT_DOUBLE_EQ(cell.mean, sum / static_cast<double>(seconds.size()));
  EXPECT_EQ(cell.min, seconds.front());
  EXPECT_EQ(cell.max, seconds.back());
  auto percentile = [&](double share) {
    const double place = share * (static_cast<double>(seconds.size()) - 1);
    const double low = seconds[static_cast<size_t>(std::floor(place))];
    const double high = seconds[static_cast<size_t>(std::ceil(place))];
    return low + (high - low) * (place - std::floor(place));
  };
  EXPECT_NEAR(cell.p25, percentile(0.25), 1e-9);
  EXPECT_NEAR(cell.median, percentile(0.5), 1e-9);
  EXPECT_NEAR(cell.p75, percentile(0.75), 1e-9);
  EXPECT_NEAR(cell.p90, percentile(0.9), 1e-9);
}

TEST(Interval, AgreesWithTheTwin) {
  for (uint64_t seed : seeds(200)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    World world = random_world(random);
    ASSERT_TRUE(check(world.spec));
    Interval all(world.spec), parts[2] = {all, all};
    for (size_t b = 0; b < world.buckets.size(); ++b) {
      all.add(world.slice(b));
      parts[random() % 2].add(world.slice(b));
    }
    parts[1].merge(parts[0]);
    const std::vector<Pair> pairs = pairs_of(world);
    for (const Interval* interval : {&all, &parts[1]}) {
      const IntervalTable table = interval->finish();
      EXPECT_TRUE(table.percentiles_exact);
      for (size_t i = 0; i < table.cells.size(); ++i) {
        const size_t slot = i / (table.periods + 1), period = i % (table.periods + 1);
        SCOPED_TRACE("slot " + std::to_string(slot) + ", period " + std::to_string(period));
        expect_cell(world, *interval, table, pairs, slot, period);
      }
    }
    if (HasFailure()) return;
  }
}

IntervalTable table_of(const IntervalSpec& spec, const History& history, const TestSelector& a,
                       const TestSelector& b) {
  TestBucket bucket({history});
  Interval interval(spec);
  interval.add(bucket.slice({a, b}));
  return interval.finish();
}

TEST(Interval, WorkedExample) {
  const TestSelector a = named(1), b = named(2);
  IntervalSpec spec{.periods = Periods({0, 1000}), .edges = {60, 120}};
  // A at 0, A at 100, B at 150: two intervals, or only that of the later A.
  const History aab = {{.at = 0, .name = 1}, {.at = 100, .name = 1}, {.at = 150, .name = 2}};
  EXPECT_EQ(table_of(spec, aab, a, b).at(0, 0).bars, (std::vector<uint64_t>{1, 0, 1}));
  spec.pairing = Pairing::kLastStart;
  EXPECT_EQ(table_of(spec, aab, a, b).at(0, 0).bars, (std::vector<uint64_t>{1, 0, 0}));
  // From one to the next, and never to itself.
  const TestSelector any = [](const TestEvent&) { return true; };
  for (Pairing pairing : {Pairing::kEveryStart, Pairing::kLastStart}) {
    spec.pairing = pairing;
    const IntervalTable next = table_of(spec, aab, any, any);
    EXPECT_EQ(next.at(0, 0).n, 2U);
    EXPECT_EQ(next.at(0, 0).max, 100U);
    EXPECT_EQ(next.at(0, 0).starts, 3U);
  }
  // In the same second the order of arrival decides.
  EXPECT_EQ(table_of(spec, {{.at = 5, .name = 1}, {.at = 5, .name = 2}}, a, b).at(0, 0).n, 1U);
  EXPECT_EQ(table_of(spec, {{.at = 5, .name = 2}, {.at = 5, .name = 1}}, a, b).at(0, 0).n, 0U);
  // The longest interval counts, one second more does not; B may lie behind the periods.
  spec.max_seconds = 1500;
  EXPECT_EQ(table_of(spec, {{.at = 9, .name = 1}, {.at = 1509, .name = 2}}, a, b).at(0, 0).n, 1U);
  EXPECT_EQ(table_of(spec, {{.at = 9, .name = 1}, {.at = 1510, .name = 2}}, a, b).at(0, 0).n, 0U);
}

TEST(Interval, OneBusyPersonIsNoTrouble) {
  History history;
  for (uint32_t i = 0; i < 100'000; ++i) {
    history.push_back({.at = i / 3, .name = 1 + i % 2, .held = 1 + i});
  }
  IntervalSpec spec{.held = true, .periods = Periods({0, 100'000})};
  EXPECT_EQ(table_of(spec, history, named(1), named(2)).at(0, 0).n, 0U);
  for (TestEvent& event : history) event.held = 1 + event.held / 1000;
  EXPECT_GT(table_of(spec, history, named(1), named(2)).at(0, 0).n, 49'000U);
}

TEST(Interval, TurnsToSketchesBeyondTheLimit) {
  History history;
  for (uint32_t i = 0; i <= 50'000; ++i) history.push_back({.at = i * 40, .name = 1});
  TestBucket bucket({history}), two({{{.at = 0, .name = 1}, {.at = 1000, .name = 1}}});
  IntervalSpec spec{.periods = Periods({0, 3'000'000})};
  Interval interval(spec);
  for (uint64_t i = 0; i < kMaxExactValues / 50'000; ++i) {
    interval.add(bucket.slice({named(1), named(1)}));
  }
  EXPECT_TRUE(interval.finish().percentiles_exact);
  interval.add(two.slice({named(1), named(1)}));
  const IntervalTable table = interval.finish();
  EXPECT_FALSE(table.percentiles_exact);
  EXPECT_EQ(table.at(0, 1).median, 40);
  EXPECT_EQ(table.at(0, 1).max, 1000U);
}

std::string where_of(const IntervalSpec& spec) {
  Result<void> result = check(spec);
  return result ? "" : result.error().where;
}

TEST(Interval, HasLimits) {
  IntervalSpec spec{.periods = Periods({0, 100})};
  EXPECT_EQ(where_of(spec), "");
  spec.max_seconds = kMaxInterval + 1;
  EXPECT_EQ(where_of(spec), "max_seconds");
  spec.max_seconds = 0;
  EXPECT_EQ(where_of(spec), "max_seconds");
  spec.max_seconds = 1;
  for (Second i = 0; i < kMaxIntervalEdges; ++i) spec.edges.push_back(i);
  EXPECT_EQ(where_of(spec), "");
  spec.edges.push_back(1000);
  EXPECT_EQ(where_of(spec), "edges");
  spec.edges = {5, 5};
  EXPECT_EQ(where_of(spec), "edges");
  spec.edges.clear();
  std::vector<Second> borders;
  for (Second i = 0; i <= kMaxIntervalCells / 4 - 1; ++i) borders.push_back(i);
  spec.by = GroupBy::kEvent;
  spec.groups = {1, 2, 3};
  spec.periods = Periods(borders);
  EXPECT_EQ(where_of(spec), "");
  for (Second i = 0; i < kMaxIntervalBars / kMaxIntervalCells - 1; ++i) spec.edges.push_back(i);
  EXPECT_EQ(where_of(spec), "");
  spec.edges.push_back(1000);
  EXPECT_EQ(where_of(spec), "periods");
  spec.edges.clear();
  borders.push_back(borders.back() + 1);
  spec.periods = Periods(borders);
  EXPECT_EQ(where_of(spec), "periods");
}

}  // namespace
}  // namespace perennial::timeline
