// Before and after the send: what the arms can show, and whether the draw was what it should be.
#include <algorithm>
#include <cmath>

#include "proof/distributions.h"
#include "proof/proof.h"

namespace perennial::proof {
namespace {

constexpr int kHalvings = 60;  // more than the digits of a double

// How far the power of a two-sided two-proportion z test at `difference` is above the wanted one
// (Fleiss, Statistical Methods for Rates and Proportions, 3rd ed., formula 4.14, for unequal arms).
double margin(double n1, double n2, double base, double difference) {
  const double p1 = base + difference;
  const double pooled = (n1 * p1 + n2 * base) / (n1 + n2);
  const double under_no_difference =
      normal_quantile(1 - kTestLevel / 2) * std::sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2));
  const double under_difference =
      normal_quantile(kPower) * std::sqrt(p1 * (1 - p1) / n1 + base * (1 - base) / n2);
  return difference - under_no_difference - under_difference;
}

}  // namespace

std::optional<double> sample_ratio_p(int64_t held_out, int64_t total, double share) {
  if (total <= 0 || held_out < 0 || held_out > total || !(share > 0 && share < 1)) return {};
  const auto n = static_cast<double>(total);
  const double away = static_cast<double>(held_out) - n * share;
  // (o − e)² / e over both arms, brought to one fraction.
  return chi_square_1_upper(away * away / (n * share * (1 - share)));
}

std::optional<double> minimum_detectable_difference(int64_t treated, int64_t held_out,
                                                    double base_rate) {
  if (treated <= 0 || held_out <= 0 || !(base_rate >= 0 && base_rate < 1)) return {};
  const auto n1 = static_cast<double>(treated), n2 = static_cast<double>(held_out);
  double low = 0, high = 1 - base_rate;
  if (margin(n1, n2, base_rate, high) < 0) return {};
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    (margin(n1, n2, base_rate, middle) < 0 ? low : high) = middle;
  }
  return high;
}

}  // namespace perennial::proof
