// Funnels over people with a hundred events of forty names in a year, the frequent names first.
// `people` is people per second on one thread.

#include <random>

#include <benchmark/benchmark.h>

#include "timeline/funnel.h"
#include "timeline/testing.h"

namespace perennial::timeline {
namespace {

constexpr uint32_t kNames = 40;
constexpr Second kDay = 86'400;
constexpr size_t kBuckets = 16;  // more than a cache holds

struct World {
  std::vector<TestBucket> buckets;
  World() {
    std::mt19937_64 random(7);
    std::vector<double> weights;
    for (uint32_t name = 0; name < kNames; ++name) weights.push_back(1.0 / (name + 1));
    std::discrete_distribution<uint32_t> name_of(weights.begin(), weights.end());
    for (size_t b = 0; b < kBuckets; ++b) {
      std::vector<History> people(kBucketPeople);
      for (History& history : people) {
        const size_t events = 20 + random() % 161;
        for (size_t i = 0; i < events; ++i) {
          history.push_back({.at = static_cast<Second>(random() % (365 * kDay)),
                             .name = name_of(random),
                             .group = static_cast<uint32_t>(1 + random() % 8),
                             .held = static_cast<uint32_t>(1 + random() % 4)});
        }
      }
      buckets.emplace_back(std::move(people));
      std::vector<uint32_t> groups;
      for (uint32_t i = 0; i < kBucketPeople; ++i) {
        groups.push_back(static_cast<uint32_t>(1 + random() % 8));
      }
      buckets.back().set_groups(groups);
    }
  }
};

// Steps of ranks 2, 6, 10, … by frequency: seven to one hits a person.
void run(benchmark::State& state, FunnelSpec spec) {
  static World world;
  std::vector<TestSelector> selectors;
  for (int step = 0; step < spec.steps; ++step) {
    selectors.push_back(named(static_cast<uint32_t>(2 + 4 * step)));
  }
  for (size_t x = 0; x < spec.exclusions.size(); ++x) selectors.push_back(named(4));
  if (spec.uses_any()) {
    selectors.emplace_back([](const TestEvent&) { return true; });
  }
  std::vector<Slice> slices;
  for (TestBucket& bucket : world.buckets) slices.push_back(bucket.slice(selectors));
  if (!check(spec)) state.SkipWithError("not a funnel");
  for (auto _ : state) {
    Funnel funnel(spec);
    for (const Slice& slice : slices) funnel.add(slice);
    benchmark::DoNotOptimize(funnel.finish().all.reached.data());
  }
  state.counters["people"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kBuckets * kBucketPeople,
                         benchmark::Counter::kIsRate);
}

std::vector<Second> days() {
  std::vector<Second> out;
  for (Second day = 0; day <= 365; ++day) out.push_back(day * kDay);
  return out;
}

void ordered(benchmark::State& state) { run(state, {.steps = static_cast<int>(state.range(0))}); }
void without_times(benchmark::State& state) { run(state, {.steps = 3, .times = false}); }
void first_entry(benchmark::State& state) {
  run(state, {.steps = 3, .semantics = FunnelSemantics::kFirstEntry});
}
void by_person(benchmark::State& state) {
  run(state, {.steps = 3,
              .breakdown = FunnelBreakdown::kPerson,
              .shown = {1, 2, 3, 4, 5, 6, 7, 8},
              .times = false});
}
void daily(benchmark::State& state) {
  FunnelSpec spec{.steps = 3};
  spec.periods = Periods(days());
  run(state, spec);
}
void per_day(benchmark::State& state) {
  FunnelSpec spec{.steps = 3, .semantics = FunnelSemantics::kPerDay};
  spec.periods = Periods(days());
  run(state, spec);
}
void exclusion(benchmark::State& state) { run(state, {.steps = 3, .exclusions = {{0, 2}}}); }
void held(benchmark::State& state) { run(state, {.steps = 3, .held = true}); }
void totals(benchmark::State& state) { run(state, {.steps = 3, .count = FunnelCount::kTotals}); }
void strict(benchmark::State& state) { run(state, {.steps = 3, .order = FunnelOrder::kStrict}); }
void any_order(benchmark::State& state) { run(state, {.steps = 3, .order = FunnelOrder::kAny}); }
void session(benchmark::State& state) { run(state, {.steps = 3, .session_gap_seconds = 1'800}); }
void window_funnel(benchmark::State& state) {
  run(state, {.steps = 3, .semantics = FunnelSemantics::kWindowFunnel});
}
void window_funnel_once(benchmark::State& state) {
  run(state,
      {.steps = 3, .semantics = FunnelSemantics::kWindowFunnel, .modes = {.strict_once = true}});
}

BENCHMARK(ordered)->Arg(2)->Arg(3)->Arg(5)->Arg(10);
BENCHMARK(without_times);
BENCHMARK(first_entry);
BENCHMARK(by_person);
BENCHMARK(daily);
BENCHMARK(per_day);
BENCHMARK(exclusion);
BENCHMARK(held);
BENCHMARK(totals);
BENCHMARK(strict);
BENCHMARK(any_order);
BENCHMARK(session);
BENCHMARK(window_funnel);
BENCHMARK(window_funnel_once);

}  // namespace
}  // namespace perennial::timeline
