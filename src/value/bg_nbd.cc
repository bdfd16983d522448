// BG/NBD and MBG/NBD. A customer buys at a rate lambda ~ gamma(r, alpha) and after each purchase
// leaves with probability p ~ beta(a, b); under MBG/NBD also after the first one.
//
// Expected purchases of one who is still there need
//     E[ (1 - (1 + p t / scale)^-shape) / p ],  p ~ beta(a, b),
// which the papers write with Gauss's 2F1(shape, b; a+b-1; z), z = t / (scale + t). As written it
// has a pole at a = 1 and one at a+b = 1, loses all digits for a large shape, and overflows.
// Euler's transformation gives (c/(a-1)) [1 - (1-z)^(a-1) 2F1(c-shape, a-1; c; z)], c = a+b-1.
// Taking the first term out of the series removes both poles:
//     c (1 - (1-z)^(a-1)) / (a-1)  -  (1-z)^(a-1) (c-shape) z S,
//     S = sum of (c-shape+1)_n (a)_n / ((c+1)_n (2)_n) z^n.
// One branch serves all parameters.
#include <cmath>

#include "value/purchase_terms.h"

namespace perennial::value {
namespace {

constexpr int kMostTerms = 200'000;  // reached by no parameters that a fit may give

std::vector<RepeatsTerm> repeats_terms(const Parameters4& p, const Histories& of, bool modified) {
  const auto& [r, alpha, a, b] = p;
  const Dual4 gamma_r = lgamma(r), beta = log_beta(a, b), log_alpha = log(alpha);
  std::vector<RepeatsTerm> terms;
  for (double x : of.repeats) {
    const Dual4 shape = r + x;
    const Dual4 purchases = lgamma(shape) - gamma_r + r * log_alpha;
    if (modified) {
      // Stayed x + 1 times, or left at the last purchase: the share of the two is (b + x) : a.
      terms.push_back({.constant = purchases + log_beta(a, b + (x + 1)) - beta,
                       .shape = shape,
                       .leave = log(a / (b + x))});
    } else {
      terms.push_back({.constant = purchases + log_beta(a, b + x) - beta,
                       .shape = shape,
                       .leave = x > 0 ? log(a / (b + (x - 1))) : Dual4(0)});
    }
  }
  return terms;
}

Dual4 geometric(const Parameters4& p, const Histories& of, bool modified) {
  const Dual4& alpha = p[1];
  const auto terms = repeats_terms(p, of, modified);
  return sum_rows(of, [&](size_t i) {
    const RepeatsTerm& t = terms[of.repeats_row[i]];
    const Dual4 stayed = -(t.shape * log(alpha + of.seen[i]));
    if (!modified && of.repeats[of.repeats_row[i]] == 0) return t.constant + stayed;
    return t.constant + log_sum(stayed, t.leave - t.shape * log(alpha + of.last[i]));
  });
}

}  // namespace

Dual4 bg_nbd(const Parameters4& p, const Histories& of) { return geometric(p, of, false); }
Dual4 mbg_nbd(const Parameters4& p, const Histories& of) { return geometric(p, of, true); }

double expected_geometric(double shape, double scale, double a, double b, double ahead) {
  if (ahead <= 0) return 0;
  const double z = ahead / (scale + ahead);
  const double c = a + b - 1;
  const double log_rest = std::log(scale / (scale + ahead));  // log(1 - z)
  const double stretch = (a - 1) * log_rest;
  // (1 - (1-z)^(a-1)) / (a-1), which is -log(1-z) at a = 1.
  const double first = std::abs(a - 1) < 1e-12 ? -log_rest : -std::expm1(stretch) / (a - 1);
  double sum = 0, term = 1;
  for (int n = 0; n < kMostTerms; ++n) {
    sum += term;
    const double ratio = (c - shape + 1 + n) * (a + n) / ((c + 1 + n) * (2 + n)) * z;
    term *= ratio;
    if (std::abs(term) <= 1e-17 * std::abs(sum) && std::abs(ratio) < 1) break;
  }
  return std::max(0.0, c * first - std::exp(stretch) * (c - shape) * z * sum);
}

}  // namespace perennial::value
