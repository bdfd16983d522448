#include "timeline/sessions_tally.h"

#include <utility>

#include <cmath>

namespace perennial::timeline {

void ValueTally::give_up() {
  *this = {};
  too_large_ = true;
}

void ValueTally::add(uint32_t row, uint32_t value, uint32_t times) {
  if (too_large_) return;
  if (row >= kMaxRows) return give_up();
  if (value >= kPagedValues) {
    large_[uint64_t{row} << 32 | value] += times;
    if (large_.size() > kMaxLarge) give_up();
    return;
  }
  if (row >= rows_.size()) rows_.resize(row + 1);
  uint32_t& page = rows_[row][value / kPageValues];
  if (page == 0) {
    if (pages_.size() > kMaxPages) return give_up();
    page = static_cast<uint32_t>(pages_.size());
    pages_.emplace_back();
  }
  pages_[page][value % kPageValues] += times;
}

void ValueTally::merge(const ValueTally& other, std::span<const uint32_t> rows) {
  if (other.too_large_) give_up();
  auto mine = [&](uint32_t row) { return rows.empty() ? row : rows[row]; };
  for (uint32_t row = 0; row < other.rows_.size(); ++row) {
    for (uint32_t i = 0; i < other.rows_[row].size(); ++i) {
      const uint32_t page = other.rows_[row][i];
      if (page == 0) continue;
      for (uint32_t j = 0; j < kPageValues; ++j) {
        const uint32_t times = other.pages_[page][j];
        if (times > 0) add(mine(row), i * kPageValues + j, times);
      }
    }
  }
  for (const auto& [key, times] : other.large_) {
    add(mine(static_cast<uint32_t>(key >> 32)), static_cast<uint32_t>(key), times);
  }
}

std::map<uint32_t, uint64_t> ValueTally::counts(std::span<const uint32_t> rows) const {
  std::map<uint32_t, uint64_t> out;
  std::vector<bool> wanted;
  for (uint32_t row : rows) {
    if (row >= wanted.size()) wanted.resize(row + 1);
    wanted[row] = true;
    if (row >= rows_.size()) continue;
    for (uint32_t i = 0; i < rows_[row].size(); ++i) {
      const uint32_t page = rows_[row][i];
      if (page == 0) continue;
      for (uint32_t j = 0; j < kPageValues; ++j) {
        if (pages_[page][j] > 0) out[i * kPageValues + j] += pages_[page][j];
      }
    }
  }
  for (const auto& [key, times] : large_) {
    const auto row = static_cast<uint32_t>(key >> 32);
    if (row < wanted.size() && wanted[row]) out[static_cast<uint32_t>(key)] += times;
  }
  return out;
}

std::vector<double> percentiles_of(const std::map<uint32_t, uint64_t>& counts,
                                   std::span<const double> percents) {
  std::vector<double> out;
  std::vector<std::pair<uint64_t, uint32_t>> sums;  // how many are at most the value
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
