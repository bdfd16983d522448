// A snapshot and the history of 1 M people with 10 orders each, in four years.
#include <random>

#include <benchmark/benchmark.h>

#include "value/stages.h"
#include "value/value.h"

namespace perennial::value {
namespace {

const Instant kFrom = *parse_instant("2020-01-01T00:00:00Z");
const Instant kTo = *parse_instant("2024-01-01T00:00:00Z");

const OrderBook& large_book() {
  static const OrderBook book = [] {
    std::mt19937_64 random(1);
    std::uniform_int_distribution<int64_t> time(to_millis(kFrom), to_millis(kTo) - 1);
    OrderBook b;
    for (PersonId person = 1; person <= 1'000'000; ++person) {
      for (int i = 0; i < 10; ++i) {
        b.person.push_back(person);
        b.at_ms.push_back(time(random));
        b.amount_minor.push_back(static_cast<int64_t>(random() % 10'000));
        b.refund.push_back(i == 9);
      }
      std::sort(b.at_ms.end() - 10, b.at_ms.end());
    }
    return b;
  }();
  return book;
}

void TakeSnapshot(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(take_snapshot(large_book(), {}, kTo, {}));
}
void CountStages(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(count_stages(large_book(), kTo, {}));
}
BENCHMARK(TakeSnapshot)->Unit(benchmark::kMillisecond);
BENCHMARK(CountStages)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace perennial::value
