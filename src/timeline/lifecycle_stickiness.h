// Stickiness: in how many periods of the range (or of each longer period: days of a week, of a
// month) people were active: exactly n of them, and at least n.
//
// Reads one selector: Slice::presence over `periods` if `presence` is set, Slice::hits otherwise
// (needed for a minimum count).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/base.h"
#include "timeline/group_slots.h"
#include "timeline/hits.h"
#include "timeline/periods.h"

namespace perennial::timeline {

inline constexpr size_t kMaxStickinessCells = 1'000'000;  // slots × rows × (periods of a row)
inline constexpr uint32_t kMaxActiveCount = 1'000;

struct StickinessSpec {
  Periods periods;
  // One row for each; a period belongs to the row in which it begins, and one that begins outside
  // of them to none. Nothing: one row over all periods.
  std::optional<Periods> longer;
  uint32_t min_count = 1;  // hits for a period to count
  bool presence = false;   // read presence: min_count 1
  Second now = kNever;
  GroupBy by = GroupBy::kNone;   // not by event
  std::vector<uint32_t> groups;  // shown, see GroupSizes; the rest is the last slot
};
// `where` is "range", "minimum_count" or "breakdown".
Result<void> check(const StickinessSpec& spec);

struct StickinessRow {
  std::vector<uint64_t> exactly, at_least;  // [n - 1] for n = 1 … periods of the row
  uint64_t people = 0;                      // active at all
  uint64_t active_periods = 0;              // sum over people; the mean is this ÷ people
  bool operator==(const StickinessRow&) const = default;
};
struct StickinessTable {
  std::vector<bool> complete;  // of each row: its last period is over at `now`
  std::vector<StickinessRow> all;
  std::vector<std::vector<StickinessRow>> groups;  // [slot][row]
  bool operator==(const StickinessTable&) const = default;
};

struct StickinessPick {
  int row = 0;
  int periods = 1;  // n
  bool at_least = false;
  int slot = -1;  // -1: all
};

class Stickiness {
 public:
  explicit Stickiness(StickinessSpec spec);  // checked
  void add(const Slice& slice);
  void merge(const Stickiness& other);  // of the same spec
  StickinessTable finish() const;
  void collect(const Slice& slice, const StickinessPick& pick, Crowd& out) const;

 private:
  struct Row {
    size_t first = 0, last = 0;  // its periods
    size_t cells = 0;            // where its cells begin: one for each n
  };
  static std::vector<Row> rows_of(const StickinessSpec& spec);
  friend Result<void> check(const StickinessSpec& spec);
  std::vector<Crowd> exactly(const Slice& slice) const;  // [cells of the row + n - 1]

  StickinessSpec spec_;
  GroupSlots slots_;
  std::vector<Row> rows_;
  size_t cells_ = 0;
  std::vector<uint64_t> counts_;  // [slot * cells_ + cells of the row + n - 1]
};

}  // namespace perennial::timeline
