#include "timeline/lifecycle_stickiness.h"

#include <algorithm>
#include <array>
#include <string>

#include "timeline/retention_sets.h"

namespace perennial::timeline {

namespace {

// Counters of 512 people side by side: plane k holds bit k of each person's count, so that a period
// is added to all of them with a few instructions.
class Counters {
 public:
  void add(const Crowd& people) {
    Crowd carry = people;
    for (size_t k = 0; !carry.empty(); ++k) {
      if (k == used_) ++used_;
      for (size_t w = 0; w < carry.words.size(); ++w) {
        const uint64_t both = planes_[k].words[w] & carry.words[w];
        planes_[k].words[w] ^= carry.words[w];
        carry.words[w] = both;
      }
    }
  }
  // Calls each(count, people) for every count that someone of `who` has, 0 too.
  template <class Each>
  void for_each(const Crowd& who, Each each) const {
    split(who, used_, 0, each);
  }

 private:
  template <class Each>
  void split(const Crowd& who, size_t planes, size_t count, Each& each) const {
    if (who.empty()) return;
    if (planes == 0) return each(count, who);
    Crowd with = who, without = who;
    with &= planes_[planes - 1];
    without.remove(planes_[planes - 1]);
    split(without, planes - 1, count * 2, each);
    split(with, planes - 1, count * 2 + 1, each);
  }

  std::array<Crowd, 13> planes_{};  // enough for 8,191 periods
  size_t used_ = 0;
};
static_assert(kMaxPeriods < 1 << 13);

}  // namespace

// The rows of a spec; those without periods stay, empty.
std::vector<Stickiness::Row> Stickiness::rows_of(const StickinessSpec& spec) {
  const auto periods = static_cast<size_t>(spec.periods.size());
  if (!spec.longer) return {{.first = 0, .last = periods, .cells = 0}};
  std::vector<Row> rows;
  size_t period = 0, cells = 0;
  auto skip_until = [&](Second end) {
    while (period < periods && spec.periods.from(static_cast<int>(period)) < end) ++period;
  };
  skip_until(spec.longer->begin());
  for (int i = 0; i < spec.longer->size(); ++i) {
    const size_t first = period;
    skip_until(spec.longer->to(i));
    rows.push_back({.first = first, .last = period, .cells = cells});
    cells += period - first;
  }
  return rows;
}

Result<void> check(const StickinessSpec& spec) {
  const int periods = spec.periods.size();
  if (periods < 1 || periods > kMaxPeriods || spec.periods.end() <= spec.periods.begin() ||
      (spec.longer && spec.longer->size() > kMaxPeriods)) {
    return fail(Code::kInvalid, "the range has 1 to " + std::to_string(kMaxPeriods) + " periods",
                "range");
  }
  if (spec.min_count < 1 || spec.min_count > kMaxActiveCount) {
    return fail(Code::kInvalid,
                "the minimum count is between 1 and " + std::to_string(kMaxActiveCount),
                "minimum_count");
  }
  if (spec.presence && spec.min_count != 1) {
    return fail(Code::kInvalid, "a minimum count needs single events", "minimum_count");
  }
  if (spec.by == GroupBy::kEvent) {
    return fail(Code::kInvalid, "stickiness is of people: break down by a person's property",
                "breakdown");
  }
  TRY(check_groups(spec.by, spec.groups));
  const Stickiness::Row last = Stickiness::rows_of(spec).back();
  const size_t cells = last.cells + last.last - last.first;
  if (GroupSlots(spec.by, spec.groups).size() * cells > kMaxStickinessCells) {
    return fail(Code::kInvalid, "the answer would have too many cells", "range",
                "ask for fewer periods or groups");
  }
  return {};
}

Stickiness::Stickiness(StickinessSpec spec)
    : spec_(std::move(spec)), slots_(spec_.by, spec_.groups), rows_(rows_of(spec_)) {
  const Row& last = rows_.back();
  cells_ = last.cells + last.last - last.first;
  counts_.resize(slots_.size() * cells_);
}

std::vector<Crowd> Stickiness::exactly(const Slice& slice) const {
  std::vector<Crowd> made;
  std::span<const Crowd> in;
  if (spec_.presence) {
    in = slice.presence[0].in;
  } else {
    presence_at_least(slice.hits[0], spec_.periods, spec_.min_count, made);
    in = made;
  }
  std::vector<Crowd> out(cells_);
  for (const Row& row : rows_) {
    Counters counters;
    for (size_t i = row.first; i < row.last; ++i) counters.add(in[i]);
    counters.for_each(slice.who, [&](size_t n, const Crowd& people) {
      if (n > 0) out[row.cells + n - 1] = people;
    });
  }
  return out;
}

void Stickiness::add(const Slice& slice) {
  const std::vector<Crowd> sets = exactly(slice);
  const std::vector<Crowd> people = slots_.split(slice, spec_.by);
  for (size_t slot = 0; slot < people.size(); ++slot) {
    if (!people[slot].empty()) add_sizes(people[slot], sets, counts_.data() + slot * cells_);
  }
}

void Stickiness::collect(const Slice& slice, const StickinessPick& pick, Crowd& out) const {
  const Row& row = rows_[static_cast<size_t>(pick.row)];
  const std::vector<Crowd> sets = exactly(slice);
  const auto n = static_cast<size_t>(pick.periods);
  Crowd found;
  for (size_t i = n; i <= (pick.at_least ? row.last - row.first : n); ++i) {
    found |= sets[row.cells + i - 1];
  }
  found &=
      pick.slot < 0 ? slice.who : slots_.split(slice, spec_.by)[static_cast<size_t>(pick.slot)];
  out |= found;
}

void Stickiness::merge(const Stickiness& other) {
  INVARIANT(counts_.size() == other.counts_.size());
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

StickinessTable Stickiness::finish() const {
  StickinessTable table;
  for (const Row& row : rows_) {
    const Second end = row.last == row.first ? spec_.periods.begin()
                                             : spec_.periods.to(static_cast<int>(row.last) - 1);
    table.complete.push_back(end <= spec_.now);
    StickinessRow& all = table.all.emplace_back();
    all.exactly.resize(row.last - row.first);
  }
  auto sum_up = [](StickinessRow& row) {
    row.at_least = row.exactly;
    for (size_t n = row.exactly.size(); n > 1; --n) row.at_least[n - 2] += row.at_least[n - 1];
    for (size_t n = 1; n <= row.exactly.size(); ++n) row.active_periods += n * row.exactly[n - 1];
    row.people = row.at_least.empty() ? 0 : row.at_least.front();
  };
  for (size_t slot = 0; slot < slots_.size(); ++slot) {
    std::vector<StickinessRow>& group = table.groups.emplace_back(rows_.size());
    for (size_t r = 0; r < rows_.size(); ++r) {
      const uint64_t* from = counts_.data() + slot * cells_ + rows_[r].cells;
      group[r].exactly.assign(from, from + (rows_[r].last - rows_[r].first));
      for (size_t n = 0; n < group[r].exactly.size(); ++n) table.all[r].exactly[n] += from[n];
      sum_up(group[r]);
    }
  }
  for (StickinessRow& row : table.all) sum_up(row);
  return table;
}

}  // namespace perennial::timeline
