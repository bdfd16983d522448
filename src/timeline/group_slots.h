// Breakdowns in two passes: the first counts how large each group is, the caller picks the largest,
// the second counts in one slot for each of those and one for all others together. So the others'
// unique people are counted as one group's are, and memory does not grow with the values of a
// property.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/base.h"
#include "timeline/hits.h"

namespace perennial::timeline {

inline constexpr size_t kMaxShownGroups = 200;
inline constexpr uint32_t kMaxGroupCodes = 4'000'000;  // different values of a property

// Which of two codes stands first where their sizes are equal. Codes are numbered in the order in
// which their values were met, so an answer that must not depend on it compares the values.
using CodeBefore = std::function<bool(uint32_t, uint32_t)>;

enum class GroupBy {
  kNone,
  kPerson,  // Slice::group
  kEvent,   // Hits::group
};

// From the code of a group to its slot: shown groups in their order, then the others. Without a
// breakdown there is one slot.
class GroupSlots {
 public:
  GroupSlots() = default;
  GroupSlots(GroupBy by, std::span<const uint32_t> shown);
  size_t size() const { return others_ + size_t{1}; }
  uint32_t of(uint32_t code) const { return code < slots_.size() ? slots_[code] : others_; }
  // The people of `who` by slot, for a breakdown by person or none.
  std::vector<Crowd> split(const Slice& slice, GroupBy by) const;

 private:
  uint32_t others_ = 0;
  std::vector<uint32_t> slots_;
};

// At most kMaxShownGroups, none twice, codes below kMaxGroupCodes; none without a breakdown.
Result<void> check_groups(GroupBy by, std::span<const uint32_t> shown);

// The first pass: hits in [from, to) by Hits::group, or people with such a hit by Slice::group; of
// all selectors of the slice together. Code 0 (none) is a group like others.
class GroupSizes {
 public:
  GroupSizes(GroupBy by, Second from, Second to) : by_(by), from_(from), to_(to) {}
  void add(const Slice& slice);
  void merge(const GroupSizes& other);
  // The codes of the `n` largest, largest first. Fails with kTooLarge ("breakdown") when a code was
  // kMaxGroupCodes or more.
  Result<std::vector<uint32_t>> top(size_t n, const CodeBefore& before = std::less<>()) const;
  size_t groups() const;  // that occur

 private:
  void count(uint32_t code);

  GroupBy by_;
  Second from_, to_;
  bool too_many_ = false;
  std::vector<uint64_t> sizes_;
};

}  // namespace perennial::timeline
