// Distribution 分布: people by how often they did something in a period, in ranges: the number of
// hits, of different days with a hit, or the sum of the carried number.
//
// Reads Slice::hits, one selector, which carries `number` for kSum. A person is in a period's
// distribution with at least one hit in it (kSum: with a finite number); the others are its absent
// people. Sums are taken in double precision in the order of time. Two passes where the ranges are
// to be chosen: without edges there is one range, and the table's spread proposes edges for the
// second pass.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/base.h"
#include "timeline/exact_sum.h"
#include "timeline/group_slots.h"
#include "timeline/hits.h"
#include "timeline/periods.h"
#include "timeline/value_quantiles.h"

namespace perennial::timeline {

inline constexpr size_t kMaxDistributionEdges = 100;
inline constexpr size_t kMaxDistributionCells = 10'000;  // slots × (periods + 1)
inline constexpr std::array<double, 7> kDistributionShares = {0.05, 0.25, 0.5, 0.75,
                                                              0.9,  0.95, 0.99};

struct DistributionSpec {
  enum class Measure { kCount, kDays, kSum };
  Measure measure = Measure::kCount;
  Periods periods;
  Periods days;                 // for kDays: calendar days that cover the periods
  GroupBy by = GroupBy::kNone;  // not by event
  std::vector<uint32_t> groups;
  // Ascending; n edges make n + 1 ranges: below the first, [edge, next edge), from the last on.
  std::vector<double> edges;
};
// `where` is "ranges", "breakdown" or "periods".
Result<void> check(const DistributionSpec& spec);

struct DistributionCell {
  uint64_t people = 0;
  double sum = 0, mean = 0, min = 0, max = 0;  // of the people's figures; 0 without people
  std::array<double, kDistributionShares.size()> percentiles{};
  std::vector<uint64_t> ranges;  // people
};
struct DistributionTable {
  size_t slots = 1;
  size_t periods = 0;
  std::vector<DistributionCell> cells;  // see at()
  std::vector<uint64_t> asked;          // people of each slot, with or without a hit
  bool percentiles_exact = true;        // else by sketch, see value_quantiles.h
  DistributionCell spread;              // of all periods and slots together, without ranges
  // `period` = periods is the whole range as one period.
  const DistributionCell& at(size_t slot, size_t period) const {
    return cells[slot * (periods + 1) + period];
  }
};
// Round edges for what a first pass has found: each whole number while there are at most ten, else
// about ten ranges of equal width up to the 95th percentile. Empty when nobody was found.
std::vector<double> automatic_edges(const DistributionCell& spread,
                                    DistributionSpec::Measure measure);

struct DistributionPick {
  enum class Of { kPeople, kRange, kAbsent };
  size_t slot = 0, period = 0;  // as in at()
  Of of = Of::kPeople;
  size_t range = 0;
};

class Distribution {
 public:
  explicit Distribution(DistributionSpec spec);  // checked
  void add(const Slice& slice);
  void merge(const Distribution& other);
  DistributionTable finish() const;
  void collect(const Slice& slice, const DistributionPick& pick, Crowd& out) const;

 private:
  using Measure = DistributionSpec::Measure;
  struct Cell {
    ExactSum sum;
    ValueQuantiles values;
  };
  struct Count;
  struct Collect;
  size_t range_of(double value) const;
  template <Measure measure, class Emit>
  void scan(const Slice& slice, Emit& emit) const;
  template <class Emit>
  void scan_measure(const Slice& slice, Emit& emit) const;
  void fill(const Cell& from, DistributionCell& to) const;
  void sketch();

  DistributionSpec spec_;
  GroupSlots slots_;
  size_t cells_of_slot_ = 0;  // periods + 1
  std::vector<Cell> cells_;
  std::vector<uint64_t> ranges_;  // of cell c: from c × (edges + 1) on
  std::vector<uint64_t> asked_;
  uint64_t values_ = 0;
  bool sketched_ = false;
};

}  // namespace perennial::timeline
