// Active people: on each day (DAU), in windows that end with the day (WAU and MAU over 7 and 30
// days, or over the week and month so far), and ratios of them (DAU ÷ MAU). "Day" stands for
// whatever the periods are.
//
// Reads Slice::presence of one selector over `periods`.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/base.h"
#include "timeline/group_slots.h"
#include "timeline/hits.h"
#include "timeline/periods.h"

namespace perennial::timeline {

inline constexpr size_t kMaxActiveWindows = 8;
inline constexpr size_t kMaxActiveCells = 1'000'000;  // slots × windows × rows

// A window of row i reaches from period [i] to the row's own. Ascending.
using ActiveWindow = std::vector<int>;

// The row's period and the `length` - 1 before it; fewer where periods begin later.
ActiveWindow trailing_window(const Periods& periods, int lead, int length);
// From the start of the longer period in which the row's begins; the row's own period alone if it
// begins in none of `longer`.
ActiveWindow window_to_date(const Periods& periods, int lead, const Periods& longer);

struct ActiveSpec {
  Periods periods;
  int lead = 0;  // the first periods that only feed windows; row i is period lead + i
  std::vector<ActiveWindow> windows;
  Second now = kNever;
  GroupBy by = GroupBy::kNone;   // not by event
  std::vector<uint32_t> groups;  // shown, see GroupSizes; the rest is the last slot
};
// `where` is "range", "windows" or "breakdown".
Result<void> check(const ActiveSpec& spec);

struct ActiveGroup {
  std::vector<uint64_t> people;  // [window * rows + row]
  bool operator==(const ActiveGroup&) const = default;
};
struct ActiveTable {
  int rows = 0, windows = 0;
  std::vector<bool> complete;  // of each row: its period is over at `now`
  ActiveGroup all;
  std::vector<ActiveGroup> groups;  // one for each slot
  uint64_t at(const ActiveGroup& group, int window, int row) const {
    return group
        .people[static_cast<size_t>(window) * static_cast<size_t>(rows) + static_cast<size_t>(row)];
  }
  // People of one window ÷ people of another (stickiness is day ÷ month); nothing if nobody was
  // active in the other.
  std::optional<double> ratio(const ActiveGroup& group, int window, int over, int row) const;
  bool operator==(const ActiveTable&) const = default;
};

struct ActivePick {
  int window = 0, row = 0;
  int slot = -1;  // -1: all
};

class ActivePeople {
 public:
  explicit ActivePeople(ActiveSpec spec);  // checked
  void add(const Slice& slice);
  void merge(const ActivePeople& other);  // of the same spec
  ActiveTable finish() const;
  void collect(const Slice& slice, const ActivePick& pick, Crowd& out) const;

 private:
  size_t rows() const { return static_cast<size_t>(spec_.periods.size() - spec_.lead); }

  ActiveSpec spec_;
  GroupSlots slots_;
  std::vector<uint64_t> counts_;  // [(slot * windows + window) * rows + row]
};

}  // namespace perennial::timeline
