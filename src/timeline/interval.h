// Interval 间隔: the time from an event A to the event B of the same person that follows it, by the
// period of A. A and B may be the same selector: then it is the time from one hit to the next.
//
// Reads Slice::hits: A, then B (for A = B the same hits twice). A carries `group` for a breakdown
// by event, both carry `held` when a property must be shared; a hit without the property has no
// partner. B follows A when its key() is greater: an event is never its own partner. Partners may
// lie behind the last period, as far as the range of B reaches. Seconds are differences of whole
// seconds.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/base.h"
#include "timeline/group_slots.h"
#include "timeline/hits.h"
#include "timeline/periods.h"
#include "timeline/value_quantiles.h"

namespace perennial::timeline {

inline constexpr Second kMaxInterval = 3'660U * 86'400;  // ten years
inline constexpr size_t kMaxIntervalEdges = 100;
inline constexpr size_t kMaxIntervalCells = 10'000;  // slots × (periods + 1)
inline constexpr size_t kMaxIntervalBars = 500'000;  // cells × (edges + 1)
inline constexpr std::array<double, 4> kIntervalShares = {0.25, 0.5, 0.75, 0.9};

struct IntervalSpec {
  enum class Pairing {
    kEveryStart,  // each A to the first B after it: A A B has two intervals
    kLastStart,   // only the last A before B: A A B has one
  };
  Pairing pairing = Pairing::kEveryStart;
  bool held =
      false;  // partners share Hits::held; what lies between with another value is no matter
  Second max_seconds = kMaxInterval;  // longer intervals do not count; at least 1
  Periods periods;
  GroupBy by = GroupBy::kNone;
  std::vector<uint32_t> groups;
  // Seconds, ascending; n edges make n + 1 bars: below the first, [edge, next), from the last on.
  std::vector<Second> edges;
};
// `where` is "max_seconds", "edges", "breakdown" or "periods".
Result<void> check(const IntervalSpec& spec);

struct IntervalCell {
  uint64_t starts = 0;         // A events
  uint64_t n = 0, people = 0;  // intervals, and people with one
  double mean = 0;             // seconds; all 0 without intervals
  Second min = 0, max = 0;
  double p25 = 0, median = 0, p75 = 0, p90 = 0;
  std::vector<uint64_t> bars, bar_people;  // intervals, and people with one in that bar
};
struct IntervalTable {
  size_t slots = 1;
  size_t periods = 0;
  std::vector<IntervalCell> cells;  // see at()
  bool percentiles_exact = true;    // else by sketch, see value_quantiles.h
  // `period` = periods is the whole range.
  const IntervalCell& at(size_t slot, size_t period) const {
    return cells[slot * (periods + 1) + period];
  }
};

struct IntervalPick {
  size_t slot = 0, period = 0;  // as in at()
  std::optional<size_t> bar;    // none: everyone with an interval
};

class Interval {
 public:
  explicit Interval(IntervalSpec spec);  // checked
  void add(const Slice& slice);
  void merge(const Interval& other);
  IntervalTable finish() const;
  void collect(const Slice& slice, const IntervalPick& pick, Crowd& out) const;

 private:
  struct Cell {
    uint64_t starts = 0, people = 0, seconds = 0;
    ValueQuantiles values;
  };
  struct Bar {
    uint64_t n = 0, people = 0;
  };
  class Held;
  struct Count;
  struct Collect;
  size_t bar_of(Second seconds) const;
  template <class Emit>
  void scan(const Slice& slice, Emit& emit) const;
  template <class Emit>
  void scan_held(const Slice& slice, Emit& emit) const;
  void sketch();

  IntervalSpec spec_;
  GroupSlots slots_;
  size_t cells_of_slot_ = 0;  // periods + 1
  std::vector<Cell> cells_;
  std::vector<Bar> bars_;  // of cell c: from c × (edges + 1) on
  uint64_t values_ = 0;
  bool sketched_ = false;
};

}  // namespace perennial::timeline
