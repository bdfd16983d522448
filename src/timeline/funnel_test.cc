// Funnels by example: documented cases, each rule once, limits, traces, very active people.

#include "timeline/funnel.h"

#include <chrono>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "timeline/testing.h"

namespace perennial::timeline {
namespace {

using testing::ElementsAre;
using Stop = FunnelTrace::Stop;
using Filled = FunnelTrace::Filled;

constexpr uint32_t kA = 1, kB = 2, kC = 3, kX = 9;

Second clock(int hours, int minutes) { return static_cast<Second>(hours * 3600 + minutes * 60); }

TestSelector anything() {
  return [](const TestEvent&) { return true; };
}

// A, B and C, then X for each exclusion, then any event.
std::vector<TestSelector> selectors_of(const FunnelSpec& spec) {
  std::vector<TestSelector> out;
  for (uint32_t step = 0; step < static_cast<uint32_t>(spec.steps); ++step) {
    out.push_back(named(kA + step));
  }
  for (size_t x = 0; x < spec.exclusions.size(); ++x) out.push_back(named(kX));
  out.push_back(anything());
  return out;
}

FunnelTable table_of(const FunnelSpec& spec, std::vector<History> people) {
  EXPECT_TRUE(check(spec));
  TestBucket bucket(std::move(people));
  Funnel funnel(spec);
  funnel.add(bucket.slice(selectors_of(spec)));
  return funnel.finish();
}

std::vector<FunnelTrace> traces_of(const FunnelSpec& spec, History history) {
  EXPECT_TRUE(check(spec));
  TestBucket bucket({std::move(history)});
  return Funnel(spec).trace(bucket.slice(selectors_of(spec)), 0);
}

FunnelTrace trace_of(const FunnelSpec& spec, History history) {
  std::vector<FunnelTrace> traces = traces_of(spec, std::move(history));
  EXPECT_EQ(traces.size(), 1u);
  return traces[0];
}

// A 1:00, A 1:30, B 1:45, C 2:15, window one hour: Mixpanel's documentation of funnels.
TEST(Funnel, MixpanelsExample) {
  const History history = {
      {clock(1, 0), kA}, {clock(1, 30), kA}, {clock(1, 45), kB}, {clock(2, 15), kC}};
  FunnelSpec spec{.steps = 3, .window_seconds = 3600};
  FunnelTable table = table_of(spec, {history});
  EXPECT_THAT(table.all.reached, ElementsAre(1, 1, 1));
  EXPECT_EQ(table.all.times[0].median, 45 * 60);
  EXPECT_THAT(
      trace_of(spec, history).filled,
      ElementsAre(Filled{0, clock(1, 30)}, Filled{1, clock(1, 45)}, Filled{2, clock(2, 15)}));

  spec.semantics = FunnelSemantics::kFirstEntry;
  table = table_of(spec, {history});
  EXPECT_THAT(table.all.reached, ElementsAre(1, 1, 0));
  const FunnelTrace trace = trace_of(spec, history);
  EXPECT_THAT(trace.filled, ElementsAre(Filled{0, clock(1, 0)}, Filled{1, clock(1, 45)}));
  EXPECT_EQ(trace.stop, Stop::kWindow);
}

TEST(Funnel, TheWindowsLastSecondCounts) {
  const FunnelSpec spec{.steps = 2, .window_seconds = 60};
  EXPECT_THAT(table_of(spec, {{{0, kA}, {60, kB}}, {{0, kA}, {61, kB}}}).all.reached,
              ElementsAre(2, 1));
  EXPECT_EQ(trace_of(spec, {{0, kA}, {61, kB}}).stop, Stop::kWindow);
  // At the end of time nothing wraps around.
  EXPECT_THAT(table_of(spec, {{{kNever - 10, kA}, {kNever - 1, kB}, {3, kB}}}).all.reached,
              ElementsAre(1, 1));
}

TEST(Funnel, EqualSecondsKeepTheirOrder) {
  const FunnelSpec spec{.steps = 2};
  EXPECT_THAT(table_of(spec, {{{5, kA}, {5, kB}}, {{5, kB}, {5, kA}}}).all.reached,
              ElementsAre(2, 1));
  EXPECT_THAT(trace_of(spec, {{5, kA}, {5, kB}}).filled,
              ElementsAre(Filled{0, 5, 0}, Filled{1, 5, 1}));
  EXPECT_EQ(trace_of(spec, {{5, kB}, {5, kA}}).stop, Stop::kOrder);
  // ClickHouse orders them by step.
  const FunnelSpec clickhouse{.steps = 2, .semantics = FunnelSemantics::kWindowFunnel};
  EXPECT_THAT(table_of(clickhouse, {{{5, kA}, {5, kB}}, {{5, kB}, {5, kA}}}).all.reached,
              ElementsAre(2, 2));
}

TEST(Funnel, AnEventFillsOneStep) {
  const std::vector<TestSelector> twice = {named(kA), named(kA)};
  TestBucket bucket({{{1, kA}}, {{1, kA}, {2, kA}}, {}});
  for (FunnelOrder order : {FunnelOrder::kOrdered, FunnelOrder::kAny, FunnelOrder::kStrict}) {
    Funnel funnel(FunnelSpec{.order = order, .strict_any = false});
    funnel.add(bucket.slice(twice));
    EXPECT_THAT(funnel.finish().all.reached, ElementsAre(2, 1));
  }
}

TEST(Funnel, StrictAllowsNothingBetween) {
  const std::vector<History> people = {{{1, kA}, {2, kB}, {3, kC}},
                                       {{1, kA}, {2, 7}, {3, kB}, {4, kC}},
                                       {{1, kA}, {2, kA}, {3, kB}, {4, kC}},
                                       {{1, kA}, {2, kB}, {3, kB}, {4, kC}},
                                       {{0, 7}, {1, kA}, {2, kB}, {3, 7}, {4, kC}, {5, 7}}};
  FunnelSpec spec{.steps = 3, .order = FunnelOrder::kStrict};
  EXPECT_THAT(table_of(spec, people).all.reached, ElementsAre(5, 4, 2));
  EXPECT_EQ(trace_of(spec, people[1]).stop, Stop::kOrder);
  EXPECT_EQ(trace_of(spec, people[2]).stop, Stop::kCompleted);
  // Only steps stand in the way of steps.
  spec.strict_any = false;
  EXPECT_THAT(table_of(spec, people).all.reached, ElementsAre(5, 5, 4));
}

TEST(Funnel, AnyOrderCountsDifferentSteps) {
  const FunnelSpec spec{.steps = 3, .order = FunnelOrder::kAny, .window_seconds = 10};
  EXPECT_THAT(table_of(spec, {{{1, kC}, {2, kA}, {11, kB}},
                              {{1, kC}, {2, kA}, {12, kB}},
                              {{1, kB}, {2, kB}, {3, kB}},
                              {{1, 7}}})
                  .all.reached,
              ElementsAre(3, 2, 1));
  const FunnelTrace trace = trace_of(spec, {{1, kC}, {2, kA}, {12, kB}});
  EXPECT_THAT(trace.filled, ElementsAre(Filled{2, 1}, Filled{0, 2}));
  EXPECT_EQ(trace.stop, Stop::kWindow);
  EXPECT_EQ(trace_of(spec, {{1, kC}, {2, kC}}).stop, Stop::kNothing);
}

TEST(Funnel, ExclusionsEndAttemptsBetweenTheirSteps) {
  FunnelSpec spec{.steps = 3, .exclusions = {{0, 1}}};
  const History between = {{1, kA}, {2, kX}, {3, kB}, {4, kC}};
  EXPECT_THAT(table_of(spec, {between, {{1, kA}, {2, kB}, {3, kX}, {4, kC}}}).all.reached,
              ElementsAre(2, 1, 1));
  EXPECT_EQ(trace_of(spec, between).stop, Stop::kExclusion);
  // Another entry after it is another attempt.
  EXPECT_THAT(table_of(spec, {{{1, kA}, {2, kX}, {3, kA}, {4, kB}, {5, kC}}}).all.reached,
              ElementsAre(1, 1, 1));
  // It ends those that wait at step 2; a later event of step 2 is clear of it.
  spec.exclusions = {{1, 2}};
  EXPECT_THAT(trace_of(spec, {{1, kA}, {2, kB}, {3, kX}, {4, kB}, {5, kC}}).filled,
              ElementsAre(Filled{0, 1}, Filled{1, 4}, Filled{2, 5}));
  spec.exclusions = {{0, 2}};
  EXPECT_EQ(trace_of(spec, {{1, kA}, {2, kB}, {3, kX}, {4, kB}, {5, kC}}).filled.size(), 2u);
}

TEST(Funnel, ASessionIsTheWindow) {
  FunnelSpec spec{.steps = 2, .session_gap_seconds = 30};
  EXPECT_THAT(
      table_of(spec,
               {{{0, kA}, {30, 7}, {60, kB}}, {{0, kA}, {60, kB}}, {{0, kA}, {31, kA}, {61, kB}}})
          .all.reached,
      ElementsAre(3, 2));
  EXPECT_EQ(trace_of(spec, {{0, kA}, {60, kB}}).stop, Stop::kWindow);
}

TEST(Funnel, HeldValuesAreTriedOneByOne) {
  const auto with = [](Second at, uint32_t name, uint32_t held) {
    return TestEvent{.at = at, .name = name, .held = held};
  };
  FunnelSpec spec{.steps = 2, .held = true};
  EXPECT_THAT(table_of(spec, {{with(1, kA, 1), with(2, kA, 2), with(3, kB, 1)},
                              {with(1, kA, 1), with(2, kB, 2)},
                              {with(1, kA, 0), with(2, kB, 0)}})
                  .all.reached,
              ElementsAre(2, 1));
  EXPECT_THAT(trace_of(spec, {with(1, kA, 1), with(2, kA, 2), with(3, kB, 1)}).filled,
              ElementsAre(Filled{0, 1}, Filled{1, 3}));
  EXPECT_EQ(trace_of(spec, {with(1, kA, 1), with(2, kB, 2)}).stop, Stop::kNothing);
  // An exclusion with a value ends attempts of that value, one without ends all.
  spec.exclusions = {{0, 1}};
  EXPECT_THAT(table_of(spec, {{with(1, kA, 1), with(2, kX, 2), with(3, kB, 1)},
                              {with(1, kA, 1), with(2, kX, 0), with(3, kB, 1)}})
                  .all.reached,
              ElementsAre(2, 1));
}

TEST(Funnel, TotalsDoNotOverlap) {
  FunnelSpec spec{.steps = 2, .count = FunnelCount::kTotals, .window_seconds = 10};
  // A B | A A B | A: the first of the two A in the middle enters and gets no further.
  const History history = {{1, kA}, {2, kB}, {3, kA}, {4, kA}, {5, kB}, {6, kB}, {7, kA}};
  const FunnelTable table = table_of(spec, {history});
  EXPECT_THAT(table.all.reached, ElementsAre(4, 2));
  EXPECT_EQ(table.all.times[0].count, 2u);
  const std::vector<FunnelTrace> traces = traces_of(spec, history);
  ASSERT_EQ(traces.size(), 4u);
  EXPECT_THAT(traces[2].filled, ElementsAre(Filled{0, 4}, Filled{1, 5}));
  // From the first entry on: A 1 to B 2, A 3 to B 5, A 7.
  spec.semantics = FunnelSemantics::kFirstEntry;
  EXPECT_THAT(table_of(spec, {history}).all.reached, ElementsAre(3, 2));
}

TEST(Funnel, PerDayCountsEachDaysEntry) {
  FunnelSpec spec{.steps = 2, .semantics = FunnelSemantics::kPerDay, .window_seconds = 100};
  spec.periods = Periods({0, 100, 200, 300});
  const std::vector<History> people = {{{10, kA}, {50, kA}, {110, kA}, {150, kB}, {310, kA}},
                                       {{120, kA}}};
  const FunnelTable table = table_of(spec, people);
  ASSERT_EQ(table.all.trend.size(), 3u);
  EXPECT_THAT(table.all.trend[0], ElementsAre(1, 1));
  EXPECT_THAT(table.all.trend[1], ElementsAre(2, 1));
  EXPECT_THAT(table.all.trend[2], ElementsAre(0, 0));
  EXPECT_THAT(table.all.reached, ElementsAre(2, 1));
  EXPECT_EQ(table.all.times[0].median, 40);
  const std::vector<FunnelTrace> traces = traces_of(spec, people[0]);
  ASSERT_EQ(traces.size(), 2u);
  EXPECT_THAT(traces[0].filled, ElementsAre(Filled{0, 50}, Filled{1, 150}));
  // latest_entry puts the person into the day of the attempt that counts.
  spec.semantics = FunnelSemantics::kLatestEntry;
  const FunnelTable latest = table_of(spec, people);
  EXPECT_THAT(latest.all.trend[0], ElementsAre(0, 0));
  EXPECT_THAT(latest.all.trend[1], ElementsAre(2, 1));
}

TEST(Funnel, TouchesChooseTheGroup) {
  const auto with = [](Second at, uint32_t name, uint32_t group) {
    return TestEvent{.at = at, .name = name, .group = group};
  };
  TestBucket bucket({{with(1, kA, 0), with(2, kB, 5), with(3, kC, 6)}, {with(1, kA, 6)}});
  FunnelSpec spec{.steps = 3};
  const auto groups = [&](FunnelBreakdown breakdown, int step) {
    spec.breakdown = breakdown;
    spec.breakdown_step = step;
    FunnelSizes sizes(spec);
    sizes.add(bucket.slice(selectors_of(spec)));
    return sizes.top(10).value_or(std::vector<uint32_t>());
  };
  EXPECT_THAT(groups(FunnelBreakdown::kStep, 0), ElementsAre(0, 6));
  EXPECT_THAT(groups(FunnelBreakdown::kStep, 1), ElementsAre(0, 5));
  EXPECT_THAT(groups(FunnelBreakdown::kFirstTouch, 0), ElementsAre(5, 6));
  EXPECT_THAT(groups(FunnelBreakdown::kLastTouch, 0), ElementsAre(6));
}

TEST(Funnel, TracesOfThoseWhoDidNothing) {
  const FunnelSpec spec{.steps = 3};
  EXPECT_EQ(trace_of(spec, {}).stop, Stop::kNoEntry);
  EXPECT_EQ(trace_of(spec, {{1, kB}}).stop, Stop::kNoEntry);
  EXPECT_EQ(trace_of(spec, {{1, kA}}).stop, Stop::kNothing);
  EXPECT_EQ(trace_of(spec, {{1, kB}, {2, kA}}).stop, Stop::kOrder);
}

std::vector<FunnelEvent::Verdict> verdicts_of(const FunnelSpec& spec, History history,
                                              size_t most = 100) {
  TestBucket bucket({std::move(history)});
  const Slice slice = bucket.slice(selectors_of(spec));
  const Funnel funnel(spec);
  std::vector<FunnelEvent::Verdict> out;
  for (const FunnelEvent& event : funnel.explain(slice, 0, funnel.trace(slice, 0).back(), most)) {
    out.push_back(event.verdict);
    EXPECT_EQ(event.step >= 0, event.verdict == FunnelEvent::Verdict::kFilled);
  }
  return out;
}

TEST(Funnel, SaysOfEachEventWhatItIs) {
  using enum FunnelEvent::Verdict;
  FunnelSpec spec{.steps = 3, .window_seconds = 10};
  const History history = {{1, kB}, {2, kA}, {5, kA}, {5, 77}, {6, kC}, {7, kB}, {8, kB}, {16, kC}};
  EXPECT_THAT(verdicts_of(spec, history),
              ElementsAre(kOrder, kStarted, kFilled, kOrder, kFilled, kUsed, kWindow));
  EXPECT_THAT(verdicts_of(spec, history, 3), ElementsAre(kOrder, kStarted, kFilled));
  EXPECT_THAT(verdicts_of(spec, {{1, kC}}), ElementsAre(kOrder));
  spec.exclusions = {{0, 1}};
  EXPECT_THAT(verdicts_of(spec, {{1, kA}, {2, kX}, {3, kB}}),
              ElementsAre(kFilled, kExclusion, kExclusion));
  spec = {.steps = 3, .order = FunnelOrder::kStrict};
  EXPECT_THAT(verdicts_of(spec, {{1, kA}, {2, 77}, {3, kB}}), ElementsAre(kFilled, kStrict));
  spec = {.steps = 3, .order = FunnelOrder::kAny, .window_seconds = 10};
  EXPECT_THAT(verdicts_of(spec, {{1, kC}, {15, kB}, {16, kA}, {17, kA}, {40, kA}}),
              ElementsAre(kStarted, kFilled, kFilled, kUsed, kWindow));
  spec = {.steps = 2, .semantics = FunnelSemantics::kFirstEntry};
  EXPECT_THAT(verdicts_of(spec, {{1, kA}, {2, kA}, {3, kB}}), ElementsAre(kFilled, kUsed, kFilled));
  spec = {.steps = 2, .held = true};
  EXPECT_THAT(verdicts_of(spec, {{.at = 1, .name = kA, .held = 1},
                                 {.at = 2, .name = kB, .held = 2},
                                 {.at = 3, .name = kB, .held = 1}}),
              ElementsAre(kFilled, kHeld, kFilled));
}

std::string fault(const FunnelSpec& spec) {
  const Result<void> checked = check(spec);
  return checked ? "" : checked.error().where;
}

TEST(Funnel, LimitsHold) {
  EXPECT_EQ(fault({.steps = 1}), "steps");
  EXPECT_EQ(fault({.steps = 2}), "");
  EXPECT_EQ(fault({.steps = 32}), "");
  EXPECT_EQ(fault({.steps = 33}), "steps");
  EXPECT_EQ(fault({.window_seconds = 0}), "window_seconds");
  EXPECT_EQ(fault({.window_seconds = 1}), "");
  EXPECT_EQ(fault({.window_seconds = 400 * 86'400}), "");
  EXPECT_EQ(fault({.window_seconds = 400 * 86'400 + 1}), "window_seconds");
  EXPECT_EQ(fault({.session_gap_seconds = 86'400}), "");
  EXPECT_EQ(fault({.session_gap_seconds = 86'401}), "session_gap_seconds");
  EXPECT_EQ(fault({.exclusions = std::vector<FunnelExclusion>(8)}), "");
  EXPECT_EQ(fault({.exclusions = std::vector<FunnelExclusion>(9)}), "exclusions");
  EXPECT_EQ(fault({.exclusions = {{0, 2}}}), "exclusions");
  EXPECT_EQ(fault({.exclusions = {{1, 1}}}), "exclusions");
  EXPECT_EQ(fault({.exclusions = {{-1, 1}}}), "exclusions");
  EXPECT_EQ(fault({.exclusions = {{0, 1}}, .order = FunnelOrder::kAny}), "exclusions");
  EXPECT_EQ(fault({.breakdown_step = 2}), "breakdown_step");
  EXPECT_EQ(fault({.breakdown_step = -1}), "breakdown_step");

  FunnelSpec big{.steps = 30, .breakdown = FunnelBreakdown::kPerson};
  for (uint32_t code = 0; code < 66; ++code) big.shown.push_back(code);
  EXPECT_EQ(fault(big), "");  // 68 rows of 30 series
  big.shown.push_back(66);
  EXPECT_EQ(fault(big), "breakdown");
  std::vector<Second> borders;
  for (Second i = 0; i <= 4'000; ++i) borders.push_back(i);
  FunnelSpec wide{.steps = 9, .breakdown = FunnelBreakdown::kPerson};
  wide.periods = Periods(borders);
  for (uint32_t code = 0; code < 98; ++code) wide.shown.push_back(code);
  EXPECT_EQ(fault(wide), "");  // 100 rows of 4,000 periods of 10
  wide.shown.push_back(98);
  EXPECT_EQ(fault(wide), "periods");
}

TEST(Funnel, KindsThatDoNotGoTogether) {
  EXPECT_EQ(fault({.semantics = FunnelSemantics::kPerDay}), "periods");
  FunnelSpec spec{.semantics = FunnelSemantics::kPerDay, .count = FunnelCount::kTotals};
  spec.periods = Periods({0, 1});
  EXPECT_EQ(fault(spec), "count");
  EXPECT_EQ(fault({.modes = {.strict_once = true}}), "modes");
  spec = {.semantics = FunnelSemantics::kWindowFunnel, .modes = {.allow_reentry = true}};
  EXPECT_EQ(fault(spec), "modes");
  spec.modes.strict_order = true;
  EXPECT_EQ(fault(spec), "");
  spec.held = true;
  EXPECT_EQ(fault(spec), "held");
  const auto window_funnel = FunnelSemantics::kWindowFunnel;
  EXPECT_EQ(fault({.order = FunnelOrder::kAny, .semantics = window_funnel}), "order");
  EXPECT_EQ(fault({.semantics = window_funnel, .count = FunnelCount::kTotals}), "count");
  EXPECT_EQ(fault({.exclusions = {{0, 1}}, .semantics = window_funnel}), "exclusions");
  EXPECT_EQ(fault({.semantics = window_funnel, .session_gap_seconds = 5}), "session_gap_seconds");
}

TEST(Funnel, TooManyValuesAreAnError) {
  FunnelSpec spec{.breakdown = FunnelBreakdown::kPerson};
  TestBucket bucket({{{1, kA}}, {{1, kA}}});
  bucket.set_groups({kMaxGroupCodes - 1, 3});
  FunnelSizes sizes(spec);
  sizes.add(bucket.slice(selectors_of(spec)));
  EXPECT_THAT(sizes.top(5).value(), ElementsAre(3, kMaxGroupCodes - 1));
  bucket.set_groups({kMaxGroupCodes, 3});
  FunnelSizes more(spec);
  more.add(bucket.slice(selectors_of(spec)));
  sizes.merge(more);
  ASSERT_FALSE(sizes.top(5));
  EXPECT_EQ(sizes.top(5).error().code, Code::kTooLarge);
}

// All 32 steps at once, in every order.
TEST(Funnel, ThirtyTwoSteps) {
  History history;
  for (uint32_t step = 0; step < 32; ++step) history.push_back({step, kA + step});
  for (FunnelOrder order : {FunnelOrder::kOrdered, FunnelOrder::kStrict, FunnelOrder::kAny}) {
    const FunnelSpec spec{.steps = 32, .order = order};
    EXPECT_EQ(table_of(spec, {history}).all.reached, std::vector<uint64_t>(32, 1));
  }
  FunnelSpec spec{.steps = 32, .exclusions = {{30, 31}}};
  EXPECT_EQ(table_of(spec, {history}).all.reached[31], 1u);
  history.insert(history.begin() + 31, {30, kX});
  EXPECT_EQ(table_of(spec, {history}).all.reached[31], 0u);
  spec = {.steps = 32, .semantics = FunnelSemantics::kWindowFunnel, .modes = {.strict_once = true}};
  EXPECT_EQ(table_of(spec, {history}).all.reached[31], 1u);
}

TEST(Funnel, APersonWithManyEvents) {
  constexpr uint64_t kRounds = 33'333;
  History history;
  for (Second round = 0; round < kRounds; ++round) {
    for (uint32_t name : {kA, kB, kC}) history.push_back({round * 10 + name, name, 0, 1 + round});
  }
  FunnelSpec spec{.steps = 3, .count = FunnelCount::kTotals};
  for (FunnelOrder order : {FunnelOrder::kOrdered, FunnelOrder::kStrict, FunnelOrder::kAny}) {
    spec.order = order;
    EXPECT_THAT(table_of(spec, {history}).all.reached, ElementsAre(kRounds, kRounds, kRounds));
  }
  spec.semantics = FunnelSemantics::kFirstEntry;
  spec.order = FunnelOrder::kOrdered;
  EXPECT_THAT(table_of(spec, {history}).all.reached, ElementsAre(kRounds, kRounds, kRounds));
  spec.held = true;
  spec.exclusions = {{0, 2}};
  EXPECT_THAT(table_of(spec, {history}).all.reached, ElementsAre(kRounds, kRounds, kRounds));
  // Nobody gets to step 4, whichever way is taken; all of it is read.
  spec = {.steps = 4, .window_seconds = kMaxFunnelWindow};
  EXPECT_THAT(table_of(spec, {history}).all.reached, ElementsAre(1, 1, 1, 0));
  spec.count = FunnelCount::kTotals;
  EXPECT_THAT(table_of(spec, {history}).all.reached, ElementsAre(kRounds, kRounds, kRounds, 0));
  spec.order = FunnelOrder::kAny;
  EXPECT_THAT(table_of(spec, {history}).all.reached, ElementsAre(kRounds, kRounds, kRounds, 0));
  for (bool once : {false, true}) {
    const FunnelSpec clickhouse{.steps = 4,
                                .semantics = FunnelSemantics::kWindowFunnel,
                                .modes = {.strict_once = once},
                                .window_seconds = kMaxFunnelWindow};
    EXPECT_THAT(table_of(clickhouse, {history}).all.reached, ElementsAre(1, 1, 1, 0));
  }
}

// The last places of a second are shared by all events after the 255th.
TEST(Funnel, MoreEventsInASecondThanPlaces) {
  History history(100'000, {.at = 7, .name = kA});
  history.push_back({.at = 7, .name = kB});
  FunnelSpec spec;
  EXPECT_THAT(table_of(spec, {history}).all.reached, ElementsAre(1, 1));
  for (FunnelOrder order : {FunnelOrder::kStrict, FunnelOrder::kAny}) {
    spec.order = order;
    EXPECT_EQ(table_of(spec, {history}).all.reached[0], 1u);
  }
  spec = {.semantics = FunnelSemantics::kWindowFunnel, .modes = {.strict_once = true}};
  EXPECT_THAT(table_of(spec, {history}).all.reached, ElementsAre(1, 1));
}

// ---- durations ---------------------------------------------------------------------------------

TEST(FunnelTimes, ExactUpToTheLimitAndCloseBeyond) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::vector<Second> values;
  FunnelTimesSeries series;
  for (size_t i = 0; i < kExactFunnelTimes; ++i) {
    values.push_back(static_cast<Second>(std::exp(random() % 1'000'000 / 1e6 * 17.3)));
    series.add(values.back());
  }
  const auto rank = [&](double share) {
    std::ranges::sort(values);
    return static_cast<double>(values[static_cast<size_t>(share * double(values.size() - 1))]);
  };
  EXPECT_TRUE(series.finish().exact);
  values.push_back(400 * 86'400);
  series.add(values.back());
  const FunnelTimes times = series.finish();
  EXPECT_FALSE(times.exact);
  EXPECT_EQ(times.max, 400 * 86'400);
  EXPECT_EQ(times.p10, rank(0.1));  // below 512 seconds; rank 1,000
  EXPECT_NEAR(times.median, rank(0.5), rank(0.5) / 256);
  EXPECT_NEAR(times.p99, rank(0.99), rank(0.99) / 256);
  uint64_t in_bins = 0;
  for (uint64_t count : times.histogram) in_bins += count;
  EXPECT_EQ(in_bins, values.size());
}

TEST(FunnelTimes, MergesToTheSameInAnyOrder) {
  for (size_t size :
       {size_t{100}, kExactFunnelTimes, kExactFunnelTimes + 1, kExactFunnelTimes * 3}) {
    FunnelTimesSeries whole, a, b;
    for (size_t i = 0; i < size; ++i) {
      const auto value = static_cast<Second>(i * i * 7919 % 9'999'991);
      whole.add(value);
      (i % 5 == 0 ? a : b).add(value);
    }
    FunnelTimesSeries ab = a, ba = b;
    ab.merge(b);
    ba.merge(a);
    const FunnelTimes expected = whole.finish();
    EXPECT_EQ(expected.exact, size <= kExactFunnelTimes);
    for (const FunnelTimes& merged : {ab.finish(), ba.finish()}) {
      EXPECT_EQ(merged.count, expected.count);
      EXPECT_EQ(merged.exact, expected.exact);
      EXPECT_EQ(merged.mean, expected.mean);
      EXPECT_EQ(merged.min, expected.min);
      EXPECT_EQ(merged.max, expected.max);
      EXPECT_EQ(merged.p25, expected.p25);
      EXPECT_EQ(merged.median, expected.median);
      EXPECT_EQ(merged.p99, expected.p99);
      EXPECT_EQ(merged.histogram, expected.histogram);
    }
  }
}

}  // namespace
}  // namespace perennial::timeline
