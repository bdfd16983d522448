// Exact counts of whole numbers in many rows (one a period or a group): how often was the value v
// seen in row r? Small values lie in pages of neighbours; large ones, which are rare, in a map.
// Percentiles of it are exact.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "timeline/paths_index.h"

namespace perennial::timeline {

class ValueTally {
 public:
  static constexpr uint32_t kPageValues = 64;
  static constexpr uint32_t kPagedValues = 1 << 16;  // values from here on are in the map
  static constexpr size_t kMaxPages = 1 << 18;       // 64 MB
  static constexpr size_t kMaxLarge = 1 << 20;       // different (row, large value)

  void add(uint32_t row, uint32_t value) { add(row, value, 1); }
  // Row r of the other becomes row rows[r]; without `rows`, row r.
  void merge(const ValueTally& other, std::span<const uint32_t> rows = {});

  uint64_t bytes() const {
    return counts_.capacity() * sizeof(Page) + pages_.bytes() + large_.size() * kBytesOfLarge;
  }
  // Over a limit: everything was thrown away and nothing is counted any more.
  bool too_large() const { return too_large_; }
  // Value → how often, over the rows together; one map for each set of rows. A row whose
  // set is `sets` or more, or that has none, is left out.
  std::vector<std::map<uint32_t, uint64_t>> counts(std::span<const uint32_t> set_of_row,
                                                   uint32_t sets) const;

 private:
  using Page = std::array<uint32_t, kPageValues>;
  static constexpr uint64_t kBytesOfLarge = 40;  // about: a node of the map and its bucket
  void add(uint32_t row, uint32_t value, uint32_t times) {
    if (value >= kPagedValues || too_large_) [[unlikely]]
      return add_large(row, value, times);
    const uint32_t page = pages_.put(uint64_t{row} << 32 | value / kPageValues);
    if (page >= counts_.size()) [[unlikely]] {
      if (page == kMaxPages) return give_up();
      counts_.emplace_back();
    }
    counts_[page][value % kPageValues] += times;
  }
  void add_large(uint32_t row, uint32_t value, uint32_t times);
  void give_up();
  template <class Each>
  void for_each(Each each) const;  // row, value, times

  KeyIndex pages_;  // row << 32 | value / kPageValues
  std::vector<Page> counts_;
  std::unordered_map<uint64_t, uint32_t> large_;  // row << 32 | value
  bool too_large_ = false;
};

// The values below which each percentage lies, between neighbours in proportion (percentile_cont of
// SQL, type 7 of Hyndman and Fan 1996). Empty when nothing was counted.
std::vector<double> percentiles_of(const std::map<uint32_t, uint64_t>& counts,
                                   std::span<const double> percents);

}  // namespace perennial::timeline
