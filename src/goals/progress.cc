#include "goals/progress.h"

#include <algorithm>

namespace perennial::goals {
namespace {

// The mean of the last `n` values that there are; nothing if there is none.
std::optional<double> mean_of_last(const std::vector<Month>& months, size_t n) {
  double sum = 0;
  size_t found = 0;
  for (auto month = months.rbegin(); month != months.rend() && found < n; ++month) {
    if (!month->complete || !month->value) continue;
    sum += *month->value;
    ++found;
  }
  if (found == 0) return std::nullopt;
  return sum / static_cast<double>(found);
}

std::optional<double> target_of(const GoalDraft& goal, const std::optional<double>& base) {
  if (goal.aim == Aim::kValue) return goal.amount;
  if (!base) return std::nullopt;
  return goal.aim == Aim::kPoints ? *base + goal.amount : *base * (1 + goal.amount);
}

}  // namespace

std::string_view standing_name(Standing standing) {
  switch (standing) {
    case Standing::kNoNumber:
      return "no_number";
    case Standing::kNotBegun:
      return "not_begun";
    case Standing::kOnTrack:
      return "on_track";
    case Standing::kBehind:
      return "behind";
    case Standing::kReached:
      return "reached";
    case Standing::kMissed:
      return "missed";
  }
  return "";
}

Progress progress_of(const GoalDraft& goal, const std::vector<Month>& before,
                     const std::vector<Month>& months, size_t length) {
  Progress progress;
  progress.base = goal.base ? goal.base : mean_of_last(before, kBaseMonths);
  progress.target = target_of(goal, progress.base);
  const auto full = static_cast<size_t>(std::ranges::count_if(
      months, [](const Month& month) { return month.complete && month.value.has_value(); }));
  progress.after = mean_of_last(months, full);
  if (full > 0) progress.before = mean_of_last(before, full);
  std::optional<size_t> last;
  for (size_t i = 0; i < months.size(); ++i) {
    std::optional<double> line;
    if (progress.base && progress.target) {
      const double part = static_cast<double>(i + 1) / static_cast<double>(length);
      line = *progress.base + (*progress.target - *progress.base) * part;
    }
    progress.expected.push_back(line);
    if (months[i].complete && months[i].value) last = i;
  }
  if (!progress.base || !progress.target) return progress;
  if (!last) {
    const bool none = std::ranges::none_of(months, &Month::complete);
    if (none) progress.standing = Standing::kNotBegun;
    return progress;
  }
  const double sign = less_is_better(goal.measure) ? -1 : 1;
  const auto at_least = [&](double line) { return sign * (*months[*last].value - line) >= 0; };
  if (at_least(*progress.target)) {
    progress.standing = Standing::kReached;
  } else if (months.size() == length && months.back().complete) {
    progress.standing = Standing::kMissed;
  } else {
    progress.standing =
        at_least(*progress.expected[*last]) ? Standing::kOnTrack : Standing::kBehind;
  }
  return progress;
}

}  // namespace perennial::goals
