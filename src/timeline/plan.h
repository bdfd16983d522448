// A question's selectors compiled against a snapshot: names and texts as numbers, conditions as
// tables, ready for every bucket. Inside this module only.
#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "timeline/engine.h"

namespace perennial::timeline {

struct CompiledTest {
  std::optional<uint32_t> property;  // none: nobody ever sent it
  std::vector<uint8_t> texts;        // by code: whether it fits
  Test::Op op = Test::Op::kIsSet;    // the positive one
  std::vector<double> numbers;
  bool opposite = false;
  bool fits(double number) const;  // for numbers that are there
};
bool fits_text(const Test& test, std::string_view text);  // not for kIsSet
struct CompiledCondition {
  Condition::Kind kind = Condition::Kind::kAll;
  std::vector<CompiledCondition> parts;
  CompiledTest test;
};
CompiledCondition compile_condition(const Condition& condition, const Dictionary& dictionary);
// out[i] is 1 for hits of `entry` that fit, else 0.
void evaluate(const CompiledCondition& condition, BucketView bucket, const NameEntry& entry,
              std::vector<uint8_t>& out);

// A property carried as codes: texts by their number in the dictionary, numbers behind them.
struct CarriedCodes {
  bool wanted = false;
  std::optional<uint32_t> property;
  uint32_t texts = 0;           // codes 1 … texts are the dictionary's
  std::vector<double> numbers;  // ascending; number i has the code texts + 1 + i
  double step = 0;              // not 0: of a number, the multiple of it at or below
  double bin(double number) const { return step == 0 ? number : std::floor(number / step) * step; }
};

struct CompiledSelector {
  // Plain: of any name, without conditions or properties. Buckets that have one of `own` are read
  // by `names`, which lack them.
  bool any_event = false;
  std::vector<uint32_t> own;  // of people::kOwnEvents, those that were ever sent
  std::optional<uint32_t> only_name;
  // By event number: 0 = not asked for, else 1 + an index into `conditions`.
  std::vector<uint16_t> names;
  std::vector<std::vector<CompiledCondition>> conditions;  // an event fits one of them
  Second from = 0, to = kNever;
  bool open_start = false;
  uint32_t at_least = 1;
  bool group_is_name = false, names_as_they_lie = false;
  CarriedCodes group, held;
  bool carries_number = false;
  std::optional<uint32_t> number;
  bool carries() const { return group.wanted || held.wanted || carries_number || group_is_name; }
};

// Where a calendar question's periods begin, in local days of the snapshot's zone.
struct DayBorders {
  std::vector<int32_t> days;  // one more than periods
};

class Plan {
 public:
  Snapshot snapshot;
  Ask ask;
  std::vector<CompiledSelector> selectors;
  std::optional<DayBorders> day_borders;  // when every period begins with a day
  uint32_t buckets = 0;
};

}  // namespace perennial::timeline
