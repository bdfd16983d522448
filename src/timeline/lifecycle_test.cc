#include "timeline/lifecycle.h"

#include <map>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "timeline/lifecycle_active.h"
#include "timeline/lifecycle_stickiness.h"
#include "timeline/retention_testing.h"
#include "timeline/testing.h"

namespace perennial::timeline {
namespace {

constexpr Second kDay = 86'400;
constexpr Second kStart = 1'767'225'600;  // 2026-01-01T00:00:00Z

TestSelector any() {
  return [](const TestEvent&) { return true; };
}

Periods days(int count, Second from = kStart, Second width = kDay) {
  std::vector<Second> borders;
  for (int i = 0; i <= count; ++i) borders.push_back(from + static_cast<Second>(i) * width);
  return Periods(std::move(borders));
}

History on_days(std::initializer_list<int> list) {
  History out;
  for (int day : list) {
    TestEvent event;
    event.at = static_cast<Second>(int64_t{kStart} + int64_t{day} * kDay + 60);
    out.push_back(event);
  }
  return out;
}

Periods random_periods(Random& random, uint32_t count) {
  std::vector<Second> borders{kStart};
  for (uint32_t i = 0; i < count; ++i)
    borders.push_back(borders.back() + 1 + below(random, 4 * kDay));
  return Periods(std::move(borders));
}

// How many events of a person each period holds, by trying them all. -1: before the first.
std::map<int, uint32_t> slow_counts(const Periods& periods, const History& history) {
  std::map<int, uint32_t> out;
  for (const TestEvent& event : history) {
    if (event.name == 3) continue;
    if (event.at < periods.begin()) ++out[-1];
    for (int i = 0; i < periods.size(); ++i) {
      if (periods.from(i) <= event.at && event.at < periods.to(i)) ++out[i];
    }
  }
  return out;
}

// A bucket with groups of people, and a question about some of them.
struct Case {
  explicit Case(uint64_t seed, uint32_t count)
      : random(seed),
        periods(random_periods(random, count)),
        bucket(random_histories(random, 80, kStart - 3 * kDay, periods.end() + kDay)) {
    for (uint32_t i = 0; i < kBucketPeople; ++i) group.push_back(below(random, 5));
    bucket.set_groups(group);
    if (below(random, 3) != 0) {
      by = GroupBy::kPerson;
      for (uint32_t code : {3U, 0U, 4U}) {
        if (below(random, 2) == 0) groups.push_back(code);
      }
    }
    slice = bucket.slice({[](const TestEvent& event) { return event.name != 3; }}, &periods);
    for (int i = 0; i < 15; ++i) {
      const uint32_t person = below(random, 80);
      slice.who.words[person / 64] &= ~(uint64_t{1} << person % 64);
    }
  }
  int slot(uint32_t person) const {
    if (by == GroupBy::kNone) return 0;
    size_t i = 0;
    while (i < groups.size() && groups[i] != group[person]) ++i;
    return static_cast<int>(i);
  }
  int slots() const { return static_cast<int>(groups.size()) + 1; }
  template <class Each>
  void for_each(Each each) const {
    for (uint32_t person = 0; person < bucket.people().size(); ++person) {
      if (slice.who.has(person)) each(person, slow_counts(periods, bucket.people()[person]));
    }
  }
  std::pair<Slice, Slice> halves() {
    Slice half = slice, rest = slice;
    for (size_t i = 0; i < slice.who.words.size(); ++i) {
      const uint64_t some = random();
      half.who.words[i] &= some;
      rest.who.words[i] &= ~some;
    }
    return {half, rest};
  }

  Random random;
  Periods periods;
  TestBucket bucket;
  std::vector<uint32_t> group, groups;
  GroupBy by = GroupBy::kNone;
  Slice slice;
};

template <class Kernel, class Pick>
std::set<uint32_t> collected(const Kernel& kernel, const Slice& slice, const Pick& pick) {
  Crowd out;
  kernel.collect(slice, pick, out);
  return members(out);
}

template <class Kernel, class Spec>
void expect_merges(const Spec& spec, Case& one) {
  const auto [half, rest] = one.halves();
  Kernel whole(spec), a(spec), b(spec);
  whole.add(one.slice);
  a.add(half);
  b.add(rest);
  Kernel ab = a, ba = b;
  ab.merge(b);
  ba.merge(Kernel(spec));
  ba.merge(a);
  EXPECT_EQ(ab.finish(), whole.finish());
  EXPECT_EQ(ba.finish(), whole.finish());
}

template <class Spec>
std::string where(const Spec& spec) {
  const Result<void> result = check(spec);
  return result ? "" : result.error().where;
}

// ---- lifecycle

LifecycleTable lifecycle(const LifecycleSpec& spec, const Slice& slice) {
  Lifecycle kernel(spec);
  kernel.add(slice);
  return kernel.finish();
}

TEST(LifecycleTest, StagesOfAFewPeople) {
  // Day 0 is only compared with.
  TestBucket bucket({on_days({1, 2, 4}), on_days({0, 3}), on_days({-9, 1}), on_days({0, 1}), {}});
  LifecycleSpec spec;
  spec.periods = days(5);
  spec.now = kStart + 4 * kDay;
  ASSERT_EQ(where(spec), "");
  const LifecycleTable table = lifecycle(spec, bucket.slice({any()}, &spec.periods));
  ASSERT_EQ(table.rows, 4);
  EXPECT_EQ(table.all[0], (LifecycleRow{1, 1, 1, 1}));
  EXPECT_EQ(table.all[1], (LifecycleRow{0, 1, 0, 2}));
  EXPECT_EQ(table.all[2], (LifecycleRow{0, 0, 1, 1}));
  EXPECT_EQ(table.all[3], (LifecycleRow{0, 0, 1, 1}));
  EXPECT_EQ(table.complete, (std::vector<bool>{true, true, true, false}));
}

TEST(LifecycleTest, RandomHistoriesAgainstTheSlowTwin) {
  for (uint64_t seed : seeds(200)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Case one(seed, 2 + seed % 9);
    LifecycleSpec spec{.periods = one.periods, .by = one.by, .groups = one.groups};
    ASSERT_EQ(where(spec), "");
    std::map<std::tuple<int, int, int>, std::set<uint32_t>> expected;  // slot, row, stage
    one.for_each([&](uint32_t person, const std::map<int, uint32_t>& counts) {
      for (int period = 1; period < one.periods.size(); ++period) {
        const bool here = counts.contains(period), last = counts.contains(period - 1);
        const bool ever = !counts.empty() && counts.begin()->first < period;
        if (!here && !last) continue;
        const int stage = !here ? 3 : last ? 1 : ever ? 2 : 0;
        expected[{one.slot(person), period - 1, stage}].insert(person);
      }
    });
    Lifecycle kernel(spec);
    kernel.add(one.slice);
    const LifecycleTable table = kernel.finish();
    for (int row = 0; row < table.rows; ++row) {
      for (int stage = 0; stage < 4; ++stage) {
        std::set<uint32_t> all;
        for (int slot = 0; slot < one.slots(); ++slot) {
          const auto& set = expected[{slot, row, stage}];
          const LifecycleRow& cell =
              table.groups[static_cast<size_t>(slot)][static_cast<size_t>(row)];
          const uint64_t count[] = {cell.fresh, cell.returning, cell.resurrecting, cell.dormant};
          ASSERT_EQ(count[stage], set.size()) << slot << " " << row << " " << stage;
          const auto named_stage = static_cast<LifecycleStage>(stage);
          ASSERT_EQ(collected(kernel, one.slice, LifecyclePick{row, named_stage, slot}), set);
          all.insert(set.begin(), set.end());
        }
        ASSERT_EQ(
            collected(kernel, one.slice, LifecyclePick{row, static_cast<LifecycleStage>(stage)}),
            all);
      }
    }
    expect_merges<Lifecycle>(spec, one);
  }
}

TEST(LifecycleTest, CivilTime) {
  uint64_t seed = 1;
  for (const CivilCase& one : civil_cases()) {
    SCOPED_TRACE(one.text + " seed " + std::to_string(seed));
    Random random(seed++);
    LifecycleSpec spec;
    spec.periods = Periods::of(one.calendar.periods(one.period, one.span));
    TestBucket bucket(histories_at_borders(random, 200, spec.periods));
    auto number = [&](Second at) { return civil_number(one.calendar, one.period, at); };
    const int64_t first = number(spec.periods.begin());
    std::vector<LifecycleRow> expected(static_cast<size_t>(spec.periods.size()) - 1);
    for (const History& history : bucket.people()) {
      std::set<int64_t> active;
      for (const TestEvent& event : history) active.insert(number(event.at) - first);
      for (int64_t period = 1; period < spec.periods.size(); ++period) {
        LifecycleRow& row = expected[static_cast<size_t>(period) - 1];
        const bool last = active.contains(period - 1);
        if (!active.contains(period)) {
          row.dormant += last ? 1 : 0;
        } else if (last) {
          ++row.returning;
        } else if (*active.begin() < period) {
          ++row.resurrecting;
        } else {
          ++row.fresh;
        }
      }
    }
    EXPECT_EQ(lifecycle(spec, bucket.slice({any()}, &spec.periods)).all, expected);
  }
}

TEST(LifecycleTest, OnePersonWithManyEvents) {
  TestBucket bucket({busy_history(kStart, 1), {}, {{.at = kStart + 15'000}}});
  LifecycleSpec spec;
  spec.periods = days(11, kStart, 10'000);
  const LifecycleTable table = lifecycle(spec, bucket.slice({any()}, &spec.periods));
  EXPECT_EQ(table.all[0], (LifecycleRow{1, 1, 0, 0}));
  EXPECT_EQ(table.all[1], (LifecycleRow{0, 1, 0, 1}));
  EXPECT_EQ(table.all[8], (LifecycleRow{0, 1, 0, 0}));
  EXPECT_EQ(table.all[9], (LifecycleRow{0, 0, 0, 1}));
}

TEST(LifecycleTest, Limits) {
  LifecycleSpec spec;
  spec.periods = days(1);
  EXPECT_EQ(where(spec), "range");
  spec.periods = days(2);
  EXPECT_EQ(where(spec), "");
  spec.periods = days(kMaxPeriods);
  EXPECT_EQ(where(spec), "");
  spec.by = GroupBy::kPerson;
  for (uint32_t i = 0; i < 61; ++i) spec.groups.push_back(i);
  EXPECT_EQ(where(spec), "");  // 62 × 3,999 × 4
  spec.groups.push_back(61);
  EXPECT_EQ(where(spec), "range");
  spec.groups = {};
  spec.periods = days(kMaxPeriods + 1);
  EXPECT_EQ(where(spec), "range");
  spec.periods = days(9);
  spec.by = GroupBy::kEvent;
  EXPECT_EQ(where(spec), "breakdown");
}

// ---- stickiness

TEST(StickinessTest, OverTheRangeAndByWeek) {
  TestBucket bucket({on_days({0, 1, 2, 7}), on_days({0, 0, 0}), on_days({13, 14}), {}});
  StickinessSpec spec;
  spec.periods = days(14);
  spec.presence = true;
  spec.now = kStart + 8 * kDay;
  const Slice slice = bucket.slice({any()}, &spec.periods);
  Stickiness whole(spec);
  whole.add(slice);
  const StickinessRow row = whole.finish().all[0];
  EXPECT_EQ(row.people, 3U);
  EXPECT_EQ(row.active_periods, 6U);
  EXPECT_EQ(row.exactly, (std::vector<uint64_t>{2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(row.at_least, (std::vector<uint64_t>{3, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  spec.longer = days(2, kStart, 7 * kDay);
  Stickiness weekly(spec);
  weekly.add(slice);
  const StickinessTable table = weekly.finish();
  EXPECT_EQ(table.all[0].exactly, (std::vector<uint64_t>{1, 0, 1, 0, 0, 0, 0}));
  EXPECT_EQ(table.all[1].exactly, (std::vector<uint64_t>{2, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(table.complete, (std::vector<bool>{true, false}));
}

TEST(StickinessTest, RandomHistoriesAgainstTheSlowTwin) {
  for (uint64_t seed : seeds(200)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Case one(seed, 1 + seed % 20);
    StickinessSpec spec{.periods = one.periods, .longer = {}, .by = one.by, .groups = one.groups};
    spec.presence = below(one.random, 2) == 0;
    spec.min_count = spec.presence ? 1 : 1 + below(one.random, 3);
    if (below(one.random, 2) == 0) {
      spec.longer =
          days(1 + static_cast<int>(below(one.random, 6)),
               kStart - kDay + below(one.random, 4 * kDay), 1 + below(one.random, 9 * kDay));
    }
    ASSERT_EQ(where(spec), "");
    const int rows = spec.longer ? spec.longer->size() : 1;
    std::map<std::tuple<int, int, int>, std::set<uint32_t>> expected;  // slot, row, n
    one.for_each([&](uint32_t person, const std::map<int, uint32_t>& counts) {
      for (int row = 0; row < rows; ++row) {
        int n = 0;
        for (const auto& [period, count] : counts) {
          if (period < 0 || count < spec.min_count) continue;
          const Second begin = one.periods.from(period);
          if (!spec.longer || (spec.longer->from(row) <= begin && begin < spec.longer->to(row)))
            ++n;
        }
        expected[{one.slot(person), row, n}].insert(person);
      }
    });
    Stickiness kernel(spec);
    kernel.add(one.slice);
    const StickinessTable table = kernel.finish();
    for (int row = 0; row < rows; ++row) {
      const int most = static_cast<int>(table.all[static_cast<size_t>(row)].exactly.size());
      std::set<uint32_t> everyone;
      for (int slot = 0; slot < one.slots(); ++slot) {
        const StickinessRow& cells =
            table.groups[static_cast<size_t>(slot)][static_cast<size_t>(row)];
        std::set<uint32_t> at_least;
        for (int n = most; n >= 1; --n) {
          const auto& set = expected[{slot, row, n}];
          at_least.insert(set.begin(), set.end());
          const auto i = static_cast<size_t>(n) - 1;
          ASSERT_EQ(cells.exactly[i], set.size()) << slot << " " << row << " " << n;
          ASSERT_EQ(cells.at_least[i], at_least.size());
          ASSERT_EQ(collected(kernel, one.slice, StickinessPick{row, n, false, slot}), set);
          ASSERT_EQ(collected(kernel, one.slice, StickinessPick{row, n, true, slot}), at_least);
        }
        ASSERT_EQ(cells.people, at_least.size());
        everyone.insert(at_least.begin(), at_least.end());
      }
      ASSERT_EQ(table.all[static_cast<size_t>(row)].people, everyone.size());
      if (most > 0) {
        ASSERT_EQ(collected(kernel, one.slice, StickinessPick{row, 1, true}), everyone);
      }
    }
    expect_merges<Stickiness>(spec, one);
  }
}

TEST(StickinessTest, EveryCountUpToAllPeriods) {
  std::vector<History> people(kBucketPeople);
  for (int person = 0; person < static_cast<int>(kBucketPeople); ++person) {
    for (int day = 0; day < person; ++day) {
      TestEvent event;
      event.at = kStart + static_cast<Second>(day) * kDay;
      people[static_cast<size_t>(person)].push_back(event);
    }
  }
  TestBucket bucket(std::move(people));
  StickinessSpec spec;
  spec.periods = days(511);
  Stickiness kernel(spec);
  kernel.add(bucket.slice({any()}));
  EXPECT_EQ(kernel.finish().all[0].exactly, std::vector<uint64_t>(511, 1));
}

TEST(StickinessTest, OnePersonWithManyEvents) {
  TestBucket bucket({busy_history(kStart, 1), {}, {{.at = kStart + 15'000}}});
  StickinessSpec spec;
  spec.periods = days(10, kStart + 500, 10'000);
  for (const uint32_t least : {1U, kMaxActiveCount}) {
    for (const bool presence : {false, true}) {
      if (presence && least != 1) continue;
      spec.min_count = least;
      spec.presence = presence;
      Stickiness kernel(spec);
      kernel.add(bucket.slice({any()}, &spec.periods));
      const StickinessRow row = kernel.finish().all[0];
      EXPECT_EQ(row.exactly[9], 1U);
      EXPECT_EQ(row.people, least == 1 ? 2U : 1U);
      EXPECT_EQ(row.active_periods, least == 1 ? 11U : 10U);
    }
  }
}

TEST(StickinessTest, Limits) {
  StickinessSpec spec;
  spec.periods = days(kMaxPeriods);
  EXPECT_EQ(where(spec), "");
  spec.by = GroupBy::kPerson;
  for (uint32_t i = 0; i < kMaxShownGroups; ++i) spec.groups.push_back(i);
  EXPECT_EQ(where(spec), "");  // 201 × 4,000
  spec.groups.push_back(kMaxShownGroups);
  EXPECT_EQ(where(spec), "breakdown");
  spec.groups = {};
  spec.periods = days(kMaxPeriods + 1);
  EXPECT_EQ(where(spec), "range");
  spec.periods = days(9);
  spec.min_count = kMaxActiveCount;
  EXPECT_EQ(where(spec), "");
  spec.min_count = kMaxActiveCount + 1;
  EXPECT_EQ(where(spec), "minimum_count");
  spec.min_count = 0;
  EXPECT_EQ(where(spec), "minimum_count");
  spec.min_count = 2;
  spec.presence = true;
  EXPECT_EQ(where(spec), "minimum_count");
  spec.min_count = 1;
  spec.by = GroupBy::kEvent;
  EXPECT_EQ(where(spec), "breakdown");
}

// ---- active people

TEST(ActiveTest, DaysAndTrailingWindows) {
  TestBucket bucket({on_days({0, 6, 7}), on_days({8}), on_days({0}), {}});
  ActiveSpec spec;
  spec.periods = days(9);
  spec.lead = 6;
  spec.windows = {trailing_window(spec.periods, 6, 1), trailing_window(spec.periods, 6, 7)};
  spec.now = kStart + 8 * kDay;
  ASSERT_EQ(where(spec), "");
  ActivePeople kernel(spec);
  kernel.add(bucket.slice({any()}, &spec.periods));
  const ActiveTable table = kernel.finish();
  EXPECT_EQ(table.all.people, (std::vector<uint64_t>{1, 1, 1, 2, 1, 2}));
  EXPECT_EQ(table.complete, (std::vector<bool>{true, true, false}));
  EXPECT_EQ(table.ratio(table.all, 0, 1, 0), 0.5);
  EXPECT_EQ(ActivePeople(spec).finish().ratio({std::vector<uint64_t>(6)}, 0, 1, 0), std::nullopt);
}

TEST(ActiveTest, OnePersonWithManyEvents) {
  TestBucket bucket({busy_history(kStart, 1), {}, {{.at = kStart + 15'000}}});
  ActiveSpec spec;
  spec.periods = days(12, kStart, 10'000);
  spec.windows = {trailing_window(spec.periods, 0, 1), trailing_window(spec.periods, 0, 3)};
  ActivePeople kernel(spec);
  kernel.add(bucket.slice({any()}, &spec.periods));
  EXPECT_EQ(kernel.finish().all.people,
            (std::vector<uint64_t>{1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0,  //
                                   1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1}));
}

ActiveWindow random_window(Random& random, const Periods& periods, int lead) {
  if (below(random, 2) == 0) {
    return trailing_window(periods, lead, 1 + static_cast<int>(below(random, 12)));
  }
  return window_to_date(periods, lead,
                        days(1 + static_cast<int>(below(random, 9)), kStart - below(random, kDay),
                             1 + below(random, 9 * kDay)));
}

TEST(ActiveTest, RandomHistoriesAgainstTheSlowTwin) {
  for (uint64_t seed : seeds(200)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Case one(seed, 1 + seed % 30);
    ActiveSpec spec{.periods = one.periods, .windows = {}, .by = one.by, .groups = one.groups};
    spec.lead = static_cast<int>(below(one.random, static_cast<uint32_t>(one.periods.size())));
    for (uint32_t i = 1 + below(one.random, 3); i > 0; --i) {
      spec.windows.push_back(random_window(one.random, one.periods, spec.lead));
    }
    ASSERT_EQ(where(spec), "");
    ActivePeople kernel(spec);
    kernel.add(one.slice);
    const ActiveTable table = kernel.finish();
    for (int window = 0; window < table.windows; ++window) {
      for (int row = 0; row < table.rows; ++row) {
        const int from = spec.windows[static_cast<size_t>(window)][static_cast<size_t>(row)];
        std::map<int, std::set<uint32_t>> expected;  // slot
        std::set<uint32_t> all;
        one.for_each([&](uint32_t person, const std::map<int, uint32_t>& counts) {
          auto first = counts.lower_bound(from);
          if (first == counts.end() || first->first > spec.lead + row) return;
          expected[one.slot(person)].insert(person);
          all.insert(person);
        });
        for (int slot = 0; slot < one.slots(); ++slot) {
          ASSERT_EQ(table.at(table.groups[static_cast<size_t>(slot)], window, row),
                    expected[slot].size());
          ASSERT_EQ(collected(kernel, one.slice, ActivePick{window, row, slot}), expected[slot]);
        }
        ASSERT_EQ(table.at(table.all, window, row), all.size());
        ASSERT_EQ(collected(kernel, one.slice, ActivePick{window, row}), all);
      }
    }
    expect_merges<ActivePeople>(spec, one);
  }
}

// The last 7 days, and the week and the month so far, against days counted off the wall clock.
TEST(ActiveTest, CivilTime) {
  uint64_t seed = 1;
  for (const CivilCase& one : civil_cases()) {
    if (one.period != Period::kWeek) continue;
    SCOPED_TRACE(one.text + " seed " + std::to_string(seed));
    Random random(seed++);
    // From a first of a month or of a week, whichever is earlier, so that windows are whole.
    const Span span{
        std::min(one.calendar.start_of(Period::kWeek, one.span.from - Millis(8LL * kDay * 1000)),
                 one.calendar.start_of(Period::kMonth, one.span.from)),
        one.span.to};
    ActiveSpec spec;
    spec.periods = Periods::of(one.calendar.periods(Period::kDay, span));
    spec.lead = 7;
    const auto longer = [&](Period period) {
      return window_to_date(spec.periods, spec.lead,
                            Periods::of(one.calendar.periods(period, span)));
    };
    spec.windows = {trailing_window(spec.periods, spec.lead, 7), longer(Period::kWeek),
                    longer(Period::kMonth)};
    TestBucket bucket(histories_at_borders(random, 100, spec.periods));
    ActivePeople kernel(spec);
    kernel.add(bucket.slice({any()}, &spec.periods));
    const ActiveTable table = kernel.finish();
    for (int row = 0; row < table.rows; ++row) {
      const Second noon = spec.periods.from(spec.lead + row) + kDay / 2;
      const int64_t today = civil_number(one.calendar, Period::kDay, noon);
      uint64_t week = 0, this_week = 0, this_month = 0;
      for (const History& history : bucket.people()) {
        bool in[3] = {};
        for (const TestEvent& event : history) {
          const int64_t day = civil_number(one.calendar, Period::kDay, event.at);
          if (day > today || event.at < spec.periods.begin()) continue;
          auto same = [&](Period period) {
            return civil_number(one.calendar, period, event.at) ==
                   civil_number(one.calendar, period, noon);
          };
          in[0] |= day > today - 7;
          in[1] |= same(Period::kWeek);
          in[2] |= same(Period::kMonth);
        }
        week += in[0];
        this_week += in[1];
        this_month += in[2];
      }
      ASSERT_EQ(table.at(table.all, 0, row), week) << row;
      ASSERT_EQ(table.at(table.all, 1, row), this_week) << row;
      ASSERT_EQ(table.at(table.all, 2, row), this_month) << row;
    }
  }
}

TEST(ActiveTest, Limits) {
  ActiveSpec spec;
  spec.periods = days(10);
  EXPECT_EQ(where(spec), "windows");
  const ActiveWindow day = trailing_window(spec.periods, 0, 1);
  spec.windows.assign(kMaxActiveWindows, day);
  EXPECT_EQ(where(spec), "");
  spec.windows.push_back(day);
  EXPECT_EQ(where(spec), "windows");
  spec.windows = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 10}};  // after its own row
  EXPECT_EQ(where(spec), "windows");
  spec.windows = {{0, 1, 2, 3, 2, 5, 6, 7, 8, 9}};
  EXPECT_EQ(where(spec), "windows");
  spec.windows = {{-1, 1, 2, 3, 4, 5, 6, 7, 8, 9}};
  EXPECT_EQ(where(spec), "windows");
  spec.windows = {{0}};
  EXPECT_EQ(where(spec), "windows");
  spec.lead = 9;
  EXPECT_EQ(where(spec), "");
  spec.lead = 10;
  EXPECT_EQ(where(spec), "range");
  spec.lead = -1;
  EXPECT_EQ(where(spec), "range");
  spec.lead = 0;
  spec.windows = {day};
  spec.by = GroupBy::kEvent;
  EXPECT_EQ(where(spec), "breakdown");
  spec.by = GroupBy::kPerson;
  spec.periods = days(kMaxPeriods);
  spec.windows.assign(2, trailing_window(spec.periods, 0, 30));
  for (uint32_t i = 0; i < 124; ++i) spec.groups.push_back(i);
  EXPECT_EQ(where(spec), "");  // 125 × 2 × 4,000
  spec.groups.push_back(124);
  EXPECT_EQ(where(spec), "range");
}

}  // namespace
}  // namespace perennial::timeline
