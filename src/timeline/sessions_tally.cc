#include "timeline/sessions_tally.h"

#include <utility>

#include <cmath>

namespace perennial::timeline {

void ValueTally::give_up() {
  *this = {};
  too_large_ = true;
}

void ValueTally::add_large(uint32_t row, uint32_t value, uint32_t times) {
  if (too_large_) return;
  large_[uint64_t{row} << 32 | value] += times;
  if (large_.size() > kMaxLarge) give_up();
}

template <class Each>
void ValueTally::for_each(Each each) const {
  for (uint32_t page = 0; page < counts_.size(); ++page) {
    const uint64_t key = pages_.key(page);
    const auto row = static_cast<uint32_t>(key >> 32), first = static_cast<uint32_t>(key);
    for (uint32_t i = 0; i < kPageValues; ++i) {
      if (counts_[page][i] > 0) each(row, first * kPageValues + i, counts_[page][i]);
    }
  }
  for (const auto& [key, times] : large_) {
    each(static_cast<uint32_t>(key >> 32), static_cast<uint32_t>(key), times);
  }
}

void ValueTally::merge(const ValueTally& other, std::span<const uint32_t> rows) {
  if (other.too_large_) give_up();
  other.for_each([&](uint32_t row, uint32_t value, uint32_t times) {
    add(rows.empty() ? row : rows[row], value, times);
  });
}

std::vector<std::map<uint32_t, uint64_t>> ValueTally::counts(std::span<const uint32_t> set_of_row,
                                                             uint32_t sets) const {
  std::vector<std::map<uint32_t, uint64_t>> out(sets);
  for_each([&](uint32_t row, uint32_t value, uint32_t times) {
    if (row < set_of_row.size() && set_of_row[row] < sets) out[set_of_row[row]][value] += times;
  });
  return out;
}

std::vector<double> percentiles_of(const std::map<uint32_t, uint64_t>& counts,
                                   std::span<const double> percents) {
  std::vector<double> out;
  std::vector<std::pair<uint64_t, uint32_t>> sums;  // how many are at most the value
  sums.reserve(counts.size());
  uint64_t total = 0;
  for (const auto& [value, times] : counts) sums.emplace_back(total += times, value);
  if (total == 0) return out;
  auto ranked = [&](uint64_t rank) {  // the value at a place, from 0
    size_t low = 0, high = sums.size() - 1;
    while (low < high) {
      const size_t middle = (low + high) / 2;
      if (sums[middle].first > rank) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return double{static_cast<double>(sums[low].second)};
  };
  for (double percent : percents) {
    const double place = percent / 100 * static_cast<double>(total - 1);
    const auto below = static_cast<uint64_t>(std::floor(place));
    const double part = place - std::floor(place);
    const double low = ranked(below), high = ranked(below + 1 < total ? below + 1 : below);
    out.push_back(low + (high - low) * part);
  }
  return out;
}

}  // namespace perennial::timeline
