#include "timeline/lifecycle.h"

#include <string>

#include "timeline/retention_sets.h"

namespace perennial::timeline {

Result<void> check(const LifecycleSpec& spec) {
  const int periods = spec.periods.size();
  if (periods < 2 || periods > kMaxPeriods || spec.periods.end() <= spec.periods.begin()) {
    return fail(
        Code::kInvalid,
        "the range has 1 to " + std::to_string(kMaxPeriods - 1) + " periods and one before them",
        "range");
  }
  if (spec.by == GroupBy::kEvent) {
    return fail(Code::kInvalid, "stages are of people: break down by a person's property",
                "breakdown");
  }
  TRY(check_groups(spec.by, spec.groups));
  const size_t rows = static_cast<size_t>(periods) - 1;
  if (GroupSlots(spec.by, spec.groups).size() * rows * kLifecycleStages > kMaxLifecycleCells) {
    return fail(Code::kInvalid, "the answer would have too many cells", "range",
                "ask for fewer periods or groups");
  }
  return {};
}

Lifecycle::Lifecycle(LifecycleSpec spec) : spec_(std::move(spec)), slots_(spec_.by, spec_.groups) {
  counts_.resize(slots_.size() * rows() * kLifecycleStages);
}

std::vector<Crowd> Lifecycle::stages(const Slice& slice) const {
  const Presence& presence = slice.presence[0];
  std::vector<Crowd> out(rows() * kLifecycleStages);
  Crowd earlier = presence.before;
  for (size_t row = 0; row < rows(); ++row) {
    const Crowd& previous = presence.in[row];
    const Crowd& active = presence.in[row + 1];
    earlier |= previous;
    Crowd* stage = out.data() + row * kLifecycleStages;
    for (size_t w = 0; w < active.words.size(); ++w) {
      const uint64_t here = active.words[w], last = previous.words[w], ever = earlier.words[w];
      stage[0].words[w] = here & ~ever;
      stage[1].words[w] = here & last;
      stage[2].words[w] = here & ever & ~last;
      stage[3].words[w] = last & ~here;
    }
  }
  return out;
}

void Lifecycle::add(const Slice& slice) {
  const std::vector<Crowd> sets = stages(slice);
  const std::vector<Crowd> people = slots_.split(slice, spec_.by);
  for (size_t slot = 0; slot < people.size(); ++slot) {
    if (!people[slot].empty()) add_sizes(people[slot], sets, counts_.data() + slot * sets.size());
  }
}

void Lifecycle::collect(const Slice& slice, const LifecyclePick& pick, Crowd& out) const {
  const size_t set =
      static_cast<size_t>(pick.row) * kLifecycleStages + static_cast<size_t>(pick.stage);
  Crowd found = stages(slice)[set];
  found &=
      pick.slot < 0 ? slice.who : slots_.split(slice, spec_.by)[static_cast<size_t>(pick.slot)];
  out |= found;
}

void Lifecycle::merge(const Lifecycle& other) {
  INVARIANT(counts_.size() == other.counts_.size());
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

LifecycleTable Lifecycle::finish() const {
  LifecycleTable table{.rows = static_cast<int>(rows()), .complete = {}, .all = {}, .groups = {}};
  for (int row = 0; row < table.rows; ++row) {
    table.complete.push_back(spec_.periods.to(row + 1) <= spec_.now);
  }
  table.all.resize(rows());
  for (size_t slot = 0; slot < slots_.size(); ++slot) {
    std::vector<LifecycleRow>& group = table.groups.emplace_back(rows());
    for (size_t row = 0; row < rows(); ++row) {
      const uint64_t* from = counts_.data() + (slot * rows() + row) * kLifecycleStages;
      for (LifecycleRow* to : {&group[row], &table.all[row]}) {
        to->fresh += from[0];
        to->returning += from[1];
        to->resurrecting += from[2];
        to->dormant += from[3];
      }
    }
  }
  return table;
}

}  // namespace perennial::timeline
