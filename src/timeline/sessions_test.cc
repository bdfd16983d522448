#include "timeline/sessions.h"

#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "timeline/testing.h"

namespace perennial::timeline {
namespace {

using What = SessionsCell::What;

// The slow twin: sessions one by one as the words of the header say, in sets and lists.
struct Visit {
  uint32_t person = 0, group = 0, seconds = 0, events = 0;
  int period = 0;
};

int index_in(const Periods& periods, Second at) {
  if (at < periods.begin()) return -1;
  int i = 0;
  while (i < periods.size() && periods.to(i) <= at) ++i;
  return i;
}

std::vector<Visit> visits(const SessionsSpec& spec, const std::vector<History>& people,
                          const Crowd& who, const std::vector<uint32_t>& groups) {
  std::vector<Visit> out;
  for (uint32_t person = 0; person < people.size(); ++person) {
    if (!who.has(person)) continue;
    std::vector<std::vector<Second>> sessions;
    for (const TestEvent& event : people[person]) {
      bool joins = !sessions.empty();
      if (joins) {
        const Second before = sessions.back().back();
        joins = event.at - before <= spec.rule.gap_seconds;
        if (spec.rule.days &&
            index_in(*spec.rule.days, before) != index_in(*spec.rule.days, event.at)) {
          joins = false;
        }
      }
      if (!joins) sessions.emplace_back();
      sessions.back().push_back(event.at);
    }
    for (const auto& session : sessions) {
      const int period = index_in(spec.periods, session.front());
      if (period < 0 || period == spec.periods.size()) continue;
      out.push_back({.person = person,
                     .group = groups.empty() ? 0 : groups[person],
                     .seconds = session.back() - session.front(),
                     .events = static_cast<uint32_t>(session.size()),
                     .period = period});
    }
  }
  return out;
}

// The group of the event with which each visit began, in place of the person's.
void group_by_event(std::vector<Visit>& all, const SessionsSpec& spec,
                    const std::vector<History>& people, const Crowd& who) {
  std::vector<uint32_t> groups;
  for (uint32_t person = 0; person < people.size(); ++person) {
    if (!who.has(person)) continue;
    Second before = 0;
    for (const TestEvent& event : people[person]) {
      const bool joins = before != 0 && event.at - before <= spec.rule.gap_seconds &&
                         (!spec.rule.days ||
                          index_in(*spec.rule.days, before) == index_in(*spec.rule.days, event.at));
      before = event.at;
      const int period = index_in(spec.periods, event.at);
      if (!joins && period >= 0 && period < spec.periods.size()) groups.push_back(event.group);
    }
  }
  ASSERT_EQ(groups.size(), all.size());
  for (size_t i = 0; i < all.size(); ++i) all[i].group = groups[i];
}

std::vector<double> slow_percentiles(std::vector<uint32_t> values,
                                     const std::vector<double>& percents) {
  std::vector<double> out;
  std::ranges::sort(values);
  for (double percent : percents) {
    if (values.empty()) break;
    const double place = percent / 100 * static_cast<double>(values.size() - 1);
    const auto i = static_cast<size_t>(place);
    const double above = i + 1 < values.size() ? values[i + 1] : values[i];
    out.push_back(values[i] + (above - values[i]) * (place - static_cast<double>(i)));
  }
  return out;
}

struct Expected {
  std::vector<uint32_t> seconds, events;
  std::set<uint32_t> people, bounced;
  uint64_t bounces = 0, all_events = 0, all_seconds = 0;
};

Expected expected_of(const std::vector<Visit>& all, auto fits) {
  Expected out;
  for (const Visit& visit : all) {
    if (!fits(visit)) continue;
    out.people.insert(visit.person);
    if (visit.events == 1) out.bounced.insert(visit.person);
    out.bounces += visit.events == 1 ? 1 : 0;
    out.seconds.push_back(visit.seconds);
    out.events.push_back(visit.events);
    out.all_events += visit.events;
    out.all_seconds += visit.seconds;
  }
  return out;
}

void expect_equal(const SessionsSpec& spec, const SessionFigures& figures, const Expected& slow,
                  bool percentiles = true) {
  EXPECT_EQ(figures.sessions, slow.seconds.size());
  EXPECT_EQ(figures.people, slow.people.size());
  EXPECT_EQ(figures.bounced_sessions, slow.bounces);
  EXPECT_EQ(figures.bounced_people, slow.bounced.size());
  EXPECT_EQ(figures.events, slow.all_events);
  EXPECT_EQ(figures.seconds, slow.all_seconds);
  if (!percentiles) return;
  EXPECT_EQ(figures.second_percentiles, slow_percentiles(slow.seconds, spec.percents));
  EXPECT_EQ(figures.event_percentiles, slow_percentiles(slow.events, spec.percents));
}

std::set<uint32_t> collected(const Sessions& kernel, const Slice& slice, const SessionsCell& cell) {
  Crowd crowd;
  kernel.collect(slice, cell, crowd);
  std::set<uint32_t> out;
  crowd.for_each([&](uint32_t person) { out.insert(person); });
  return out;
}

size_t slow_bar(const std::vector<uint32_t>& edges, uint64_t value) {
  size_t bar = SIZE_MAX;
  for (size_t i = 0; i < edges.size(); ++i) {
    if (value >= edges[i]) bar = i;
  }
  return bar;
}

void expect_bars(const SessionsSpec& spec, const Sessions& kernel, const SessionsTable& table,
                 const Slice& slice, const std::vector<Visit>& all) {
  auto compare = [&](const std::vector<SessionBar>& bars, const std::vector<uint32_t>& edges,
                     What what, auto value_of) {
    ASSERT_EQ(bars.size(), edges.size());
    for (size_t bar = 0; bar < bars.size(); ++bar) {
      const Expected slow = expected_of(
          all, [&](const Visit& visit) { return slow_bar(edges, value_of(visit)) == bar; });
      EXPECT_EQ(bars[bar].from, edges[bar]);
      EXPECT_EQ(bars[bar].sessions, slow.seconds.size());
      EXPECT_EQ(bars[bar].people, slow.people.size());
      EXPECT_EQ(collected(kernel, slice, {.what = what, .bar = bar}), slow.people);
    }
  };
  auto of_person = [&](const Visit& visit) {
    return static_cast<uint64_t>(std::ranges::count(all, visit.person, &Visit::person));
  };
  compare(table.second_bars, spec.second_bars, What::kSecondBar,
          [](const Visit& visit) { return visit.seconds; });
  compare(table.event_bars, spec.event_bars, What::kEventBar,
          [](const Visit& visit) { return visit.events; });
  compare(table.session_bars, spec.session_bars, What::kSessionBar, of_person);
}

void expect_groups(const SessionsSpec& spec, const Sessions& kernel, const SessionsTable& table,
                   const Slice& slice, const std::vector<Visit>& all) {
  std::vector<uint32_t> shown;
  std::set<uint32_t> left;
  for (const Visit& visit : all) left.insert(visit.group);
  for (const SessionGroup& group : table.groups) {
    SessionsCell cell{.group = group.group};
    if (!group.group) cell.none_of = shown;
    auto fits = [&](const Visit& visit) {
      return group.group ? visit.group == *group.group : left.contains(visit.group);
    };
    const Expected slow = expected_of(all, fits);
    expect_equal(spec, group.total, slow);
    EXPECT_EQ(collected(kernel, slice, cell), slow.people);
    for (cell.period = 0; cell.period < spec.periods.size(); ++cell.period) {
      const auto period = static_cast<size_t>(cell.period);
      const Expected part = expected_of(
          all, [&](const Visit& visit) { return fits(visit) && visit.period == cell.period; });
      expect_equal(spec, group.periods[period], part, false);
      EXPECT_EQ(collected(kernel, slice, cell), part.people);
    }
    if (!group.group) continue;
    for (uint32_t other : left) {  // nobody who was left out is larger
      if (other == *group.group) continue;
      EXPECT_LE(expected_of(all, [&](const Visit& v) { return v.group == other; }).people.size(),
                slow.people.size());
    }
    left.erase(*group.group);
    shown.push_back(*group.group);
  }
  EXPECT_EQ(shown.size() < table.groups.size(), !left.empty());
  EXPECT_LE(shown.size(), static_cast<size_t>(spec.max_groups));
}

void expect_all(const SessionsSpec& spec, const Sessions& kernel, const Slice& slice,
                const std::vector<Visit>& all) {
  const SessionsTable table = kernel.finish();
  EXPECT_FALSE(table.percentiles_too_large || table.groups_too_large);
  for (int period = -1; period < spec.periods.size(); ++period) {
    const Expected slow =
        expected_of(all, [&](const Visit& visit) { return period < 0 || visit.period == period; });
    expect_equal(spec, period < 0 ? table.total : table.periods[static_cast<size_t>(period)], slow);
    EXPECT_EQ(collected(kernel, slice, {.period = period}), slow.people);
    EXPECT_EQ(collected(kernel, slice, {.what = What::kBounced, .period = period}), slow.bounced);
  }
  expect_bars(spec, kernel, table, slice, all);
  expect_groups(spec, kernel, table, slice, all);
}

TEST(Sessions, AgreesWithTheSlowTwin) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  auto below = [&](uint64_t n) { return random() % n; };
  for (int round = 0; round < 150; ++round) {
    const Second base = 1'700'000'000, length = below(2) == 0 ? 600 : 200'000;
    std::vector<History> people(1 + below(40));
    std::vector<uint32_t> groups;
    for (History& history : people) {
      groups.push_back(static_cast<uint32_t>(below(6)));
      const uint64_t events = below(4) == 0 ? below(2) : below(30);
      for (uint64_t i = 0; i < events; ++i) {
        history.push_back({.at = base + static_cast<Second>(below(length)),
                           .group = static_cast<uint32_t>(below(5))});
      }
    }
    std::vector<Second> borders{base + static_cast<Second>(below(50))};
    for (uint64_t i = below(5) + 1; i > 0; --i) {
      borders.push_back(borders.back() + static_cast<Second>(below(length / 3)));
    }
    SessionsSpec spec;
    spec.rule.gap_seconds = below(2) == 0 ? 5 : 1'800;
    spec.periods = Periods(borders);
    if (below(2) == 0) {
      spec.rule.days = Periods({base + length / 4, base + length / 2, base + length / 4 * 3});
    }
    spec.by_group = true;
    spec.by_event = below(2) == 0;
    spec.max_groups = static_cast<int>(1 + below(7));
    ASSERT_TRUE(check(spec));

    TestBucket bucket(people);
    bucket.set_groups(groups);
    Slice slice = bucket.slice({[](const TestEvent&) { return true; }});
    if (below(3) == 0) slice.who.words[0] &= random();
    auto all = visits(spec, bucket.people(), slice.who, groups);
    if (spec.by_event) {
      group_by_event(all, spec, bucket.people(), slice.who);
      Sessions first(spec);
      first.add(slice);
      for (const SessionGroup& group : first.finish().groups) {
        if (group.group) spec.shown.push_back(*group.group);
      }
    }

    // In two halves, added up in either order.
    Sessions whole(spec), left(spec), right(spec), turned(spec);
    whole.add(slice);
    Slice low = slice, high = slice;
    low.who.words[0] &= 0xFFFF;
    high.who.remove(low.who);
    left.add(low);
    right.add(high);
    turned.merge(right);
    turned.merge(left);
    left.merge(right);
    for (const Sessions* kernel : {&whole, &left, &turned}) {
      expect_all(spec, *kernel, slice, all);
      if (HasFailure()) FAIL() << "round " << round;
    }
  }
}

TEST(Sessions, BordersOfTheGapAndOfMidnight) {
  SessionsSpec spec;
  spec.periods = Periods({0, 86'400, 172'800});
  TestBucket bucket({{{.at = 1'000}, {.at = 2'800}, {.at = 4'601}},  // 1800 joins, 1801 does not
                     {{.at = 86'399}, {.at = 86'400}}});
  const Slice slice = bucket.slice({[](const TestEvent&) { return true; }});
  Sessions over(spec);
  over.add(slice);
  EXPECT_EQ(over.finish().total.sessions, 3U);
  EXPECT_EQ(over.finish().total.seconds, 1'801U);
  EXPECT_EQ(over.finish().total.bounced_sessions, 1U);
  EXPECT_EQ(over.finish().periods[1].sessions, 0U);
  EXPECT_EQ(over.finish().total.bounce_share(), 1.0 / 3);
  spec.rule.days = spec.periods;
  Sessions cut(spec);
  cut.add(slice);
  EXPECT_EQ(cut.finish().total.sessions, 4U);
  EXPECT_EQ(cut.finish().periods[1].sessions, 1U);
}

TEST(Sessions, AnEmptyRangeAndNobody) {
  SessionsSpec spec;
  Sessions kernel(spec);  // periods of no length
  TestBucket bucket({{{.at = 5}}, {}});
  kernel.add(bucket.slice({[](const TestEvent&) { return true; }}));
  const SessionsTable table = kernel.finish();
  EXPECT_EQ(table.total.sessions, 0U);
  EXPECT_TRUE(table.total.second_percentiles.empty());
  EXPECT_EQ(table.total.mean_seconds(), 0);
}

TEST(Sessions, OnePersonWithManyEvents) {
  SessionsSpec spec;
  spec.periods = Periods({0, 100'000'000});
  History history;
  for (Second i = 0; i < 100'000; ++i) history.push_back({.at = i * 600});
  TestBucket bucket({history});
  Sessions kernel(spec);
  kernel.add(bucket.slice({[](const TestEvent&) { return true; }}));
  EXPECT_EQ(kernel.finish().total.sessions, 1U);
  EXPECT_EQ(kernel.finish().total.second_percentiles[2], 99'999 * 600.0);
  EXPECT_EQ(kernel.finish().total.event_percentiles[2], 100'000.0);
}

TEST(Sessions, LimitsOfTheSpec) {
  auto where = [](const SessionsSpec& spec) {
    const auto result = check(spec);
    return result ? std::string("ok") : result.error().where;
  };
  SessionsSpec spec;
  EXPECT_EQ(where(spec), "ok");
  spec.rule.gap_seconds = 0;
  EXPECT_EQ(where(spec), "gap_seconds");
  spec.rule.gap_seconds = kMaxSessionGap;
  EXPECT_EQ(where(spec), "ok");
  ++spec.rule.gap_seconds;
  EXPECT_EQ(where(spec), "gap_seconds");
  spec = {};
  spec.percents.assign(kMaxSessionPercentiles, 100);
  EXPECT_EQ(where(spec), "ok");
  spec.percents.push_back(100);
  EXPECT_EQ(where(spec), "percentiles");
  spec.percents = {100.5};
  EXPECT_EQ(where(spec), "percentiles");
  spec = {};
  spec.second_bars.clear();
  for (uint32_t i = 0; i < kMaxSessionBars; ++i) spec.second_bars.push_back(i);
  EXPECT_EQ(where(spec), "ok");
  spec.second_bars.push_back(99);
  EXPECT_EQ(where(spec), "duration_bars");
  spec.second_bars = {1, 1};
  EXPECT_EQ(where(spec), "duration_bars");
  spec = {};
  spec.max_groups = kMaxSessionGroups;
  EXPECT_EQ(where(spec), "ok");
  spec.max_groups = kMaxSessionGroups + 1;
  EXPECT_EQ(where(spec), "max_groups");
  spec = {};
  std::vector<Second> borders;
  borders.reserve(kMaxPeriods + 2);
  for (Second i = 0; i <= kMaxPeriods; ++i) borders.push_back(i);
  spec.periods = Periods(borders);
  EXPECT_EQ(where(spec), "ok");
  borders.push_back(kMaxPeriods + 1);
  spec.periods = Periods(borders);
  EXPECT_EQ(where(spec), "periods");
}

TEST(Sessions, TooManyGroupsAreRefusedAloud) {
  SessionsSpec spec;
  spec.periods = Periods({0, 10});
  spec.by_group = true;
  TestBucket bucket(std::vector<History>(kBucketPeople, {{.at = 1}}));
  auto feed = [&](Sessions& kernel, uint32_t from, uint32_t to) {
    for (uint32_t group = from; group < to; group += kBucketPeople) {
      std::vector<uint32_t> groups;
      groups.reserve(kBucketPeople);
      for (uint32_t i = 0; i < kBucketPeople; ++i) {
        groups.push_back(std::min(group + i, to - 1));
      }
      bucket.set_groups(groups);
      kernel.add(bucket.slice({[](const TestEvent&) { return true; }}));
    }
  };
  const uint32_t most = kMaxSessionCells / 2;  // a cell for the total and one for the period
  Sessions low(spec), high(spec), more(spec);
  feed(low, 0, most / 2);
  feed(high, most / 2, most);
  low.merge(high);
  const SessionsTable table = low.finish();
  EXPECT_FALSE(table.groups_too_large);
  EXPECT_FALSE(table.percentiles_too_large);
  EXPECT_EQ(table.groups.size(), static_cast<size_t>(spec.max_groups) + 1);
  feed(more, most, most + 1);
  low.merge(more);
  EXPECT_TRUE(low.finish().groups_too_large);
  EXPECT_TRUE(low.finish().groups.empty());
  EXPECT_GT(low.finish().total.sessions, most);
}

TEST(ValueTally, GivesUpOverItsLimits) {
  ValueTally tally;
  for (uint32_t i = 0; i < ValueTally::kMaxLarge; ++i) tally.add(0, ValueTally::kPagedValues + i);
  EXPECT_FALSE(tally.too_large());
  ValueTally one;
  one.add(1, ValueTally::kPagedValues);
  tally.merge(one);
  EXPECT_TRUE(tally.too_large());
  tally.add(0, 5);
  EXPECT_TRUE(tally.counts(std::vector<uint32_t>{0}, 1)[0].empty());

  ValueTally pages;
  const uint32_t a_row = ValueTally::kPagedValues / ValueTally::kPageValues;
  for (uint32_t i = 0; i < ValueTally::kMaxPages; ++i) {
    pages.add(i / a_row, i % a_row * ValueTally::kPageValues);
  }
  EXPECT_FALSE(pages.too_large());
  pages.add(ValueTally::kMaxPages / a_row, 0);
  EXPECT_TRUE(pages.too_large());
}

}  // namespace
}  // namespace perennial::timeline
