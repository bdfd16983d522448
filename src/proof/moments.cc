#include "proof/moments.h"

#include <algorithm>
#include <cmath>

namespace perennial::proof {

void Moments::add(const Values& values) {
  ++n_;
  const double share = 1 / static_cast<double>(n_);
  Values before{};
  for (size_t i = 0; i < kNumbers; ++i) {
    before[i] = values[i] - mean_[i];
    mean_[i] += before[i] * share;
  }
  size_t at = 0;
  for (size_t i = 0; i < kNumbers; ++i) {
    for (size_t j = i; j < kNumbers; ++j) comoment_[at++] += before[i] * (values[j] - mean_[j]);
  }
}

void Moments::add_zeros(int64_t people) {
  if (people <= 0) return;
  Moments zeros;
  zeros.n_ = people;
  merge(zeros);
}

void Moments::merge(const Moments& other) {
  if (other.n_ == 0) return;
  const auto a = static_cast<double>(n_), b = static_cast<double>(other.n_);
  Values apart{};
  for (size_t i = 0; i < kNumbers; ++i) apart[i] = other.mean_[i] - mean_[i];
  size_t at = 0;
  for (size_t i = 0; i < kNumbers; ++i) {
    for (size_t j = i; j < kNumbers; ++j, ++at) {
      comoment_[at] += other.comoment_[at] + apart[i] * apart[j] * (a * b / (a + b));
    }
    mean_[i] += apart[i] * (b / (a + b));
  }
  n_ += other.n_;
}

double Moments::covariance(Number i, Number j) const {
  return n_ < 2 ? 0 : comoment(i, j) / static_cast<double>(n_ - 1);
}

bool Moments::finite() const {
  const auto is_finite = [](double x) { return std::isfinite(x); };
  return std::ranges::all_of(mean_, is_finite) && std::ranges::all_of(comoment_, is_finite);
}

Moments Moments::from_sums(int64_t n, double sum, double sum_of_squares) {
  Moments m;
  m.n_ = n;
  if (n <= 0) return m;
  m.mean_[0] = sum / static_cast<double>(n);
  m.comoment_[0] = std::max(0.0, sum_of_squares - sum * m.mean_[0]);
  return m;
}

}  // namespace perennial::proof
