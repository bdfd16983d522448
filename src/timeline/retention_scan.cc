#include "timeline/retention_scan.h"

#include <algorithm>

#include "timeline/retention_sets.h"

namespace perennial::timeline {

using Time = RetentionSpec::Time;
using Counted = RetentionSpec::Counted;

void RetentionScan::begin(const Slice& slice) {
  slice_ = &slice;
  cohorts_.assign(static_cast<size_t>(spec_.cohorts), Crowd{});
  if (spec_.by == GroupBy::kPerson) people_ = slots_.split(slice, spec_.by);
  if (spec_.presence) {
    cohorts_of_presence();
    returns_ = slice.presence[1].in;
  } else {
    cohorts_of_hits();
    if (spec_.time == Time::kCalendar) {
      presence_at_least(slice.hits[1], spec_.periods, spec_.min_count, made_);
      returns_ = made_;
    }
  }
  if (spec_.time == Time::kCalendar && spec_.counted == Counted::kOnOrAfter) add_up_later();
}

void RetentionScan::cohorts_of_presence() {
  const Presence& start = slice_->presence[0];
  Crowd fresh = slice_->who;  // have not started yet
  if (spec_.first_time) fresh.remove(start.before);
  for (size_t c = 0; c < cohorts_.size(); ++c) {
    cohorts_[c] = start.in[c];
    cohorts_[c] &= fresh;
    if (spec_.first_time) fresh.remove(cohorts_[c]);
  }
}

void RetentionScan::cohorts_of_hits() {
  const Hits& hits = slice_->hits[0];
  const Periods& periods = spec_.periods;
  const Second end = periods.to(spec_.cohorts - 1);
  listed_.clear();
  slice_->who.for_each([&](uint32_t person) {
    Second counted_until = periods.begin();  // the end of the period of the last start
    for (uint32_t hit = hits.first[person]; hit < hits.last[person]; ++hit) {
      const Second at = hits.at[hit];
      if (at >= end) break;
      if (at >= counted_until) {
        const int cohort = periods.find(at);
        cohorts_[static_cast<size_t>(cohort)].add(person);
        listed_.push_back({.cohort = cohort, .person = person, .hit = hit});
        counted_until = periods.to(cohort);
      }
      if (spec_.first_time) break;
    }
  });
  sort_starts();
}

// By cohort; they come by person.
void RetentionScan::sort_starts() {
  first_start_.assign(cohorts_.size() + 1, 0);
  for (const Start& start : listed_) ++first_start_[static_cast<size_t>(start.cohort) + 1];
  for (size_t c = 0; c < cohorts_.size(); ++c) first_start_[c + 1] += first_start_[c];
  sorted_.resize(listed_.size());
  std::vector<size_t>& next = first_start_;
  for (const Start& start : listed_) sorted_[next[static_cast<size_t>(start.cohort)]++] = start;
  // Each place has moved on to where the next cohort starts.
  std::shift_right(first_start_.begin(), first_start_.end(), 1);
  first_start_.front() = 0;
}

void RetentionScan::add_up_later() {
  later_.assign(returns_.begin(), returns_.end());
  for (size_t i = later_.size(); i-- > 1;) later_[i - 1] |= later_[i];
}

std::span<const Crowd* const> RetentionScan::returned(int cohort) {
  columns_.resize(spec_.brackets.size());
  if (spec_.time == Time::kRolling) {
    returned_rolling(cohort);
    return columns_;
  }
  const int left = spec_.periods.size() - cohort;  // periods from the cohort's own on
  size_t columns = spec_.brackets.size();
  while (columns > 0 && spec_.brackets[columns - 1].from >= left) --columns;
  back_.resize(columns_.size());
  switch (spec_.counted) {
    case Counted::kOn:
      returned_on(cohort, columns);
      break;
    case Counted::kOnOrAfter:
      for (size_t j = 0; j < columns; ++j) {
        columns_[j] = later_.data() + cohort + spec_.brackets[j].from;
      }
      break;
    case Counted::kOnOrBefore:
      returned_before(cohort, columns);
      break;
  }
  return std::span(columns_).first(columns);
}

void RetentionScan::returned_on(int cohort, size_t columns) {
  for (size_t j = 0; j < columns; ++j) {
    const int from = cohort + spec_.brackets[j].from;
    const int to = std::min(cohort + spec_.brackets[j].to, spec_.periods.size());
    columns_[j] = &returns_[static_cast<size_t>(from)];
    if (to - from == 1) continue;
    back_[j] = returns_[static_cast<size_t>(from)];
    for (int i = from + 1; i < to; ++i) back_[j] |= returns_[static_cast<size_t>(i)];
    columns_[j] = &back_[j];
  }
}

void RetentionScan::returned_before(int cohort, size_t columns) {
  Crowd so_far;
  int next = cohort + 1;  // the first period that is not in so_far
  for (size_t j = 0; j < columns; ++j) {
    if (spec_.brackets[j].to == 1) {
      columns_[j] = &returns_[static_cast<size_t>(cohort)];
      continue;
    }
    const int to = std::min(cohort + spec_.brackets[j].to, spec_.periods.size());
    for (; next < to; ++next) so_far |= returns_[static_cast<size_t>(next)];
    back_[j] = so_far;
    if (spec_.own_period) back_[j] |= returns_[static_cast<size_t>(cohort)];
    columns_[j] = &back_[j];
  }
}

void RetentionScan::returned_rolling(int cohort) {
  back_.assign(spec_.brackets.size(), Crowd{});
  for (size_t j = 0; j < back_.size(); ++j) columns_[j] = &back_[j];
  for (const Start& start : starts(cohort)) mark_rolling(start);
}

// Walks the events after a start; they come by time, so the periods ascend.
void RetentionScan::mark_rolling(const Start& start) {
  const Hits& starts = slice_->hits[0];
  const Hits& hits = slice_->hits[1];
  const uint64_t key = starts.key(start.hit);
  int64_t origin = starts.at[start.hit];
  if (spec_.cut_to_hour) origin -= (origin + 3600 - spec_.hour_start) % 3600;
  const int64_t end = spec_.brackets.back().to;
  int64_t period = -1, last_period = -1;  // last_period: the last one with enough events
  uint32_t count = 0;
  uint32_t hit = hits.first[start.person];
  const uint32_t last = hits.last[start.person];
  hit = static_cast<uint32_t>(
      std::lower_bound(hits.at + hit, hits.at + last, starts.at[start.hit]) - hits.at);
  while (hit < last && hits.key(hit) <= key) ++hit;
  for (; hit < last; ++hit) {
    const int64_t at_period = (int64_t{hits.at[hit]} - origin) / spec_.step;
    if (at_period >= end && spec_.counted != Counted::kOnOrAfter) break;
    if (at_period != period) count = 0;
    period = at_period;
    if (++count != spec_.min_count) continue;
    last_period = period;
    if (spec_.counted != Counted::kOnOrAfter) mark_period(start.person, period);
  }
  if (spec_.counted != Counted::kOnOrAfter) return;
  for (size_t j = 0; j < back_.size() && spec_.brackets[j].from <= last_period; ++j) {
    back_[j].add(start.person);
  }
}

void RetentionScan::mark_period(uint32_t person, int64_t period) {
  const bool before = spec_.counted == Counted::kOnOrBefore;
  auto bracket = std::ranges::upper_bound(spec_.brackets, period, {}, &RetentionBracket::to);
  for (; bracket != spec_.brackets.end(); ++bracket) {
    const bool inside = bracket->from <= period;
    const bool counts = period > 0 || bracket->to == 1 || spec_.own_period;
    if (inside || before) {
      if (!before || counts)
        back_[static_cast<size_t>(bracket - spec_.brackets.begin())].add(person);
    }
    if (!before) return;
  }
}

}  // namespace perennial::timeline
