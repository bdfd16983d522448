// Funnels: how many people do one step after the other, how far they come and how long they take.
//
//   FunnelSpec spec{.steps = 3, .window_seconds = 7 * 86'400};
//   TRY(check(spec));
//   Funnel funnel(spec);
//   for (const Slice& slice : buckets) funnel.add(slice);
//   FunnelTable table = funnel.finish();  // table.reached[2]: people who did all three steps
//
// Slice::hits, in this order: the steps, the exclusions, and "any event" where uses_any() says so
// (it must contain the steps' events). The range of step 1's selector is the range in which people
// enter; the later steps' selectors, the exclusions and "any event" reach further, by the window.
//
// An attempt enters at an event of step 1 and goes on, step by step, to events with strictly
// greater Hits::key: an event never fills two steps, and two events of one second count in the
// order in which they arrived. A step counts up to and including entry + window. Its level is the
// number of steps it filled. For an entry every later step takes the earliest event that can; of
// all attempts of a person the best counts: the highest level, then the one that came there first,
// then the latest entry.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "timeline/funnel_times.h"
#include "timeline/group_slots.h"
#include "timeline/hits.h"
#include "timeline/periods.h"

namespace perennial::timeline {

inline constexpr int kMinFunnelSteps = 2;
inline constexpr int kMaxFunnelSteps = 32;
inline constexpr size_t kMaxFunnelExclusions = 8;
inline constexpr Second kMaxFunnelWindow = 400 * 86'400;
inline constexpr Second kMaxFunnelSessionGap = 86'400;
// What a table may hold: numbers of all trends together, and series of durations.
inline constexpr size_t kMaxFunnelTrendCells = 4'000'000;
inline constexpr size_t kMaxFunnelSeries = 2'048;

enum class FunnelOrder {
  kOrdered,  // other events may lie between
  // No event that fits a step may lie between two steps, and with spec.strict_any nothing of "any
  // event" either. (A first step done twice before the second: the later one is an entry.)
  kStrict,
  // The steps in any order; an attempt enters at an event of any step, and level k means that k
  // different steps, each with an event of its own, happened within the window.
  kAny,
};

enum class FunnelSemantics {
  kLatestEntry,  // a later first step starts another attempt; the best one counts
  // Only the first event of step 1 in its range enters (of each held value; in any order the first
  // event of any step). Its window is never set back.
  kFirstEntry,
  // As kLatestEntry for the entries of each period on their own, as 神策 counts days: a row of the
  // trend holds the best attempt that entered in it, whatever happened in other periods. `reached`
  // holds the best of all of them.
  kPerDay,
  // windowFunnel of ClickHouse 26.7 as in AggregateFunctionWindowFunnel.cpp: events of one second
  // are ordered by step, not by arrival, and one event may fill several steps unless strict_once.
  kWindowFunnel,
};

enum class FunnelCount {
  kPeople,  // a person counts once
  // Every attempt that does not overlap one taken before counts. kLatestEntry takes the longest
  // first, among these the one completed first; kFirstEntry goes from left to right, and an attempt
  // lasts until it is complete or its window ends. A cell of the table opens to the people behind.
  kTotals,
};

enum class FunnelBreakdown {
  kNone,
  kPerson,      // Slice::group of the person
  kStep,        // Hits::group of the event that filled `breakdown_step`; 0 if none did
  kFirstTouch,  // the first value but 0 among the events of the attempt, in their order
  kLastTouch,   // the last one
};

struct WindowFunnelModes {
  bool strict_deduplication = false;
  bool strict_order = false;
  bool strict_increase = false;
  bool strict_once = false;
  bool allow_reentry = false;  // only with strict_order
};

// An attempt ends at the level it has when an event of the selector comes after the event that
// filled step `from` and before the one that fills step `to` (from 0). An event that fills a step
// of the attempt does not end it.
struct FunnelExclusion {
  int from = 0, to = 1;
};

struct FunnelSpec {
  int steps = 2;
  std::vector<FunnelExclusion> exclusions{};  // kOrdered only
  FunnelOrder order = FunnelOrder::kOrdered;
  bool strict_any = true;  // of kStrict
  FunnelSemantics semantics = FunnelSemantics::kLatestEntry;
  WindowFunnelModes modes{};  // of kWindowFunnel
  FunnelCount count = FunnelCount::kPeople;
  Second window_seconds = 7 * 86'400;
  // Not 0: the window is the session of the entry instead. A session ends where "any event" pauses
  // for more than these seconds.
  Second session_gap_seconds = 0;
  // All steps must share Hits::held, which then every step carries; each value but 0 is tried on
  // its own. An exclusion's event ends attempts of its own held value, and all attempts when it has
  // none.
  bool held = false;
  FunnelBreakdown breakdown = FunnelBreakdown::kNone;
  int breakdown_step = 0;            // from 0
  std::vector<uint32_t> shown{};     // the groups of the table, usually those of FunnelSizes::top()
  bool times = true;                 // time to convert
  std::optional<Periods> periods{};  // of the entry: the trend

  bool uses_any() const {
    return (order == FunnelOrder::kStrict && strict_any) || session_gap_seconds != 0 ||
           (semantics == FunnelSemantics::kWindowFunnel && modes.strict_order);
  }
  size_t any_selector() const { return static_cast<size_t>(steps) + exclusions.size(); }
  size_t selectors() const { return any_selector() + (uses_any() ? 1 : 0); }
};

// kInvalid, `where` names the field: "steps", "exclusions", "window_seconds",
// "session_gap_seconds", "order", "count", "held", "breakdown", "breakdown_step", "shown", "modes",
// "periods"; kTooLarge for "periods" and "breakdown" when the table would exceed a limit.
Result<void> check(const FunnelSpec& spec);

// People, or attempts, of one group.
struct FunnelRow {
  std::vector<uint64_t> reached;  // [k]: of level > k
  // [period of the entry][k]; attempts that entered in no period are in none.
  std::vector<std::vector<uint64_t>> trend;
  // [0] from the entry to the last step of complete attempts, [k] from step k - 1 to step k of
  // those of level > k. Empty without spec.times.
  std::vector<FunnelTimes> times;
};

struct FunnelTable {
  FunnelRow all;
  std::vector<FunnelRow> groups;  // with a breakdown: those of spec.shown, then all the others
};

// A number of the table. Of a trend, kReached and kDropped can be opened.
struct FunnelCell {
  enum class What {
    kReached,
    kDropped,  // reached `step` but not the next one; for the last step, as kReached
    kTook,     // times[step].histogram[bin]
  };
  What what = What::kReached;
  int step = 0;
  int group = -1;   // a place in FunnelTable::groups; -1: all
  int period = -1;  // -1: the row's own numbers
  int bin = 0;
};

// What a person's attempt did.
struct FunnelTrace {
  enum class Stop {
    kCompleted,
    kNoEntry,    // no event of step 1 in its range
    kNothing,    // no event fits the next step
    kOrder,      // one does but stands at the wrong place: before, or not directly after
    kWindow,     // one does but came too late
    kExclusion,  // an exclusion came first
  };
  struct Filled {
    int step = 0;  // from 0
    Second at = 0;
    uint8_t tie = 0;
    bool operator==(const Filled&) const = default;
  };
  std::vector<Filled> filled;  // in the order of time
  Stop stop = Stop::kNoEntry;
  Second until = 0;   // the last second of its window
  uint32_t held = 0;  // the value its events share, with spec.held
};

// An event that fits a step or an exclusion, and what it is to an attempt.
struct FunnelEvent {
  enum class Verdict {
    kFilled,     // it filled `step`
    kStarted,    // it fits step 1 (in any order, some step) and is the entry of another attempt
    kWindow,     // after the window
    kOrder,      // the step before the one it fits was not taken yet
    kStrict,     // something stood between
    kExclusion,  // it is an exclusion, or fits the next step after one
    kHeld,       // another held value
    kUsed,       // the steps it fits were filled already
  };
  Second at = 0;
  uint8_t tie = 0;
  uint32_t fits = 0;        // steps, one bit each
  uint32_t exclusions = 0;  // one bit each
  Verdict verdict = Verdict::kFilled;
  int step = -1;
};

// The first pass of a breakdown: how many people, or attempts, enter in each group.
class FunnelSizes {
 public:
  explicit FunnelSizes(FunnelSpec spec) : spec_(std::move(spec)) {}
  void add(const Slice& slice);
  void merge(const FunnelSizes& other);
  // The codes of the `n` largest, largest first. kTooLarge ("breakdown") when a code was
  // kMaxGroupCodes or more.
  Result<std::vector<uint32_t>> top(size_t n, const CodeBefore& before = std::less<>()) const;

 private:
  FunnelSpec spec_;
  bool too_many_ = false;
  std::vector<uint64_t> sizes_;
};

// Adds, merges and finishes; threads have one each. Order does not matter anywhere.
class Funnel {
 public:
  explicit Funnel(FunnelSpec spec);  // checked before
  const FunnelSpec& spec() const { return spec_; }

  void add(const Slice& slice);
  void merge(const Funnel& other);  // of the same spec
  FunnelTable finish() const;
  // After a run with all groups in spec.shown: leaves the `n` largest by those who entered, largest
  // first, and adds the others up. So few groups need no pass for their sizes.
  void keep_largest(size_t n, const CodeBefore& before = std::less<>());

  // Adds exactly the people behind the cell.
  void collect(const Slice& slice, const FunnelCell& cell, Crowd& out) const;

  // The attempts of a person that count, in the order of time: one for kPeople, any number for
  // kTotals, one for each period entered for kPerDay. A person who did not enter has one of
  // kNoEntry. Slice::who is not asked.
  std::vector<FunnelTrace> trace(const Slice& slice, uint32_t person) const;
  // The person's first `most` events that fit a step or an exclusion, oldest first, as they are to
  // one of these attempts.
  std::vector<FunnelEvent> explain(const Slice& slice, uint32_t person, const FunnelTrace& attempt,
                                   size_t most) const;

 private:
  // Without a breakdown one row of all; with one, those of the groups, which make up all.
  struct Row {
    std::vector<uint64_t> levels;  // [level]
    std::vector<uint64_t> trend;   // [period * (steps + 1) + level]
    std::vector<FunnelTimesSeries> times;
    void add(const Row& other);
  };
  struct Counter;
  Row empty_row() const;
  FunnelRow finish(const Row& row) const;

  FunnelSpec spec_;
  GroupSlots slots_;
  std::vector<Row> rows_;
};

}  // namespace perennial::timeline
