#include "value/metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace perennial::value {
namespace {

// Row numbers, the lowest score first; equal ones in the order of the rows.
std::vector<size_t> ascending(std::span<const double> scores) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, {}, [&](size_t i) { return scores[i]; });
  return order;
}

// Rows with equal scores are taken together, so that their order does not matter.
double average_precision(std::span<const double> scores, std::span<const uint8_t> labels,
                         const std::vector<size_t>& order, double ones) {
  double sum = 0, seen = 0, hits = 0;
  for (size_t end = order.size(); end > 0;) {
    size_t begin = end;
    double here = 0;
    while (begin > 0 && scores[order[begin - 1]] == scores[order[end - 1]])
      here += labels[order[--begin]];
    seen += static_cast<double>(end - begin);
    hits += here;
    sum += here * hits / seen;
    end = begin;
  }
  return sum / ones;
}

}  // namespace

std::optional<double> auc_of(std::span<const double> scores, std::span<const uint8_t> labels) {
  const double ones = std::accumulate(labels.begin(), labels.end(), 0.0);
  const double zeros = static_cast<double>(labels.size()) - ones;
  if (ones == 0 || zeros == 0) return std::nullopt;
  const auto order = ascending(scores);
  double ranks = 0;  // of ones; equal scores share the mean rank
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin;
    double here = 0;
    while (end < order.size() && scores[order[end]] == scores[order[begin]])
      here += labels[order[end++]];
    ranks += here * (static_cast<double>(begin + end) + 1) / 2;
    begin = end;
  }
  return (ranks - ones * (ones + 1) / 2) / (ones * zeros);
}

std::optional<Quality> quality_of(std::span<const double> scores, std::span<const uint8_t> labels) {
  const auto auc = auc_of(scores, labels);
  if (!auc) return std::nullopt;
  const auto n = static_cast<double>(scores.size());
  const double ones = std::accumulate(labels.begin(), labels.end(), 0.0);
  const auto order = ascending(scores);
  Quality q{.rows = std::ssize(labels), .ones = static_cast<int64_t>(ones), .auc = *auc};
  q.pr_auc = average_precision(scores, labels, order, ones);
  q.base_brier = ones / n * (1 - ones / n);
  q.reliability.resize(kReliabilityBins);
  for (size_t k = 0; k < order.size(); ++k) {
    const double score = scores[order[k]], label = labels[order[k]];
    q.brier += (score - label) * (score - label) / n;
    ReliabilityBin& bin = q.reliability[k * kReliabilityBins / order.size()];
    ++bin.rows;
    bin.expected += score;
    bin.actual += label;
  }
  for (ReliabilityBin& bin : q.reliability) {
    if (bin.rows == 0) continue;
    bin.expected /= static_cast<double>(bin.rows);
    bin.actual /= static_cast<double>(bin.rows);
  }
  q.lift = q.reliability.back().actual / (ones / n);
  return q;
}

double stability_index(std::vector<double> before, std::span<const double> now) {
  if (before.empty() || now.empty()) return 0;
  std::ranges::sort(before);
  std::vector<double> limits;
  for (size_t t = 1; t < kReliabilityBins; ++t) {
    const double limit = before[before.size() * t / kReliabilityBins];
    if (limits.empty() || limit > limits.back()) limits.push_back(limit);
  }
  auto shares = [&](std::span<const double> values) {
    // Half a row in each bin, so that an empty one is rare and not impossible.
    std::vector<double> counts(limits.size() + 1, 0.5);
    for (double v : values)
      ++counts[static_cast<size_t>(std::ranges::upper_bound(limits, v) - limits.begin())];
    const double all =
        static_cast<double>(values.size()) + 0.5 * static_cast<double>(counts.size());
    for (double& c : counts) c /= all;
    return counts;
  };
  const auto a = shares(before), b = shares(now);
  double index = 0;
  for (size_t i = 0; i < a.size(); ++i) index += (b[i] - a[i]) * std::log(b[i] / a[i]);
  return index;
}

}  // namespace perennial::value
