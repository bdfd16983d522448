// RFM over one selector: recency (time since the last hit before `now`), frequency (hits) and
// monetary (sum of the carried number), each scored 1 to 5 (5 is best), and the 125 cells of
// scores. The rules are those of value/rfm.h: a score s takes values that at least (s − 1) fifths
// of all people's values lie below, so equal values score the same; recency is scored by the time
// of the last hit, here in whole seconds.
//
// Reads Slice::hits: the orders, which carry `number`, and, when asked for, what is taken back
// (refunds), whose numbers are subtracted. Only what lies before `now` counts; people without an
// order have no score. Amounts are rounded to `decimals` (half away from zero) and added as whole
// numbers, so that equal amounts are equal; a missing number is 0.
//
// With quintiles a pass keeps 16 bytes for each person with an order, and the table tells the cuts.
// With cuts given a pass keeps nothing and can tell the people of a cell.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/base.h"
#include "timeline/hits.h"

namespace perennial::timeline {

inline constexpr int kMaxRfmDecimals = 6;

// limits[s - 2] is the lowest value that scores s.
using RfmLimits = std::array<int64_t, 4>;
struct RfmCuts {
  RfmLimits recency{};    // Second of the last order
  RfmLimits frequency{};  // orders
  RfmLimits monetary{};   // amounts in units of 10^-decimals
  bool operator==(const RfmCuts&) const = default;
};
// Fixed cuts for recency: a last order at most days[s - 2] times 24 hours before `now` scores s.
RfmLimits recency_limits(Second now, const std::array<double, 4>& days);

struct RfmSpec {
  Second now = 0;
  int decimals = 2;
  bool refunds = false;         // Slice::hits has a second selector
  std::optional<RfmCuts> cuts;  // none: quintiles
};
// `where` is "now", "decimals" or "cuts".
Result<void> check(const RfmSpec& spec);

struct RfmScore {
  uint8_t recency = 1, frequency = 1, monetary = 1;
  bool operator==(const RfmScore&) const = default;
};
struct RfmCell {
  uint64_t people = 0, orders = 0;
  double amount = 0;  // the exact sum, rounded once
};
struct RfmTable {
  uint64_t people = 0;
  RfmCuts cuts;  // a limit that nobody reaches is one above the best; all 0 without people
  // The same for reading: the most days since the last order, the fewest orders, the least amount
  // that score 2 to 5.
  std::array<double, 4> recency_days{}, frequency{}, monetary{};
  std::array<RfmCell, 125> cells;
  const RfmCell& at(RfmScore score) const {
    return cells[((score.recency - 1U) * 5 + score.frequency - 1U) * 5 + score.monetary - 1U];
  }
};

class Rfm {
 public:
  explicit Rfm(RfmSpec spec);  // checked
  void add(const Slice& slice);
  uint64_t bytes() const;
  void merge(const Rfm& other);
  void merge(Rfm&& other);  // without copying
  RfmTable finish() const;
  // Only with cuts: those of the table for the people behind its cells. A score left out stands for
  // all five.
  struct Pick {
    std::optional<uint8_t> recency, frequency, monetary;
  };
  void collect(const Slice& slice, const Pick& pick, Crowd& out) const;

 private:
  struct People {  // with an order; one place each
    std::vector<Second> last;
    std::vector<uint32_t> orders;
    std::vector<int64_t> amount;
  };
  struct Cell {
    uint64_t people = 0, orders = 0;
    __int128 amount = 0;
  };
  using Cells = std::array<Cell, 125>;

  template <class Emit>
  void scan(const Slice& slice, Emit emit) const;
  int64_t units(double number) const;
  void keep(Second last, uint32_t orders, int64_t amount);
  void add_counts(const Rfm& other);
  RfmCuts quintiles() const;

  RfmSpec spec_;
  double scale_ = 1;  // units of one
  std::vector<People> kept_;
  // How many people have which value, in bins that grow with the distance from `now`, from one
  // order and from nothing.
  std::vector<uint32_t> recency_bins_, frequency_bins_, monetary_bins_;
  Cells cells_{};
};

}  // namespace perennial::timeline
