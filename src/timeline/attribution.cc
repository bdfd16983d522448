// One scan tells an Emit of each conversion with its touches and their parts; Count adds them up in
// whole numbers and Find compares them with a cell.
#include "timeline/attribution.h"

#include <algorithm>

#include "timeline/attribution_scan.h"

namespace perennial::timeline {

Result<void> check(const AttributionSpec& spec, size_t selectors) {
  if (selectors < 2 || selectors - 1 > kMaxTouchSelectors) {
    return fail(Code::kInvalid, "1 to 31 touches are chosen", "touches");
  }
  if (spec.look_back_seconds < 1 || spec.look_back_seconds > kMaxLookBack) {
    return fail(Code::kInvalid, "1 second to 400 days", "look_back_seconds");
  }
  if (spec.half_life_seconds < 1 || spec.half_life_seconds > kMaxLookBack) {
    return fail(Code::kInvalid, "1 second to 400 days", "half_life_seconds");
  }
  if (spec.first_percent < 0 || spec.first_percent > 100) {
    return fail(Code::kInvalid, "0 to 100 %", "first_percent");
  }
  if (spec.last_percent < 0 || spec.first_percent + spec.last_percent > 100) {
    return fail(Code::kInvalid, "first and last are at most 100 % together", "last_percent");
  }
  if (spec.begin > spec.end) return fail(Code::kInvalid, "the range ends before it begins", "end");
  if (spec.max_rows < 1 || spec.max_rows > kMaxTouchRows) {
    return fail(Code::kInvalid, "1 to 200 rows", "max_rows");
  }
  return {};
}

template <class Emit>
void Attribution::scan(const Slice& slice, Emit& emit) const {
  using Model = AttributionSpec::Model;
  auto run = [&]<Model kModel>() {
    AttributionScan<kModel, Emit> scan(spec_, slice.hits, emit);
    slice.who.for_each([&](uint32_t person) {
      emit.begin(person);
      scan.person(person);
    });
  };
  switch (spec_.model) {
    case Model::kFirst:
      return run.template operator()<Model::kFirst>();
    case Model::kLast:
      return run.template operator()<Model::kLast>();
    case Model::kLinear:
      return run.template operator()<Model::kLinear>();
    case Model::kPosition:
      return run.template operator()<Model::kPosition>();
    case Model::kTimeDecay:
      return run.template operator()<Model::kTimeDecay>();
  }
}

// The sums of a touch value; null when there are too many.
Attribution::Sums* Attribution::sums(uint32_t touch) {
  if (table_.touches_too_large) return nullptr;
  const uint32_t number = touches_.put(touch);
  if (number == kMaxTouchValues) {
    table_.touches_too_large = true;
    touches_ = {};
    sums_ = {};
    return nullptr;
  }
  if (number == sums_.size()) sums_.emplace_back();
  return &sums_[number];
}

struct Attribution::Count {
  Attribution& to;
  bool converted = false, direct = false;

  void begin(uint32_t) { converted = direct = false; }

  void conversion(double number, std::span<const uint32_t> touches, std::span<const int64_t> parts,
                  bool cut) {
    AttributionTable& table = to.table_;
    const bool known = std::abs(number) <= kMaxConversionValue;  // NaN is not
    const Fixed value = known ? static_cast<Fixed>(std::ldexp(number, kFixedBits)) : 0;
    if (!converted) ++to.person_serial_;
    table.people += converted ? 0 : 1;
    converted = true;
    ++table.conversions;
    ++to.conversion_serial_;
    table.value += value;
    table.without_value += known ? 0 : 1;
    table.cut += cut ? 1 : 0;
    if (touches.empty()) {
      ++table.direct.conversions;
      table.direct.value += value;
      table.direct.people += direct ? 0 : 1;
      direct = true;
      return;
    }
    Fixed left = value;
    for (size_t i = 0; i < touches.size(); ++i) {
      // At most 2^86 × 2^40, which fits. The last touch takes what is left.
      const Fixed worth = i + 1 < touches.size() ? value * parts[i] / kFixedOne : left;
      left -= worth;
      if (Sums* sums = to.sums(touches[i])) put(*sums, parts[i], worth);
    }
  }

  void put(Sums& sums, int64_t credit, Fixed worth) const {
    sums.credit += credit;
    sums.value += worth;
    if (sums.last_conversion != to.conversion_serial_) ++sums.conversions;
    sums.last_conversion = to.conversion_serial_;
    if (sums.last_person != to.person_serial_) ++sums.people;
    sums.last_person = to.person_serial_;
  }
};

void Attribution::add(const Slice& slice) {
  Count count{.to = *this};
  scan(slice, count);
}

void Attribution::merge(const Attribution& other) {
  const AttributionTable& from = other.table_;
  table_.conversions += from.conversions;
  table_.people += from.people;
  table_.value += from.value;
  table_.without_value += from.without_value;
  table_.cut += from.cut;
  table_.direct.conversions += from.direct.conversions;
  table_.direct.people += from.direct.people;
  table_.direct.value += from.direct.value;
  if (from.touches_too_large) {
    table_.touches_too_large = true;
    touches_ = {};
    sums_ = {};
  }
  for (uint32_t i = 0; i < other.sums_.size(); ++i) {
    Sums* to = sums(static_cast<uint32_t>(other.touches_.key(i)));
    if (to == nullptr) return;
    to->credit += other.sums_[i].credit;
    to->value += other.sums_[i].value;
    to->conversions += other.sums_[i].conversions;
    to->people += other.sums_[i].people;
  }
}

AttributionTable Attribution::finish(const CodeBefore& before) const {
  AttributionTable table = table_;
  for (uint32_t i = 0; i < sums_.size(); ++i) {
    table.rows.push_back({.touch = static_cast<uint32_t>(touches_.key(i)),
                          .credit = sums_[i].credit,
                          .value = sums_[i].value,
                          .conversions = sums_[i].conversions,
                          .people = sums_[i].people});
  }
  std::ranges::sort(table.rows, [&](const TouchRow& a, const TouchRow& b) {
    return a.credit != b.credit ? a.credit > b.credit : before(a.touch, b.touch);
  });
  for (; table.rows.size() > static_cast<size_t>(spec_.max_rows); table.rows.pop_back()) {
    ++table.other.touches;
    table.other.credit += table.rows.back().credit;
    table.other.value += table.rows.back().value;
  }
  return table;
}

struct Attribution::Find {
  using What = AttributionCell::What;
  const AttributionCell& cell;
  Crowd& out;
  uint32_t person = 0;

  void begin(uint32_t i) { person = i; }
  void conversion(double, std::span<const uint32_t> touches, std::span<const int64_t>, bool) {
    if (fits(touches)) out.add(person);
  }
  bool fits(std::span<const uint32_t> touches) const {
    switch (cell.what) {
      case What::kAll:
        return true;
      case What::kDirect:
        return touches.empty();
      case What::kTouch:
        return std::ranges::find(touches, cell.touch) != touches.end();
      case What::kOther:
        break;
    }
    return std::ranges::any_of(touches, [&](uint32_t touch) {
      return std::ranges::find(cell.shown, touch) == cell.shown.end();
    });
  }
};

void Attribution::collect(const Slice& slice, const AttributionCell& cell, Crowd& out) const {
  Find find{.cell = cell, .out = out};
  scan(slice, find);
}

}  // namespace perennial::timeline
