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
// DLMF 15.7.1), which converges for all z in [0, 1); its length follows from z.
#include <algorithm>
#include <cmath>

#include "value/purchase_terms.h"

namespace perennial::value {
namespace {

constexpr int kMostLinks = 20'000;

// How far the continued fraction must go for full precision: its error shrinks by
// ((1-q)/(1+q))^2, q = sqrt(1-z), with each link.
int links(double z) {
  const double q = std::sqrt(1 - z);
  const double shrink = -2 * std::log((1 - q) / (1 + q));
  return std::min(kMostLinks, 6 + static_cast<int>(38 / std::max(shrink, 1e-6)));
}

double plain(double x) { return x; }
double plain(const Dual4& x) { return x.v; }

// 2F1(1, b; c; z), evaluated from the far end.
template <class Number>
Number gauss_2f1(const Number& b, const Number& c, const Number& z) {
  Number tail(1.0);
  for (int k = links(plain(z)); k >= 1; --k) {
    const double n = k / 2;  // NOLINT: whole on purpose
    const Number share = k % 2 == 0
                             ? n * (c - b + (n - 1)) / ((c + (2 * n - 2)) * (c + (2 * n - 1)))
                         : k == 1 ? b / c
                                  : (b + n) * (c + (n - 1)) / ((c + (2 * n - 1)) * (c + 2 * n));
    tail = Number(1.0) - share * z / tail;
  }
  return Number(1.0) / tail;
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
