// A snapshot and the history of 1 M people with 10 orders each, in four years.
#include <benchmark/benchmark.h>

#include "insight/testing.h"
#include "value/stages.h"
#include "value/value.h"

namespace perennial::value {
namespace {

void TakeSnapshot(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(
        take_snapshot(insight::large_book(), {}, insight::kLargeBookSpan.to, {}));
}
void CountStages(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(count_stages(insight::large_book(), insight::kLargeBookSpan.to, {}));
}
BENCHMARK(TakeSnapshot)->Unit(benchmark::kMillisecond);
BENCHMARK(CountStages)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace perennial::value
