// Numbers that carry their derivatives with respect to N parameters (forward-mode automatic
// differentiation; Griewank & Walther, Evaluating Derivatives, 2nd edition, 2008, chapter 3).
// A likelihood is written once, as in its paper, and gives value and gradient in one pass.
#pragma once

#include <array>
#include <cmath>

#include <boost/math/special_functions/digamma.hpp>

namespace perennial::value {

template <int N>
struct Dual {
  double v = 0;
  std::array<double, N> d{};

  Dual() = default;
  Dual(double value) : v(value) {}  // a constant; implicit, so that formulas read as on paper
  static Dual variable(double value, int which) {
    Dual x(value);
    x.d[static_cast<size_t>(which)] = 1;
    return x;
  }
  // f(x) with its derivative at x.
  Dual chain(double value, double slope) const {
    Dual y(value);
    for (int i = 0; i < N; ++i) y.d[i] = slope * d[i];
    return y;
  }
  Dual& operator+=(const Dual& o) {
    v += o.v;
    for (int i = 0; i < N; ++i) d[i] += o.d[i];
    return *this;
  }
  friend Dual operator+(Dual a, const Dual& b) { return a += b; }
  friend Dual operator-(const Dual& a) { return a.chain(-a.v, -1); }
  friend Dual operator-(const Dual& a, const Dual& b) {
    Dual y(a.v - b.v);
    for (int i = 0; i < N; ++i) y.d[i] = a.d[i] - b.d[i];
    return y;
  }
  friend Dual operator*(const Dual& a, const Dual& b) {
    Dual y(a.v * b.v);
    for (int i = 0; i < N; ++i) y.d[i] = a.d[i] * b.v + b.d[i] * a.v;
    return y;
  }
  friend Dual operator/(const Dual& a, const Dual& b) {
    const double inverse = 1 / b.v;
    Dual y(a.v * inverse);
    for (int i = 0; i < N; ++i) y.d[i] = (a.d[i] - y.v * b.d[i]) * inverse;
    return y;
  }
};

template <int N>
Dual<N> log(const Dual<N>& x) {
  return x.chain(std::log(x.v), 1 / x.v);
}
template <int N>
Dual<N> exp(const Dual<N>& x) {
  const double e = std::exp(x.v);
  return x.chain(e, e);
}
template <int N>
Dual<N> lgamma(const Dual<N>& x) {
  return x.chain(std::lgamma(x.v), boost::math::digamma(x.v));
}
inline double lgamma(double x) { return std::lgamma(x); }

// log(exp(a) + exp(b)) without overflow.
inline double log_sum(double a, double b) {
  return a > b ? a + std::log1p(std::exp(b - a)) : b + std::log1p(std::exp(a - b));
}
template <int N>
Dual<N> log_sum(const Dual<N>& a, const Dual<N>& b) {
  const bool first = a.v > b.v;
  const double ratio = std::exp(first ? b.v - a.v : a.v - b.v);
  const double share = 1 / (1 + ratio);  // of the larger one
  const double of_a = first ? share : 1 - share;
  Dual<N> y((first ? a.v : b.v) + std::log1p(ratio));
  for (int i = 0; i < N; ++i) y.d[i] = of_a * a.d[i] + (1 - of_a) * b.d[i];
  return y;
}
template <class Number>
Number log_beta(const Number& a, const Number& b) {
  return lgamma(a) + lgamma(b) - lgamma(a + b);
}

}  // namespace perennial::value
