// How good probabilities are: pure functions of scores and what happened.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace perennial::value {

inline constexpr size_t kReliabilityBins = 10;

struct ReliabilityBin {
  int64_t rows = 0;
  double expected = 0, actual = 0;  // mean probability, share of ones
};
struct Quality {
  int64_t rows = 0, ones = 0;
  double auc = 0;         // area under the ROC curve; ties count half (Mann & Whitney 1947)
  double pr_auc = 0;      // average precision: mean precision at each one, highest score first
  double brier = 0;       // mean squared error of the probability (Brier 1950)
  double base_brier = 0;  // of saying the share of ones to everybody
  double lift = 0;        // share of ones in the tenth with the highest scores ÷ share of all
  std::vector<ReliabilityBin> reliability;  // equal numbers of rows, lowest first
};
// Nothing when all labels are the same: then no order of them can be right or wrong.
std::optional<Quality> quality_of(std::span<const double> scores, std::span<const uint8_t> labels);
std::optional<double> auc_of(std::span<const double> scores, std::span<const uint8_t> labels);

// Population stability index between two samples of a number, over tenths of the first: below 0.1
// nothing moved, above 0.25 it did (Siddiqi, Credit Risk Scorecards, 2006).
double stability_index(std::vector<double> before, std::span<const double> now);

}  // namespace perennial::value
