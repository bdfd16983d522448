// Top paths of three events after one, by sessions: people with 100 events of 40 names in a year.
// The benchmark goes over a part of the people again and again; times are those of one thread.
#include <algorithm>
#include <numeric>
#include <random>

#include <benchmark/benchmark.h>

#include "timeline/paths.h"

namespace perennial::timeline {
namespace {

constexpr uint32_t kNames = 40, kEvents = 100;

struct People {
  std::vector<Second> at;
  std::vector<uint32_t> name, first, last;
};

// Sessions of about four events, names by falling frequency.
const std::vector<People>& buckets() {
  static const std::vector<People> made = [] {
    std::mt19937_64 random(1);
    std::vector<double> weights;
    for (uint32_t i = 1; i <= kNames; ++i) weights.push_back(1.0 / i);
    std::discrete_distribution<uint32_t> name(weights.begin(), weights.end());
    std::vector<People> out(2);
    for (People& people : out) {
      for (uint32_t person = 0; person < kBucketPeople; ++person) {
        people.first.push_back(static_cast<uint32_t>(people.at.size()));
        Second at = 1'700'000'000;
        for (uint32_t i = 0; i < kEvents; ++i) {
          const bool pause = random() % 4 == 0;
          at += static_cast<Second>(pause ? 1'801 + random() % 2'000'000 : random() % 300);
          people.at.push_back(at);
          people.name.push_back(1 + name(random));
        }
        people.last.push_back(static_cast<uint32_t>(people.at.size()));
      }
    }
    return out;
  }();
  return made;
}

// The anchor is the range(0)-th most frequent name.
void AfterAnEvent(benchmark::State& state) {
  PathsSpec spec;
  spec.nodes = kNames;
  spec.from = static_cast<uint32_t>(state.range(0));
  spec.steps = 4;
  const auto& all = buckets();
  constexpr int kRounds = 100;
  for (auto _ : state) {
    Paths kernel(spec);
    for (int i = 0; i < kRounds; ++i) {
      const People& people = all[i % all.size()];
      const Hits hits{.at = people.at.data(),
                      .first = people.first.data(),
                      .last = people.last.data(),
                      .group = people.name.data()};
      kernel.add({.who = Crowd::everyone(), .hits = {&hits, 1}, .presence = {}});
    }
    benchmark::DoNotOptimize(kernel.finish());
  }
  const auto people = static_cast<double>(kRounds * kBucketPeople);
  state.counters["ns_per_person"] =
      benchmark::Counter(people * static_cast<double>(state.iterations()) * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(AfterAnEvent)->Arg(1)->Arg(5)->Arg(20)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace perennial::timeline
