// Calendar questions on one bucket of 512 people with 100 days of activity each: a million people
// are 1,954 buckets, so 20 µs a bucket are 20 ms on two threads.
#include <random>

#include <benchmark/benchmark.h>

#include "timeline/lifecycle.h"
#include "timeline/lifecycle_active.h"
#include "timeline/lifecycle_stickiness.h"
#include "timeline/retention.h"

namespace perennial::timeline {
namespace {

constexpr Second kDay = 86'400;

Periods periods(int count, Second width) {
  std::vector<Second> borders;
  for (int i = 0; i <= count; ++i) borders.push_back(static_cast<Second>(i) * width);
  return Periods(std::move(borders));
}

// Someone is active in a period with the probability 1 / `of`.
struct Bucket {
  Bucket(int count, int of) : in(static_cast<size_t>(count)), group(kBucketPeople) {
    std::mt19937_64 random(1);
    for (Crowd& crowd : in) {
      for (uint32_t person = 0; person < kBucketPeople; ++person) {
        if (random() % static_cast<uint64_t>(of) == 0) crowd.add(person);
      }
    }
    for (uint32_t& code : group) code = static_cast<uint32_t>(random() % 8);
    presence.assign(2, {.in = in, .before = {}});
    slice.who = Crowd::everyone();
    slice.presence = presence;
    slice.group = group.data();
  }
  std::vector<Crowd> in;
  std::vector<uint32_t> group;
  std::vector<Presence> presence;
  Slice slice;
};

template <class Kernel, class Spec>
void run(benchmark::State& state, const Spec& spec, const Bucket& bucket) {
  Kernel kernel(spec);
  for (auto _ : state) {
    kernel.add(bucket.slice);
    benchmark::ClobberMemory();
  }
}

void retention(benchmark::State& state, bool first_time, RetentionSpec::Counted counted, GroupBy by,
               int count, Second width) {
  RetentionSpec spec;
  spec.periods = periods(count, width);
  spec.presence = true;
  spec.first_time = first_time;
  spec.counted = counted;
  spec.by = by;
  if (by != GroupBy::kNone) spec.groups = {0, 1, 2, 3, 4, 5, 6};
  run<Retention>(state, spec, Bucket(count, 2));
}

using Counted = RetentionSpec::Counted;
BENCHMARK_CAPTURE(retention, weekly_first, true, Counted::kOn, GroupBy::kNone, 53, 7 * kDay);
BENCHMARK_CAPTURE(retention, weekly, false, Counted::kOn, GroupBy::kNone, 53, 7 * kDay);
BENCHMARK_CAPTURE(retention, weekly_after, false, Counted::kOnOrAfter, GroupBy::kNone, 53,
                  7 * kDay);
BENCHMARK_CAPTURE(retention, weekly_by_person, false, Counted::kOn, GroupBy::kPerson, 53, 7 * kDay);
BENCHMARK_CAPTURE(retention, daily, false, Counted::kOn, GroupBy::kNone, 365, kDay);

void weekly_lifecycle(benchmark::State& state) {
  LifecycleSpec spec;
  spec.periods = periods(54, 7 * kDay);
  run<Lifecycle>(state, spec, Bucket(54, 2));
}
BENCHMARK(weekly_lifecycle);

void active_people(benchmark::State& state) {
  ActiveSpec spec;
  spec.periods = periods(394, kDay);
  spec.lead = 29;
  spec.windows = {trailing_window(spec.periods, 29, 1), trailing_window(spec.periods, 29, 7),
                  trailing_window(spec.periods, 29, 30)};
  run<ActivePeople>(state, spec, Bucket(394, 4));
}
BENCHMARK(active_people);

void stickiness(benchmark::State& state, bool weekly) {
  StickinessSpec spec;
  spec.periods = periods(364, kDay);
  spec.presence = true;
  if (weekly) spec.longer = periods(52, 7 * kDay);
  run<Stickiness>(state, spec, Bucket(364, 4));
}
BENCHMARK_CAPTURE(stickiness, of_the_year, false);
BENCHMARK_CAPTURE(stickiness, by_week, true);

}  // namespace
}  // namespace perennial::timeline
