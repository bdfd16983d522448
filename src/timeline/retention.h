// Retention: of the people who did something for a start, how many did something (else) later.
//
// People are put into cohorts by the period of their start event. Columns are brackets of periods
// after it: [0, 1) is the cohort's own period, [1, 4) the three that follow. A period counts for a
// person if it holds at least `min_count` return events.
//  - Calendar: periods are those of the question. A return event counts wherever it lies in its
//    period, so in column [0, 1) before the start event too, and the start event itself counts when
//    it is a return event: everyone of the cohort is back in [0, 1) when both are the same.
//  - Rolling: periods are `step` seconds long and begin at the person's start event (the first one
//    in the cohort's period). Only events after it count, in the order of Hits::key.
// With a breakdown by event a person belongs to the group of that first start event of the cohort's
// period, so that groups divide each cohort.
//
// Reads two selectors, [0] start and [1] return (the same twice if they are equal): Slice::presence
// over `periods` if `presence` is set, Slice::hits otherwise, the start carrying `group` for a
// breakdown by event. For `first_time` the start selector must reach back to the first events there
// are (hits from 0; Presence::before). Hits outside the periods do no harm.
//
// Rolling days cut to the hour are the rule of Amplitude's "Retention Analysis" help page.
#pragma once

#include <cstdint>
#include <vector>

#include "base/base.h"
#include "timeline/group_slots.h"
#include "timeline/hits.h"
#include "timeline/periods.h"

namespace perennial::timeline {

inline constexpr size_t kMaxRetentionCells = 4'000'000;  // slots × cohorts × (columns + 1)
inline constexpr uint32_t kMaxReturnCount = 1'000;
inline constexpr Second kMaxRetentionStep = 366 * 86'400;

struct RetentionBracket {  // [from, to), in periods after the cohort's
  int from = 0, to = 1;
  bool operator==(const RetentionBracket&) const = default;
};
// [0, 1), [1, 2), … : one column for each of `count` periods.
std::vector<RetentionBracket> single_brackets(int count);

struct RetentionSpec {
  enum class Time { kCalendar, kRolling };
  enum class Counted {
    kOn,          // came back in a period of the bracket
    kOnOrAfter,   // in a period of the bracket or later, as far as periods or hits go
    kOnOrBefore,  // in a period up to the bracket's last; see own_period
  };
  Time time = Time::kCalendar;
  Counted counted = Counted::kOn;
  // True: one is in the cohort of the period of the first start event ever, or in none if that lies
  // outside. False: in the cohort of every period with a start event.
  bool first_time = true;
  // For kOnOrBefore: whether a return in the cohort's own period counts in columns that reach
  // further than that period.
  bool own_period = false;
  Periods periods;
  int cohorts = 0;                         // the first ones of `periods` make cohorts; 0: all do
  std::vector<RetentionBracket> brackets;  // ascending, not overlapping; empty: each of `periods`
  uint32_t min_count = 1;
  bool presence = false;  // read presence: calendar, min_count 1, no breakdown by event

  // Rolling.
  Second step = 86'400;      // length of a period
  bool cut_to_hour = false;  // the first period begins at the start of the start event's hour
  Second hour_start = 0;     // seconds after a full hour of UTC at which an hour of the zone starts
  Second until = kNever;     // where the range of the return selector ends

  Second now = kNever;  // for RetentionState only
  GroupBy by = GroupBy::kNone;
  std::vector<uint32_t> groups;  // shown, see GroupSizes; the rest is the last slot
};
// `where` is "range", "brackets", "minimum_count", "breakdown", "time" or "columns".
Result<void> check(const RetentionSpec& spec);

// Whether the time of a cell, that of the bracket for everyone of the cohort, is over.
enum class RetentionState : uint8_t {
  kComplete,
  kIncomplete,  // it has begun, but reaches beyond `now` or what was read
  kNone,        // it has not begun
};

struct RetentionRate {  // sums over the cohorts whose cell is complete
  uint64_t returned = 0, size = 0;
  bool operator==(const RetentionRate&) const = default;
};
struct RetentionGroup {
  std::vector<uint64_t> sizes;       // of each cohort
  std::vector<uint64_t> returned;    // [cohort * columns + column]
  std::vector<RetentionRate> curve;  // weighted by cohort, for each column
  bool operator==(const RetentionGroup&) const = default;
};
struct RetentionTable {
  int cohorts = 0, columns = 0;
  std::vector<RetentionState> states;  // [cohort * columns + column]
  RetentionGroup all;
  std::vector<RetentionGroup> groups;  // one for each slot of GroupSlots
  size_t at(int cohort, int column) const {
    return static_cast<size_t>(cohort) * static_cast<size_t>(columns) + static_cast<size_t>(column);
  }
  bool operator==(const RetentionTable&) const = default;
};

// The people behind a number of the table.
struct RetentionPick {
  enum class Of { kSize, kReturned, kNotReturned };
  Of of = Of::kReturned;
  // -1: the curve's, the people of all cohorts whose cell in `column` is complete (once each, even
  // if they are in several cohorts).
  int cohort = 0;
  int column = 0;  // for the size of one cohort it does not matter
  int slot = -1;   // -1: all
};

class Retention {
 public:
  explicit Retention(RetentionSpec spec);  // checked
  void add(const Slice& slice);
  void merge(const Retention& other);  // of the same spec
  RetentionTable finish() const;
  void collect(const Slice& slice, const RetentionPick& pick, Crowd& out) const;

 private:
  struct Count;
  struct Collect;

  RetentionState state(int cohort, int column) const;

  RetentionSpec spec_;
  GroupSlots slots_;
  std::vector<RetentionState> states_;
  std::vector<uint64_t> counts_;  // [(slot * cohorts + cohort) * (columns + 1)]: size, then columns
};

}  // namespace perennial::timeline
