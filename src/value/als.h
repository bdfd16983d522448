// Matrix factorisation of implicit feedback: Hu, Koren and Volinsky, "Collaborative Filtering for
// Implicit Feedback Datasets" (ICDM 2008). A person who had to do with an item prefers it (p = 1)
// with the confidence 1 + r; of every other item it is known with the confidence 1 that p = 0.
// Minimised is Σ c (p − x·y)² + λ (Σ |x|² + Σ |y|²), the people's factors and the items' in turns.
//
// Each turn solves (YᵀY + Yᵀ(C − I)Y + λI) x = YᵀCp by a few steps of conjugate gradients from the
// factors of before, without building the matrix (Takács, Pilászy and Tikk, "Applications of the
// Conjugate Gradient Method for Implicit Feedback Collaborative Filtering", RecSys 2011).
//
// Pure: the answer depends on the options alone, not on the number of threads.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

namespace perennial::value {

// Rows of who had to do with what: row r has the entries [first[r], first[r + 1]).
struct Feedback {
  std::vector<uint64_t> first = {0};
  std::vector<uint32_t> column;
  std::vector<float> strength;  // r above: c − 1, above 0
  size_t rows() const { return first.size() - 1; }
};
Feedback transposed(const Feedback& feedback, size_t columns);

struct AlsOptions {
  size_t factors = 64;
  int iterations = 12;
  int steps = 3;  // of conjugate gradients in a turn
  float regularisation = 5;
  uint64_t seed = 1;
  unsigned threads = 2;
  std::stop_token stop = {};  // ends between two turns
};
inline constexpr size_t kMaxFactors = 256;

struct Factors {
  size_t size = 0;
  std::vector<float> rows, columns;  // people, items; `size` numbers each
  std::span<const float> row(size_t i) const { return std::span(rows).subspan(i * size, size); }
  std::span<const float> column(size_t i) const {
    return std::span(columns).subspan(i * size, size);
  }
};
// Small random numbers, as a start.
Factors begin_als(const Feedback& feedback, size_t columns, const AlsOptions& options);
// One turn over the rows and one over the columns. `by_column` is transposed(feedback).
void iterate_als(Factors& factors, const Feedback& feedback, const Feedback& by_column,
                 const AlsOptions& options);
Factors fit_als(const Feedback& feedback, size_t columns, const AlsOptions& options);
// What is minimised; all of its terms, by the trick of YᵀY: for tests and cards.
double als_loss(const Factors& factors, const Feedback& feedback, float regularisation);

// The factors of one row that was not there when the columns' were learned, exactly.
std::vector<float> fold_in(const Factors& factors, std::span<const uint32_t> column,
                           std::span<const float> strength, float regularisation);

}  // namespace perennial::value
