#include "proof/design.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "proof/distributions.h"

namespace perennial::proof {
namespace {

constexpr int64_t kMostPeople = 1'000'000'000'000;

std::vector<size_t> order_of(std::span<const double> p) {
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, {}, [&](size_t i) { return p[i]; });
  return order;
}

bool is_share(double share) { return share > 0 && share < 1; }

std::optional<int64_t> people(double n) {
  if (!(n > 0) || n > static_cast<double>(kMostPeople)) return std::nullopt;
  return static_cast<int64_t>(std::ceil(n));
}

}  // namespace

std::optional<double> sample_ratio_p(std::span<const int64_t> counts,
                                     std::span<const double> weights) {
  if (counts.size() != weights.size()) return std::nullopt;
  double total = 0, weight = 0;
  int arms = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (!(weights[i] > 0) || counts[i] < 0) continue;
    ++arms;
    total += static_cast<double>(counts[i]);
    weight += weights[i];
  }
  if (arms < 2 || total <= 0 || !std::isfinite(weight)) return std::nullopt;
  double distance = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (!(weights[i] > 0) || counts[i] < 0) continue;
    const double expected = total * weights[i] / weight;
    const double away = static_cast<double>(counts[i]) - expected;
    distance += away * away / expected;
  }
  return chi_square_upper(distance, arms - 1);
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<double> adjusted(p.size());
  double least = 0;
  size_t rank = 0;
  for (size_t i : order_of(p)) {
    least = std::max(least, std::min(1.0, p[i] * static_cast<double>(p.size() - rank++)));
    adjusted[i] = least;
  }
  return adjusted;
}

std::vector<double> benjamini_hochberg(std::span<const double> p) {
  std::vector<double> adjusted(p.size());
  const auto order = order_of(p);
  double most = 1;
  for (size_t rank = p.size(); rank > 0; --rank) {
    const size_t i = order[rank - 1];
    most = std::min(most, p[i] * static_cast<double>(p.size()) / static_cast<double>(rank));
    adjusted[i] = most;
  }
  return adjusted;
}

std::optional<double> minimum_detectable_effect(int64_t treated, int64_t control, double variance,
                                                double power, double level) {
  if (treated <= 0 || control <= 0 || !(variance > 0) || !std::isfinite(variance)) return {};
  if (!is_share(power) || !is_share(level)) return {};
  const double z = normal_quantile(1 - level / 2) + normal_quantile(power);
  return z * std::sqrt(variance / static_cast<double>(treated) +
                       variance / static_cast<double>(control));
}

std::optional<int64_t> sample_size(double difference, double variance, double share, double power,
                                   double level) {
  if (!is_share(share) || !is_share(power) || !is_share(level) || difference == 0) return {};
  if (!(variance > 0) || !std::isfinite(difference)) return {};
  const double z = normal_quantile(1 - level / 2) + normal_quantile(power);
  return people(z * z * variance * (1 / share + 1 / (1 - share)) / (difference * difference));
}

std::optional<int64_t> sample_size_of_rates(double base_rate, double difference, double share,
                                            double power, double level) {
  const double rate = base_rate + difference;
  if (!is_share(share) || !is_share(power) || !is_share(level) || difference == 0) return {};
  if (!(base_rate >= 0 && base_rate <= 1 && rate >= 0 && rate <= 1)) return {};
  const double pooled = share * base_rate + (1 - share) * rate;
  const double under_none = normal_quantile(1 - level / 2) *
                            std::sqrt(pooled * (1 - pooled) * (1 / share + 1 / (1 - share)));
  const double under_difference =
      normal_quantile(power) *
      std::sqrt(base_rate * (1 - base_rate) / share + rate * (1 - rate) / (1 - share));
  const double z = (under_none + under_difference) / difference;
  return people(z * z);
}

}  // namespace perennial::proof
