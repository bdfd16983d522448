// From an experiment to its outcomes: selectors and plan for the timeline, the pass over it, and
// the people behind a number.
#pragma once

#include <functional>

#include "experiments/experiments.h"
#include "experiments/outcomes.h"

namespace perennial::experiments {

// The event that says that a person met an arm, as in Segment's A/B testing specification:
// {experiment_id: the key, variation_id: the arm's key}.
inline constexpr std::string_view kExposureEvent = "Experiment Viewed";

struct Measuring {
  timeline::Timeline& timeline;
  people::OrderBooks& books;
  Instant now;
};

// What is measured of whom and when.
struct Subject {
  std::vector<std::string> arms;  // keys; the first is the control
  std::vector<Measure> measures;
  Span span;                   // from the start to now or to the end
  bool over = false;           // measures without a window end with the span
  std::string experiment_key;  // whose exposures; "" when they are given
  std::shared_ptr<const Exposed> exposed;
  std::vector<NetCost> costs;  // of measures that are less their costs
};
Subject subject_of(const Experiment& experiment, Instant now);
uint32_t days_of(const Span& span);  // at least 1, at most kMaxDays

// kBusy while the timeline is built; kTimeout after a minute.
Result<OutcomeTable> measure(const Subject& subject, const Measuring& with);
Result<std::vector<people::PersonId>> people_behind(const Subject& subject, const OutcomePick& pick,
                                                    const Measuring& with);

}  // namespace perennial::experiments
