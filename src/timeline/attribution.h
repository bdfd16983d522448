// Attribution 归因: which touches, seen before a conversion, get the credit for it.
//
// Slice::hits[0] are conversions; their `number`, when carried, is their value. hits[1] and further
// are touches; with TouchBy::kGroup each carries as `group` what the credit goes to (a channel,
// say; 0 for touches without one), with kSelector the credit goes to the selector's place, 1 for
// hits[1]. A touch counts for a conversion when it came strictly before it in the order of events
// and at most `look_back_seconds` ago. An event that fits several touch selectors is a touch of the
// first of them. So that no touch is missed, the touches' range of time begins a look-back before
// the conversions'.
//
// Credit is a whole number of 2^-40 of a conversion, value one of 2^-40 of its unit. What rounding
// leaves goes to the touch nearest to the conversion; so the credits of all touch values add up to
// the conversions with a touch exactly, and sums are the same in any order of adding.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/base.h"
#include "timeline/group_slots.h"
#include "timeline/hits.h"
#include "timeline/paths_index.h"

namespace perennial::timeline {

inline constexpr uint32_t kMaxLookBack = 400 * 86'400;
inline constexpr size_t kMaxTouchSelectors = 31;
inline constexpr size_t kMaxTouches = 1'000;          // of one conversion: the nearest to it
inline constexpr uint32_t kMaxTouchValues = 1 << 18;  // different ones; refused beyond
inline constexpr int kMaxTouchRows = 200;             // shown beside "other"
// Numbers beyond ± this are no values (as missing ones).
inline constexpr double kMaxConversionValue = 70'368'744'177'664.0;  // 2^46

using Fixed = __int128;  // of 2^-40
inline constexpr int kFixedBits = 40;
inline double to_double(Fixed x) { return std::ldexp(static_cast<double>(x), -kFixedBits); }

struct AttributionSpec {
  enum class Model {
    kFirst,
    kLast,
    kLinear,    // equal parts
    kPosition,  // first_percent, last_percent, the rest in equal parts to those between; one touch
                // gets all, two share as first and last (40 to 40: halves)
    kTimeDecay  // weight 2^(−age / half-life), age the seconds from touch to conversion
  };
  enum class TouchBy { kGroup, kSelector };
  Model model = Model::kLast;
  TouchBy by = TouchBy::kGroup;
  uint32_t look_back_seconds = 30 * 86'400;
  uint32_t half_life_seconds = 7 * 86'400;
  int first_percent = 40, last_percent = 40;
  bool reset = false;              // a conversion uses up the touches up to it
  Second begin = 0, end = kNever;  // conversions outside do not count; earlier ones reset
  int max_rows = 20;
};
// `selectors` with the conversion's.
Result<void> check(const AttributionSpec& spec, size_t selectors);

struct TouchRow {
  uint32_t touch = 0;        // what got the credit
  Fixed credit = 0;          // conversions
  Fixed value = 0;           // of them
  uint64_t conversions = 0;  // in which it had a part, however small
  uint32_t people = 0;       // of those
};

struct AttributionTable {
  uint64_t conversions = 0;
  uint32_t people = 0;
  Fixed value = 0;
  uint64_t without_value = 0;  // whose value is missing (not carried) or too large: taken as 0
  uint64_t cut = 0;            // conversions with more than kMaxTouches touches
  struct {
    uint64_t conversions = 0;
    uint32_t people = 0;
    Fixed value = 0;
  } direct;                    // conversions without a touch
  std::vector<TouchRow> rows;  // most credit first
  struct {
    uint64_t touches = 0;  // different ones
    Fixed credit = 0, value = 0;
  } other;                         // over max_rows; their people can be in several: see collect()
  bool touches_too_large = false;  // over kMaxTouchValues: no rows
};

// A number of the table whose people are wanted.
struct AttributionCell {
  enum class What { kAll, kDirect, kTouch, kOther };
  What what = What::kAll;
  uint32_t touch = 0;
  std::vector<uint32_t> shown{};  // of kOther: the rows that are not
};

class Attribution {
 public:
  explicit Attribution(AttributionSpec spec) : spec_(spec) {}  // the spec was checked
  void add(const Slice& slice);
  uint64_t bytes() const { return sums_.capacity() * sizeof(Sums) + touches_.bytes(); }
  void merge(const Attribution& other);
  // Rows of equal credit stand in the order of `before`.
  AttributionTable finish(const CodeBefore& before = std::less<>()) const;
  void collect(const Slice& slice, const AttributionCell& cell, Crowd& out) const;

 private:
  struct Count;
  struct Find;
  struct Sums {
    Fixed credit = 0, value = 0;
    uint64_t conversions = 0, last_conversion = 0;  // serial number of the last one counted
    uint32_t people = 0, last_person = 0;
  };
  template <class Emit>
  void scan(const Slice& slice, Emit& emit) const;
  Sums* sums(uint32_t touch);

  AttributionSpec spec_;
  AttributionTable table_;  // without rows
  uint64_t conversion_serial_ = 0;
  uint32_t person_serial_ = 0;
  KeyIndex touches_;
  std::vector<Sums> sums_;  // by number of the touch value
};

}  // namespace perennial::timeline
