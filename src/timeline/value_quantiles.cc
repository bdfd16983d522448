#include "timeline/value_quantiles.h"

#include <algorithm>
#include <cmath>

namespace perennial::timeline {
namespace {

constexpr int32_t kBinsOfOctave = 64;
constexpr int32_t kMaxWindow = 64 * kBinsOfOctave;  // 64 octaves: 19 decimal digits

}  // namespace

void ValueQuantiles::sketch() {
  if (sketched_) return;
  sketched_ = true;
  for (double value : values_) add_to_bin(bin_of(value), 1);
  values_ = {};
}

void ValueQuantiles::add_outside(Window& window, int32_t bin, uint64_t count) {
  const int32_t size = std::abs(bin);
  const int32_t from = size / kBinsOfOctave * kBinsOfOctave, to = from + kBinsOfOctave;
  const bool fresh = window.counts.empty();
  const int32_t low = fresh ? from : std::min(from, window.from);
  const int32_t high =
      fresh ? to : std::max(to, window.from + static_cast<int32_t>(window.counts.size()));
  if (bin == 0 || high - low > kMaxWindow) {
    stray_[bin] += count;
    return;
  }
  if (!fresh) {
    window.counts.insert(window.counts.begin(), static_cast<size_t>(window.from - low), 0);
  }
  window.counts.resize(static_cast<size_t>(high - low));
  window.from = low;
  window.counts[static_cast<size_t>(size - low)] += count;
}

void ValueQuantiles::merge(const ValueQuantiles& other) {
  n_ += other.n_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  if (!sketched_ && !other.sketched_) {
    values_.insert(values_.end(), other.values_.begin(), other.values_.end());
    return;
  }
  sketch();
  for (double value : other.values_) add_to_bin(bin_of(value), 1);
  for (const auto& [bin, count] : other.bins()) add_to_bin(bin, count);
}

std::vector<std::pair<int32_t, uint64_t>> ValueQuantiles::bins() const {
  std::vector<std::pair<int32_t, uint64_t>> out(stray_.begin(), stray_.end());
  for (const Window* window : {&below_, &above_}) {
    for (size_t i = 0; i < window->counts.size(); ++i) {
      if (window->counts[i] == 0) continue;
      const int32_t size = window->from + static_cast<int32_t>(i);
      out.emplace_back(window == &below_ ? -size : size, window->counts[i]);
    }
  }
  std::ranges::sort(out);
  return out;
}

// The number whose relative distance to both ends of the bin is the same: less than 1 / 128.
double ValueQuantiles::answer(int32_t bin, bool whole) const {
  if (bin == 0) return std::clamp(0.0, min_, max_);
  const int32_t size = std::abs(bin);
  const double low = std::bit_cast<double>(static_cast<uint64_t>(size) << 46);
  const double step = kBinsOfOctave + size % kBinsOfOctave;
  double value = low * (2 * (step + 1) / (2 * step + 1));
  if (bin < 0) value = -value;
  if (whole) value = std::round(value);
  return std::clamp(value, min_, max_);
}

std::vector<double> ValueQuantiles::at(std::span<const double> shares, bool whole) const {
  std::vector<double> values;
  std::vector<std::pair<int32_t, uint64_t>> counted;
  if (sketched_) {
    counted = bins();
  } else {
    values = values_;
  }
  uint64_t placed = 0;  // no number behind the first `placed` ones is smaller than one of them
  size_t bin = 0;
  uint64_t passed = 0;  // numbers in the bins before `bin`
  // Ranks are asked for in ascending order, or that of the last time or the one before it again.
  auto at_rank = [&](uint64_t rank) {
    if (!sketched_) {
      const auto from = values.begin() + static_cast<std::ptrdiff_t>(placed);
      const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank);
      if (rank == placed) std::iter_swap(from, std::min_element(from, values.end()));
      if (rank > placed) std::nth_element(from, place, values.end());
      placed = std::max(placed, rank + 1);
      return *place;
    }
    while (rank < passed) passed -= counted[--bin].second;
    while (rank >= passed + counted[bin].second) passed += counted[bin++].second;
    return answer(counted[bin].first, whole);
  };
  std::vector<double> out;
  for (double share : shares) {
    const double place = static_cast<double>(n_ - 1) * share;
    const auto rank = std::min(static_cast<uint64_t>(place), n_ - 1);
    const double part = place - static_cast<double>(rank);
    const double low = at_rank(rank);
    out.push_back(part > 0 && rank + 1 < n_ ? std::lerp(low, at_rank(rank + 1), part) : low);
  }
  return out;
}

}  // namespace perennial::timeline
