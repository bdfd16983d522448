// From outcomes to what they mean: effects with intervals, corrections for many tests, checks of
// the draw and of the size, and one verdict with its reasons.
#pragma once

#include "experiments/measuring.h"
#include "proof/proof.h"

namespace perennial::experiments {

using proof::Effect;
using proof::Estimate;
using proof::Posterior;
using proof::Verdict;

struct MeasureEffect {  // of one arm against the control
  size_t arm = 1;
  Effect absolute, relative;  // by the method that decides: always valid, or Welch
  Effect fixed;               // Welch, absolute
  Posterior posterior;        // relative where there is a base, else absolute
  double reduction = 0;       // of the variance, by CUPED
  std::optional<double> p_adjusted;
  Verdict verdict = Verdict::kCannotTell;
  std::string_view why;  // of cannot_tell
};
struct JudgedMeasure {
  std::vector<std::optional<Estimate>> arms;  // as they are, without adjustment
  std::vector<MeasureEffect> effects;
  std::optional<double> cap;
};
struct Judgement {
  std::vector<JudgedMeasure> measures;
  std::optional<double> sample_ratio_p;
  bool drawn_well = true;
  // Of the first measure with the people there are: what 80 % of tests would find.
  std::optional<double> detectable, detectable_relative;
  Verdict verdict = Verdict::kCannotTell;
  std::string_view why;
  std::optional<size_t> deciding_arm;
};

struct JudgeRules {
  std::vector<double> weights;  // of the draw
  bool sequential = true;
  bool complete = false;  // the planned days are over: only then a fixed test may speak
};
// Cuts kept values in place. Never gives a number that is none.
Judgement judge(const std::vector<Measure>& measures, OutcomeTable& table, const JudgeRules& rules);

// The estimate of one arm and day from plain sums.
std::optional<Estimate> estimate_of_day(Measure::Kind kind, const DailySums& days, size_t day);

}  // namespace perennial::experiments
