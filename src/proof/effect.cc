#include "proof/effect.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "proof/distributions.h"

namespace perennial::proof {
namespace {

constexpr Number kY = Number::kValue, kD = Number::kDenominator;

// The effect and its squared standard error.
struct Raw {
  double effect = 0, squared_error = 0;
  Unsaid unsaid = Unsaid::kNothing;
};

bool finite(const Estimate& e) { return std::isfinite(e.value) && std::isfinite(e.variance); }

Raw raw_effect(const Estimate& control, const Estimate& treated, Scale scale) {
  if (control.n <= 0 || treated.n <= 0) return {.unsaid = Unsaid::kNobody};
  if (!finite(control) || !finite(treated)) return {.unsaid = Unsaid::kNotFinite};
  Raw raw{.effect = treated.value - control.value};
  double of_control = control.variance / static_cast<double>(control.n);
  double of_treated = treated.variance / static_cast<double>(treated.n);
  if (scale == Scale::kRelative) {
    if (control.value == 0) return {.unsaid = Unsaid::kZeroBase};
    const double ratio = treated.value / control.value;
    raw.effect /= control.value;
    of_treated /= control.value * control.value;
    of_control *= ratio * ratio / (control.value * control.value);
  }
  raw.squared_error = of_control + of_treated;
  if (control.n < 2 || treated.n < 2) {
    raw.unsaid = Unsaid::kFewPeople;
  } else if (!(raw.squared_error > 0)) {
    raw.unsaid = Unsaid::kNoVariation;
  } else if (!std::isfinite(raw.effect) || !std::isfinite(raw.squared_error)) {
    return {.unsaid = Unsaid::kNotFinite};
  }
  return raw;
}

// What can be said without an interval: the bare effect where there is one.
bool begin(const Raw& raw, Effect& effect) {
  effect.unsaid = raw.unsaid;
  if (!std::isfinite(raw.effect)) {
    effect.unsaid = Unsaid::kNotFinite;
    return false;
  }
  if (raw.unsaid == Unsaid::kNothing || raw.unsaid == Unsaid::kFewPeople ||
      raw.unsaid == Unsaid::kNoVariation) {
    effect.effect = raw.effect;
  }
  effect.error = std::sqrt(raw.squared_error);
  return raw.unsaid == Unsaid::kNothing;
}

// Numbers too large for the arithmetic leave nothing to say.
template <class Answer>
Answer said(Answer answer, bool whole) {
  if (whole) return answer;
  return Answer{.unsaid = Unsaid::kNotFinite};
}

bool finite(std::initializer_list<std::optional<double>> numbers) {
  return std::ranges::all_of(numbers, [](const auto& x) { return x && std::isfinite(*x); });
}

double welch_freedom(const Estimate& a, const Estimate& b) {
  const auto na = static_cast<double>(a.n), nb = static_cast<double>(b.n);
  const double va = a.variance / na, vb = b.variance / nb;
  return (va + vb) * (va + vb) / (va * va / (na - 1) + vb * vb / (nb - 1));
}

// E[max(X, 0)] of a normal X.
double expected_gain(double mean, double deviation) {
  const double z = mean / deviation;
  return mean * normal_below(z) + deviation * normal_density(z);
}

// Gradient and covariances of (ratio now, ratio before) by the delta method.
struct RatioPair {
  double now, before, variance_now, variance_before, covariance;
};

RatioPair ratio_pair(const Moments& m) {
  const auto y0 = Number::kValueBefore, d0 = Number::kDenominatorBefore;
  const double r = m.mean(kY) / m.mean(kD), r0 = m.mean(y0) / m.mean(d0);
  const double d2 = m.mean(kD) * m.mean(kD), d02 = m.mean(d0) * m.mean(d0);
  return {
      .now = r,
      .before = r0,
      .variance_now = (m.variance(kY) - 2 * r * m.covariance(kY, kD) + r * r * m.variance(kD)) / d2,
      .variance_before =
          (m.variance(y0) - 2 * r0 * m.covariance(y0, d0) + r0 * r0 * m.variance(d0)) / d02,
      .covariance = (m.covariance(kY, y0) - r0 * m.covariance(kY, d0) - r * m.covariance(kD, y0) +
                     r * r0 * m.covariance(kD, d0)) /
                    (m.mean(kD) * m.mean(d0))};
}

double reduction_of(const Estimate& before_c, const Estimate& before_t, const Adjusted& after) {
  const auto error = [](const Estimate& e) { return e.variance / static_cast<double>(e.n); };
  const double before = error(before_c) + error(before_t);
  if (!(before > 0)) return 0;
  return std::clamp(1 - (error(after.control) + error(after.treated)) / before, 0.0, 1.0);
}

}  // namespace

std::string_view unsaid_name(Unsaid why) {
  switch (why) {
    case Unsaid::kNothing:
      return "";
    case Unsaid::kNobody:
      return "nobody";
    case Unsaid::kFewPeople:
      return "few_people";
    case Unsaid::kNoVariation:
      return "no_variation";
    case Unsaid::kZeroBase:
      return "zero_base";
    case Unsaid::kNotFinite:
      return "not_finite";
  }
  return "";
}

Estimate mean_of(const Moments& arm) { return {arm.mean(kY), arm.variance(kY), arm.n()}; }

std::optional<Estimate> ratio_of(const Moments& arm) {
  const double d = arm.mean(kD);
  if (d == 0 || !std::isfinite(d)) return std::nullopt;
  const double r = arm.mean(kY) / d;
  const double variance =
      arm.variance(kY) - 2 * r * arm.covariance(kY, kD) + r * r * arm.variance(kD);
  return Estimate{r, std::max(0.0, variance) / (d * d), arm.n()};
}

std::optional<Estimate> quantile_of(std::span<double> values, double level) {
  if (values.size() < 2 || !(level > 0 && level < 1)) return std::nullopt;
  const auto n = static_cast<double>(values.size());
  const double z = normal_quantile(0.975), half = z * std::sqrt(level * (1 - level) / n);
  // The smallest value that at least the share `at` of all values does not exceed.
  const auto order = [&](double at) {
    const double rank = std::clamp(std::ceil(at * n), 1.0, n);
    const auto nth = values.begin() + static_cast<ptrdiff_t>(rank) - 1;
    std::ranges::nth_element(values, nth);
    return *nth;
  };
  const double width = order(level + half) - order(level - half);
  const double error = width / (2 * z);
  return Estimate{order(level), error * error * n, static_cast<int64_t>(values.size())};
}

Adjusted cuped_mean(const Moments& control, const Moments& treated) {
  const auto y0 = Number::kValueBefore;
  Adjusted adjusted{mean_of(control), mean_of(treated)};
  const double spread = control.comoment(y0, y0) + treated.comoment(y0, y0);
  if (!(spread > 0)) return adjusted;
  const double theta = (control.comoment(kY, y0) + treated.comoment(kY, y0)) / spread;
  Moments both = control;
  both.merge(treated);
  const auto adjust = [&](const Moments& m) {
    const double variance =
        m.variance(kY) - 2 * theta * m.covariance(kY, y0) + theta * theta * m.variance(y0);
    return Estimate{m.mean(kY) - theta * (m.mean(y0) - both.mean(y0)), std::max(0.0, variance),
                    m.n()};
  };
  Adjusted after{adjust(control), adjust(treated), theta};
  after.reduction = reduction_of(adjusted.control, adjusted.treated, after);
  return after;
}

std::optional<Adjusted> cuped_ratio(const Moments& control, const Moments& treated) {
  const auto c = ratio_of(control), t = ratio_of(treated);
  if (!c || !t) return std::nullopt;
  Adjusted adjusted{*c, *t};
  const auto d0 = Number::kDenominatorBefore;
  if (control.mean(d0) == 0 || treated.mean(d0) == 0) return adjusted;
  const RatioPair pc = ratio_pair(control), pt = ratio_pair(treated);
  const double wc = 1 / static_cast<double>(control.n()), wt = 1 / static_cast<double>(treated.n());
  const double spread = pc.variance_before * wc + pt.variance_before * wt;
  if (!(spread > 0)) return adjusted;
  // θ that makes the variance of the adjusted difference least.
  const double theta = (pc.covariance * wc + pt.covariance * wt) / spread;
  Moments both = control;
  both.merge(treated);
  const double pooled = both.mean(Number::kValueBefore) / both.mean(d0);
  const auto adjust = [&](const RatioPair& p, int64_t n) {
    const double variance =
        p.variance_now - 2 * theta * p.covariance + theta * theta * p.variance_before;
    return Estimate{p.now - theta * (p.before - pooled), std::max(0.0, variance), n};
  };
  Adjusted after{adjust(pc, control.n()), adjust(pt, treated.n()), theta};
  after.reduction = reduction_of(*c, *t, after);
  return after;
}

Effect welch(const Estimate& control, const Estimate& treated, Scale scale, double confidence) {
  Effect effect;
  if (!begin(raw_effect(control, treated, scale), effect)) return effect;
  effect.freedom = welch_freedom(control, treated);
  const double half = student_quantile(1 - (1 - confidence) / 2, effect.freedom) * effect.error;
  effect.low = *effect.effect - half;
  effect.high = *effect.effect + half;
  effect.p_value = student_two_sided(*effect.effect / effect.error, effect.freedom);
  return said(effect, finite({effect.effect, effect.low, effect.high, effect.p_value}));
}

Effect always_valid(const Estimate& control, const Estimate& treated, Scale scale, double tuning,
                    double confidence) {
  Effect effect;
  if (!begin(raw_effect(control, treated, scale), effect)) return effect;
  const double level = 1 - confidence;
  const auto n = static_cast<double>(control.n + treated.n);
  const double rho2 =
      (-2 * std::log(level) + std::log(-2 * std::log(level) + 1)) / std::max(1.0, tuning);
  const double spread = n * rho2 + 1;
  const double half =
      effect.error * std::sqrt(2 * spread / (n * rho2) * std::log(std::sqrt(spread) / level));
  effect.low = *effect.effect - half;
  effect.high = *effect.effect + half;
  const double z = *effect.effect / effect.error;
  effect.p_value = std::min(1.0, std::sqrt(spread) * std::exp(-z * z * n * rho2 / (2 * spread)));
  return said(effect, finite({effect.effect, effect.low, effect.high, effect.p_value}));
}

Posterior posterior(const Estimate& control, const Estimate& treated, Scale scale,
                    const std::optional<Prior>& prior, double confidence) {
  const Raw raw = raw_effect(control, treated, scale);
  Posterior p;
  p.unsaid = raw.unsaid;
  if (raw.unsaid != Unsaid::kNothing) return p;
  double mean = raw.effect, variance = raw.squared_error;
  if (prior && prior->deviation > 0) {
    const double of_prior = 1 / (prior->deviation * prior->deviation), of_data = 1 / variance;
    variance = 1 / (of_prior + of_data);
    mean = variance * (of_prior * prior->mean + of_data * raw.effect);
  }
  p.deviation = std::sqrt(variance);
  const double half = normal_quantile(1 - (1 - confidence) / 2) * p.deviation;
  p.effect = mean;
  p.low = mean - half;
  p.high = mean + half;
  p.chance_to_win = normal_below(mean / p.deviation);
  p.risk_of_control = expected_gain(mean, p.deviation);
  p.risk_of_treated = expected_gain(-mean, p.deviation);
  return said(
      p, finite({p.effect, p.low, p.high, p.chance_to_win, p.risk_of_control, p.risk_of_treated}));
}

}  // namespace perennial::proof
