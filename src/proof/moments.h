// Sufficient statistics of up to four numbers per person: what happened (y), its denominator (d),
// and the same two before the exposure (y0, d0). Means and co-moments are updated in place, so that
// one pass gives every test its input without the cancellation of sums of squares.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace perennial::proof {

enum class Number { kValue = 0, kDenominator = 1, kValueBefore = 2, kDenominatorBefore = 3 };

class Moments {
 public:
  static constexpr size_t kNumbers = 4;
  using Values = std::array<double, kNumbers>;

  // One person. Welford's updating formulas (Technometrics 4, 1962), for co-moments as in Chan,
  // Golub, LeVeque (COMPSTAT 1982).
  void add(const Values& values);
  // `people` people whose numbers are all zero, as if added one by one.
  void add_zeros(int64_t people);
  void merge(const Moments& other);

  int64_t n() const { return n_; }
  double mean(Number i) const { return mean_[index(i)]; }
  double sum(Number i) const { return mean(i) * static_cast<double>(n_); }
  double variance(Number i) const { return covariance(i, i); }
  // Unbiased: divided by n − 1; 0 below two people.
  double covariance(Number i, Number j) const;
  double comoment(Number i, Number j) const { return comoment_[place(index(i), index(j))]; }
  bool finite() const;

  // From n, Σ y and Σ y² of one number, as other systems report them.
  static Moments from_sums(int64_t n, double sum, double sum_of_squares);

 private:
  static constexpr size_t index(Number i) { return static_cast<size_t>(i); }
  static constexpr size_t place(size_t i, size_t j) {
    return i <= j ? i * (2 * kNumbers - i - 1) / 2 + j : place(j, i);
  }

  int64_t n_ = 0;
  Values mean_{};
  std::array<double, kNumbers*(kNumbers + 1) / 2> comoment_{};
};

}  // namespace perennial::proof
