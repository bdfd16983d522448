// Lifecycle: how the people of each period stand to the period before it. With A the people active
// in a period, P those in the one before and E those active at any earlier time,
//   new           A without E        (the first time ever)
//   returning     A and P
//   resurrecting  A and E, without P
//   dormant       P without A
// so new + returning + resurrecting = A, and returning + dormant = P.
//
// Reads Slice::presence of one selector over `periods`; its `before` must reach back to the first
// events there are.
#pragma once

#include <cstdint>
#include <vector>

#include "base/base.h"
#include "timeline/group_slots.h"
#include "timeline/hits.h"
#include "timeline/periods.h"

namespace perennial::timeline {

inline constexpr size_t kMaxLifecycleCells = 1'000'000;  // slots × rows × stages

enum class LifecycleStage { kNew, kReturning, kResurrecting, kDormant };
inline constexpr size_t kLifecycleStages = 4;

struct LifecycleSpec {
  Periods periods;  // at least 2: the first one is only compared with; row i is period i + 1
  Second now = kNever;
  GroupBy by = GroupBy::kNone;   // not by event
  std::vector<uint32_t> groups;  // shown, see GroupSizes; the rest is the last slot
};
// `where` is "range" or "breakdown".
Result<void> check(const LifecycleSpec& spec);

struct LifecycleRow {
  uint64_t fresh = 0, returning = 0, resurrecting = 0, dormant = 0;
  uint64_t active() const { return fresh + returning + resurrecting; }
  bool operator==(const LifecycleRow&) const = default;
};
struct LifecycleTable {
  int rows = 0;
  std::vector<bool> complete;  // of each row: its period is over at `now`
  std::vector<LifecycleRow> all;
  std::vector<std::vector<LifecycleRow>> groups;  // [slot][row]
  bool operator==(const LifecycleTable&) const = default;
};

struct LifecyclePick {
  int row = 0;
  LifecycleStage stage = LifecycleStage::kNew;
  int slot = -1;  // -1: all
};

class Lifecycle {
 public:
  explicit Lifecycle(LifecycleSpec spec);  // checked
  void add(const Slice& slice);
  void merge(const Lifecycle& other);  // of the same spec
  LifecycleTable finish() const;
  void collect(const Slice& slice, const LifecyclePick& pick, Crowd& out) const;

 private:
  size_t rows() const { return static_cast<size_t>(spec_.periods.size()) - 1; }
  std::vector<Crowd> stages(const Slice& slice) const;  // [row * kLifecycleStages + stage]

  LifecycleSpec spec_;
  GroupSlots slots_;
  std::vector<uint64_t> counts_;  // [(slot * rows + row) * kLifecycleStages + stage]
};

}  // namespace perennial::timeline
