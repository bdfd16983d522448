// What a treatment did: estimates of arms, their difference with its interval and test.
//
// Formulas. Variance of a ratio of means by the delta method: Deng, Knoblich, Lu, "Applying the
// Delta Method in Metric Analytics" (KDD 2018), section 2. CUPED: Deng, Xu, Kohavi, Walker,
// "Improving the Sensitivity of Online Controlled Experiments" (WSDM 2013). Welch: Biometrika 34
// (1947). Asymptotic confidence sequence: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas,
// arXiv:2103.06476, theorem 2.2 with the tuning of their equation 20.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "proof/moments.h"

namespace perennial::proof {

// Why something cannot be said.
enum class Unsaid {
  kNothing,      // all was said
  kNobody,       // an arm has nobody
  kFewPeople,    // an arm has fewer than two people
  kNoVariation,  // all values alike: nothing tells how much they vary
  kZeroBase,     // relative to a control of zero, or a denominator of zero
  kNotFinite,    // sums that are no numbers
};
std::string_view unsaid_name(Unsaid why);  // "", "nobody", "few_people", …

// What one arm shows: `value`, whose squared standard error is variance / n.
struct Estimate {
  double value = 0, variance = 0;
  int64_t n = 0;
};
// Mean of y; and Σ y / Σ d with the delta method's variance
// (σ_y² − 2 R σ_yd + R² σ_d²) / d̄², R = ȳ / d̄, which is not there when d̄ is 0.
Estimate mean_of(const Moments& arm);
std::optional<Estimate> ratio_of(const Moments& arm);
// The quantile `level` of values (reordered) by the delta method of order statistics: its standard
// error is the width between the order statistics at level ± z √(level (1 − level) / n) over 2 z,
// with z of 95 % (Deng, Knoblich, Lu 2018, section 4). Nothing below 2 values.
std::optional<Estimate> quantile_of(std::span<double> values, double level);

// Both arms with what can be foretold from before the exposure taken off: value − θ (before −
// pooled before), θ pooled within the arms. The expected value stays what it was. θ is 0 where
// nothing varied before.
struct Adjusted {
  Estimate control, treated;
  double theta = 0;
  double reduction = 0;  // share of the variance that went, 0 to 1
};
Adjusted cuped_mean(const Moments& control, const Moments& treated);
std::optional<Adjusted> cuped_ratio(const Moments& control, const Moments& treated);

enum class Scale { kAbsolute, kRelative };  // treated − control, or that over control

struct Effect {
  std::optional<double> effect, low, high, p_value;
  double error = 0;    // standard error
  double freedom = 0;  // degrees of freedom of Welch and Satterthwaite
  Unsaid unsaid = Unsaid::kNothing;
};
// Welch's test and interval; relative effects with the delta method's variance
// s_T² / (C² n_T) + s_C² T² / (C⁴ n_C).
Effect welch(const Estimate& control, const Estimate& treated, Scale scale,
             double confidence = 0.95);

// An interval that holds at all times at once, so that one may look every day: of the asymptotic
// confidence sequence. `tuning`: the number of people (both arms) at which it is tightest. p is the
// smallest level whose interval leaves out zero.
inline constexpr double kTuningPeople = 5'000;
Effect always_valid(const Estimate& control, const Estimate& treated, Scale scale,
                    double tuning = kTuningPeople, double confidence = 0.95);

// The effect as a normal posterior: a normal prior on the effect joined with the estimate's normal
// likelihood (Gelman et al., Bayesian Data Analysis, 3rd ed., section 2.5). Without a prior the
// likelihood alone. Risks are expected losses E[max(−δ, 0)] and E[max(δ, 0)].
struct Prior {
  double mean = 0, deviation = 0.3;
};
struct Posterior {
  std::optional<double> effect, low, high, chance_to_win;
  std::optional<double> risk_of_treated, risk_of_control;
  double deviation = 0;
  Unsaid unsaid = Unsaid::kNothing;
};
Posterior posterior(const Estimate& control, const Estimate& treated, Scale scale,
                    const std::optional<Prior>& prior = std::nullopt, double confidence = 0.95);

}  // namespace perennial::proof
