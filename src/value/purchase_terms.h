// The likelihoods of one history, written for numbers with or without derivatives, and the sum over
// all of them.
#pragma once

#include <algorithm>
#include <array>
#include <future>
#include <thread>
#include <vector>

#include "value/dual.h"
#include "value/purchases.h"

namespace perennial::value {

using Dual4 = Dual<4>;
using Parameters4 = std::array<Dual4, 4>;

// What a likelihood has in common for all histories with the same number of repeats.
struct RepeatsTerm {
  Dual4 constant;  // added once
  Dual4 shape;     // r + x
  Dual4 leave;     // the model's own
};

inline constexpr size_t kChunk = 16'384;  // rows added up by one thread at a time

// The sum of weight × row(i). Chunks have a fixed size and are added in order, so that the answer
// does not depend on the number of threads.
template <class RowTerm>
Dual4 sum_rows(const Histories& of, RowTerm row) {
  const size_t chunks = (of.rows() + kChunk - 1) / kChunk;
  std::vector<Dual4> sums(chunks);
  auto add = [&](size_t first, size_t step) {
    for (size_t chunk = first; chunk < chunks; chunk += step) {
      Dual4 sum;
      for (size_t i = chunk * kChunk; i < std::min(of.rows(), (chunk + 1) * kChunk); ++i)
        sum += row(i) * Dual4(of.weight[i]);
      sums[chunk] = sum;
    }
  };
  const size_t threads = std::min(chunks, std::max<size_t>(1, std::thread::hardware_concurrency()));
  std::vector<std::future<void>> others;
  for (size_t t = 1; t < threads; ++t)
    others.push_back(std::async(std::launch::async, add, t, threads));
  add(0, threads);
  for (auto& other : others) other.get();
  Dual4 total;
  for (const Dual4& sum : sums) total += sum;
  return total;
}

Dual4 bg_nbd(const Parameters4& p, const Histories& of);
Dual4 mbg_nbd(const Parameters4& p, const Histories& of);
Dual4 pareto_nbd(const Parameters4& p, const Histories& of);

// What expected_if_alive() of BG/NBD and MBG/NBD share: purchases in `ahead` of a customer whose
// rate is gamma(shape, scale) and who leaves after each with a probability that is beta(a, b).
double expected_geometric(double shape, double scale, double a, double b, double ahead);
double pareto_probability_alive(const Purchases4& p, const History& h);

}  // namespace perennial::value
