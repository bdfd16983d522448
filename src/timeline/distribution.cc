#include "timeline/distribution.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace perennial::timeline {

Result<void> check(const DistributionSpec& spec) {
  TRY(check_groups(spec.by, spec.groups));
  if (spec.by == GroupBy::kEvent) {
    return fail(Code::kInvalid, "a distribution of people is broken down by a person's property",
                "breakdown");
  }
  if (spec.edges.size() > kMaxDistributionEdges) {
    return fail(Code::kInvalid,
                "at most " + std::to_string(kMaxDistributionEdges) + " edges of ranges", "ranges");
  }
  for (size_t i = 0; i < spec.edges.size(); ++i) {
    if (!std::isfinite(spec.edges[i]) || (i > 0 && spec.edges[i] <= spec.edges[i - 1])) {
      return fail(Code::kInvalid, "the edges of ranges must ascend", "ranges");
    }
  }
  const int size = spec.periods.size();
  const size_t slots = GroupSlots(spec.by, spec.groups).size();
  if (size < 1 || size > kMaxPeriods) {
    return fail(Code::kInvalid, "1 to " + std::to_string(kMaxPeriods) + " periods", "periods");
  }
  if (slots * (static_cast<size_t>(size) + 1) > kMaxDistributionCells) {
    return fail(Code::kTooLarge,
                "more than " + std::to_string(kMaxDistributionCells) + " groups × periods",
                "periods", "ask for longer periods or fewer groups");
  }
  if (spec.measure == DistributionSpec::Measure::kDays &&
      (spec.days.size() > kMaxPeriods || spec.days.begin() > spec.periods.begin() ||
       spec.days.end() < spec.periods.end())) {
    return fail(Code::kInvalid,
                "days are counted in ranges of at most " + std::to_string(kMaxPeriods) + " days",
                "periods");
  }
  return {};
}

Distribution::Distribution(DistributionSpec spec)
    : spec_(std::move(spec)),
      slots_(spec_.by, spec_.groups),
      cells_of_slot_(static_cast<size_t>(spec_.periods.size()) + 1),
      cells_(slots_.size() * cells_of_slot_),
      ranges_(cells_.size() * (spec_.edges.size() + 1)),
      asked_(slots_.size()) {}

size_t Distribution::range_of(double value) const {
  return static_cast<size_t>(std::ranges::upper_bound(spec_.edges, value) - spec_.edges.begin());
}

namespace {

// The figure of one person, over the hits of a period and over all.
template <DistributionSpec::Measure measure>
class Figure;

template <>
class Figure<DistributionSpec::Measure::kCount> {
 public:
  Figure(const Hits&, const Periods&) {}
  void start() { count_ = 0; }
  void hits(uint32_t first, uint32_t last) { count_ += last - first; }
  bool any() const { return count_ > 0; }
  double value() const { return count_; }

 private:
  uint32_t count_ = 0;
};

template <>
class Figure<DistributionSpec::Measure::kDays> {
 public:
  Figure(const Hits& hits, const Periods& days) : hits_(hits), days_(days) {}
  void start() { count_ = until_ = 0; }
  void hits(uint32_t first, uint32_t last) {
    for (uint32_t hit = first; hit < last; ++hit) {
      if (hits_.at[hit] < until_) continue;
      until_ = days_.to(days_.find(hits_.at[hit]));
      ++count_;
    }
  }
  bool any() const { return count_ > 0; }
  double value() const { return count_; }

 private:
  const Hits& hits_;
  const Periods& days_;
  uint32_t count_ = 0;
  Second until_ = 0;  // the end of the last day counted
};

template <>
class Figure<DistributionSpec::Measure::kSum> {
 public:
  Figure(const Hits& hits, const Periods&) : number_(hits.number) {}
  void start() {
    any_ = false;
    sum_ = 0;
  }
  void hits(uint32_t first, uint32_t last) {
    if (number_ == nullptr) return;
    for (uint32_t hit = first; hit < last; ++hit) {
      if (!std::isfinite(number_[hit])) continue;
      any_ = true;
      sum_ += number_[hit];
    }
  }
  bool any() const { return any_ && std::isfinite(sum_); }
  double value() const { return sum_; }

 private:
  const double* number_;
  bool any_ = false;
  double sum_ = 0;
};

}  // namespace

// emit.person(slot, period, person, figure) for each period with one; the whole range is the period
// after the last.
template <DistributionSpec::Measure measure, class Emit>
void Distribution::scan(const Slice& slice, Emit& emit) const {
  const Hits& hits = slice.hits[0];
  const Periods& periods = spec_.periods;
  const bool grouped = spec_.by == GroupBy::kPerson && slice.group != nullptr;
  const uint32_t ungrouped = spec_.by == GroupBy::kNone ? 0 : slots_.of(0);
  Figure<measure> part(hits, spec_.days), whole(hits, spec_.days);
  slice.who.for_each([&](uint32_t person) {
    uint32_t hit = hits.first[person];
    const uint32_t end = hits.last[person];
    while (hit < end && hits.at[hit] < periods.begin()) ++hit;
    const uint32_t slot = grouped ? slots_.of(slice.group[person]) : ungrouped;
    whole.start();
    while (hit < end) {
      const int period = periods.find(hits.at[hit]);
      if (period == periods.size()) break;
      const Second until = periods.to(period);
      const uint32_t first = hit;
      do ++hit;
      while (hit < end && hits.at[hit] < until);
      part.start();
      part.hits(first, hit);
      whole.hits(first, hit);
      if (part.any()) emit.person(slot, static_cast<size_t>(period), person, part.value());
    }
    if (whole.any()) emit.person(slot, cells_of_slot_ - 1, person, whole.value());
  });
}

template <class Emit>
void Distribution::scan_measure(const Slice& slice, Emit& emit) const {
  switch (spec_.measure) {
    case Measure::kCount:
      return scan<Measure::kCount>(slice, emit);
    case Measure::kDays:
      return scan<Measure::kDays>(slice, emit);
    case Measure::kSum:
      return scan<Measure::kSum>(slice, emit);
  }
}

struct Distribution::Count {
  Distribution& to;
  void person(uint32_t slot, size_t period, uint32_t, double value) {
    const size_t cell = slot * to.cells_of_slot_ + period;
    to.cells_[cell].sum.add(value);
    to.cells_[cell].values.add(value);
    ++to.ranges_[cell * (to.spec_.edges.size() + 1) + to.range_of(value)];
    ++to.values_;
  }
};

void Distribution::add(const Slice& slice) {
  const std::vector<Crowd> who = slots_.split(slice, spec_.by);
  for (size_t slot = 0; slot < who.size(); ++slot) asked_[slot] += who[slot].size();
  Count count{*this};
  scan_measure(slice, count);
  if (values_ > kMaxExactValues) sketch();
}

void Distribution::sketch() {
  if (sketched_) return;
  sketched_ = true;
  for (Cell& cell : cells_) cell.values.sketch();
}

void Distribution::merge(const Distribution& other) {
  for (size_t i = 0; i < cells_.size(); ++i) {
    cells_[i].sum.merge(other.cells_[i].sum);
    cells_[i].values.merge(other.cells_[i].values);
  }
  for (size_t i = 0; i < ranges_.size(); ++i) ranges_[i] += other.ranges_[i];
  for (size_t i = 0; i < asked_.size(); ++i) asked_[i] += other.asked_[i];
  values_ += other.values_;
  if (values_ > kMaxExactValues) sketch();
}

void Distribution::fill(const Cell& from, DistributionCell& to) const {
  to.people = from.values.size();
  if (to.people == 0) return;
  to.sum = from.sum.value();
  to.mean = to.sum / static_cast<double>(to.people);
  to.min = from.values.min();
  to.max = from.values.max();
  const bool whole = spec_.measure != Measure::kSum;
  std::ranges::copy(from.values.at(kDistributionShares, whole), to.percentiles.begin());
}

DistributionTable Distribution::finish() const {
  DistributionTable table{.slots = slots_.size(),
                          .periods = cells_of_slot_ - 1,
                          .cells = {},
                          .asked = asked_,
                          .percentiles_exact = !sketched_,
                          .spread = {}};
  Cell spread;
  const auto ranges = static_cast<std::ptrdiff_t>(spec_.edges.size() + 1);
  auto next = ranges_.begin();
  for (size_t i = 0; i < cells_.size(); ++i, next += ranges) {
    DistributionCell& cell = table.cells.emplace_back();
    fill(cells_[i], cell);
    cell.ranges.assign(next, next + ranges);
    if (i % cells_of_slot_ == table.periods) continue;
    spread.sum.merge(cells_[i].sum);
    spread.values.merge(cells_[i].values);
  }
  fill(spread, table.spread);
  return table;
}

struct Distribution::Collect {
  const Distribution& of;
  const DistributionPick& pick;
  Crowd& out;
  void person(uint32_t slot, size_t period, uint32_t person, double value) {
    if (slot != pick.slot || period != pick.period) return;
    if (pick.of != DistributionPick::Of::kRange || of.range_of(value) == pick.range) {
      out.add(person);
    }
  }
};

void Distribution::collect(const Slice& slice, const DistributionPick& pick, Crowd& out) const {
  Crowd found;
  Collect collect{.of = *this, .pick = pick, .out = found};
  scan_measure(slice, collect);
  if (pick.of == DistributionPick::Of::kAbsent) {
    Crowd absent = slots_.split(slice, spec_.by)[pick.slot];
    out |= absent.remove(found);
  } else {
    out |= found;
  }
}

namespace {

// 1, 2 or 5 times a power of ten: the smallest that is at least `width`.
double round_step(double width) {
  const double power = std::pow(10.0, std::floor(std::log10(width)));
  for (double step : {1.0, 2.0, 5.0}) {
    if (step * power >= width * (1 - 1e-9)) return step * power;
  }
  return 10 * power;
}

}  // namespace

std::vector<double> automatic_edges(const DistributionCell& spread,
                                    DistributionSpec::Measure measure) {
  constexpr int kRanges = 10;
  if (spread.people == 0) return {};
  std::vector<double> edges;
  const double low = spread.percentiles.front(), high = spread.percentiles[5];
  if (measure != DistributionSpec::Measure::kSum) {
    const double step =
        spread.max <= kRanges ? 1 : std::max(1.0, round_step((high - 1) / (kRanges - 1)));
    for (double edge = 1; edge <= (step == 1 ? spread.max : high) && edges.size() < kRanges;
         edge += step) {
      edges.push_back(edge);
    }
    return edges;
  }
  // Also when the numbers hardly differ: a step that a double cannot add makes no range.
  const double width = (high - low) / (kRanges - 1);
  if (!std::isfinite(width) || width <= std::abs(low) * 1e-12) return {low};
  const double step = round_step(width);
  const double first = std::floor(low / step);
  for (int i = 0; i <= kRanges && (first + i) * step <= high; ++i) {
    edges.push_back((first + i) * step);
  }
  return edges;
}

}  // namespace perennial::timeline
