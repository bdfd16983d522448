#include "timeline/retention.h"

#include <map>
#include <optional>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "timeline/retention_testing.h"
#include "timeline/testing.h"

namespace perennial::timeline {
namespace {

using Time = RetentionSpec::Time;
using Counted = RetentionSpec::Counted;
using Of = RetentionPick::Of;
using State = RetentionState;

constexpr Second kDay = 86'400;
constexpr Second kStart = 1'767'225'600;  // 2026-01-01T00:00:00Z

TestSelector any() {
  return [](const TestEvent&) { return true; };
}

Periods days(int count, Second from = kStart) {
  std::vector<Second> borders;
  for (int i = 0; i <= count; ++i) borders.push_back(from + static_cast<Second>(i) * kDay);
  return Periods(std::move(borders));
}

TestEvent event(Second at, uint32_t name = 0) {
  TestEvent out;
  out.at = at;
  out.name = name;
  return out;
}

// ---- the slow twin: who is where, told by walking every history for every cell

struct Expected {
  std::map<std::pair<int, int>, std::set<uint32_t>> size;            // slot, cohort
  std::map<std::tuple<int, int, int>, std::set<uint32_t>> returned;  // slot, cohort, column
};

int slow_slot(const RetentionSpec& spec, uint32_t person_group, uint32_t event_group) {
  if (spec.by == GroupBy::kNone) return 0;
  const uint32_t code = spec.by == GroupBy::kPerson ? person_group : event_group;
  for (size_t i = 0; i < spec.groups.size(); ++i) {
    if (spec.groups[i] == code) return static_cast<int>(i);
  }
  return static_cast<int>(spec.groups.size());
}

int slow_period(const Periods& periods, Second at) {
  for (int i = 0; i < periods.size(); ++i) {
    if (periods.from(i) <= at && at < periods.to(i)) return i;
  }
  return -1;
}

// How many return events each period after the start holds.
std::map<int64_t, uint32_t> slow_counts(const RetentionSpec& spec, const History& history,
                                        size_t start, int cohort, const TestSelector& back) {
  std::map<int64_t, uint32_t> counts;
  int64_t origin = history[start].at;
  while (spec.cut_to_hour && origin % 3600 != int64_t{spec.hour_start}) --origin;
  for (size_t i = 0; i < history.size(); ++i) {
    if (!back(history[i])) continue;
    if (spec.time == Time::kRolling) {
      if (i > start) ++counts[(int64_t{history[i].at} - origin) / spec.step];
    } else if (int period = slow_period(spec.periods, history[i].at); period >= cohort) {
      ++counts[period - cohort];
    }
  }
  return counts;
}

bool slow_returned(const RetentionSpec& spec, const std::map<int64_t, uint32_t>& counts,
                   RetentionBracket bracket) {
  for (const auto& [period, count] : counts) {
    if (count < spec.min_count) continue;
    const bool own_excluded = period == 0 && bracket.to > 1 && !spec.own_period;
    if (spec.counted == Counted::kOn && period >= bracket.from && period < bracket.to) return true;
    if (spec.counted == Counted::kOnOrAfter && period >= bracket.from) return true;
    if (spec.counted == Counted::kOnOrBefore && period < bracket.to && !own_excluded) return true;
  }
  return false;
}

Expected slow(const RetentionSpec& spec, const std::vector<History>& people, const Crowd& who,
              const std::vector<uint32_t>& groups, const TestSelector& start,
              const TestSelector& back) {
  Expected out;
  const int cohorts = spec.cohorts == 0 ? spec.periods.size() : spec.cohorts;
  const auto brackets =
      spec.brackets.empty() ? single_brackets(spec.periods.size()) : spec.brackets;
  for (uint32_t person = 0; person < people.size(); ++person) {
    if (!who.has(person)) continue;
    const History& history = people[person];
    for (int cohort = 0; cohort < cohorts; ++cohort) {
      std::optional<size_t> first_in, first_ever;
      for (size_t i = 0; i < history.size(); ++i) {
        if (!start(history[i])) continue;
        if (!first_ever) first_ever = i;
        if (!first_in && slow_period(spec.periods, history[i].at) == cohort) first_in = i;
      }
      if (!first_in || (spec.first_time && first_in != first_ever)) continue;
      const int slot =
          slow_slot(spec, groups.empty() ? 0 : groups[person], history[*first_in].group);
      out.size[{slot, cohort}].insert(person);
      const auto counts = slow_counts(spec, history, *first_in, cohort, back);
      for (size_t j = 0; j < brackets.size(); ++j) {
        const bool reached =
            spec.time == Time::kRolling || cohort + brackets[j].from < spec.periods.size();
        if (reached && slow_returned(spec, counts, brackets[j])) {
          out.returned[{slot, cohort, static_cast<int>(j)}].insert(person);
        }
      }
    }
  }
  return out;
}

// ---- comparing

std::set<uint32_t> collected(const Retention& kernel, const Slice& slice, RetentionPick pick) {
  Crowd out;
  kernel.collect(slice, pick, out);
  return members(out);
}

void expect_slot(const Retention& kernel, const Slice& slice, const RetentionTable& table, int slot,
                 Expected& expected) {
  const RetentionGroup& group = table.groups[static_cast<size_t>(slot)];
  for (int c = 0; c < table.cohorts; ++c) {
    const auto& size = expected.size[{slot, c}];
    ASSERT_EQ(group.sizes[static_cast<size_t>(c)], size.size()) << "cohort " << c;
    ASSERT_EQ(collected(kernel, slice, {.of = Of::kSize, .cohort = c, .slot = slot}), size);
    for (int j = 0; j < table.columns; ++j) {
      const auto& back = expected.returned[{slot, c, j}];
      ASSERT_EQ(group.returned[table.at(c, j)], back.size()) << "cohort " << c << " column " << j;
      RetentionPick pick{.of = Of::kReturned, .cohort = c, .column = j, .slot = slot};
      ASSERT_EQ(collected(kernel, slice, pick), back);
      pick.of = Of::kNotReturned;
      std::set<uint32_t> lost = size;
      for (uint32_t person : back) lost.erase(person);
      ASSERT_EQ(collected(kernel, slice, pick), lost);
    }
  }
}

void expect_curve(const Retention& kernel, const Slice& slice, const RetentionTable& table,
                  Expected& expected) {
  for (int j = 0; j < table.columns; ++j) {
    RetentionRate rate;
    std::set<uint32_t> back, size;
    for (int c = 0; c < table.cohorts; ++c) {
      if (table.states[table.at(c, j)] != State::kComplete) continue;
      for (int slot = 0; slot < static_cast<int>(table.groups.size()); ++slot) {
        const auto& in_cell = expected.returned[{slot, c, j}];
        const auto& in_cohort = expected.size[{slot, c}];
        rate.returned += in_cell.size();
        rate.size += in_cohort.size();
        back.insert(in_cell.begin(), in_cell.end());
        size.insert(in_cohort.begin(), in_cohort.end());
      }
    }
    ASSERT_EQ(table.all.curve[static_cast<size_t>(j)], rate) << "column " << j;
    ASSERT_EQ(collected(kernel, slice, {.of = Of::kReturned, .cohort = -1, .column = j}), back);
    ASSERT_EQ(collected(kernel, slice, {.of = Of::kSize, .cohort = -1, .column = j}), size);
  }
}

RetentionTable table_of(const RetentionSpec& spec, const Slice& slice) {
  Retention kernel(spec);
  kernel.add(slice);
  return kernel.finish();
}

// The rows of a table without its cells that time does not reach.
std::vector<std::vector<uint64_t>> rows(const RetentionTable& table) {
  std::vector<std::vector<uint64_t>> out;
  for (int c = 0; c < table.cohorts; ++c) {
    std::vector<uint64_t>& row = out.emplace_back();
    for (int j = 0; j < table.columns; ++j) {
      if (table.states[table.at(c, j)] == State::kNone) break;
      row.push_back(table.all.returned[table.at(c, j)]);
    }
  }
  return out;
}

// ---- documented examples

TEST(RetentionTest, TwoPeopleOverElevenDays) {
  std::vector<History> people(2);
  for (Second day : {0U, 1U, 2U, 5U, 6U}) people[0].push_back(event(kStart + day * kDay + 3600));
  for (Second day : {1U, 2U, 3U, 6U}) people[1].push_back(event(kStart + day * kDay + 7200));
  TestBucket bucket(people);
  for (bool presence : {false, true}) {
    RetentionSpec spec;
    spec.periods = days(11);
    spec.first_time = false;
    spec.presence = presence;
    ASSERT_TRUE(check(spec));
    const auto triangle = rows(table_of(spec, bucket.slice({any(), any()}, &spec.periods)));
    EXPECT_EQ(triangle[0], (std::vector<uint64_t>{1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0}));
    EXPECT_EQ(triangle[1], (std::vector<uint64_t>{2, 2, 1, 0, 1, 2, 0, 0, 0, 0}));
    EXPECT_EQ(triangle[2], (std::vector<uint64_t>{2, 1, 0, 1, 2, 0, 0, 0, 0}));
    EXPECT_EQ(triangle[3], (std::vector<uint64_t>{1, 0, 0, 1, 0, 0, 0, 0}));
    EXPECT_EQ(triangle[4], (std::vector<uint64_t>(7)));
    EXPECT_EQ(triangle[10], (std::vector<uint64_t>(1)));
  }
}

TEST(RetentionTest, RollingDaysCutToTheHour) {
  const Second at_1759 = kStart + 17 * 3600 + 59 * 60;
  TestBucket bucket({{event(at_1759, 1), event(kStart + kDay + 17 * 3600, 2)}});
  RetentionSpec spec;
  spec.periods = days(1);
  spec.time = Time::kRolling;
  spec.brackets = single_brackets(3);
  const Slice slice = bucket.slice({named(1), named(2)});
  EXPECT_EQ(table_of(spec, slice).all.returned, (std::vector<uint64_t>{1, 0, 0}));
  spec.cut_to_hour = true;
  EXPECT_EQ(table_of(spec, slice).all.returned, (std::vector<uint64_t>{0, 1, 0}));
  // Where hours begin at a quarter past (Chatham's do), 17:59 belongs to the hour from 17:15.
  spec.hour_start = 900;
  EXPECT_EQ(table_of(spec, slice).all.returned, (std::vector<uint64_t>{1, 0, 0}));
}

TEST(RetentionTest, RollingCountsOnlyWhatComesAfterTheStart) {
  // Same second: only the later of two events can be the return.
  TestBucket bucket({{event(kStart, 2), event(kStart, 1)},
                     {event(kStart, 1), event(kStart, 2)},
                     {event(kStart, 1)}});
  RetentionSpec spec;
  spec.periods = days(1);
  spec.time = Time::kRolling;
  spec.brackets = single_brackets(1);
  EXPECT_EQ(table_of(spec, bucket.slice({named(1), named(2)})).all.returned[0], 1U);
  EXPECT_EQ(table_of(spec, bucket.slice({any(), any()})).all.returned[0], 2U);
  spec.time = Time::kCalendar;
  EXPECT_EQ(table_of(spec, bucket.slice({named(1), named(2)})).all.returned[0], 2U);
  EXPECT_EQ(table_of(spec, bucket.slice({any(), any()})).all.returned[0], 3U);
}

TEST(RetentionTest, FirstTimeLooksBeforeTheRange) {
  TestBucket bucket({{event(kStart - 1), event(kStart + 1)}, {event(kStart + kDay)}});
  RetentionSpec spec;
  spec.periods = days(3);
  for (bool presence : {false, true}) {
    spec.presence = presence;
    spec.first_time = true;
    const Slice slice = bucket.slice({any(), any()}, &spec.periods);
    EXPECT_EQ(table_of(spec, slice).all.sizes, (std::vector<uint64_t>{0, 1, 0}));
    spec.first_time = false;
    EXPECT_EQ(table_of(spec, slice).all.sizes, (std::vector<uint64_t>{1, 1, 0}));
  }
}

TEST(RetentionTest, CalendarStates) {
  RetentionSpec spec;
  spec.periods = days(4);
  spec.brackets = {{0, 1}, {1, 3}};
  spec.now = kStart + 2 * kDay + 1;
  const auto state = [&](int c, int j) { return Retention(spec).finish().states[c * 2 + j]; };
  EXPECT_EQ(state(0, 0), State::kComplete);
  EXPECT_EQ(state(1, 0), State::kComplete);
  EXPECT_EQ(state(2, 0), State::kIncomplete);
  EXPECT_EQ(state(3, 0), State::kNone);  // not begun
  EXPECT_EQ(state(0, 1), State::kIncomplete);
  EXPECT_EQ(state(1, 1), State::kIncomplete);
  EXPECT_EQ(state(2, 1), State::kNone);
  spec.now = kStart + 3 * kDay;
  EXPECT_EQ(state(0, 1), State::kComplete);  // over exactly now
  EXPECT_EQ(state(2, 0), State::kComplete);
  spec.now = kNever;
  EXPECT_EQ(state(1, 1), State::kComplete);
  EXPECT_EQ(state(2, 1), State::kIncomplete);  // reaches beyond the range
  EXPECT_EQ(state(3, 1), State::kNone);        // lies beyond it
}

TEST(RetentionTest, RollingStates) {
  RetentionSpec spec;
  spec.periods = days(2);
  spec.time = Time::kRolling;
  spec.brackets = {{0, 1}, {1, 2}};
  const auto state = [&](int c, int j) { return Retention(spec).finish().states[c * 2 + j]; };
  // The last one who can start on day 0 does so a second before its end.
  spec.now = kStart + 2 * kDay - 1;
  EXPECT_EQ(state(0, 0), State::kComplete);
  EXPECT_EQ(state(0, 1), State::kIncomplete);
  EXPECT_EQ(state(1, 1), State::kNone);
  spec.now -= 1;
  EXPECT_EQ(state(0, 0), State::kIncomplete);
  spec.now = kNever;
  EXPECT_EQ(state(1, 1), State::kComplete);
  spec.until = kStart + kDay;
  EXPECT_EQ(state(0, 0), State::kIncomplete);
  EXPECT_EQ(state(0, 1), State::kNone);
}

// ---- random differences

RetentionSpec random_spec(Random& random, Second from) {
  RetentionSpec spec;
  std::vector<Second> borders{from + below(random, kDay)};
  const uint32_t periods = 1 + below(random, 9);
  for (uint32_t i = 0; i < periods; ++i)
    borders.push_back(borders.back() + 1 + below(random, 5 * kDay));
  spec.periods = Periods(borders);
  spec.cohorts = static_cast<int>(below(random, periods + 1));
  spec.time = below(random, 3) == 0 ? Time::kRolling : Time::kCalendar;
  spec.counted = static_cast<Counted>(below(random, 3));
  spec.first_time = below(random, 2) == 0;
  spec.own_period = below(random, 2) == 0;
  if (below(random, 2) == 0) {
    int at = 0;
    for (uint32_t i = 1 + below(random, 5); i > 0; --i) {
      const int start = at + static_cast<int>(below(random, 2));
      at = start + 1 + static_cast<int>(below(random, 3));
      spec.brackets.push_back({start, at});
    }
  }
  spec.by = static_cast<GroupBy>(below(random, 3));
  for (uint32_t code = 0; spec.by != GroupBy::kNone && code < 6; ++code) {
    if (below(random, 2) == 0) spec.groups.push_back(code);
  }
  spec.presence =
      spec.time == Time::kCalendar && spec.by != GroupBy::kEvent && below(random, 2) == 0;
  spec.min_count = spec.presence ? 1 : 1 + below(random, 3);
  spec.step = 1 + below(random, 4 * kDay);
  spec.cut_to_hour = below(random, 2) == 0;
  spec.hour_start = below(random, 3600);
  spec.now = below(random, 2) == 0 ? kNever : from + below(random, 40 * kDay);
  return spec;
}

TestSelector random_selector(Random& random) {
  if (below(random, 3) == 0) return any();
  const uint32_t names = 1 + below(random, 15);  // as bits
  return [names](const TestEvent& event) { return (names >> event.name & 1) != 0; };
}

std::vector<uint32_t> random_groups(Random& random) {
  std::vector<uint32_t> groups(kBucketPeople);
  for (uint32_t& group : groups) group = below(random, 6);
  return groups;
}

TEST(RetentionTest, RandomHistoriesAgainstTheSlowTwin) {
  for (uint64_t seed : seeds(400)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const RetentionSpec spec = random_spec(random, kStart);
    ASSERT_TRUE(check(spec));
    TestBucket bucket(random_histories(random, 60, kStart - 3 * kDay, kStart + 40 * kDay));
    const std::vector<uint32_t> groups = random_groups(random);
    bucket.set_groups(groups);
    const TestSelector start = random_selector(random);
    const TestSelector back = below(random, 2) == 0 ? start : random_selector(random);
    Slice slice = bucket.slice({start, back}, &spec.periods);
    for (int i = 0; i < 10; ++i) {
      const uint32_t person = below(random, 60);
      slice.who.words[person / 64] &= ~(uint64_t{1} << person % 64);
    }
    Expected expected = slow(spec, bucket.people(), slice.who, groups, start, back);
    Retention kernel(spec);
    kernel.add(slice);
    const RetentionTable table = kernel.finish();
    for (int slot = 0; slot < static_cast<int>(table.groups.size()); ++slot) {
      expect_slot(kernel, slice, table, slot, expected);
    }
    expect_curve(kernel, slice, table, expected);
    ASSERT_FALSE(HasFatalFailure());
  }
}

TEST(RetentionTest, HalvesMergeToTheWholeInAnyOrder) {
  for (uint64_t seed : seeds(60)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const RetentionSpec spec = random_spec(random, kStart);
    TestBucket bucket(random_histories(random, 100, kStart, kStart + 40 * kDay));
    bucket.set_groups(random_groups(random));
    const Slice whole = bucket.slice({named(1), any()}, &spec.periods);
    Slice half = whole, rest = whole;
    for (uint32_t i = 0; i < kBucketPeople / 64; ++i) {
      const uint64_t some = random();
      half.who.words[i] &= some;
      rest.who.words[i] &= ~some;
    }
    Retention a(spec), b(spec), empty(spec);
    a.add(half);
    b.add(rest);
    Retention ab = a, ba = b;
    ab.merge(b);
    ba.merge(a);
    ba.merge(empty);
    EXPECT_EQ(ab.finish(), table_of(spec, whole));
    EXPECT_EQ(ba.finish(), ab.finish());
  }
}

// Presence and hits, both counted on borders that a calendar made, against numbers of days, weeks
// and months read off the wall clock of each event.
TEST(RetentionTest, CivilTime) {
  uint64_t seed = 1;
  for (const CivilCase& one : civil_cases()) {
    SCOPED_TRACE(one.text + " seed " + std::to_string(seed));
    Random random(seed++);
    const std::vector<Span> spans = one.calendar.periods(one.period, one.span);
    RetentionSpec spec;
    spec.periods = Periods::of(spans);
    spec.first_time = false;
    TestBucket bucket(histories_at_borders(random, 200, spec.periods));
    auto number = [&](Second at) { return civil_number(one.calendar, one.period, at); };
    const int64_t first = number(spec.periods.begin());
    const auto n = static_cast<size_t>(spec.periods.size());
    std::vector<uint64_t> sizes(n), back(n * n);
    for (const History& history : bucket.people()) {
      std::set<int64_t> starts, returns;
      for (const TestEvent& event : history) {
        const int64_t period = number(event.at) - first;
        if (period < 0 || period >= static_cast<int64_t>(n)) continue;
        if (event.name == 1) starts.insert(period);
        if (event.name != 3) returns.insert(period);
      }
      for (int64_t s : starts) {
        ++sizes[static_cast<size_t>(s)];
        for (int64_t r : returns) {
          if (r >= s) ++back[static_cast<size_t>(s) * n + static_cast<size_t>(r - s)];
        }
      }
    }
    auto not_3 = [](const TestEvent& event) { return event.name != 3; };
    for (bool presence : {false, true}) {
      spec.presence = presence;
      const auto table = table_of(spec, bucket.slice({named(1), not_3}, &spec.periods));
      EXPECT_EQ(table.all.sizes, sizes);
      EXPECT_EQ(table.all.returned, back);
    }
  }
}

// ---- borders and limits

TEST(RetentionTest, APersonWithManyEventsAndEmptyPeople) {
  Random random(7);
  std::vector<History> people(kBucketPeople);
  for (int i = 0; i < 100'000; ++i)
    people[511].push_back(event(kStart + below(random, 30 * kDay), below(random, 2)));
  people[0].push_back(event(kStart));
  TestBucket bucket(std::move(people));
  for (Time time : {Time::kCalendar, Time::kRolling}) {
    RetentionSpec spec;
    spec.periods = days(30);
    spec.time = time;
    spec.min_count = kMaxReturnCount;
    const RetentionTable table = table_of(spec, bucket.slice({any(), any()}));
    EXPECT_EQ(table.all.sizes[0], 2U);
    for (size_t j = 0; j + 1 < 30; ++j) EXPECT_EQ(table.all.returned[j], 1U) << j;
  }
  RetentionSpec spec;
  spec.periods = days(30, kStart + 100 * kDay);  // nothing there
  spec.first_time = false;
  const RetentionTable table = table_of(spec, bucket.slice({any(), any()}));
  EXPECT_EQ(table.all.sizes, std::vector<uint64_t>(30));
  EXPECT_EQ(table.all.returned, std::vector<uint64_t>(900));
}

TEST(RetentionTest, HalfOpenBorders) {
  TestBucket bucket({{event(kStart), event(kStart + kDay - 1), event(kStart + kDay)},
                     {event(kStart - 1), event(kStart + 2 * kDay)}});
  RetentionSpec spec;
  spec.periods = days(2);
  spec.first_time = false;
  spec.min_count = 2;
  const RetentionTable table = table_of(spec, bucket.slice({any(), any()}));
  EXPECT_EQ(table.all.sizes, (std::vector<uint64_t>{1, 1}));
  EXPECT_EQ(table.all.returned, (std::vector<uint64_t>{1, 0, 0, 0}));
}

std::string where(const RetentionSpec& spec) {
  const Result<void> result = check(spec);
  return result ? "" : result.error().where;
}

TEST(RetentionTest, Limits) {
  RetentionSpec good;
  good.periods = days(10);
  EXPECT_EQ(where(good), "");
  auto with = [&](auto change) {
    RetentionSpec spec = good;
    change(spec);
    return where(spec);
  };
  EXPECT_EQ(with([](auto& s) { s.periods = Periods(); }), "range");
  EXPECT_EQ(with([](auto& s) { s.cohorts = 10; }), "");
  EXPECT_EQ(with([](auto& s) { s.cohorts = 11; }), "range");
  EXPECT_EQ(with([](auto& s) { s.min_count = kMaxReturnCount; }), "");
  EXPECT_EQ(with([](auto& s) { s.min_count = kMaxReturnCount + 1; }), "minimum_count");
  EXPECT_EQ(with([](auto& s) { s.min_count = 0; }), "minimum_count");
  EXPECT_EQ(with([](auto& s) { s.brackets = {{0, kMaxPeriods}}; }), "");
  EXPECT_EQ(with([](auto& s) { s.brackets = {{0, kMaxPeriods + 1}}; }), "brackets");
  EXPECT_EQ(with([](auto& s) { s.brackets = {{0, 2}, {1, 3}}; }), "brackets");
  EXPECT_EQ(with([](auto& s) { s.brackets = {{2, 2}}; }), "brackets");
  EXPECT_EQ(with([](auto& s) { s.brackets = {{-1, 2}}; }), "brackets");
  auto rolling = [&](Second step, Second hour) {
    return with([&](auto& s) {
      s.time = Time::kRolling;
      s.step = step;
      s.hour_start = hour;
    });
  };
  EXPECT_EQ(rolling(kMaxRetentionStep, 3599), "");
  EXPECT_EQ(rolling(kMaxRetentionStep + 1, 0), "time");
  EXPECT_EQ(rolling(0, 0), "time");
  EXPECT_EQ(rolling(1, 3600), "time");
  good.presence = true;
  EXPECT_EQ(with([](auto&) {}), "");
  EXPECT_EQ(rolling(kDay, 0), "time");
  EXPECT_EQ(with([](auto& s) { s.min_count = 2; }), "minimum_count");
  EXPECT_EQ(with([](auto& s) { s.by = GroupBy::kEvent; }), "breakdown");
  EXPECT_EQ(with([](auto& s) { s.groups = {1}; }), "breakdown");
}

TEST(RetentionTest, LimitOfCells) {
  RetentionSpec spec;
  spec.periods = days(1999);
  EXPECT_EQ(where(spec), "");  // 1,999 × 2,000
  spec.periods = days(2000);
  EXPECT_EQ(where(spec), "columns");
  spec.cohorts = 1999;  // 1,999 × 2,001
  EXPECT_EQ(where(spec), "");
  spec.by = GroupBy::kPerson;
  EXPECT_EQ(where(spec), "");  // the others alone
  spec.groups = {1};
  EXPECT_EQ(where(spec), "columns");
  spec.periods = days(kMaxPeriods);
  spec.groups = {};
  spec.cohorts = 1;
  EXPECT_EQ(where(spec), "");
  spec.periods = days(kMaxPeriods + 1);
  EXPECT_EQ(where(spec), "range");
}

}  // namespace
}  // namespace perennial::timeline
