// Before and beside the tests: whether the draw was as intended, many tests at once, and what a
// size can show.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace perennial::proof {

// Below this the arms are not what was drawn (sample ratio mismatch), and no difference is trusted:
// Fabijan et al., "Diagnosing Sample Ratio Mismatch in Online Controlled Experiments" (KDD 2019).
inline constexpr double kMismatch = 0.001;
// Pearson's chi-square test (Philosophical Magazine, series 5, 50, 1900) that `counts` follow
// `weights` (any positive scale; arms of weight 0 are left out): its p value. Nothing when there is
// nobody, or fewer than two arms.
std::optional<double> sample_ratio_p(std::span<const int64_t> counts,
                                     std::span<const double> weights);

// p values that hold for all tests together, in the order given. Holm (Scand. J. Statist. 6, 1979)
// bounds the chance of any false finding; Benjamini and Hochberg (J. R. Statist. Soc. B 57, 1995)
// the share of false ones among the findings. p must lie in [0, 1].
std::vector<double> holm(std::span<const double> p);
std::vector<double> benjamini_hochberg(std::span<const double> p);

inline constexpr double kTestLevel = 0.05;
inline constexpr double kPower = 0.80;
// The smallest difference of means that arms of these sizes show with `power` in a two-sided test
// of `level`: (z_{1 − level/2} + z_power) √(variance / n_T + variance / n_C) (Bloom, "Minimum
// detectable effects", Evaluation Review 19(5), 1995). Nothing when an arm is empty or the variance
// is no positive number.
std::optional<double> minimum_detectable_effect(int64_t treated, int64_t control, double variance,
                                                double power = kPower, double level = kTestLevel);
// The people of both arms together that show `difference` with `power`, `share` of them (0 to 1) in
// the control. Of means with a common variance, the same formula solved for the size; and of rates,
// with the pooled variance under no difference (Fleiss, Statistical Methods for Rates and
// Proportions, 3rd ed., formula 4.14). Nothing when no size does.
std::optional<int64_t> sample_size(double difference, double variance, double share,
                                   double power = kPower, double level = kTestLevel);
std::optional<int64_t> sample_size_of_rates(double base_rate, double difference, double share,
                                            double power = kPower, double level = kTestLevel);

}  // namespace perennial::proof
