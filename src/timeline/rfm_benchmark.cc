// RFM over a million people with 3.4 orders each on average, on one thread: the pass and the end.
#include <cmath>
#include <random>

#include <benchmark/benchmark.h>

#include "timeline/rfm.h"

namespace perennial::timeline {
namespace {

struct Bucket {
  std::vector<Second> at;
  std::vector<double> number;
  std::vector<uint32_t> first, last;
  Hits hits;
};

std::vector<Bucket> make_buckets(int buckets) {
  std::mt19937_64 random(1);
  std::geometric_distribution<uint32_t> orders(0.25);
  std::lognormal_distribution<double> amount(4, 1.2);
  std::vector<Bucket> out(static_cast<size_t>(buckets));
  for (Bucket& bucket : out) {
    for (uint32_t person = 0; person < kBucketPeople; ++person) {
      bucket.first.push_back(static_cast<uint32_t>(bucket.at.size()));
      std::vector<Second> at(orders(random));
      for (Second& one : at) one = 1'700'000'000 + static_cast<Second>(random() % 31'536'000);
      std::ranges::sort(at);
      bucket.at.insert(bucket.at.end(), at.begin(), at.end());
      for (size_t i = 0; i < at.size(); ++i) {
        bucket.number.push_back(std::round(amount(random) * 100) / 100);
      }
      bucket.last.push_back(static_cast<uint32_t>(bucket.at.size()));
    }
    bucket.hits = {.at = bucket.at.data(),
                   .first = bucket.first.data(),
                   .last = bucket.last.data(),
                   .number = bucket.number.data()};
  }
  return out;
}

const std::vector<Bucket>& buckets() {
  static const std::vector<Bucket> made = make_buckets(1'000'000 / kBucketPeople);
  return made;
}

void pass(Rfm& rfm) {
  for (const Bucket& bucket : buckets()) {
    rfm.add({.who = Crowd::everyone(), .hits = {&bucket.hits, 1}});
  }
}

void add(benchmark::State& state) {
  buckets();
  for (auto _ : state) {
    Rfm rfm({.now = 1'731'600'000});
    pass(rfm);
    benchmark::DoNotOptimize(rfm);
  }
}
BENCHMARK(add)->Unit(benchmark::kMillisecond);

void finish(benchmark::State& state) {
  Rfm rfm({.now = 1'731'600'000});
  pass(rfm);
  for (auto _ : state) benchmark::DoNotOptimize(rfm.finish());
}
BENCHMARK(finish)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace perennial::timeline
