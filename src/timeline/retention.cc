#include "timeline/retention.h"

#include <algorithm>
#include <string>

#include "timeline/retention_scan.h"
#include "timeline/retention_sets.h"

namespace perennial::timeline {

using Time = RetentionSpec::Time;
using Of = RetentionPick::Of;

namespace {

RetentionSpec filled_in(RetentionSpec spec) {
  if (spec.cohorts == 0) spec.cohorts = spec.periods.size();
  if (spec.brackets.empty()) spec.brackets = single_brackets(spec.periods.size());
  return spec;
}

Result<void> check_brackets(std::span<const RetentionBracket> brackets) {
  int end = 0;
  for (const RetentionBracket& bracket : brackets) {
    if (bracket.from < end || bracket.to <= bracket.from) {
      return fail(Code::kInvalid, "brackets ascend and do not overlap", "brackets");
    }
    end = bracket.to;
  }
  if (end > kMaxPeriods) {
    return fail(
        Code::kInvalid,
        "a bracket ends at most " + std::to_string(kMaxPeriods) + " periods after the start",
        "brackets");
  }
  return {};
}

Result<void> check_time(const RetentionSpec& spec) {
  const bool rolling = spec.time == Time::kRolling;
  if (rolling && (spec.step == 0 || spec.step > kMaxRetentionStep)) {
    return fail(Code::kInvalid, "a rolling period has between 1 second and 366 days", "time");
  }
  if (spec.hour_start >= 3600) return fail(Code::kInvalid, "an hour has 3,600 seconds", "time");
  if (spec.presence && rolling) {
    return fail(Code::kInvalid, "rolling time needs single events", "time");
  }
  if (spec.presence && spec.min_count != 1) {
    return fail(Code::kInvalid, "a minimum count needs single events", "minimum_count");
  }
  if (spec.presence && spec.by == GroupBy::kEvent) {
    return fail(Code::kInvalid, "a breakdown by event needs single events", "breakdown");
  }
  return {};
}

}  // namespace

std::vector<RetentionBracket> single_brackets(int count) {
  std::vector<RetentionBracket> out;
  out.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) out.push_back({.from = i, .to = i + 1});
  return out;
}

Result<void> check(const RetentionSpec& spec) {
  const int periods = spec.periods.size();
  if (periods < 1 || periods > kMaxPeriods || spec.periods.end() <= spec.periods.begin()) {
    return fail(Code::kInvalid, "the range has 1 to " + std::to_string(kMaxPeriods) + " periods",
                "range");
  }
  if (spec.cohorts < 0 || spec.cohorts > periods) {
    return fail(Code::kInvalid, "there are at most as many cohorts as periods", "range");
  }
  if (spec.min_count < 1 || spec.min_count > kMaxReturnCount) {
    return fail(Code::kInvalid,
                "the minimum count is between 1 and " + std::to_string(kMaxReturnCount),
                "minimum_count");
  }
  TRY(check_brackets(spec.brackets));
  TRY(check_time(spec));
  TRY(check_groups(spec.by, spec.groups));
  const auto cohorts = static_cast<size_t>(spec.cohorts == 0 ? periods : spec.cohorts);
  const size_t columns =
      spec.brackets.empty() ? static_cast<size_t>(periods) : spec.brackets.size();
  if (cohorts * (columns + 1) * GroupSlots(spec.by, spec.groups).size() > kMaxRetentionCells) {
    return fail(Code::kInvalid, "the answer would have too many cells", "columns",
                "ask for fewer periods, columns or groups");
  }
  return {};
}

Retention::Retention(RetentionSpec spec)
    : spec_(filled_in(std::move(spec))), slots_(spec_.by, spec_.groups) {
  const auto cohorts = static_cast<size_t>(spec_.cohorts);
  counts_.resize(slots_.size() * cohorts * (spec_.brackets.size() + 1));
  for (int c = 0; c < spec_.cohorts; ++c) {
    for (int j = 0; j < static_cast<int>(spec_.brackets.size()); ++j) {
      states_.push_back(state(c, j));
    }
  }
}

RetentionState Retention::state(int cohort, int column) const {
  const RetentionBracket& bracket = spec_.brackets[static_cast<size_t>(column)];
  const Periods& periods = spec_.periods;
  int64_t begin = 0, end = 0, horizon = spec_.now;
  if (spec_.time == Time::kRolling) {
    // From the start of the first of the cohort to the end for the last of it.
    begin = periods.from(cohort) + int64_t{bracket.from} * spec_.step;
    end = int64_t{periods.to(cohort)} - 1 + int64_t{bracket.to} * spec_.step;
    horizon = std::min(spec_.now, spec_.until);
  } else {
    if (cohort + bracket.from >= periods.size()) return RetentionState::kNone;
    begin = periods.from(cohort + bracket.from);
    end = cohort + bracket.to <= periods.size() ? periods.to(cohort + bracket.to - 1)
                                                : int64_t{kNever} + 1;
  }
  if (begin >= horizon) return RetentionState::kNone;
  return end <= horizon ? RetentionState::kComplete : RetentionState::kIncomplete;
}

struct Retention::Count {
  Retention& to;
  bool wants(int) const { return true; }
  void operator()(int cohort, size_t slot, const Crowd& people,
                  std::span<const Crowd* const> returned) {
    const size_t row = slot * static_cast<size_t>(to.spec_.cohorts) + static_cast<size_t>(cohort);
    uint64_t* out = to.counts_.data() + row * (to.spec_.brackets.size() + 1);
    out[0] += people.size();
    add_sizes(people, returned, out + 1);
  }
};

struct Retention::Collect {
  const Retention& from;
  const RetentionPick& pick;
  Crowd& out;

  bool wants(int cohort) const {
    if (pick.cohort >= 0) return cohort == pick.cohort;
    const size_t cell =
        static_cast<size_t>(cohort) * from.spec_.brackets.size() + static_cast<size_t>(pick.column);
    return from.states_[cell] == RetentionState::kComplete;
  }
  void operator()(int, size_t slot, const Crowd& people, std::span<const Crowd* const> returned) {
    if (pick.slot >= 0 && static_cast<size_t>(pick.slot) != slot) return;
    Crowd found = people;
    const auto column = static_cast<size_t>(pick.column);
    if (pick.of == Of::kReturned) found &= column < returned.size() ? *returned[column] : Crowd{};
    if (pick.of == Of::kNotReturned && column < returned.size()) found.remove(*returned[column]);
    out |= found;
  }
};

namespace {

template <class Emit>
void tell(RetentionScan& scan, int cohorts, const Slice& slice, Emit emit) {
  scan.begin(slice);
  for (int c = 0; c < cohorts; ++c) {
    if (!emit.wants(c) || scan.cohort(c).empty()) continue;
    const std::span<const Crowd* const> returned = scan.returned(c);
    scan.for_each_group(c,
                        [&](size_t slot, const Crowd& people) { emit(c, slot, people, returned); });
  }
}

}  // namespace

void Retention::add(const Slice& slice) {
  RetentionScan scan(spec_, slots_);
  tell(scan, spec_.cohorts, slice, Count{*this});
}

void Retention::collect(const Slice& slice, const RetentionPick& pick, Crowd& out) const {
  RetentionScan scan(spec_, slots_);
  tell(scan, spec_.cohorts, slice, Collect{*this, pick, out});
}

void Retention::merge(const Retention& other) {
  INVARIANT(counts_.size() == other.counts_.size());
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

RetentionTable Retention::finish() const {
  const auto cohorts = static_cast<size_t>(spec_.cohorts);
  const size_t columns = spec_.brackets.size();
  RetentionTable table{.cohorts = spec_.cohorts,
                       .columns = static_cast<int>(columns),
                       .states = states_,
                       .all = {},
                       .groups = {}};
  const RetentionGroup empty{.sizes = std::vector<uint64_t>(cohorts),
                             .returned = std::vector<uint64_t>(cohorts * columns),
                             .curve = std::vector<RetentionRate>(columns)};
  table.all = empty;
  for (size_t slot = 0; slot < slots_.size(); ++slot) {
    RetentionGroup& group = table.groups.emplace_back(empty);
    for (size_t c = 0; c < cohorts; ++c) {
      const uint64_t* row = counts_.data() + (slot * cohorts + c) * (columns + 1);
      group.sizes[c] = row[0];
      table.all.sizes[c] += row[0];
      for (size_t j = 0; j < columns; ++j) {
        group.returned[c * columns + j] = row[j + 1];
        table.all.returned[c * columns + j] += row[j + 1];
        if (states_[c * columns + j] != RetentionState::kComplete) continue;
        for (RetentionRate* rate : {&group.curve[j], &table.all.curve[j]}) {
          rate->returned += row[j + 1];
          rate->size += row[0];
        }
      }
    }
  }
  return table;
}

}  // namespace perennial::timeline
