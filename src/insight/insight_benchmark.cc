// The kernels over 1 M people with 10 orders each, in four years.
#include <random>

#include <benchmark/benchmark.h>

#include "insight/answers.h"
#include "insight/insight.h"
#include "insight/testing.h"

namespace perennial::insight {
namespace {

const Instant kFrom = kLargeBookSpan.from;
const Instant kTo = kLargeBookSpan.to;

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

// The largest answer of a shop of 25,900 orders in a year: its triangle by day, as text.
void AnswerOfASmallShop(benchmark::State& state) {
  auto book = std::make_shared<OrderBook>(large_book());
  std::mt19937_64 random(2);
  for (auto* column : {&book->person, &book->at_ms, &book->amount_minor}) column->resize(25'900);
  book->refund.resize(25'900);
  for (auto& at : book->at_ms)
    at = to_millis(kTo) - static_cast<int64_t>(random() % 32'000'000'000);
  for (size_t i = 0; i < 25'900; i += 10)
    std::sort(book->at_ms.begin() + static_cast<std::ptrdiff_t>(i),
              book->at_ms.begin() + static_cast<std::ptrdiff_t>(i + 10));
  auto question = *make_question({}, kTo - Millis(1), book,
                                 {.by = static_cast<Period>(state.range(0))}, kMaxCohorts);
  for (auto _ : state) {
    auto text = answer_retention_triangle(question, insight::Activity::kAny);
    benchmark::DoNotOptimize(text);
    state.counters["bytes"] = static_cast<double>(text.size());
  }
}

constexpr int64_t kByDay = static_cast<int64_t>(Period::kDay);
constexpr int64_t kByMonth = static_cast<int64_t>(Period::kMonth);
BENCHMARK(Activity)->Arg(kByDay)->Arg(kByMonth)->Unit(benchmark::kMillisecond);
BENCHMARK(RetentionRate)->Arg(kByDay)->Arg(kByMonth)->Unit(benchmark::kMillisecond);
BENCHMARK(AnswerOfASmallShop)->Arg(kByDay)->Arg(kByMonth)->Unit(benchmark::kMillisecond);
BENCHMARK(RetentionTriangle)->Arg(kByDay)->Arg(kByMonth)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace perennial::insight
