// Quintiles without sorting: while people are added their values are counted in bins, each value of
// its own near the origin and 512 from each power of two to the next beyond. At the end a bin holds
// the wanted rank; where it holds more than one value, the few people in it (and in the next bin,
// for the next greater value) are looked at.
#include "timeline/rfm.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>

namespace perennial::timeline {
namespace {

constexpr size_t kPeopleOfBlock = 1 << 16;
constexpr double kMaxUnits = 4e18;

// Bins of a distance: ascending, exact below 2 × kFine.
constexpr uint32_t kFine = 512;
constexpr uint32_t bin_of(uint64_t distance) {
  if (distance < 2 * kFine) return static_cast<uint32_t>(distance);
  const int shift = std::bit_width(distance) - std::bit_width(kFine);
  return static_cast<uint32_t>(shift) * kFine + static_cast<uint32_t>(distance >> shift);
}
constexpr uint32_t kSecondBins = bin_of(UINT32_MAX) + 1;
constexpr uint32_t kUnitBins = bin_of(INT64_MAX) + 1;

// Each axis: bins ascend with the value, and more is better.
struct Recency {
  Second now;
  uint32_t bin(int64_t at) const {
    return kSecondBins - 1 - bin_of(static_cast<uint64_t>(int64_t{now} - 1 - at));
  }
  std::optional<int64_t> only_value(uint32_t bin) const {
    const uint32_t distance = kSecondBins - 1 - bin;
    if (distance >= 2 * kFine) return std::nullopt;
    return int64_t{now} - 1 - distance;
  }
};
struct Frequency {
  uint32_t bin(int64_t orders) const { return bin_of(static_cast<uint64_t>(orders)); }
  std::optional<int64_t> only_value(uint32_t bin) const {
    if (bin >= 2 * kFine) return std::nullopt;
    return bin;
  }
};
struct Monetary {
  uint32_t bin(int64_t units) const {
    return units >= 0 ? kUnitBins + bin_of(static_cast<uint64_t>(units))
                      : kUnitBins - bin_of(static_cast<uint64_t>(-units));
  }
  std::optional<int64_t> only_value(uint32_t bin) const {
    const int64_t units = int64_t{bin} - kUnitBins;
    if (std::abs(units) >= 2 * kFine) return std::nullopt;
    return units;
  }
};

// The value at each of four ranks and the next greater one. each_value(f) calls f with all values.
template <class Axis, class EachValue>
RfmLimits quintile_limits(const std::vector<uint32_t>& bins, const Axis& axis, uint64_t people,
                          EachValue each_value) {
  constexpr uint32_t kNone = UINT32_MAX;
  struct Wanted {
    uint32_t bin = 0, next = kNone;
    uint64_t rank = 0;  // in the bin, from 0
  };
  std::array<Wanted, 4> wanted;
  uint64_t before = 0;
  size_t fifth = 0, unmarked = 0;  // below `unmarked` the next bin is known
  for (uint32_t bin = 0; bin < bins.size() && unmarked < wanted.size(); ++bin) {
    if (bins[bin] == 0) continue;
    for (; unmarked < fifth; ++unmarked) wanted[unmarked].next = bin;
    // So many must lie below a limit, so it is the next value after the one at that rank.
    for (; fifth < wanted.size() && (people * (fifth + 1) + 4) / 5 <= before + bins[bin]; ++fifth) {
      wanted[fifth].bin = bin;
      wanted[fifth].rank = (people * (fifth + 1) + 4) / 5 - 1 - before;
    }
    before += bins[bin];
  }
  // Values of bins with more than one.
  std::vector<uint8_t> marks(bins.size());  // 0: not wanted
  std::array<std::vector<int64_t>, 9> marked;
  uint8_t marks_used = 0;
  auto mark = [&](uint32_t bin) {
    if (bin != kNone && !axis.only_value(bin) && marks[bin] == 0) marks[bin] = ++marks_used;
  };
  for (const Wanted& one : wanted) {
    mark(one.bin);
    mark(one.next);
  }
  if (marks_used > 0) {
    each_value([&](int64_t value) {
      const uint8_t which = marks[axis.bin(value)];
      if (which != 0) [[unlikely]]
        marked[which].push_back(value);
    });
    for (std::vector<int64_t>& values : marked) std::ranges::sort(values);
  }
  RfmLimits limits{};
  for (size_t i = 0; i < limits.size(); ++i) {
    const Wanted& one = wanted[i];
    const std::vector<int64_t>& values = marked[marks[one.bin]];  // none of a bin of one value
    const int64_t value = axis.only_value(one.bin).value_or(values.empty() ? 0 : values[one.rank]);
    const auto greater = std::ranges::upper_bound(values, value);
    if (greater != values.end()) {
      limits[i] = *greater;
    } else if (one.next == kNone) {
      limits[i] = value + 1;
    } else {
      limits[i] =
          axis.only_value(one.next) ? *axis.only_value(one.next) : marked[marks[one.next]].front();
    }
  }
  return limits;
}

template <class Value>
uint32_t score_of(Value value, const std::array<Value, 4>& limits) {
  uint32_t score = 0;  // from 0
  for (Value limit : limits) score += value >= limit;
  return score;
}

// Limits in the type of the column; beyond its range nothing reaches them.
template <class Value>
std::array<Value, 4> narrow(const RfmLimits& limits) {
  std::array<Value, 4> out{};
  for (size_t i = 0; i < limits.size(); ++i) {
    out[i] = static_cast<Value>(std::clamp<int64_t>(limits[i], std::numeric_limits<Value>::min(),
                                                    std::numeric_limits<Value>::max()));
  }
  return out;
}

struct Scorer {
  std::array<Second, 4> recency;
  std::array<uint32_t, 4> frequency;
  std::array<int64_t, 4> monetary;
  explicit Scorer(const RfmCuts& cuts)
      : recency(narrow<Second>(cuts.recency)),
        frequency(narrow<uint32_t>(cuts.frequency)),
        monetary(cuts.monetary) {}
  uint32_t cell(Second last, uint32_t orders, int64_t amount) const {
    return (score_of(last, recency) * 5 + score_of(orders, frequency)) * 5 +
           score_of(amount, monetary);
  }
};

int64_t add_within(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) [[likely]]
    return sum;
  return a > 0 ? std::numeric_limits<int64_t>::max() - 1 : -std::numeric_limits<int64_t>::max();
}

}  // namespace

RfmLimits recency_limits(Second now, const std::array<double, 4>& days) {
  RfmLimits limits{};
  for (size_t i = 0; i < limits.size(); ++i) {
    limits[i] = static_cast<int64_t>(std::ceil(std::max(0.0, now - days[i] * 86'400)));
  }
  return limits;
}

Result<void> check(const RfmSpec& spec) {
  if (spec.now == 0 || spec.now == kNever) {
    return fail(Code::kInvalid, "RFM is computed at a moment", "now");
  }
  if (spec.decimals < 0 || spec.decimals > kMaxRfmDecimals) {
    return fail(Code::kInvalid, "0 to " + std::to_string(kMaxRfmDecimals) + " decimals",
                "decimals");
  }
  if (!spec.cuts) return {};
  for (const RfmLimits* limits :
       {&spec.cuts->recency, &spec.cuts->frequency, &spec.cuts->monetary}) {
    if (!std::ranges::is_sorted(*limits)) {
      return fail(Code::kInvalid, "the limits of scores 2 to 5 must ascend", "cuts");
    }
  }
  return {};
}

Rfm::Rfm(RfmSpec spec) : spec_(spec) {
  for (int i = 0; i < spec_.decimals; ++i) scale_ *= 10;
  if (spec_.cuts) return;
  recency_bins_.resize(kSecondBins);
  frequency_bins_.resize(kSecondBins);
  monetary_bins_.resize(2 * size_t{kUnitBins});
}

int64_t Rfm::units(double number) const {
  const double scaled = std::clamp(number * scale_, -kMaxUnits, kMaxUnits);
  if (std::isnan(scaled)) return 0;
  if (std::abs(scaled) >= 0x1p52) return static_cast<int64_t>(scaled);
  return static_cast<int64_t>(scaled + std::copysign(0.5, scaled));
}

// emit(person, last, orders, amount) for everyone with an order before `now`.
template <class Emit>
void Rfm::scan(const Slice& slice, Emit emit) const {
  const Hits& orders = slice.hits[0];
  auto before_now = [now = spec_.now](const Hits& hits, uint32_t person) {
    uint32_t end = hits.last[person];
    while (end > hits.first[person] && hits.at[end - 1] >= now) --end;
    return end;
  };
  slice.who.for_each([&](uint32_t person) {
    const uint32_t first = orders.first[person], end = before_now(orders, person);
    if (first == end) return;
    int64_t amount = 0;
    if (orders.number != nullptr) {
      for (uint32_t hit = first; hit < end; ++hit) {
        amount = add_within(amount, units(orders.number[hit]));
      }
    }
    if (spec_.refunds && slice.hits[1].number != nullptr) {
      const Hits& refunds = slice.hits[1];
      const uint32_t refunds_end = before_now(refunds, person);
      for (uint32_t hit = refunds.first[person]; hit < refunds_end; ++hit) {
        amount = add_within(amount, -units(refunds.number[hit]));
      }
    }
    emit(person, orders.at[end - 1], end - first, amount);
  });
}

void Rfm::keep(Second last, uint32_t orders, int64_t amount) {
  ++recency_bins_[Recency{spec_.now}.bin(last)];
  ++frequency_bins_[Frequency{}.bin(orders)];
  ++monetary_bins_[Monetary{}.bin(amount)];
  People& people = kept_.back();
  people.last.push_back(last);
  people.orders.push_back(orders);
  people.amount.push_back(amount);
}

void Rfm::add(const Slice& slice) {
  if (spec_.cuts) {
    const Scorer scorer(*spec_.cuts);
    scan(slice, [&](uint32_t, Second last, uint32_t orders, int64_t amount) {
      Cell& cell = cells_[scorer.cell(last, orders, amount)];
      ++cell.people;
      cell.orders += orders;
      cell.amount += amount;
    });
    return;
  }
  if (kept_.empty() || kept_.back().last.size() + kBucketPeople > kPeopleOfBlock) {
    People& people = kept_.emplace_back();
    people.last.reserve(kPeopleOfBlock);
    people.orders.reserve(kPeopleOfBlock);
    people.amount.reserve(kPeopleOfBlock);
  }
  scan(slice,
       [&](uint32_t, Second last, uint32_t orders, int64_t amount) { keep(last, orders, amount); });
}

uint64_t Rfm::bytes() const {
  constexpr uint64_t kBytesOfPerson = sizeof(Second) + sizeof(uint32_t) + sizeof(int64_t);
  return kept_.size() * kPeopleOfBlock * kBytesOfPerson;
}

void Rfm::add_counts(const Rfm& other) {
  for (size_t i = 0; i < cells_.size(); ++i) {
    cells_[i].people += other.cells_[i].people;
    cells_[i].orders += other.cells_[i].orders;
    cells_[i].amount += other.cells_[i].amount;
  }
  auto add_bins = [](std::vector<uint32_t>& to, const std::vector<uint32_t>& from) {
    for (size_t i = 0; i < to.size(); ++i) to[i] += from[i];
  };
  add_bins(recency_bins_, other.recency_bins_);
  add_bins(frequency_bins_, other.frequency_bins_);
  add_bins(monetary_bins_, other.monetary_bins_);
}

void Rfm::merge(const Rfm& other) {
  add_counts(other);
  // In front, so that the last block goes on being filled where it has room reserved.
  kept_.insert(kept_.begin(), other.kept_.begin(), other.kept_.end());
}

void Rfm::merge(Rfm&& other) {
  add_counts(other);
  kept_.insert(kept_.begin(), std::make_move_iterator(other.kept_.begin()),
               std::make_move_iterator(other.kept_.end()));
  other.kept_.clear();
}

RfmCuts Rfm::quintiles() const {
  uint64_t people = 0;
  for (const People& block : kept_) people += block.last.size();
  RfmCuts cuts;
  if (people == 0) return cuts;
  auto each = [&](auto column) {
    return [this, column](auto visit) {
      for (const People& block : kept_) {
        for (auto value : block.*column) visit(value);
      }
    };
  };
  cuts.recency = quintile_limits(recency_bins_, Recency{spec_.now}, people, each(&People::last));
  cuts.frequency = quintile_limits(frequency_bins_, Frequency{}, people, each(&People::orders));
  cuts.monetary = quintile_limits(monetary_bins_, Monetary{}, people, each(&People::amount));
  return cuts;
}

RfmTable Rfm::finish() const {
  RfmTable table;
  table.cuts = spec_.cuts ? *spec_.cuts : quintiles();
  Cells cells = cells_;
  const Scorer scorer(table.cuts);
  for (const People& block : kept_) {
    for (size_t i = 0; i < block.last.size(); ++i) {
      Cell& cell = cells[scorer.cell(block.last[i], block.orders[i], block.amount[i])];
      ++cell.people;
      cell.orders += block.orders[i];
      cell.amount += block.amount[i];
    }
  }
  for (size_t i = 0; i < cells.size(); ++i) {
    table.people += cells[i].people;
    table.cells[i] = {.people = cells[i].people,
                      .orders = cells[i].orders,
                      .amount = static_cast<double>(cells[i].amount) / scale_};
  }
  if (table.people == 0 && !spec_.cuts) return table;
  for (size_t i = 0; i < table.recency_days.size(); ++i) {
    table.recency_days[i] =
        static_cast<double>(int64_t{spec_.now} - table.cuts.recency[i]) / 86'400;
    table.frequency[i] = static_cast<double>(table.cuts.frequency[i]);
    table.monetary[i] = static_cast<double>(table.cuts.monetary[i]) / scale_;
  }
  return table;
}

void Rfm::collect(const Slice& slice, const Pick& pick, Crowd& out) const {
  INVARIANT(spec_.cuts.has_value());
  const Scorer scorer(*spec_.cuts);
  auto fits = [](const std::optional<uint8_t>& wanted, uint32_t score) {
    return !wanted || *wanted == score + 1;
  };
  scan(slice, [&](uint32_t person, Second last, uint32_t orders, int64_t amount) {
    const uint32_t cell = scorer.cell(last, orders, amount);
    if (fits(pick.recency, cell / 25) && fits(pick.frequency, cell / 5 % 5) &&
        fits(pick.monetary, cell % 5)) {
      out.add(person);
    }
  });
}

}  // namespace perennial::timeline
