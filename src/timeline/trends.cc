// A person's hits come in order of time, so the hits of one period are a run, and the period of the
// run before tells whether the person is new in this one, new at all, and from where on the rolling
// figures have not counted them yet.
#include "timeline/trends.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace perennial::timeline {

Result<void> check(const TrendsSpec& spec) {
  if (spec.series.empty() || spec.series.size() > kMaxTrendSeries) {
    return fail(Code::kInvalid, "a trend has 1 to " + std::to_string(kMaxTrendSeries) + " series",
                "selectors");
  }
  TRY(check_groups(spec.by, spec.groups));
  const int size = spec.periods.size();
  if (size < 1 || size > kMaxPeriods || spec.lead < 0 || spec.lead >= size) {
    return fail(Code::kInvalid, "a trend has 1 to " + std::to_string(kMaxPeriods) + " periods",
                "periods");
  }
  if (spec.rolling < 0 || spec.rolling > kMaxPeriods) {
    return fail(Code::kInvalid,
                "a rolling figure reaches over 1 to " + std::to_string(kMaxPeriods) + " periods",
                "rolling");
  }
  const size_t cells = GroupSlots(spec.by, spec.groups).size() * static_cast<size_t>(size);
  if (cells * spec.series.size() > kMaxTrendCells) {
    return fail(
        Code::kTooLarge,
        "more than " + std::to_string(kMaxTrendCells) + " figures: series × groups × periods",
        "periods", "ask for longer periods or fewer groups");
  }
  const auto with_percentiles =
      static_cast<size_t>(std::ranges::count(spec.series, TrendsSpec::Numbers::kPercentiles));
  if (cells * with_percentiles > kMaxPercentileCells) {
    return fail(Code::kTooLarge,
                "percentiles for more than " + std::to_string(kMaxPercentileCells) + " cells",
                "periods", "ask for longer periods or fewer groups");
  }
  const bool numbers = std::ranges::any_of(
      spec.series, [](TrendsSpec::Numbers asked) { return asked != TrendsSpec::Numbers::kNone; });
  if (spec.presence && (numbers || spec.by == GroupBy::kEvent)) {
    return fail(Code::kInvalid, "presence knows people only", "selectors");
  }
  return {};
}

void Trends::NumberCell::add(double value) {
  min = n == 0 ? value : std::min(min, value);
  max = n == 0 ? value : std::max(max, value);
  ++n;
  sum.add(value);
}

void Trends::NumberCell::merge(const NumberCell& other) {
  if (other.n == 0) return;
  min = n == 0 ? other.min : std::min(min, other.min);
  max = n == 0 ? other.max : std::max(max, other.max);
  n += other.n;
  sum.merge(other.sum);
}

Trends::Trends(TrendsSpec spec)
    : spec_(std::move(spec)),
      slots_(spec_.by, spec_.groups),
      size_(static_cast<size_t>(spec_.periods.size())) {
  for (TrendsSpec::Numbers numbers : spec_.series) {
    One& one = series_.emplace_back();
    const size_t cells = slots_.size() * size_;
    one.cells.resize(cells);
    if (numbers != TrendsSpec::Numbers::kNone) one.numbers.resize(cells);
    if (numbers == TrendsSpec::Numbers::kPercentiles) one.quantiles.resize(cells);
  }
}

// emit.person(slot, period, the person's period before in this slot or -1, person), once for each
// period; emit.hits(slot, period, first, last) for the hits in it.
template <class Emit>
void Trends::scan(const Slice& slice, const Hits& hits, Emit& emit) const {
  const bool grouped = spec_.by == GroupBy::kPerson && slice.group != nullptr;
  const uint32_t ungrouped = spec_.by == GroupBy::kNone ? 0 : slots_.of(0);
  const Periods& periods = spec_.periods;
  slice.who.for_each([&](uint32_t person) {
    uint32_t hit = hits.first[person];
    const uint32_t end = hits.last[person];
    while (hit < end && hits.at[hit] < periods.begin()) ++hit;
    const uint32_t slot = grouped ? slots_.of(slice.group[person]) : ungrouped;
    for (int before = -1; hit < end;) {
      const int period = periods.find(hits.at[hit]);
      if (period == periods.size()) return;
      const Second until = periods.to(period);
      const uint32_t first = hit;
      do ++hit;
      while (hit < end && hits.at[hit] < until);
      emit.person(slot, period, before, person);
      emit.hits(slot, period, first, hit);
      before = period;
    }
  });
}

template <class Emit>
void Trends::scan_by_event(const Slice& slice, const Hits& hits, Emit& emit) const {
  struct Last {
    uint32_t person = kBucketPeople;
    int period = -1;
  };
  std::vector<Last> last(slots_.size());
  const Periods& periods = spec_.periods;
  slice.who.for_each([&](uint32_t person) {
    int period = -1;
    Second until = periods.begin();
    for (uint32_t hit = hits.first[person]; hit < hits.last[person]; ++hit) {
      const Second at = hits.at[hit];
      if (at >= until) {
        period = periods.find(at);
        if (period == periods.size()) return;
        until = periods.to(period);
      } else if (period < 0) {
        continue;
      }
      const uint32_t slot = slots_.of(hits.group == nullptr ? 0 : hits.group[hit]);
      Last& seen = last[slot];
      const int before = seen.person == person ? seen.period : -1;
      if (before != period) emit.person(slot, period, before, person);
      emit.hits(slot, period, hit, hit + 1);
      seen = {person, period};
    }
  });
}

struct Trends::Count {
  One& one;
  const double* number;  // null: nothing of numbers
  bool quantiles;
  int size, lead, rolling;
  uint64_t values = 0;

  void person(uint32_t slot, int period, int before, uint32_t) {
    Cell* cells = one.cells.data() + size_t{slot} * static_cast<size_t>(size);
    ++cells[period].people;
    if (period >= lead && before < lead) ++cells[period].fresh;
    if (rolling == 0) return;
    // The periods whose figure has this one and not the one before.
    const int from = before < 0 ? period : std::max(period, before + rolling);
    if (from < size) ++cells[from].rolling;
    if (period + rolling < size) --cells[period + rolling].rolling;
  }
  void hits(uint32_t slot, int period, uint32_t first, uint32_t last) {
    const size_t cell = size_t{slot} * static_cast<size_t>(size) + static_cast<size_t>(period);
    one.cells[cell].count += last - first;
    if (number == nullptr) return;
    for (uint32_t hit = first; hit < last; ++hit) {
      if (!std::isfinite(number[hit])) continue;
      one.numbers[cell].add(number[hit]);
      if (!quantiles) continue;
      one.quantiles[cell].add(number[hit]);
      ++values;
    }
  }
};

void Trends::add_hits(const Slice& slice, const Hits& hits, One& one) {
  Count count{.one = one,
              .number = one.numbers.empty() ? nullptr : hits.number,
              .quantiles = !one.quantiles.empty(),
              .size = spec_.periods.size(),
              .lead = spec_.lead,
              .rolling = spec_.rolling};
  if (spec_.by == GroupBy::kEvent) {
    scan_by_event(slice, hits, count);
  } else {
    scan(slice, hits, count);
  }
  values_ += count.values;
}

// each(period, the people of the last `rolling` periods). Periods are cut into blocks as long as
// the window: a window is the end of one block and the start of the next, and both kinds of parts
// are running unions (van Herk 1992, Gil & Werman 1993).
template <class Each>
void Trends::for_each_window(const Presence& presence, Each each) const {
  const size_t width = std::min(static_cast<size_t>(spec_.rolling), size_);
  std::vector<Crowd> ends(width + 1);  // ends[k]: the periods of the block before from its k-th on
  for (size_t block = 0; block < size_; block += width) {
    Crowd start;
    const size_t end = std::min(width, size_ - block);
    for (size_t i = 0; i < end; ++i) {
      start |= presence.in[block + i];
      Crowd window = start;
      window |= ends[i + 1];
      each(block + i, window);
    }
    if (end < width) return;
    for (size_t i = width; i-- > 0;) {
      ends[i] = presence.in[block + i];
      if (i + 1 < width) ends[i] |= ends[i + 1];
    }
  }
}

void Trends::add_presence(const Presence& presence, const std::vector<Crowd>& who, One& one) const {
  for (size_t slot = 0; slot < who.size(); ++slot) {
    if (who[slot].empty()) continue;
    Crowd rest = who[slot];  // not seen since `lead`
    for (size_t period = 0; period < size_; ++period) {
      Cell& cell = one.cells[slot * size_ + period];
      Crowd here = presence.in[period];
      here &= who[slot];
      cell.people += here.size();
      if (period < static_cast<size_t>(spec_.lead)) continue;
      here &= rest;
      cell.fresh += here.size();
      rest.remove(here);
    }
  }
  if (spec_.rolling == 0) return;
  std::vector<int64_t> before(who.size());
  for_each_window(presence, [&](size_t period, const Crowd& window) {
    for (size_t slot = 0; slot < who.size(); ++slot) {
      Crowd here = window;
      here &= who[slot];
      const int64_t people = here.size();
      one.cells[slot * size_ + period].rolling += people - before[slot];
      before[slot] = people;
    }
  });
}

void Trends::add(const Slice& slice) {
  if (spec_.presence) {
    const std::vector<Crowd> who = slots_.split(slice, spec_.by);
    for (size_t s = 0; s < series_.size(); ++s) add_presence(slice.presence[s], who, series_[s]);
    return;
  }
  for (size_t s = 0; s < series_.size(); ++s) add_hits(slice, slice.hits[s], series_[s]);
  if (values_ > kMaxExactValues) sketch();
}

void Trends::sketch() {
  if (sketched_) return;
  sketched_ = true;
  for (One& one : series_) {
    for (ValueQuantiles& quantiles : one.quantiles) quantiles.sketch();
  }
}

void Trends::merge(const Trends& other) {
  for (size_t s = 0; s < series_.size(); ++s) {
    One& mine = series_[s];
    const One& theirs = other.series_[s];
    for (size_t i = 0; i < mine.cells.size(); ++i) {
      mine.cells[i].count += theirs.cells[i].count;
      mine.cells[i].people += theirs.cells[i].people;
      mine.cells[i].fresh += theirs.cells[i].fresh;
      mine.cells[i].rolling += theirs.cells[i].rolling;
    }
    for (size_t i = 0; i < mine.numbers.size(); ++i) mine.numbers[i].merge(theirs.numbers[i]);
    for (size_t i = 0; i < mine.quantiles.size(); ++i) mine.quantiles[i].merge(theirs.quantiles[i]);
  }
  values_ += other.values_;
  if (values_ > kMaxExactValues) sketch();
}

namespace {

template <class NumberCell>
void fill(const NumberCell& from, TrendNumbers& to) {
  to.n = from.n;
  if (from.n == 0) return;
  to.sum = from.sum.value();
  to.mean = to.sum / static_cast<double>(from.n);
  to.min = from.min;
  to.max = from.max;
}

void fill(const ValueQuantiles& from, TrendNumbers& to) {
  if (from.size() == 0) return;
  std::ranges::copy(from.at(kTrendShares), to.percentiles.begin());
}

}  // namespace

TrendSeries Trends::series_of(const One& one, size_t slot) const {
  TrendSeries out;
  NumberCell numbers;
  ValueQuantiles quantiles;
  uint64_t last_count = 0;
  int64_t last_people = 0;
  for (size_t period = 0; period < size_; ++period) {
    const size_t i = slot * size_ + period;
    const Cell& from = one.cells[i];
    TrendCell& cell = out.periods.emplace_back();
    cell.count = from.count;
    cell.people = from.people;
    if (!one.numbers.empty()) fill(one.numbers[i], cell.numbers);
    if (!one.quantiles.empty()) fill(one.quantiles[i], cell.numbers);
    if (period >= static_cast<size_t>(spec_.lead)) {
      out.total.count += from.count;
      out.total.people += from.fresh;
      if (!one.numbers.empty()) numbers.merge(one.numbers[i]);
      if (!one.quantiles.empty()) quantiles.merge(one.quantiles[i]);
    }
    out.cumulative_count.push_back(out.total.count);
    out.cumulative_people.push_back(out.total.people);
    if (spec_.rolling == 0) continue;
    last_count += from.count;
    const auto width = static_cast<size_t>(spec_.rolling);
    if (period >= width) last_count -= one.cells[i - width].count;
    last_people += from.rolling;
    out.rolling_count.push_back(last_count);
    out.rolling_people.push_back(static_cast<uint64_t>(last_people));
  }
  fill(numbers, out.total.numbers);
  fill(quantiles, out.total.numbers);
  return out;
}

TrendsTable Trends::finish() const {
  TrendsTable table{.slots = slots_.size(), .series = {}, .percentiles_exact = !sketched_};
  for (const One& one : series_) {
    for (size_t slot = 0; slot < table.slots; ++slot) table.series.push_back(series_of(one, slot));
  }
  return table;
}

struct Trends::Collect {
  uint32_t slot;
  int from, to;  // periods, `to` is out
  Crowd& out;

  void person(uint32_t at_slot, int period, int, uint32_t person) {
    if (at_slot == slot && period >= from && period < to) out.add(person);
  }
  void hits(uint32_t, int, uint32_t, uint32_t) {}
};

void Trends::collect(const Slice& slice, const TrendPick& pick, Crowd& out) const {
  Collect collect{.slot = static_cast<uint32_t>(pick.slot),
                  .from = pick.period,
                  .to = pick.period + 1,
                  .out = out};
  using Of = TrendPick::Of;
  if (pick.of == Of::kTotal) collect.to = spec_.periods.size();
  if (pick.of == Of::kTotal || pick.of == Of::kCumulative) collect.from = spec_.lead;
  if (pick.of == Of::kRolling) collect.from = std::max(0, collect.to - spec_.rolling);
  if (spec_.presence) {
    const Crowd who = slots_.split(slice, spec_.by)[pick.slot];
    for (int period = collect.from; period < collect.to; ++period) {
      Crowd here = slice.presence[pick.selector].in[static_cast<size_t>(period)];
      here &= who;
      out |= here;
    }
  } else if (spec_.by == GroupBy::kEvent) {
    scan_by_event(slice, slice.hits[pick.selector], collect);
  } else {
    scan(slice, slice.hits[pick.selector], collect);
  }
}

std::optional<double> value_of(const TrendCell& cell, TrendMeasure measure) {
  const auto people = static_cast<double>(cell.people);
  const TrendNumbers& numbers = cell.numbers;
  switch (measure) {
    case TrendMeasure::kCount:
      return static_cast<double>(cell.count);
    case TrendMeasure::kPeople:
      return people;
    case TrendMeasure::kPerPerson:
      if (cell.people == 0) return std::nullopt;
      return static_cast<double>(cell.count) / people;
    case TrendMeasure::kSum:
      return numbers.sum;
    case TrendMeasure::kSumPerPerson:
      if (cell.people == 0) return std::nullopt;
      return numbers.sum / people;
    default:
      break;
  }
  if (numbers.n == 0) return std::nullopt;
  if (measure == TrendMeasure::kMean) return numbers.mean;
  if (measure == TrendMeasure::kMin) return numbers.min;
  if (measure == TrendMeasure::kMax) return numbers.max;
  return numbers
      .percentiles[static_cast<size_t>(measure) - static_cast<size_t>(TrendMeasure::kP25)];
}

}  // namespace perennial::timeline
