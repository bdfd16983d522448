// Without a held property both lists are walked forwards once. With one they are walked backwards,
// and a table tells for each value of the property the next B and the next A.
#include "timeline/interval.h"

#include <utility>

#include <algorithm>
#include <bit>
#include <functional>
#include <string>

namespace perennial::timeline {

Result<void> check(const IntervalSpec& spec) {
  TRY(check_groups(spec.by, spec.groups));
  if (spec.max_seconds < 1 || spec.max_seconds > kMaxInterval) {
    return fail(Code::kInvalid, "an interval lasts 1 second to 3660 days", "max_seconds");
  }
  if (spec.edges.size() > kMaxIntervalEdges) {
    return fail(Code::kInvalid, "at most " + std::to_string(kMaxIntervalEdges) + " edges of bars",
                "edges");
  }
  if (std::ranges::adjacent_find(spec.edges, std::greater_equal()) != spec.edges.end()) {
    return fail(Code::kInvalid, "the edges of bars must ascend", "edges");
  }
  const int size = spec.periods.size();
  if (size < 1 || size > kMaxPeriods) {
    return fail(Code::kInvalid, "1 to " + std::to_string(kMaxPeriods) + " periods", "periods");
  }
  const size_t cells = GroupSlots(spec.by, spec.groups).size() * (static_cast<size_t>(size) + 1);
  if (cells > kMaxIntervalCells || cells * (spec.edges.size() + 1) > kMaxIntervalBars) {
    return fail(Code::kTooLarge, "too many groups × periods × bars", "periods",
                "ask for longer periods, fewer groups or fewer bars");
  }
  return {};
}

Interval::Interval(IntervalSpec spec)
    : spec_(std::move(spec)),
      slots_(spec_.by, spec_.groups),
      cells_of_slot_(static_cast<size_t>(spec_.periods.size()) + 1),
      cells_(slots_.size() * cells_of_slot_),
      bars_(cells_.size() * (spec_.edges.size() + 1)) {}

size_t Interval::bar_of(Second seconds) const {
  return static_cast<size_t>(std::ranges::upper_bound(spec_.edges, seconds) - spec_.edges.begin());
}

// What comes next of each value of the held property, for one person at a time: an open table whose
// entries are valid when they carry the person's stamp.
class Interval::Held {
 public:
  struct Next {
    uint32_t value = 0, stamp = 0;
    Second b_at = 0;
    uint64_t a = kNone, b = kNone;  // keys
  };
  static constexpr uint64_t kNone = UINT64_MAX;

  // At most `values` different values until the next start().
  void start(uint32_t values) {
    const size_t size = std::bit_ceil(size_t{values} * 2 + 2);
    if (size > table_.size()) {
      table_.assign(size, {});
      stamp_ = 0;
    }
    ++stamp_;
  }
  Next& operator[](uint32_t value) {
    const size_t mask = table_.size() - 1;
    for (size_t i = value * size_t{0x9E37'79B9} >> 7 & mask;; i = (i + 1) & mask) {
      Next& next = table_[i];
      if (next.stamp != stamp_) next = {.value = value, .stamp = stamp_};
      if (next.value == value) return next;
    }
  }

 private:
  std::vector<Next> table_;
  uint32_t stamp_ = 0;
};

// emit.start(slot, period) for each A of a period, emit.pair(slot, period, person, seconds) for its
// interval. The periods of a person only ascend, or only descend.
template <class Emit>
void Interval::scan(const Slice& slice, Emit& emit) const {
  const Hits& a = slice.hits[0];
  const Hits& b = slice.hits[1];
  const Periods& periods = spec_.periods;
  const bool last_start = spec_.pairing == IntervalSpec::Pairing::kLastStart;
  const uint32_t* group = spec_.by == GroupBy::kPerson ? slice.group : a.group;
  slice.who.for_each([&](uint32_t person) {
    uint32_t next = b.first[person];
    const uint32_t b_end = b.last[person], a_end = a.last[person];
    uint32_t slot = spec_.by == GroupBy::kNone ? 0 : slots_.of(0);
    if (group != nullptr && spec_.by == GroupBy::kPerson) slot = slots_.of(group[person]);
    for (uint32_t hit = a.first[person]; hit < a_end; ++hit) {
      const int period = periods.find(a.at[hit]);
      if (period < 0) continue;
      if (period == periods.size()) return;
      if (group != nullptr && spec_.by == GroupBy::kEvent) slot = slots_.of(group[hit]);
      emit.start(slot, period);
      const uint64_t key = a.key(hit);
      while (next < b_end && b.key(next) <= key) ++next;
      if (next == b_end) continue;
      if (last_start && hit + 1 < a_end && a.key(hit + 1) < b.key(next)) continue;
      const Second seconds = b.at[next] - a.at[hit];
      if (seconds <= spec_.max_seconds) emit.pair(slot, period, person, seconds);
    }
  });
}

template <class Emit>
void Interval::scan_held(const Slice& slice, Emit& emit) const {
  const Hits& a = slice.hits[0];
  const Hits& b = slice.hits[1];
  if (a.held == nullptr || b.held == nullptr) return;
  const Periods& periods = spec_.periods;
  const bool last_start = spec_.pairing == IntervalSpec::Pairing::kLastStart;
  const uint32_t* group = spec_.by == GroupBy::kPerson ? slice.group : a.group;
  Held held;
  slice.who.for_each([&](uint32_t person) {
    if (a.count(person) == 0) return;
    held.start(a.count(person) + b.count(person));
    uint32_t next = b.last[person];
    uint32_t slot = spec_.by == GroupBy::kNone ? 0 : slots_.of(0);
    if (group != nullptr && spec_.by == GroupBy::kPerson) slot = slots_.of(group[person]);
    for (uint32_t hit = a.last[person]; hit-- > a.first[person];) {
      const uint64_t key = a.key(hit);
      while (next > b.first[person] && b.key(next - 1) > key) {
        --next;
        Held::Next& of_value = held[b.held[next]];
        of_value.b = b.key(next);
        of_value.b_at = b.at[next];
      }
      const int period = periods.find(a.at[hit]);
      if (period < 0) return;
      Held::Next& of_value = held[a.held[hit]];
      const uint64_t later_start = std::exchange(of_value.a, key);
      if (period == periods.size()) continue;
      if (group != nullptr && spec_.by == GroupBy::kEvent) slot = slots_.of(group[hit]);
      emit.start(slot, period);
      if (a.held[hit] == 0 || of_value.b == Held::kNone) continue;
      if (last_start && later_start < of_value.b) continue;
      const Second seconds = of_value.b_at - a.at[hit];
      if (seconds <= spec_.max_seconds) emit.pair(slot, period, person, seconds);
    }
  });
}

struct Interval::Count {
  // Where a person was counted last, for each bar of a slot and, behind them, for all bars.
  struct Seen {
    uint32_t person = kBucketPeople;
    int period = -1;
  };
  Interval& to;
  size_t bars;
  std::vector<Seen> seen;

  explicit Count(Interval& interval)
      : to(interval),
        bars(interval.spec_.edges.size() + 1),
        seen(interval.slots_.size() * (bars + 1)) {}

  Cell& cell(uint32_t slot, size_t period) { return to.cells_[slot * to.cells_of_slot_ + period]; }
  Bar& bar(uint32_t slot, size_t period, size_t bar) {
    return to.bars_[(slot * to.cells_of_slot_ + period) * bars + bar];
  }
  void start(uint32_t slot, int period) { ++cell(slot, static_cast<size_t>(period)).starts; }
  void pair(uint32_t slot, int period, uint32_t person, Second seconds) {
    const size_t here = static_cast<size_t>(period), whole = to.cells_of_slot_ - 1;
    const size_t which = to.bar_of(seconds);
    Seen& in_bar = seen[slot * (bars + 1) + which];
    Seen& in_any = seen[slot * (bars + 1) + bars];
    Bar& counted = bar(slot, here, which);
    Cell& found = cell(slot, here);
    ++counted.n;
    found.seconds += seconds;
    found.values.add(seconds);
    ++to.values_;
    if (in_bar.person != person) ++bar(slot, whole, which).people;
    if (in_bar.person != person || in_bar.period != period) ++counted.people;
    if (in_any.person != person) ++cell(slot, whole).people;
    if (in_any.person != person || in_any.period != period) ++found.people;
    in_bar = in_any = {person, period};
  }
};

void Interval::add(const Slice& slice) {
  Count count(*this);
  if (spec_.held) {
    scan_held(slice, count);
  } else {
    scan(slice, count);
  }
  if (values_ > kMaxExactValues) sketch();
}

void Interval::sketch() {
  if (sketched_) return;
  sketched_ = true;
  for (Cell& cell : cells_) cell.values.sketch();
}

void Interval::merge(const Interval& other) {
  for (size_t i = 0; i < cells_.size(); ++i) {
    cells_[i].starts += other.cells_[i].starts;
    cells_[i].people += other.cells_[i].people;
    cells_[i].seconds += other.cells_[i].seconds;
    cells_[i].values.merge(other.cells_[i].values);
  }
  for (size_t i = 0; i < bars_.size(); ++i) {
    bars_[i].n += other.bars_[i].n;
    bars_[i].people += other.bars_[i].people;
  }
  values_ += other.values_;
  if (values_ > kMaxExactValues) sketch();
}

IntervalTable Interval::finish() const {
  IntervalTable table{.slots = slots_.size(),
                      .periods = cells_of_slot_ - 1,
                      .cells = {},
                      .percentiles_exact = !sketched_};
  const size_t bars = spec_.edges.size() + 1;
  // The whole range has counted its people only; the rest is the sum of its periods.
  Cell sum;
  std::vector<uint64_t> sum_of_bars(bars);
  for (size_t i = 0; i < cells_.size(); ++i) {
    const bool whole = i % cells_of_slot_ == table.periods;
    const Cell& from = whole ? sum : cells_[i];
    IntervalCell& cell = table.cells.emplace_back();
    cell.starts = from.starts;
    cell.n = from.values.size();
    cell.people = cells_[i].people;
    if (cell.n > 0) {
      cell.mean = static_cast<double>(from.seconds) / static_cast<double>(cell.n);
      cell.min = static_cast<Second>(from.values.min());
      cell.max = static_cast<Second>(from.values.max());
      const std::vector<double> at = from.values.at(kIntervalShares, true);
      cell.p25 = at[0], cell.median = at[1], cell.p75 = at[2], cell.p90 = at[3];
    }
    for (size_t bar = 0; bar < bars; ++bar) {
      const Bar& counted = bars_[i * bars + bar];
      cell.bars.push_back(whole ? std::exchange(sum_of_bars[bar], 0) : counted.n);
      cell.bar_people.push_back(counted.people);
      sum_of_bars[bar] += counted.n;
    }
    if (whole) {
      sum = {};
    } else {
      sum.starts += from.starts;
      sum.seconds += from.seconds;
      sum.values.merge(from.values);
    }
  }
  return table;
}

struct Interval::Collect {
  const Interval& of;
  const IntervalPick& pick;
  Crowd& out;
  void start(uint32_t, int) {}
  void pair(uint32_t slot, int period, uint32_t person, Second seconds) {
    const bool whole = pick.period + 1 == of.cells_of_slot_;
    if (slot != pick.slot || (!whole && static_cast<size_t>(period) != pick.period)) return;
    if (!pick.bar || of.bar_of(seconds) == *pick.bar) out.add(person);
  }
};

void Interval::collect(const Slice& slice, const IntervalPick& pick, Crowd& out) const {
  Collect collect{.of = *this, .pick = pick, .out = out};
  if (spec_.held) {
    scan_held(slice, collect);
  } else {
    scan(slice, collect);
  }
}

}  // namespace perennial::timeline
