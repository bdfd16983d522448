// Funnels against their naive twin, on random questions and histories.

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "timeline/funnel_twin.h"

namespace perennial::timeline {
namespace {

using Random = std::mt19937_64;

int pick(Random& random, int from, int to) {
  return std::uniform_int_distribution<int>(from, to)(random);
}
bool chance(Random& random, int percent) { return pick(random, 1, 100) <= percent; }

TestSelector one_of(uint32_t names) {
  return [names](const TestEvent& event) { return (names >> event.name & 1) != 0; };
}

constexpr int kNames = 6;
constexpr uint32_t kGroups = 4;

void pick_kind(Random& random, FunnelSpec& spec) {
  spec.order = static_cast<FunnelOrder>(pick(random, 0, 2));
  spec.strict_any = chance(random, 50);
  spec.semantics = static_cast<FunnelSemantics>(pick(random, 0, 2));
  if (spec.semantics != FunnelSemantics::kPerDay && chance(random, 40)) {
    spec.count = FunnelCount::kTotals;
  }
  if (chance(random, 50)) {
    // So often that the fast way is tried too.
    spec.order = FunnelOrder::kOrdered;
    if (spec.semantics == FunnelSemantics::kPerDay) spec.semantics = FunnelSemantics::kLatestEntry;
    spec.count = FunnelCount::kPeople;
  } else if (spec.order == FunnelOrder::kOrdered && chance(random, 60)) {
    for (int x = pick(random, 1, 3); x > 0; --x) {
      const int from = pick(random, 0, spec.steps - 2);
      spec.exclusions.push_back({from, pick(random, from + 1, spec.steps - 1)});
    }
  }
}

TwinFunnel random_funnel(Random& random) {
  TwinFunnel out;
  FunnelSpec& spec = out.spec;
  spec.steps = pick(random, 2, 5);
  spec.window_seconds = static_cast<Second>(pick(random, 1, 30));
  pick_kind(random, spec);
  if (chance(random, 20)) spec.session_gap_seconds = static_cast<Second>(pick(random, 1, 6));
  spec.held = chance(random, 25);
  if (spec.semantics == FunnelSemantics::kPerDay || chance(random, 50)) {
    spec.periods = Periods({5, 15, 16, 30});
  }
  spec.breakdown = static_cast<FunnelBreakdown>(pick(random, 0, 4));
  spec.breakdown_step = pick(random, 0, spec.steps - 1);
  spec.times = chance(random, 80);
  const bool overlap = chance(random, 40);  // steps that one event fits
  for (int step = 0; step < spec.steps; ++step) {
    uint32_t names = uint32_t{1} << step;
    if (overlap) names = static_cast<uint32_t>(pick(random, 1, (1 << kNames) - 1));
    out.selectors.push_back(one_of(names));
  }
  // What is not told apart in the twin: which step an event fills.
  if (overlap && spec.order == FunnelOrder::kAny && spec.breakdown == FunnelBreakdown::kStep) {
    spec.breakdown = FunnelBreakdown::kFirstTouch;
  }
  for (size_t x = 0; x < spec.exclusions.size(); ++x) {
    out.selectors.push_back(
        one_of(chance(random, 50) ? 1 << 5 : static_cast<uint32_t>(pick(random, 1, 63))));
  }
  if (spec.uses_any()) out.selectors.push_back(one_of(63));
  return out;
}

std::vector<History> random_people(Random& random, int most_events) {
  std::vector<History> people(static_cast<size_t>(pick(random, 1, 40)));
  const int last = pick(random, 3, 40);
  for (History& history : people) {
    for (int n = pick(random, 0, most_events); n > 0; --n) {
      history.push_back({.at = static_cast<Second>(pick(random, 0, last)),
                         .name = static_cast<uint32_t>(pick(random, 0, kNames - 1)),
                         .group = static_cast<uint32_t>(pick(random, 0, kGroups)),
                         .held = static_cast<uint32_t>(pick(random, 0, 2))});
    }
  }
  return people;
}

uint32_t group_of(const FunnelSpec& spec, const TwinAttempt& attempt, uint32_t persons) {
  switch (spec.breakdown) {
    case FunnelBreakdown::kNone:
      return 0;
    case FunnelBreakdown::kPerson:
      return persons;
    case FunnelBreakdown::kStep:
      for (size_t i = 0; i < attempt.events.size(); ++i) {
        if (spec.order == FunnelOrder::kAny ? attempt.events[i].steps.contains(spec.breakdown_step)
                                            : i == static_cast<size_t>(spec.breakdown_step)) {
          return attempt.events[i].group;
        }
      }
      return 0;
    case FunnelBreakdown::kFirstTouch:
      for (const TwinEvent& event : attempt.events) {
        if (event.group != 0) return event.group;
      }
      return 0;
    case FunnelBreakdown::kLastTouch:
      for (size_t i = attempt.events.size(); i-- > 0;) {
        if (attempt.events[i].group != 0) return attempt.events[i].group;
      }
      return 0;
  }
  return 0;
}

// The naive table of one row, with the people behind each number.
struct Naive {
  struct Cell {
    uint64_t count = 0;
    Crowd people{};
    void add(uint32_t person) {
      ++count;
      people.add(person);
    }
  };
  explicit Naive(const FunnelSpec& spec)
      : steps(static_cast<size_t>(spec.steps)),
        total(2 * steps),
        periods(spec.periods ? static_cast<size_t>(spec.periods->size()) : 0, total),
        times(steps),
        bins(steps * kFunnelTimeBins.size()) {}

  void add_total(uint32_t person, const TwinAttempt& attempt) {
    add(total, person, attempt);
    const auto& events = attempt.events;
    for (size_t s = 1; s < events.size(); ++s) took(person, s, events[s].at() - events[s - 1].at());
    if (events.size() == steps) took(person, 0, events.back().at() - events[0].at());
  }
  void add(std::vector<Cell>& cells, uint32_t person, const TwinAttempt& attempt) {
    for (size_t s = 0; s < attempt.events.size(); ++s) cells[s].add(person);
    cells[steps + attempt.events.size() - 1].add(person);
  }
  void took(uint32_t person, size_t step, Second seconds) {
    times[step].push_back(seconds);
    size_t bin = 0;
    while (bin + 1 < kFunnelTimeBins.size() && kFunnelTimeBins[bin + 1] <= seconds) ++bin;
    bins[step * kFunnelTimeBins.size() + bin].add(person);
  }

  size_t steps;
  std::vector<Cell> total;  // reached, then dropped
  std::vector<std::vector<Cell>> periods;
  std::vector<std::vector<Second>> times;
  std::vector<Cell> bins;
};

double naive_percentile(std::vector<Second> values, double share) {
  std::ranges::sort(values);
  const double rank = share * static_cast<double>(values.size() - 1);
  const auto low = static_cast<size_t>(rank + 1e-9);
  const double part = std::max(0.0, rank - static_cast<double>(low));
  const double next = values[std::min(low + 1, values.size() - 1)];
  return values[low] + (next - values[low]) * part;
}

class Comparison {
 public:
  Comparison(const TwinFunnel& funnel, TestBucket& bucket, std::vector<uint32_t> groups)
      : funnel_(funnel), bucket_(bucket), slice_(bucket.slice(funnel.selectors)) {
    groups.resize(kBucketPeople);
    // A fifth of them is not asked about.
    for (uint32_t person = 0; person < bucket.people().size(); ++person) {
      if (person % 5 != 4) who_.add(person);
    }
    slice_.who = who_;
    groups_ = groups;
  }

  // Counted in one pass over all groups.
  Funnel of_all_groups(const FunnelSpec& spec,
                       const std::vector<std::pair<uint32_t, uint64_t>>& sizes) {
    FunnelSpec every = spec;
    uint32_t most = 0;
    for (const auto& [code, people] : sizes) most = std::max(most, code);
    every.shown.clear();
    for (uint32_t code = 0; code <= most; ++code) every.shown.push_back(code);
    EXPECT_TRUE(check(every));
    Funnel out(every), other(every);
    out.add(half_slice(1));
    other.add(half_slice(0));
    out.merge(other);
    out.keep_largest(2);
    EXPECT_EQ(out.spec().shown, spec.shown);
    return out;
  }

  void run() {
    FunnelSpec spec = funnel_.spec;
    const std::vector<std::pair<uint32_t, uint64_t>> sizes = naive_sizes();
    if (spec.breakdown != FunnelBreakdown::kNone) {
      FunnelSizes half(spec), other(spec);
      half.add(half_slice(0));
      other.add(half_slice(1));
      half.merge(other);
      const auto top = half.top(2);
      ASSERT_TRUE(top);
      std::vector<uint32_t> expected;
      for (size_t i = 0; i < std::min<size_t>(2, sizes.size()); ++i) {
        expected.push_back(sizes[i].first);
      }
      ASSERT_EQ(*top, expected);
      spec.shown = *top;
    }
    ASSERT_TRUE(check(spec)) << check(spec).error().text();
    Funnel whole(spec), a(spec), b(spec);
    whole.add(slice_);
    a.add(half_slice(0));
    b.add(half_slice(1));
    Funnel ab = a, ba = b;
    ab.merge(b);
    ba.merge(a);
    const size_t groups = spec.breakdown == FunnelBreakdown::kNone ? 0 : spec.shown.size() + 1;
    Funnel few = whole;
    if (spec.breakdown != FunnelBreakdown::kNone) few = of_all_groups(spec, sizes);
    for (const Funnel* each : {&whole, &ab, &ba, &few}) {
      const FunnelTable table = each->finish();
      ASSERT_EQ(table.groups.size(), groups);
      compare(*each, table.all, -1);
      for (size_t g = 0; g < groups; ++g) compare(*each, table.groups[g], static_cast<int>(g));
    }
    compare_traces(whole);
  }

 private:
  Slice half_slice(uint32_t odd) const {
    Slice out = slice_;
    out.who = {};
    who_.for_each([&](uint32_t person) {
      if (person % 2 == odd) out.who.add(person);
    });
    return out;
  }
  std::vector<std::pair<uint32_t, uint64_t>> naive_sizes() const {
    std::map<uint32_t, uint64_t> sizes;
    who_.for_each([&](uint32_t person) {
      for (const TwinAttempt& attempt : Twin(funnel_, bucket_.people()[person]).total()) {
        ++sizes[group_of(funnel_.spec, attempt, groups_[person])];
      }
    });
    std::vector<std::pair<uint32_t, uint64_t>> out(sizes.begin(), sizes.end());
    std::ranges::stable_sort(out, [](const auto& x, const auto& y) { return x.second > y.second; });
    return out;
  }

  Naive naive(const FunnelSpec& spec, int group) const {
    Naive out(spec);
    const auto in_group = [&](const TwinAttempt& attempt, uint32_t person) {
      if (group < 0) return true;
      const auto place = std::ranges::find(spec.shown, group_of(spec, attempt, groups_[person]));
      return place - spec.shown.begin() == group;
    };
    who_.for_each([&](uint32_t person) {
      const Twin twin(funnel_, bucket_.people()[person]);
      for (const TwinAttempt& attempt : twin.total()) {
        if (in_group(attempt, person)) out.add_total(person, attempt);
      }
      for (size_t p = 0; p < out.periods.size(); ++p) {
        for (const TwinAttempt& attempt : twin.in_period(static_cast<int>(p))) {
          if (in_group(attempt, person)) out.add(out.periods[p], person, attempt);
        }
      }
    });
    return out;
  }

  void compare_cell(const Funnel& funnel, const FunnelCell& cell, uint64_t count,
                    const Naive::Cell& expected) const {
    EXPECT_EQ(count, expected.count);
    Crowd people;
    funnel.collect(slice_, cell, people);
    EXPECT_EQ(people, expected.people);
    if (funnel.spec().count == FunnelCount::kPeople) {
      EXPECT_EQ(people.size(), count);
    }
  }

  void compare(const Funnel& funnel, const FunnelRow& row, int group) const {
    const FunnelSpec& spec = funnel.spec();
    const Naive expected = naive(spec, group);
    const auto steps = static_cast<size_t>(spec.steps);
    const auto compare_levels = [&](const std::vector<uint64_t>& reached,
                                    const std::vector<Naive::Cell>& cells, int period) {
      ASSERT_EQ(reached.size(), steps);
      for (size_t s = 0; s < steps; ++s) {
        FunnelCell cell{.step = static_cast<int>(s), .group = group, .period = period};
        compare_cell(funnel, cell, reached[s], cells[s]);
        cell.what = FunnelCell::What::kDropped;
        const uint64_t next = s + 1 < steps ? reached[s + 1] : 0;
        compare_cell(funnel, cell, reached[s] - next, cells[steps + s]);
      }
    };
    compare_levels(row.reached, expected.total, -1);
    ASSERT_EQ(row.trend.size(), expected.periods.size());
    for (size_t p = 0; p < row.trend.size(); ++p) {
      compare_levels(row.trend[p], expected.periods[p], static_cast<int>(p));
    }
    ASSERT_EQ(row.times.size(), spec.times ? steps : 0);
    for (size_t s = 0; s < row.times.size(); ++s) {
      compare_times(row.times[s], expected.times[s]);
      for (size_t bin = 0; bin < kFunnelTimeBins.size(); ++bin) {
        const FunnelCell cell{.what = FunnelCell::What::kTook,
                              .step = static_cast<int>(s),
                              .group = group,
                              .bin = static_cast<int>(bin)};
        compare_cell(funnel, cell, row.times[s].histogram[bin],
                     expected.bins[s * kFunnelTimeBins.size() + bin]);
      }
    }
  }

  static void compare_times(const FunnelTimes& times, const std::vector<Second>& expected) {
    ASSERT_EQ(times.count, expected.size());
    if (expected.empty()) {
      EXPECT_TRUE(std::isnan(times.mean) && std::isnan(times.median) && std::isnan(times.min));
      return;
    }
    double sum = 0;
    for (Second value : expected) sum += value;
    EXPECT_DOUBLE_EQ(times.mean, sum / static_cast<double>(expected.size()));
    EXPECT_EQ(times.min, *std::ranges::min_element(expected));
    EXPECT_EQ(times.max, *std::ranges::max_element(expected));
    EXPECT_NEAR(times.p10, naive_percentile(expected, 0.1), 1e-6);
    EXPECT_NEAR(times.median, naive_percentile(expected, 0.5), 1e-6);
    EXPECT_NEAR(times.p99, naive_percentile(expected, 0.99), 1e-6);
  }

  void compare_traces(const Funnel& funnel) const {
    const FunnelSpec& spec = funnel.spec();
    for (uint32_t person = 0; person < bucket_.people().size(); ++person) {
      const Twin twin(funnel_, bucket_.people()[person]);
      std::vector<TwinAttempt> expected;
      if (spec.semantics == FunnelSemantics::kPerDay) {
        for (int p = 0; p < spec.periods->size(); ++p) {
          for (const TwinAttempt& attempt : twin.in_period(p)) expected.push_back(attempt);
        }
      } else {
        expected = twin.total();
      }
      std::ranges::stable_sort(expected, {}, [](const auto& a) { return a.events[0].key; });
      const std::vector<FunnelTrace> traces = funnel.trace(slice_, person);
      if (expected.empty()) {
        ASSERT_EQ(traces.size(), 1u);
        EXPECT_EQ(traces[0].stop, FunnelTrace::Stop::kNoEntry);
        EXPECT_TRUE(traces[0].filled.empty());
        continue;
      }
      ASSERT_EQ(traces.size(), expected.size());
      for (size_t i = 0; i < traces.size(); ++i) compare_trace(spec, traces[i], expected[i]);
    }
  }
  static void compare_trace(const FunnelSpec& spec, const FunnelTrace& trace,
                            const TwinAttempt& expected) {
    ASSERT_EQ(trace.filled.size(), expected.events.size());
    std::set<int> steps;
    for (size_t i = 0; i < trace.filled.size(); ++i) {
      const FunnelTrace::Filled& filled = trace.filled[i];
      const TwinEvent& event = expected.events[i];
      EXPECT_EQ(uint64_t{filled.at} << 8 | filled.tie, event.key);
      EXPECT_TRUE(event.steps.contains(filled.step));
      if (spec.order != FunnelOrder::kAny) {
        EXPECT_EQ(filled.step, static_cast<int>(i));
      }
      steps.insert(filled.step);
    }
    EXPECT_EQ(steps.size(), trace.filled.size());
    EXPECT_EQ(trace.stop == FunnelTrace::Stop::kCompleted,
              trace.filled.size() == static_cast<size_t>(spec.steps));
    EXPECT_NE(trace.stop, FunnelTrace::Stop::kNoEntry);
    if (spec.order != FunnelOrder::kStrict && spec.exclusions.empty()) {
      EXPECT_NE(trace.stop, FunnelTrace::Stop::kExclusion);
    }
  }

  const TwinFunnel& funnel_;
  TestBucket& bucket_;
  Slice slice_;
  Crowd who_;
  std::vector<uint32_t> groups_;
};

void compare_rounds(uint64_t seed, int rounds, int most_events) {
  for (int round = 0; round < rounds; ++round) {
    const uint64_t one = seed + static_cast<uint64_t>(round);
    SCOPED_TRACE("seed " + std::to_string(one));
    Random random(one);
    const TwinFunnel funnel = random_funnel(random);
    TestBucket bucket(random_people(random, most_events));
    std::vector<uint32_t> groups;
    for (uint32_t i = 0; i < kBucketPeople; ++i) {
      groups.push_back(static_cast<uint32_t>(pick(random, 0, kGroups)));
    }
    bucket.set_groups(groups);
    Comparison(funnel, bucket, groups).run();
    if (testing::Test::HasFailure()) return;
  }
}

TEST(FunnelRandom, AgreesWithItsTwin) { compare_rounds(1'000'000, 800, 8); }
TEST(FunnelRandom, AgreesWithItsTwinOnLongerHistories) { compare_rounds(2'000'000, 120, 14); }
TEST(FunnelRandom, AgreesWithItsTwinOnFreshSeeds) {
  compare_rounds(std::random_device()(), 200, 8);
}

}  // namespace
}  // namespace perennial::timeline
