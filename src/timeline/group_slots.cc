#include "timeline/group_slots.h"

#include <algorithm>
#include <string>

namespace perennial::timeline {

GroupSlots::GroupSlots(GroupBy by, std::span<const uint32_t> shown) {
  if (by == GroupBy::kNone) return;
  others_ = static_cast<uint32_t>(shown.size());
  if (shown.empty()) return;
  slots_.assign(size_t{*std::ranges::max_element(shown)} + 1, others_);
  for (uint32_t slot = 0; slot < others_; ++slot) slots_[shown[slot]] = slot;
}

std::vector<Crowd> GroupSlots::split(const Slice& slice, GroupBy by) const {
  std::vector<Crowd> out(size());
  if (by == GroupBy::kPerson && slice.group != nullptr) {
    slice.who.for_each([&](uint32_t person) { out[of(slice.group[person])].add(person); });
  } else {
    out[by == GroupBy::kPerson ? of(0) : 0] = slice.who;
  }
  return out;
}

Result<void> check_groups(GroupBy by, std::span<const uint32_t> shown) {
  if (by == GroupBy::kNone && !shown.empty()) {
    return fail(Code::kInvalid, "groups without a breakdown", "breakdown");
  }
  if (shown.size() > kMaxShownGroups) {
    return fail(Code::kInvalid,
                "a breakdown shows at most " + std::to_string(kMaxShownGroups) + " groups",
                "breakdown");
  }
  std::vector<uint32_t> sorted(shown.begin(), shown.end());
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) {
    return fail(Code::kInvalid, "a group is named twice", "breakdown");
  }
  if (!sorted.empty() && sorted.back() >= kMaxGroupCodes) {
    return fail(Code::kTooLarge, "the property has too many different values", "breakdown");
  }
  return {};
}

void GroupSizes::count(uint32_t code) {
  if (code >= sizes_.size()) [[unlikely]] {
    if (code >= kMaxGroupCodes) {
      too_many_ = true;
      return;
    }
    sizes_.resize(std::max(size_t{code} + 1, sizes_.size() * 2));
  }
  ++sizes_[code];
}

void GroupSizes::add(const Slice& slice) {
  slice.who.for_each([&](uint32_t person) {
    bool any = false;
    for (const Hits& hits : slice.hits) {
      const Second* begin = hits.at + hits.first[person];
      const Second* end = hits.at + hits.last[person];
      begin = std::lower_bound(begin, end, from_);
      end = std::lower_bound(begin, end, to_);
      any |= begin != end;
      if (by_ != GroupBy::kEvent) continue;
      for (; begin != end; ++begin) count(hits.group == nullptr ? 0 : hits.group[begin - hits.at]);
    }
    if (any && by_ == GroupBy::kPerson) count(slice.group == nullptr ? 0 : slice.group[person]);
  });
}

void GroupSizes::merge(const GroupSizes& other) {
  too_many_ |= other.too_many_;
  sizes_.resize(std::max(sizes_.size(), other.sizes_.size()));
  for (size_t i = 0; i < other.sizes_.size(); ++i) sizes_[i] += other.sizes_[i];
}

Result<std::vector<uint32_t>> GroupSizes::top(size_t n, const CodeBefore& before) const {
  if (too_many_) {
    return fail(
        Code::kTooLarge,
        "the property has more than " + std::to_string(kMaxGroupCodes) + " different values",
        "breakdown");
  }
  std::vector<uint32_t> codes;
  for (uint32_t code = 0; code < sizes_.size(); ++code) {
    if (sizes_[code] > 0) codes.push_back(code);
  }
  const size_t shown = std::min({n, codes.size(), kMaxShownGroups});
  std::ranges::partial_sort(codes, codes.begin() + static_cast<std::ptrdiff_t>(shown),
                            [&](uint32_t a, uint32_t b) {
                              return sizes_[a] != sizes_[b] ? sizes_[a] > sizes_[b] : before(a, b);
                            });
  codes.resize(shown);
  return codes;
}

size_t GroupSizes::groups() const {
  return static_cast<size_t>(std::ranges::count_if(sizes_, [](uint64_t size) { return size > 0; }));
}

}  // namespace perennial::timeline
