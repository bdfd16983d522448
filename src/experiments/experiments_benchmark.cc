// An experiment of a million people and ten measures: one pass with two threads over synthetic
// buckets, then the judgement. About 20 events and 3 orders a person. Goal: below 2 s.
#include <random>
#include <thread>

#include <benchmark/benchmark.h>

#include "experiments/judge.h"
#include "timeline/testing.h"

namespace perennial::experiments {
namespace {

constexpr uint32_t kPeople = 1'000'000, kBuckets = kPeople / timeline::kBucketPeople + 1;
constexpr uint32_t kDistinct = 32;  // buckets that are made; they stand for all in turns
constexpr Second kBegan = 1'700'000'000, kEnd = kBegan + 60 * kDay;

struct World {
  std::vector<std::unique_ptr<timeline::TestBucket>> buckets;
  std::vector<timeline::Slice> slices;
  std::vector<Measure> measures;
  std::shared_ptr<OutcomePlan> plan = std::make_shared<OutcomePlan>();

  World() {
    std::mt19937_64 random(1);
    std::vector<timeline::TestSelector> selectors;
    for (uint32_t name = 0; name < 12; ++name) selectors.push_back(timeline::named(name));
    for (uint32_t i = 0; i < kDistinct; ++i) {
      std::vector<timeline::History> people(timeline::kBucketPeople);
      for (auto& history : people) {
        history.push_back({.at = static_cast<Second>(kBegan + random() % (30 * kDay)),
                           .name = static_cast<uint32_t>(random() % 2)});
        for (int k = 0; k < 20; ++k) {
          history.push_back({.at = static_cast<Second>(kBegan - 30 * kDay + random() % (90 * kDay)),
                             .name = static_cast<uint32_t>(3 + random() % 9),
                             .number = static_cast<double>(random() % 100)});
        }
      }
      buckets.push_back(std::make_unique<timeline::TestBucket>(std::move(people)));
      slices.push_back(buckets.back()->slice(selectors));
    }
    auto book = std::make_shared<people::OrderBook>();
    for (uint32_t person = 1; person < kPeople; ++person) {
      for (int k = 0; k < 3; ++k) {
        book->person.push_back(person);
        book->at_ms.push_back(int64_t{kBegan + static_cast<Second>(k) * 15 * kDay} * 1000);
        book->amount_minor.push_back(static_cast<int64_t>(random() % 50'000));
        book->refund.push_back(0);
      }
    }
    plan->arms = 2;
    plan->from = kBegan;
    plan->exposed_until = kEnd;
    plan->days = 60;
    plan->book = book;
    using From = Source::From;
    using Kind = Measure::Kind;
    const auto add = [&](Kind kind, Source of, Source per, Second window, bool capped) {
      plan->measures.push_back({.kind = kind,
                                .of = of,
                                .per = per,
                                .window = window,
                                .before = 30 * kDay,
                                .until = kEnd,
                                .day = 7 * kDay,
                                .keep = capped});
      Measure measure;
      measure.kind = kind;
      measure.before_days = 30;
      measure.cap_level = capped ? 0.99 : 1;
      measures.push_back(measure);
    };
    add(Kind::kProportion, {From::kOrders, 0, false}, {}, 0, false);
    add(Kind::kRevenue, {From::kOrders, 0, true}, {}, 0, true);
    add(Kind::kRatio, {From::kOrders, 0, true}, {From::kOrders, 0, false}, 0, false);
    add(Kind::kProportion, {From::kEvents, 3, false}, {}, 14 * kDay, false);
    add(Kind::kCount, {From::kEvents, 4, false}, {}, 0, false);
    add(Kind::kMean, {From::kEvents, 5, true}, {}, 0, true);
    add(Kind::kRatio, {From::kEvents, 6, true}, {From::kEvents, 7, false}, 0, false);
    add(Kind::kRetention, {From::kEvents, 8, false}, {}, 0, false);
    add(Kind::kProportion, {From::kEvents, 9, false}, {}, 7 * kDay, false);
    add(Kind::kCount, {From::kEvents, 10, false}, {}, 0, false);
  }
};

void experiment(benchmark::State& state) {
  const World world;
  for (auto _ : state) {
    Outcomes halves[2] = {Outcomes(world.plan), Outcomes(world.plan)};
    const auto work = [&](uint32_t half) {
      for (uint32_t bucket = half; bucket < kBuckets; bucket += 2) {
        timeline::Slice slice = world.slices[bucket % kDistinct];
        slice.bucket = bucket;
        halves[half].add(slice);
      }
    };
    std::thread other(work, 1);
    work(0);
    other.join();
    halves[0].merge(halves[1]);
    OutcomeTable table = halves[0].finish(kBuckets);
    benchmark::DoNotOptimize(
        judge(world.measures, table, {.weights = {0.5, 0.5}, .sequential = true}));
  }
  state.counters["people"] = kPeople;
}
BENCHMARK(experiment)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace perennial::experiments
