// Who is moved by an action: scores of uplift learned from a randomised action, and whether they
// rank people better than chance, and better than a plain model of who responds.
//
// Learners over ridge regressions of y on standardised features: two models (T), one model (S) with
// the treatment and its products with the features, held back as far as a part of the people left
// out says, and the X-learner of Künzel, Sekhon, Bickel, Yu, "Metalearners for estimating
// heterogeneous treatment effects" (PNAS 116, 2019); and the transformed outcome of Jaskowski and
// Jaroszewicz, "Uplift modeling for clinical trial data" (ICML 2012). The response model knows y of
// the treated alone: the ranking that most shops use.
//
// Qini: Radcliffe, "Using control groups to target on predicted lift" (Direct Marketing Analytics
// Journal, 2007): with people in falling order of score, after a share φ of them the gain is Y_T −
// Y_C N_T / N_C; the coefficient is the area between its curve and the straight line to its end,
// over the number of treated.
//
// Nobody is scored by a model that has seen them: people are halved again and again at random, each
// half is scored by the model of the other, and ranks are averaged. Intervals are of a bootstrap
// over people within the arms (percentiles, Poisson weights), for all learners together
// (Bonferroni).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace perennial::proof {

inline constexpr size_t kMaxUpliftFeatures = 64;
inline constexpr int64_t kMinUpliftPerArm = 500;  // fewer say nothing about differences of effects
inline constexpr int64_t kMinUpliftEvents = 50;   // people of an arm whose y is not 0

// Rows must come in an order that tells nothing of the arms: equal scores keep it.
struct UpliftSample {
  size_t features = 0;
  std::vector<double> x;  // row by row: size() × features
  std::vector<uint8_t> treated;
  std::vector<double> y;
  size_t size() const { return y.size(); }
  std::span<const double> row(size_t i) const {
    return std::span(x).subspan(i * features, features);
  }
};

enum class Learner { kResponse, kTwoModels, kX, kTransformed, kOneModel };
std::string_view learner_name(
    Learner learner);  // "response", "two_models", "x", "transformed", "one_model"

// A fitted score: higher means more is gained by treating. For kResponse, y itself.
class UpliftScore {
 public:
  // Of the rows of `sample` that `rows` names, which hold people of both arms.
  static UpliftScore fit(Learner learner, const UpliftSample& sample,
                         std::span<const uint32_t> rows);
  double of(std::span<const double> x) const;

 private:
  std::vector<double> weight_;
  double constant_ = 0;
};

// The gain per treated person at `points` + 1 equal steps from nobody to everybody, in falling
// order of score, equal scores in the order of their rows; and the coefficient.
struct Qini {
  std::vector<double> curve;
  double coefficient = 0;
  double auuc = 0;  // area under the curve: the coefficient and that of the straight line
};
Qini qini(const UpliftSample& sample, std::span<const double> scores, size_t points = 20);

struct UpliftRank {
  Learner learner = Learner::kTwoModels;
  Qini curve;
  double low = 0, high = 0;                         // of the coefficient; chance is 0
  double auuc_low = 0, auuc_high = 0;               // of the area under the curve
  std::optional<double> more, more_low, more_high;  // than the response model; not of itself
  bool wins = false;                                // over chance and over the response model
};
struct UpliftCheck {
  std::vector<UpliftRank> ranks;   // the response model first
  std::optional<Learner> offered;  // the winner with the largest coefficient; nothing: use response
  std::string_view why;            // "few_people", "few_events", "no_features", "" when checked
};
struct UpliftRules {
  uint64_t seed = 1;
  int repeats = 5, resamples = 400;
  double confidence = 0.95;
};
UpliftCheck check_uplift(const UpliftSample& sample, const UpliftRules& rules = {});

}  // namespace perennial::proof
