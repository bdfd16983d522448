// ExperimentResult of the contract.
#pragma once

#include <string>
#include <vector>

#include "experiments/judge.h"

namespace perennial::experiments {

struct ResultOf {
  std::string set;  // the first words of its sets of people: "experiment:exp_…"
  std::vector<ExperimentArm> arms;
  std::vector<Measure> measures;
  Span span;
  int64_t planned_days = 0;
  bool sequential = true, complete = false;
  std::string currency;
};
// `judgement` was made of `table`.
Json result_json(const ResultOf& of, const OutcomeTable& table, const Judgement& judgement);
// The first measure in a few numbers, for lists.
Json headline_json(const ResultOf& of, const Judgement& judgement);

}  // namespace perennial::experiments
