#include "value/blend.h"

#include <algorithm>
#include <cmath>

#include "value/recommender_check.h"

namespace perennial::value {
namespace {

// The first of a blend, without sorting what comes after.
class Ranking {
 public:
  explicit Ranking(size_t items) : sum_(items, 0) {}

  std::span<const uint32_t> first(const Mix& mix, const Voter& voter) {
    met_.clear();
    for (size_t w = 0; w < kWays; ++w) {
      if (mix.weight[w] <= 0) continue;
      for (const auto& [item, score] : voter.lists[w]) {
        if (sum_[item] == 0) met_.push_back(item);
        sum_[item] += mix.weight[w] * score;
      }
    }
    const auto end = met_.begin() + std::ssize(met_);
    const auto last = met_.begin() + std::min<std::ptrdiff_t>(kNdcgAt, std::ssize(met_));
    std::partial_sort(met_.begin(), last, end, [&](uint32_t a, uint32_t b) {
      return sum_[a] != sum_[b] ? sum_[a] > sum_[b] : a < b;
    });
    for (const uint32_t item : met_) sum_[item] = 0;
    return {met_.begin(), last};
  }

 private:
  std::vector<float> sum_;
  std::vector<uint32_t> met_;
};

double mean(std::span<const double> all) {
  double sum = 0;
  for (const double one : all) sum += one;
  return all.empty() ? 0 : sum / static_cast<double>(all.size());
}

}  // namespace

Difference difference(std::span<const double> own, std::span<const double> other, double sure) {
  const auto n = static_cast<double>(own.size());
  double sum = 0, squares = 0;
  for (size_t i = 0; i < own.size(); ++i) {
    const double more = own[i] - other[i];
    sum += more;
    squares += more * more;
  }
  const double variance = std::max(0.0, (squares - sum * sum / n) / std::max(1.0, n - 1));
  const double half = sure * std::sqrt(variance / n);
  return {.mean = sum / n, .low = sum / n - half, .high = sum / n + half};
}

std::vector<double> gains_of(const Mix& mix, std::span<const Voter* const> voters, size_t items) {
  Ranking ranking(items);
  std::vector<double> gains;
  gains.reserve(voters.size());
  for (const Voter* voter : voters)
    gains.push_back(ndcg_at(ranking.first(mix, *voter), voter->bought, kNdcgAt));
  return gains;
}

Mix choose_mix(std::span<const Voter* const> voters, size_t items, const std::stop_token& stop) {
  Mix mix;
  if (voters.empty()) return mix;
  std::vector<double> gains(voters.size(), 0);
  for (const Way way : kAllWays) {
    auto own = gains_of(Mix::only(way), voters, items);
    if (mix.ways() > 0 && mean(own) <= mean(gains)) continue;
    mix = Mix::only(way);
    gains = std::move(own);
  }
  for (bool better = true; better && !stop.stop_requested();) {
    better = false;
    Mix best = mix;
    std::vector<double> best_gains = gains;
    for (const Way way : kAllWays) {
      if (mix.of(way) > 0) continue;
      for (const float part : kParts) {
        Mix tried = mix.whole();
        tried.of(way) = part;
        auto own = gains_of(tried, voters, items);
        if (mean(own) <= mean(best_gains) || difference(own, gains, kSure).low <= 0) continue;
        best = tried;
        best_gains = std::move(own);
        better = true;
      }
    }
    mix = best;
    gains = std::move(best_gains);
  }
  return mix.whole();
}

}  // namespace perennial::value
