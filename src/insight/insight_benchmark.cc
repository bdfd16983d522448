// The kernels over 1 M people with 10 orders each, in four years.
#include <random>

#include <benchmark/benchmark.h>

#include "insight/insight.h"

namespace perennial::insight {
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
        b.amount_minor.push_back(1'000);
        b.refund.push_back(i == 9);
      }
      std::sort(b.at_ms.end() - 10, b.at_ms.end());
    }
    return b;
  }();
  return book;
}

std::vector<Span> periods(const benchmark::State& state) {
  Calendar calendar{*Zone::named("Asia/Shanghai")};
  return calendar.periods(static_cast<Period>(state.range(0)), {kFrom, kTo});
}

void Activity(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(activity(large_book(), periods(state)));
}
void RetentionRate(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(retention_rate(large_book(), periods(state), 90));
}
void RetentionTriangle(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(
        retention_triangle(large_book(), periods(state), insight::Activity::kAny));
}

constexpr int64_t kByDay = static_cast<int64_t>(Period::kDay);
constexpr int64_t kByMonth = static_cast<int64_t>(Period::kMonth);
BENCHMARK(Activity)->Arg(kByDay)->Arg(kByMonth)->Unit(benchmark::kMillisecond);
BENCHMARK(RetentionRate)->Arg(kByDay)->Arg(kByMonth)->Unit(benchmark::kMillisecond);
BENCHMARK(RetentionTriangle)->Arg(kByDay)->Arg(kByMonth)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace perennial::insight
