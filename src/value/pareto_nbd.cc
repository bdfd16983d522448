// Pareto/NBD. A customer buys at a rate lambda ~ gamma(r, alpha) and leaves after a time with rate
// mu ~ gamma(s, beta).
//
// With g(t) = (alpha+t)^-(r+x) (beta+t)^-s the likelihood is a constant times
//     g(T) + s/(r+s+x) (G(last) - G(T)),
// where the paper writes G with 2F1(r+s+x, s+1; r+s+x+1; (alpha-beta)/(alpha+t)), and another 2F1
// where alpha < beta. Those series crawl near 1, overflow for many repeats, and their difference
// cancels. Here Euler's transformation makes G(t) = g(t) H(t) with
//     H = 2F1(1, r+x; r+s+x+1; (alpha-beta)/(alpha+t))                    for alpha >= beta,
//     H = (alpha+t)/(beta+t) 2F1(1, s+1; r+s+x+1; (beta-alpha)/(beta+t))  for alpha < beta.
// These two branches meet at alpha = beta, where H = 1. s/(r+s+x) H(T) is below 1, so the
// likelihood is a sum of two positive terms,
//     g(T) (1 - s/(r+s+x) H(T))  +  s/(r+s+x) g(last) H(last),
// added as logarithms. 2F1(1, b; c; z) is Gauss's continued fraction (Abramowitz & Stegun 15.2;
// DLMF 15.7.1), which converges for all z in [0, 1); its length follows from z. Where that is more
// than some ninety links (z above 0.95), Euler's integral takes its place: DLMF 15.6.1 with
// t = 1 - exp(-v),
//     2F1 = (c-1) int_0^inf exp(-(c-1) v) (1 - z + z exp(-v))^-b dv,
// by the trapezoidal rule in w, v = exp(w - exp(-w)) (double exponential: Takahasi & Mori 1974).
#include <algorithm>
#include <cmath>

#include "value/purchase_terms.h"

namespace perennial::value {
namespace {

constexpr int kMostLinks = 90;  // as long as the integral takes

// How far the continued fraction must go for full precision: its error shrinks by
// ((1-q)/(1+q))^2, q = sqrt(1-z), with each pair of links.
int links(double z) {
  const double q = std::sqrt(1 - z);
  const double shrink = -2 * std::log((1 - q) / (1 + q));
  return 6 + static_cast<int>(std::min(76 / std::max(shrink, 1e-6), 2.0 * kMostLinks));
}

// 2F1(1, b; c; z), evaluated from the far end.
template <class Number>
Number by_fraction(const Number& b, const Number& c, const Number& z, int links) {
  Number tail(1.0);
  for (int k = links; k >= 1; --k) {
    const double n = k / 2;  // NOLINT: whole on purpose
    const Number share = k % 2 == 0
                             ? n * (c - b + (n - 1)) / ((c + (2 * n - 2)) * (c + (2 * n - 1)))
                         : k == 1 ? b / c
                                  : (b + n) * (c + (n - 1)) / ((c + (2 * n - 1)) * (c + 2 * n));
    tail = Number(1.0) - share * z / tail;
  }
  return Number(1.0) / tail;
}

struct Node {
  double v, left, weight;  // left: 1 - exp(-v)
};
// From where v is below any rate's reach to where exp(-v/1000) has ended.
std::vector<Node> nodes() {
  constexpr double kFirst = -3.8, kLast = 11, kStep = 0.03;
  std::vector<Node> all;
  for (double w = kFirst; w < kLast; w += kStep) {
    const double v = std::exp(w - std::exp(-w));
    all.push_back({.v = v, .left = -std::expm1(-v), .weight = kStep * v * (1 + std::exp(-w))});
  }
  return all;
}

// The same by Euler's integral, with its derivatives by b, c and z.
struct Integral {
  double value = 0, by_b = 0, by_c = 0, by_z = 0;
};
Integral integrate(double b, double c, double z) {
  static const std::vector<Node> kNodes = nodes();
  constexpr double kNothing = 1e-18;  // of the sum: what follows is less
  Integral sum;
  for (const Node& node : kNodes) {
    const double inner = 1 - z * node.left, log_inner = std::log(inner);
    const double part = node.weight * std::exp(-(c - 1) * node.v - b * log_inner);
    sum.value += part;
    sum.by_b -= log_inner * part;
    sum.by_c -= node.v * part;
    sum.by_z += b * node.left / inner * part;
    // Past its peak, where exp(-v) has ended, the integrand only falls.
    if (part * node.v < kNothing * sum.value && node.left == 1) break;
  }
  return {.value = (c - 1) * sum.value,
          .by_b = (c - 1) * sum.by_b,
          .by_c = sum.value + (c - 1) * sum.by_c,
          .by_z = (c - 1) * sum.by_z};
}

double by_integral(double b, double c, double z) { return integrate(b, c, z).value; }
Dual4 by_integral(const Dual4& b, const Dual4& c, const Dual4& z) {
  const Integral f = integrate(b.v, c.v, z.v);
  Dual4 y(f.value);
  for (size_t i = 0; i < y.d.size(); ++i)
    y.d[i] = f.by_b * b.d[i] + f.by_c * c.d[i] + f.by_z * z.d[i];
  return y;
}

double plain(double x) { return x; }
double plain(const Dual4& x) { return x.v; }

template <class Number>
Number gauss_2f1(const Number& b, const Number& c, const Number& z) {
  const int length = links(plain(z));
  return length <= kMostLinks ? by_fraction(b, c, z, length) : by_integral(b, c, z);
}

// H of the file's head at a time t.
template <class Number>
Number ratio_h(const std::array<Number, 4>& p, double repeats, double t) {
  const auto& [r, alpha, s, beta] = p;
  const Number c = r + s + (repeats + 1);
  if (plain(alpha) >= plain(beta)) return gauss_2f1(r + repeats, c, (alpha - beta) / (alpha + t));
  return (alpha + t) / (beta + t) * gauss_2f1(s + 1.0, c, (beta - alpha) / (beta + t));
}

// log g(T) (1 - s/(r+s+x) H(T)) and log s/(r+s+x) g(last) H(last): left at some time after the
// last purchase or still there, without the part that the second one counts.
template <class Number>
struct Terms {
  Number log_end, end, last;
};
template <class Number>
Terms<Number> terms_of(const std::array<Number, 4>& p, double repeats, double last, double seen) {
  using std::log;
  const auto& [r, alpha, s, beta] = p;
  const Number share = s / (r + s + repeats);
  auto log_g = [&](double t) { return -((r + repeats) * log(alpha + t)) - s * log(beta + t); };
  Number rest = Number(1.0) - share * ratio_h(p, repeats, seen);
  if (plain(rest) < 1e-15) rest = Number(1e-15);  // rounding where nearly all have left
  const Number end = log_g(seen);
  return {.log_end = end,
          .end = end + log(rest),
          .last = log(share * ratio_h(p, repeats, last)) + log_g(last)};
}

}  // namespace

Dual4 pareto_nbd(const Parameters4& p, const Histories& of) {
  const auto& [r, alpha, s, beta] = p;
  const Dual4 common = r * log(alpha) + s * log(beta) - lgamma(r);
  std::vector<Dual4> constants;
  for (double x : of.repeats) constants.push_back(common + lgamma(r + x));
  return sum_rows(of, [&](size_t i) {
    const uint32_t row = of.repeats_row[i];
    const auto t = terms_of(p, of.repeats[row], of.last[i], of.seen[i]);
    return constants[row] + log_sum(t.end, t.last);
  });
}

double pareto_probability_alive(const Purchases4& p, const History& h) {
  const auto t = terms_of(p, h.repeats, h.last, h.seen);
  return std::min(1.0, std::exp(t.log_end - log_sum(t.end, t.last)));
}

}  // namespace perennial::value
