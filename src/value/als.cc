#include "value/als.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <random>
#include <thread>

#include <Eigen/Dense>

namespace perennial::value {
namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXf;
using ConstVector = Eigen::Map<const Vector>;

constexpr size_t kChunk = 256;       // rows that a thread takes at once
constexpr size_t kGramRows = 4'096;  // of a partial sum of YᵀY
constexpr float kSolved = 1e-10F;    // squared length of the residual

ConstVector vector_of(const std::vector<float>& all, size_t i, size_t size) {
  return {all.data() + i * size, static_cast<Eigen::Index>(size)};
}

// Calls work(first, last) for all chunks of [0, rows) on `threads` threads.
template <class Work>
void in_chunks(size_t rows, unsigned threads, const Work& work) {
  std::atomic<size_t> next = 0;
  const auto run = [&] {
    for (size_t first; (first = next.fetch_add(kChunk)) < rows;)
      work(first, std::min(rows, first + kChunk));
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(run);
  run();
  for (std::thread& other : others) other.join();
}

// YᵀY + λI; summed in parts of fixed size, so that no thread count changes it.
RowMajor gram(const std::vector<float>& factors, size_t size, float regularisation) {
  const auto n = static_cast<Eigen::Index>(size);
  const size_t rows = factors.size() / size;
  RowMajor sum = RowMajor::Identity(n, n) * regularisation;
  for (size_t first = 0; first < rows; first += kGramRows) {
    const size_t count = std::min(kGramRows, rows - first);
    const Eigen::Map<const RowMajor> part(factors.data() + first * size,
                                          static_cast<Eigen::Index>(count), n);
    sum.noalias() += part.transpose() * part;
  }
  return sum;
}

struct Row {
  std::span<const uint32_t> column;
  std::span<const float> strength;
};
Row row_of(const Feedback& feedback, size_t r) {
  const uint64_t first = feedback.first[r], count = feedback.first[r + 1] - first;
  return {std::span(feedback.column).subspan(first, count),
          std::span(feedback.strength).subspan(first, count)};
}

// (G + Σ r y yᵀ) v into `out`.
void apply(const RowMajor& gram, const Row& row, const std::vector<float>& others, size_t size,
           const Vector& v, Vector& out) {
  out.noalias() = gram * v;
  for (size_t k = 0; k < row.column.size(); ++k) {
    const ConstVector y = vector_of(others, row.column[k], size);
    out += row.strength[k] * y.dot(v) * y;
  }
}

struct Work {
  Vector x, residual, direction, applied;
};
// x from where it stands.
void solve(const RowMajor& gram, const Row& row, const std::vector<float>& others, size_t size,
           int steps, Work& work) {
  Vector &r = work.residual, &p = work.direction, &ap = work.applied;
  apply(gram, row, others, size, work.x, ap);
  r = -ap;
  for (size_t k = 0; k < row.column.size(); ++k)
    r += (1 + row.strength[k]) * vector_of(others, row.column[k], size);
  p = r;
  float length = r.squaredNorm();
  for (int step = 0; step < steps && length > kSolved; ++step) {
    apply(gram, row, others, size, p, ap);
    const float far = length / p.dot(ap);
    work.x += far * p;
    r -= far * ap;
    const float next = r.squaredNorm();
    p = r + (next / length) * p;
    length = next;
  }
}

void turn(std::vector<float>& own, const std::vector<float>& others, const Feedback& feedback,
          size_t size, const AlsOptions& options) {
  const RowMajor matrix = gram(others, size, options.regularisation);
  in_chunks(feedback.rows(), options.threads, [&](size_t first, size_t last) {
    Work work;
    for (size_t r = first; r < last; ++r) {
      Eigen::Map<Vector> x(own.data() + r * size, static_cast<Eigen::Index>(size));
      if (feedback.first[r] == feedback.first[r + 1]) {
        x.setZero();  // nothing is known: nothing is preferred
        continue;
      }
      work.x = x;
      solve(matrix, row_of(feedback, r), others, size, options.steps, work);
      x = work.x;
    }
  });
}

}  // namespace

Feedback transposed(const Feedback& feedback, size_t columns) {
  Feedback turned;
  turned.first.assign(columns + 1, 0);
  for (const uint32_t c : feedback.column) ++turned.first[c + 1];
  for (size_t c = 0; c < columns; ++c) turned.first[c + 1] += turned.first[c];
  turned.column.resize(feedback.column.size());
  turned.strength.resize(feedback.column.size());
  std::vector<uint64_t> next(turned.first.begin(), turned.first.end() - 1);
  for (size_t r = 0; r < feedback.rows(); ++r) {
    for (uint64_t k = feedback.first[r]; k < feedback.first[r + 1]; ++k) {
      const uint64_t at = next[feedback.column[k]]++;
      turned.column[at] = static_cast<uint32_t>(r);
      turned.strength[at] = feedback.strength[k];
    }
  }
  return turned;
}

Factors begin_als(const Feedback& feedback, size_t columns, const AlsOptions& options) {
  std::mt19937_64 random(options.seed);
  // Not std::normal_distribution, whose numbers differ from library to library.
  const auto part = [&] { return static_cast<float>(random() >> 40) / 16777216.0F - 0.5F; };
  Factors factors{.size = options.factors};
  factors.rows.resize(feedback.rows() * options.factors);
  factors.columns.resize(columns * options.factors);
  for (float& f : factors.rows) f = 0.02F * part();
  for (float& f : factors.columns) f = 0.02F * part();
  return factors;
}

void iterate_als(Factors& factors, const Feedback& feedback, const Feedback& by_column,
                 const AlsOptions& options) {
  turn(factors.rows, factors.columns, feedback, factors.size, options);
  turn(factors.columns, factors.rows, by_column, factors.size, options);
}

Factors fit_als(const Feedback& feedback, size_t columns, const AlsOptions& options) {
  Factors factors = begin_als(feedback, columns, options);
  const Feedback by_column = transposed(feedback, columns);
  for (int i = 0; i < options.iterations && !options.stop.stop_requested(); ++i)
    iterate_als(factors, feedback, by_column, options);
  return factors;
}

double als_loss(const Factors& factors, const Feedback& feedback, float regularisation) {
  // Σ over all pairs of (x·y)² is Σ_u xᵀ(YᵀY)x; the entries change their own terms.
  const RowMajor all = gram(factors.columns, factors.size, 0);
  double loss = 0;
  for (size_t r = 0; r < feedback.rows(); ++r) {
    const ConstVector x = vector_of(factors.rows, r, factors.size);
    loss += x.dot(all * x);
    const Row row = row_of(feedback, r);
    for (size_t k = 0; k < row.column.size(); ++k) {
      const double told = x.dot(vector_of(factors.columns, row.column[k], factors.size));
      const double confidence = 1 + static_cast<double>(row.strength[k]);
      loss += confidence * (1 - told) * (1 - told) - told * told;
    }
  }
  double squares = 0;
  for (const float f : factors.rows) squares += static_cast<double>(f) * f;
  for (const float f : factors.columns) squares += static_cast<double>(f) * f;
  return loss + static_cast<double>(regularisation) * squares;
}

std::vector<float> fold_in(const Factors& factors, std::span<const uint32_t> column,
                           std::span<const float> strength, float regularisation) {
  const auto n = static_cast<Eigen::Index>(factors.size);
  Eigen::MatrixXd matrix = gram(factors.columns, factors.size, regularisation).cast<double>();
  Eigen::VectorXd right = Eigen::VectorXd::Zero(n);
  for (size_t k = 0; k < column.size(); ++k) {
    const Eigen::VectorXd y = vector_of(factors.columns, column[k], factors.size).cast<double>();
    matrix += static_cast<double>(strength[k]) * y * y.transpose();
    right += (1 + static_cast<double>(strength[k])) * y;
  }
  const Eigen::VectorXd x = matrix.ldlt().solve(right);
  std::vector<float> answer(factors.size);
  for (Eigen::Index i = 0; i < n; ++i) answer[static_cast<size_t>(i)] = static_cast<float>(x[i]);
  return answer;
}

}  // namespace perennial::value
