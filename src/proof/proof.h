// Proof: who is held out, and what the difference between treated and held out amounts to. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/base.h"
#include "proof/budget.h"   // IWYU pragma: export
#include "proof/design.h"   // IWYU pragma: export
#include "proof/effect.h"   // IWYU pragma: export
#include "proof/hashing.h"  // IWYU pragma: export
#include "proof/moments.h"  // IWYU pragma: export
#include "proof/returns.h"  // IWYU pragma: export
#include "proof/uplift.h"   // IWYU pragma: export

namespace perennial::proof {

enum class Arm { kTreated, kHeldOut };
std::string_view arm_name(Arm arm);  // "treated", "held_out"

// Sticky random assignment: a unit falls into the hold-out with probability `share` (0–1) by a
// keyed hash of (salt, unit), SipHash-2-4 with 128 bits (Aumasson & Bernstein, "SipHash: a fast
// short-input PRF", INDOCRYPT 2012), of which 53 make the place; the same salt and unit always give
// the same arm, and raising the share only adds people to the hold-out.
Arm assign(std::string_view salt, std::string_view unit, double share);

struct Proportion {
  int64_t successes = 0;
  int64_t trials = 0;
};
struct Limits {
  double low = 0, high = 1;
};
// Wilson's score limits of a proportion (J. Am. Stat. Assoc. 22, 1927); 0 and 1 where it is of
// nobody.
Limits wilson_limits(Proportion of, double confidence = 0.95);

struct Sample {  // of one number per person
  int64_t n = 0;
  double mean = 0;
  double variance = 0;  // unbiased
};
Sample sample_of(std::span<const double> values);

enum class Verdict { kWorks, kHurts, kNoDifference, kCannotTell };
std::string_view verdict_name(Verdict verdict);  // "works", "hurts", "no_difference", "cannot_tell"

struct Difference {
  std::optional<double> treated, held_out, difference, low, high, p_value;
  Verdict verdict = Verdict::kCannotTell;
};
// treated − held out. Interval: Newcombe's hybrid score method 10 (Stat. Med. 17, 1998); p: pooled
// two-proportion z test. Cannot tell: an arm is empty or smaller than kMinPerArm.
inline constexpr int64_t kMinPerArm = 30;
Difference compare(Proportion treated, Proportion held_out, double confidence = 0.95);
// Welch's t interval and test (Biometrika 34, 1947) with Welch–Satterthwaite degrees of freedom.
Difference compare(const Sample& treated, const Sample& held_out, double confidence = 0.95);

// Chi-square test that `held_out` of `total` fits the intended share (sample ratio mismatch): its p
// value.
std::optional<double> sample_ratio_p(int64_t held_out, int64_t total, double share);
// The smallest difference of a rate that `treated` and `held_out` people show with 80 % power in a
// two-sided 5 % test, at `base_rate`.
std::optional<double> minimum_detectable_difference(int64_t treated, int64_t held_out,
                                                    double base_rate);

}  // namespace perennial::proof
