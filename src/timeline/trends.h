// Trends: for each selector, group and period how often, by how many people, and figures of the
// carried number; cumulative, rolling, and over the whole range. A comparison with an earlier time
// is a second question with other periods; formulas over the series are formula.h.
//
// Reads Slice::hits (or, for unique people alone, Slice::presence), one entry for each series in
// their order. Hits carry `group` for a breakdown by event and `number` for figures of numbers; a
// number that is missing or not finite counts as a hit but not as a number. Hits outside the
// periods do not count, whatever the selector's range is.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/base.h"
#include "timeline/exact_sum.h"
#include "timeline/group_slots.h"
#include "timeline/hits.h"
#include "timeline/periods.h"
#include "timeline/value_quantiles.h"

namespace perennial::timeline {

inline constexpr size_t kMaxTrendSeries = 26;      // as many as formulas have names
inline constexpr size_t kMaxTrendCells = 500'000;  // series × slots × periods
inline constexpr size_t kMaxPercentileCells = 10'000;
inline constexpr std::array<double, 6> kTrendShares = {0.25, 0.5, 0.75, 0.9, 0.95, 0.99};

struct TrendsSpec {
  enum class Numbers { kNone, kSums, kPercentiles };
  Periods periods;
  // The first `lead` periods only feed the rolling figures of those after them: a rolling week by
  // day needs 6 days before the first one shown. Totals and cumulative figures start after them.
  int lead = 0;
  int rolling = 0;  // periods in a rolling figure, the one it stands at being the last; 0: none
  GroupBy by = GroupBy::kNone;
  std::vector<uint32_t> groups;  // shown, see GroupSizes; the rest is the last slot
  std::vector<Numbers> series;   // one for each selector: what of the carried number
  bool presence = false;         // read presence: counts stay 0, no numbers, not by event
};
// `where` is "selectors", "breakdown", "rolling" or "periods".
Result<void> check(const TrendsSpec& spec);

struct TrendNumbers {
  uint64_t n = 0;  // hits with a number
  double sum = 0;  // the double nearest to the exact sum, in whatever order buckets came
  double mean = 0, min = 0, max = 0;                      // 0 when n is 0
  std::array<double, kTrendShares.size()> percentiles{};  // for kPercentiles
};
struct TrendCell {
  uint64_t count = 0, people = 0;
  TrendNumbers numbers;
};
struct TrendSeries {
  std::vector<TrendCell> periods;
  TrendCell total;  // of the range from `lead` on: its people are not the sum of the periods'
  // From `lead` to the period; 0 before `lead`.
  std::vector<uint64_t> cumulative_count, cumulative_people;
  // Over the last `rolling` periods (the first ones reach over fewer); empty without.
  std::vector<uint64_t> rolling_count, rolling_people;
};
struct TrendsTable {
  size_t slots = 1;
  std::vector<TrendSeries> series;  // of selector s in slot g: series[s * slots + g]
  // False: the percentiles are those of a sketch, see value_quantiles.h.
  bool percentiles_exact = true;
  const TrendSeries& at(size_t selector, size_t slot) const {
    return series[selector * slots + slot];
  }
};

// One figure of a cell, for charts and formulas. Nothing where it does not exist: an average of no
// numbers, a mean per person without people.
enum class TrendMeasure {
  kCount,
  kPeople,
  kPerPerson,  // count / people
  kSum,
  kSumPerPerson,  // sum / people, those without a number too
  kMean,
  kMin,
  kMax,
  kP25,
  kMedian,
  kP75,
  kP90,
  kP95,
  kP99,
};
std::optional<double> value_of(const TrendCell& cell, TrendMeasure measure);

// The people behind a number of the table.
struct TrendPick {
  enum class Of { kPeriod, kTotal, kCumulative, kRolling };
  size_t selector = 0, slot = 0;
  Of of = Of::kPeriod;
  int period = 0;  // not for kTotal
};

class Trends {
 public:
  explicit Trends(TrendsSpec spec);  // checked
  void add(const Slice& slice);
  void merge(const Trends& other);  // of the same spec; commutative to the last bit
  TrendsTable finish() const;
  void collect(const Slice& slice, const TrendPick& pick, Crowd& out) const;

 private:
  struct Cell {
    uint64_t count = 0, people = 0;
    uint64_t fresh = 0;   // people here for the first time since `lead`
    int64_t rolling = 0;  // change of the rolling people from the period before to this
  };
  struct NumberCell {
    uint64_t n = 0;
    double min = 0, max = 0;
    ExactSum sum;
    void add(double value);
    void merge(const NumberCell& other);
  };
  struct One {  // of a selector; cells are slot-major
    std::vector<Cell> cells;
    std::vector<NumberCell> numbers;        // empty, or as cells
    std::vector<ValueQuantiles> quantiles;  // the same
  };
  struct Count;
  struct Collect;

  template <class Emit>
  void scan(const Slice& slice, const Hits& hits, Emit& emit) const;
  template <class Emit>
  void scan_by_event(const Slice& slice, const Hits& hits, Emit& emit) const;
  void add_hits(const Slice& slice, const Hits& hits, One& one);
  void add_presence(const Presence& presence, const std::vector<Crowd>& who, One& one) const;
  template <class Each>
  void for_each_window(const Presence& presence, Each each) const;
  void sketch();
  TrendSeries series_of(const One& one, size_t slot) const;

  TrendsSpec spec_;
  GroupSlots slots_;
  size_t size_ = 0;  // periods
  std::vector<One> series_;
  uint64_t values_ = 0;  // numbers kept for percentiles or counted in sketches
  bool sketched_ = false;
};

}  // namespace perennial::timeline
