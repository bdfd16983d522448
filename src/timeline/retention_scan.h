// One bucket of a retention question: cohort by cohort, its people and the set of those who came
// back in each column. Both the counting and the collecting of people listen to it.
//
// Works on sets of people, 512 at a time. From presence, cohorts and returns are there already;
// from hits, the starts of all people are listed first and sorted by cohort, and the sets are made
// of them.
#pragma once

#include <span>
#include <vector>

#include "timeline/retention.h"

namespace perennial::timeline {

class RetentionScan {
 public:
  // `spec` has cohorts and brackets filled in and must outlive the scan.
  RetentionScan(const RetentionSpec& spec, const GroupSlots& slots) : spec_(spec), slots_(slots) {}

  void begin(const Slice& slice);
  const Crowd& cohort(int number) const { return cohorts_[static_cast<size_t>(number)]; }

  // Who came back, for each column that periods reach (later ones are missing). Valid until the
  // next call.
  std::span<const Crowd* const> returned(int cohort);

  // Calls each(slot, people) for the groups of a cohort.
  template <class Each>
  void for_each_group(int cohort, Each each);

 private:
  struct Start {  // the first start event of a person in a cohort's period
    int cohort = 0;
    uint32_t person = 0, hit = 0;
  };
  std::span<const Start> starts(int cohort) const {
    const auto c = static_cast<size_t>(cohort);
    return {sorted_.data() + first_start_[c], sorted_.data() + first_start_[c + 1]};
  }
  void cohorts_of_presence();
  void cohorts_of_hits();
  void sort_starts();
  void add_up_later();
  void returned_on(int cohort, size_t columns);
  void returned_before(int cohort, size_t columns);
  void returned_rolling(int cohort);
  void mark_rolling(const Start& start);
  void mark_period(uint32_t person, int64_t period);

  const RetentionSpec& spec_;
  const GroupSlots& slots_;
  const Slice* slice_ = nullptr;
  std::vector<Start> listed_, sorted_;
  std::vector<size_t> first_start_;  // into sorted_, for each cohort and one beyond
  std::vector<Crowd> cohorts_;       // for each cohort
  std::vector<Crowd> made_;          // presence of returns, if it was made here
  std::span<const Crowd> returns_;   // for each period (calendar)
  std::vector<Crowd> later_;         // who returns in a period or later (kOnOrAfter)
  std::vector<Crowd> back_;          // for each column
  std::vector<const Crowd*> columns_;
  std::vector<Crowd> people_;  // by slot, for a breakdown by person
  std::vector<Crowd> parts_;   // by slot, for one by event
};

template <class Each>
void RetentionScan::for_each_group(int number, Each each) {
  const Crowd& all = cohort(number);
  if (spec_.by == GroupBy::kNone) return each(size_t{0}, all);
  if (spec_.by == GroupBy::kPerson) {
    for (size_t slot = 0; slot < people_.size(); ++slot) {
      Crowd part = people_[slot];
      part &= all;
      if (!part.empty()) each(slot, part);
    }
    return;
  }
  parts_.assign(slots_.size(), Crowd{});
  const uint32_t* group = slice_->hits[0].group;
  for (const Start& start : starts(number)) {
    parts_[slots_.of(group == nullptr ? 0 : group[start.hit])].add(start.person);
  }
  for (size_t slot = 0; slot < parts_.size(); ++slot) {
    if (!parts_[slot].empty()) each(slot, parts_[slot]);
  }
}

}  // namespace perennial::timeline
