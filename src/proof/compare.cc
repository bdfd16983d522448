// Differences of two arms with their intervals.
//
// Rates: Newcombe's method 10 joins the Wilson score limits of the two arms, so that the interval
// stays inside [-1, 1] and does not collapse when nobody (or everybody) succeeded. Means: Welch's
// interval, which does not ask for equal variances.
#include <algorithm>
#include <cmath>

#include "proof/distributions.h"
#include "proof/proof.h"

namespace perennial::proof {
namespace {

Limits wilson(double p, double n, double z) {
  const double centre = p + z * z / (2 * n);
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  const double scale = 1 + z * z / n;
  return {std::max(0.0, (centre - half) / scale), std::min(1.0, (centre + half) / scale)};
}

double rate_of(Proportion p) {
  return static_cast<double>(p.successes) / static_cast<double>(p.trials);
}

std::optional<double> pooled_z_test(Proportion a, Proportion b) {
  const auto na = static_cast<double>(a.trials), nb = static_cast<double>(b.trials);
  const double pooled = static_cast<double>(a.successes + b.successes) / (na + nb);
  const double variance = pooled * (1 - pooled) * (1 / na + 1 / nb);
  // Nobody or everybody succeeded in both arms: the data are as alike as they can be.
  if (variance <= 0) return 1.0;
  return normal_two_sided((rate_of(a) - rate_of(b)) / std::sqrt(variance));
}

Verdict judge(const Difference& d, int64_t treated, int64_t held_out) {
  if (!d.low || !d.high || std::min(treated, held_out) < kMinPerArm) return Verdict::kCannotTell;
  if (*d.low > 0) return Verdict::kWorks;
  if (*d.high < 0) return Verdict::kHurts;
  return Verdict::kNoDifference;
}

bool is_possible(Proportion p) {
  return p.trials > 0 && p.successes >= 0 && p.successes <= p.trials;
}

bool is_level(double confidence) { return confidence > 0 && confidence < 1; }

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kWorks:
      return "works";
    case Verdict::kHurts:
      return "hurts";
    case Verdict::kNoDifference:
      return "no_difference";
    case Verdict::kCannotTell:
      return "cannot_tell";
  }
  die("unknown verdict", __FILE__, __LINE__);
}

Limits wilson_limits(Proportion of, double confidence) {
  if (!is_possible(of) || !is_level(confidence)) return {};
  return wilson(rate_of(of), static_cast<double>(of.trials),
                normal_quantile(1 - (1 - confidence) / 2));
}

Sample sample_of(std::span<const double> values) {
  // Welford's updating formulas (Technometrics 4, 1962): one pass without cancellation.
  Sample sample;
  double squares = 0;
  for (double value : values) {
    ++sample.n;
    const double delta = value - sample.mean;
    sample.mean += delta / static_cast<double>(sample.n);
    squares += delta * (value - sample.mean);
  }
  if (sample.n > 1) sample.variance = squares / static_cast<double>(sample.n - 1);
  return sample;
}

Difference compare(Proportion treated, Proportion held_out, double confidence) {
  Difference d;
  if (is_possible(treated)) d.treated = rate_of(treated);
  if (is_possible(held_out)) d.held_out = rate_of(held_out);
  if (!d.treated || !d.held_out || !is_level(confidence)) return d;
  const double z = normal_quantile(1 - (1 - confidence) / 2);
  const double p1 = *d.treated, p2 = *d.held_out;
  const Limits one = wilson(p1, static_cast<double>(treated.trials), z);
  const Limits two = wilson(p2, static_cast<double>(held_out.trials), z);
  d.difference = p1 - p2;
  d.low = *d.difference - std::hypot(p1 - one.low, two.high - p2);
  d.high = *d.difference + std::hypot(one.high - p1, p2 - two.low);
  d.p_value = pooled_z_test(treated, held_out);
  d.verdict = judge(d, treated.trials, held_out.trials);
  return d;
}

Difference compare(const Sample& treated, const Sample& held_out, double confidence) {
  Difference d;
  if (treated.n > 0) d.treated = treated.mean;
  if (held_out.n > 0) d.held_out = held_out.mean;
  if (!d.treated || !d.held_out || !is_level(confidence)) return d;
  d.difference = treated.mean - held_out.mean;
  if (treated.n < 2 || held_out.n < 2) return d;
  const double a = treated.variance / static_cast<double>(treated.n);
  const double b = held_out.variance / static_cast<double>(held_out.n);
  if (!(a + b > 0)) return d;  // all values alike in both arms: nothing tells how much they vary
  const double freedom =
      (a + b) * (a + b) /
      (a * a / static_cast<double>(treated.n - 1) + b * b / static_cast<double>(held_out.n - 1));
  const double error = std::sqrt(a + b);
  const double half = student_quantile(1 - (1 - confidence) / 2, freedom) * error;
  d.low = *d.difference - half;
  d.high = *d.difference + half;
  d.p_value = student_two_sided(*d.difference / error, freedom);
  d.verdict = judge(d, treated.n, held_out.n);
  return d;
}

}  // namespace perennial::proof
