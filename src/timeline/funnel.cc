#include "timeline/funnel.h"

#include <algorithm>
#include <string>

#include "timeline/funnel_scan.h"
#include "timeline/hits_search.h"

namespace perennial::timeline {
namespace {

bool by_event(FunnelBreakdown breakdown) {
  return breakdown != FunnelBreakdown::kNone && breakdown != FunnelBreakdown::kPerson;
}

// Whether a breakdown looks at events beyond the entry.
bool by_later_event(const FunnelSpec& spec) {
  const bool ordered = spec.order != FunnelOrder::kAny;  // then step 1 is the entry
  const bool by_entry =
      ordered && spec.breakdown == FunnelBreakdown::kStep && spec.breakdown_step == 0;
  return by_event(spec.breakdown) && !by_entry;
}

GroupBy group_by(FunnelBreakdown breakdown) {
  if (breakdown == FunnelBreakdown::kNone) return GroupBy::kNone;
  return by_event(breakdown) ? GroupBy::kEvent : GroupBy::kPerson;
}

// The value that one event of an attempt carries; 0 = none.
uint32_t group_of_event(const Slice& slice, uint32_t person, const FunnelAttempt& attempt,
                        size_t place) {
  const Hits& hits = slice.hits[attempt.step[place]];
  if (hits.group == nullptr) return 0;
  if (place == 0 && attempt.entry_hit != kNoHit) return hits.group[attempt.entry_hit];
  uint32_t low = first_from(hits.at, hits.first[person], hits.last[person],
                            hits.last[kBucketPeople - 1], second_of(attempt.key[place]));
  while (hits.key(low) < attempt.key[place]) ++low;
  return hits.group[low];
}

uint32_t group_of(const FunnelSpec& spec, const Slice& slice, uint32_t person,
                  const FunnelAttempt& attempt) {
  const auto level = static_cast<size_t>(attempt.level);
  switch (spec.breakdown) {
    case FunnelBreakdown::kNone:
      return 0;
    case FunnelBreakdown::kPerson:
      return slice.group != nullptr ? slice.group[person] : 0;
    case FunnelBreakdown::kStep:
      for (size_t i = 0; i < level; ++i) {
        if (attempt.step[i] == spec.breakdown_step) {
          return group_of_event(slice, person, attempt, i);
        }
      }
      return 0;
    case FunnelBreakdown::kFirstTouch:
      for (size_t i = 0; i < level; ++i) {
        if (const uint32_t group = group_of_event(slice, person, attempt, i)) return group;
      }
      return 0;
    case FunnelBreakdown::kLastTouch:
      for (size_t i = level; i-- > 0;) {
        if (const uint32_t group = group_of_event(slice, person, attempt, i)) return group;
      }
      return 0;
  }
  return 0;
}

// The duration that series `step` measures; kNever when the attempt has none.
Second took(const FunnelSpec& spec, const FunnelAttempt& attempt, int step) {
  if (step == 0) {
    if (attempt.level < spec.steps) return kNever;
    return second_of(attempt.key[static_cast<size_t>(spec.steps) - 1]) - attempt.entry();
  }
  if (attempt.level <= step) return kNever;
  const auto s = static_cast<size_t>(step);
  return second_of(attempt.key[s]) - second_of(attempt.key[s - 1]);
}

Result<void> check_kinds(const FunnelSpec& spec) {
  const bool people = spec.count == FunnelCount::kPeople;
  if (spec.semantics == FunnelSemantics::kPerDay) {
    if (!people) return fail(Code::kInvalid, "per_day counts people, not totals", "count");
    if (!spec.periods) return fail(Code::kInvalid, "per_day needs the days", "periods");
  }
  const WindowFunnelModes& modes = spec.modes;
  const bool any_mode = modes.strict_deduplication || modes.strict_order || modes.strict_increase ||
                        modes.strict_once || modes.allow_reentry;
  if (spec.semantics != FunnelSemantics::kWindowFunnel) {
    if (any_mode) return fail(Code::kInvalid, "modes are of windowFunnel only", "modes");
    return {};
  }
  if (modes.allow_reentry && !modes.strict_order) {
    return fail(Code::kInvalid, "allow_reentry goes with strict_order only", "modes");
  }
  if (spec.order != FunnelOrder::kOrdered) {
    return fail(Code::kInvalid, "windowFunnel has modes instead of an order", "order");
  }
  if (!people) return fail(Code::kInvalid, "windowFunnel counts people, not totals", "count");
  if (spec.held) return fail(Code::kInvalid, "windowFunnel has no held property", "held");
  if (!spec.exclusions.empty()) {
    return fail(Code::kInvalid, "windowFunnel has no exclusions", "exclusions");
  }
  if (spec.session_gap_seconds != 0) {
    return fail(Code::kInvalid, "windowFunnel has no sessions", "session_gap_seconds");
  }
  return {};
}

Result<void> check_exclusions(const FunnelSpec& spec) {
  if (spec.exclusions.empty()) return {};
  if (spec.exclusions.size() > kMaxFunnelExclusions) {
    return fail(Code::kInvalid, "at most 8 exclusions", "exclusions");
  }
  if (spec.order != FunnelOrder::kOrdered) {
    return fail(Code::kInvalid,
                "exclusions need the ordered funnel: a strict one excludes everything else, and in "
                "any order nothing is between two steps",
                "exclusions");
  }
  for (const FunnelExclusion& exclusion : spec.exclusions) {
    if (exclusion.from < 0 || exclusion.from >= exclusion.to || exclusion.to >= spec.steps) {
      return fail(Code::kInvalid, "an exclusion lies between a step and a later one", "exclusions");
    }
  }
  return {};
}

Result<void> check_size(const FunnelSpec& spec) {
  const size_t rows = spec.breakdown == FunnelBreakdown::kNone ? 1 : spec.shown.size() + 2;
  const size_t steps = static_cast<size_t>(spec.steps);
  const size_t periods = spec.periods ? static_cast<size_t>(spec.periods->size()) : 0;
  if (periods > kMaxPeriods || rows * periods * (steps + 1) > kMaxFunnelTrendCells) {
    return fail(Code::kTooLarge, "too many periods for so many steps and groups", "periods");
  }
  if (spec.times && rows * steps > kMaxFunnelSeries) {
    return fail(Code::kTooLarge, "too many groups for so many steps", "breakdown");
  }
  return {};
}

}  // namespace

Result<void> check(const FunnelSpec& spec) {
  if (spec.steps < kMinFunnelSteps || spec.steps > kMaxFunnelSteps) {
    return fail(Code::kInvalid, "a funnel has 2 to 32 steps", "steps");
  }
  if (spec.session_gap_seconds > kMaxFunnelSessionGap) {
    return fail(Code::kInvalid, "a session pauses for at most a day", "session_gap_seconds");
  }
  if (spec.session_gap_seconds == 0 &&
      (spec.window_seconds < 1 || spec.window_seconds > kMaxFunnelWindow)) {
    return fail(Code::kInvalid, "a window is 1 second to 400 days", "window_seconds");
  }
  TRY(check_kinds(spec));
  TRY(check_exclusions(spec));
  if (spec.breakdown_step < 0 || spec.breakdown_step >= spec.steps) {
    return fail(Code::kInvalid, "the funnel has no such step", "breakdown_step");
  }
  TRY(check_groups(group_by(spec.breakdown), spec.shown));
  return check_size(spec);
}

// ---- sizes of groups ---------------------------------------------------------------------------

void FunnelSizes::add(const Slice& slice) {
  struct Emit {
    FunnelSizes& to;
    const Slice& slice;
    void in_total(uint32_t person, const FunnelAttempt& attempt) {
      const uint32_t group = group_of(to.spec_, slice, person, attempt);
      if (group >= kMaxGroupCodes) {
        to.too_many_ = true;
        return;
      }
      if (group >= to.sizes_.size()) to.sizes_.resize(std::max<size_t>(group + 1, group * 3 / 2));
      ++to.sizes_[group];
    }
    void in_period(uint32_t, int, const FunnelAttempt&) {}
  };
  Emit emit{*this, slice};
  scan_funnel(spec_, slice, slice.who, by_later_event(spec_), emit);
}

void FunnelSizes::merge(const FunnelSizes& other) {
  too_many_ |= other.too_many_;
  if (sizes_.size() < other.sizes_.size()) sizes_.resize(other.sizes_.size());
  for (size_t i = 0; i < other.sizes_.size(); ++i) sizes_[i] += other.sizes_[i];
}

Result<std::vector<uint32_t>> FunnelSizes::top(size_t n, const CodeBefore& before) const {
  if (too_many_) {
    return fail(Code::kTooLarge, "the property has too many different values", "breakdown");
  }
  std::vector<uint32_t> codes;
  for (uint32_t code = 0; code < sizes_.size(); ++code) {
    if (sizes_[code] != 0) codes.push_back(code);
  }
  n = std::min(n, codes.size());
  std::ranges::partial_sort(codes, codes.begin() + static_cast<ptrdiff_t>(n),
                            [&](uint32_t a, uint32_t b) {
                              return sizes_[a] != sizes_[b] ? sizes_[a] > sizes_[b] : before(a, b);
                            });
  codes.resize(n);
  return codes;
}

// ---- counting ----------------------------------------------------------------------------------

struct Funnel::Counter {
  Funnel& to;
  const Slice& slice;
  size_t width;  // levels of one period
  bool grouped, times;

  void in_total(uint32_t person, const FunnelAttempt& attempt) {
    Row& row = row_of(person, attempt);
    ++row.levels[static_cast<size_t>(attempt.level)];
    if (!times) return;
    for (int step = 1; step < attempt.level; ++step) {
      row.times[static_cast<size_t>(step)].add(took(to.spec_, attempt, step));
    }
    if (attempt.level == to.spec_.steps) row.times[0].add(took(to.spec_, attempt, 0));
  }
  void in_period(uint32_t person, int period, const FunnelAttempt& attempt) {
    const size_t cell = static_cast<size_t>(period) * width + static_cast<size_t>(attempt.level);
    ++row_of(person, attempt).trend[cell];
  }

 private:
  Row& row_of(uint32_t person, const FunnelAttempt& attempt) {
    return to.rows_[grouped ? to.slots_.of(group_of(to.spec_, slice, person, attempt)) : 0];
  }
};

void Funnel::Row::add(const Row& other) {
  for (size_t k = 0; k < levels.size(); ++k) levels[k] += other.levels[k];
  for (size_t k = 0; k < trend.size(); ++k) trend[k] += other.trend[k];
  for (size_t k = 0; k < times.size(); ++k) times[k].merge(other.times[k]);
}

Funnel::Funnel(FunnelSpec spec)
    : spec_(std::move(spec)), slots_(group_by(spec_.breakdown), spec_.shown) {
  const bool grouped = spec_.breakdown != FunnelBreakdown::kNone;
  rows_.assign(grouped ? slots_.size() : 1, empty_row());
}

Funnel::Row Funnel::empty_row() const {
  const auto steps = static_cast<size_t>(spec_.steps);
  const size_t periods = spec_.periods ? static_cast<size_t>(spec_.periods->size()) : 0;
  return {.levels = std::vector<uint64_t>(steps + 1),
          .trend = std::vector<uint64_t>(periods * (steps + 1)),
          .times = std::vector<FunnelTimesSeries>(spec_.times ? steps : 0)};
}

void Funnel::add(const Slice& slice) {
  Counter counter{*this, slice, static_cast<size_t>(spec_.steps) + 1,
                  spec_.breakdown != FunnelBreakdown::kNone, spec_.times};
  scan_funnel(spec_, slice, slice.who, spec_.times || by_later_event(spec_), counter);
}

void Funnel::merge(const Funnel& other) {
  INVARIANT(rows_.size() == other.rows_.size());
  for (size_t i = 0; i < rows_.size(); ++i) rows_[i].add(other.rows_[i]);
}

void Funnel::keep_largest(size_t n, const CodeBefore& before) {
  struct Group {
    uint64_t entered;
    uint32_t code;
    size_t row;
  };
  std::vector<Group> groups;
  for (size_t i = 0; i < spec_.shown.size(); ++i) {
    uint64_t entered = 0;
    for (uint64_t people : rows_[i].levels) entered += people;
    groups.push_back({entered, spec_.shown[i], i});
  }
  std::ranges::sort(groups, [&](const Group& a, const Group& b) {
    return a.entered != b.entered ? a.entered > b.entered : before(a.code, b.code);
  });
  std::vector<Row> rows;
  Row others = std::move(rows_[spec_.shown.size()]);
  spec_.shown.clear();
  for (const Group& group : groups) {
    // A group that nobody entered with their best attempt can have others in the trend.
    if (rows.size() < n && group.entered != 0) {
      spec_.shown.push_back(group.code);
      rows.push_back(std::move(rows_[group.row]));
    } else {
      others.add(rows_[group.row]);
    }
  }
  rows.push_back(std::move(others));
  rows_ = std::move(rows);
  slots_ = GroupSlots(group_by(spec_.breakdown), spec_.shown);
}

FunnelRow Funnel::finish(const Row& row) const {
  const auto steps = static_cast<size_t>(spec_.steps);
  // From people at each level to people at it or above.
  const auto reached = [steps](const uint64_t* levels) {
    std::vector<uint64_t> out(steps);
    uint64_t sum = 0;
    for (size_t k = steps; k-- > 0;) out[k] = sum += levels[k + 1];
    return out;
  };
  FunnelRow out;
  out.reached = reached(row.levels.data());
  for (size_t at = 0; at < row.trend.size(); at += steps + 1) {
    out.trend.push_back(reached(row.trend.data() + at));
  }
  for (const FunnelTimesSeries& series : row.times) out.times.push_back(series.finish());
  return out;
}

FunnelTable Funnel::finish() const {
  FunnelTable table;
  if (spec_.breakdown == FunnelBreakdown::kNone) {
    table.all = finish(rows_[0]);
    return table;
  }
  Row all = empty_row();
  for (const Row& row : rows_) {
    all.add(row);
    table.groups.push_back(finish(row));
  }
  table.all = finish(all);
  return table;
}

void Funnel::collect(const Slice& slice, const FunnelCell& cell, Crowd& out) const {
  struct Emit {
    const FunnelSpec& spec;
    const GroupSlots& slots;
    const Slice& slice;
    const FunnelCell& cell;
    Crowd& out;

    void in_total(uint32_t person, const FunnelAttempt& attempt) {
      if (cell.period < 0 && fits(person, attempt)) out.add(person);
    }
    void in_period(uint32_t person, int period, const FunnelAttempt& attempt) {
      if (cell.period == period && fits(person, attempt)) out.add(person);
    }
    bool fits(uint32_t person, const FunnelAttempt& attempt) const {
      if (cell.group >= 0 &&
          slots.of(group_of(spec, slice, person, attempt)) != static_cast<uint32_t>(cell.group)) {
        return false;
      }
      switch (cell.what) {
        case FunnelCell::What::kReached:
          return attempt.level > cell.step;
        case FunnelCell::What::kDropped:
          return attempt.level == cell.step + 1;
        case FunnelCell::What::kTook: {
          const Second seconds = took(spec, attempt, cell.step);
          return seconds != kNever && FunnelTimesSeries::bin_of(seconds) == cell.bin;
        }
      }
      return false;
    }
  };
  Emit emit{spec_, slots_, slice, cell, out};
  const bool events = cell.what == FunnelCell::What::kTook || by_later_event(spec_);
  scan_funnel(spec_, slice, slice.who, events, emit);
}

}  // namespace perennial::timeline
