// How a goal stands: its base, its target, and every month beside the straight line from one to the
// other. Pure.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goals/goal.h"

namespace perennial::goals {

inline constexpr size_t kBaseMonths = 3;

// nobody: nobody answered, ordered or came, so that there is nothing to divide by; no_cost: nothing
// was spent to win customers; no_model: no model says what customers will bring; busy: the events
// are still being read; unreadable: a property cannot be read.
inline constexpr std::array<std::string_view, 5> kWhys = {"nobody", "no_cost", "no_model", "busy",
                                                          "unreadable"};

struct Month {
  std::string label;
  bool complete = false;
  std::optional<double> value;
  std::optional<int64_t> numerator, denominator;
  std::optional<double> low, high;  // the 95 % interval of a rate or a score
  std::string people_set;           // the people behind it, "" if it is not one of people
  std::string why;                  // there is no value: one of kWhys
  // Further numbers of people behind it, each by the word of its set: of NPS promoters, passives
  // and detractors.
  std::vector<std::pair<std::string, int64_t>> parts;
};

// no_number: the base, the target or every month is missing. reached and on_track: the last full
// month is at the target, or at the line to it; missed: the goal is over and its last month is not.
enum class Standing { kNoNumber, kNotBegun, kOnTrack, kBehind, kReached, kMissed };
std::string_view standing_name(Standing standing);

struct Progress {
  std::optional<double> base, target;
  std::vector<std::optional<double>> expected;  // by month, at its end
  Standing standing = Standing::kNoNumber;
  std::optional<double> before, after;  // means of as many full months before as since the start
};
// `before`: full months before the goal, ascending; `months`: those of the goal that have begun;
// `length`: months of the goal in all.
Progress progress_of(const GoalDraft& goal, const std::vector<Month>& before,
                     const std::vector<Month>& months, size_t length);

}  // namespace perennial::goals
