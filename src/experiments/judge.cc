#include "experiments/judge.h"

#include <algorithm>
#include <cmath>

namespace perennial::experiments {
namespace {

using proof::always_valid;
using proof::cuped_mean;
using proof::cuped_ratio;
using proof::kMinPerArm;
using proof::mean_of;
using proof::minimum_detectable_effect;
using proof::quantile_of;
using proof::ratio_of;
using proof::Scale;
using proof::Unsaid;
using proof::unsaid_name;
using proof::welch;

using Kind = Measure::Kind;

struct Pair {
  Estimate control, treated;
  double reduction = 0;
};

std::optional<Estimate> quantile_of_kept(const std::vector<Moments::Values>& kept, double level) {
  std::vector<double> values;
  values.reserve(kept.size());
  for (const auto& one : kept) values.push_back(one[0]);
  return quantile_of(values, level);
}

std::optional<Estimate> estimate(const Measure& m, const Tally& tally, size_t arm) {
  const Moments& moments = tally.arms[arm];
  if (moments.n() == 0 || !moments.finite()) return std::nullopt;
  if (m.kind == Kind::kRatio) return ratio_of(moments);
  if (m.kind == Kind::kQuantile) return quantile_of_kept(tally.kept[arm], m.level);
  return mean_of(moments);
}

std::optional<Pair> adjusted(const Measure& m, const Tally& tally, size_t arm) {
  const auto control = estimate(m, tally, 0), treated = estimate(m, tally, arm);
  if (!control || !treated) return std::nullopt;
  const Pair plain{*control, *treated};
  if (m.before_days == 0 || m.kind == Kind::kQuantile) return plain;
  const auto with_before = m.kind == Kind::kRatio
                               ? cuped_ratio(tally.arms[0], tally.arms[arm])
                               : std::optional(cuped_mean(tally.arms[0], tally.arms[arm]));
  if (!with_before || with_before->theta == 0) return plain;
  return Pair{with_before->control, with_before->treated, with_before->reduction};
}

MeasureEffect effect_of(const Measure& m, const Tally& tally, size_t arm, const JudgeRules& rules) {
  MeasureEffect e;
  e.arm = arm;
  const auto pair = adjusted(m, tally, arm);
  if (!pair) {
    const bool empty = tally.arms[0].n() == 0 || tally.arms[arm].n() == 0;
    const Unsaid why = empty ? Unsaid::kNobody : Unsaid::kZeroBase;
    e.absolute.unsaid = e.relative.unsaid = e.fixed.unsaid = e.posterior.unsaid = why;
    return e;
  }
  const auto test = [&](Scale scale) {
    return rules.sequential ? always_valid(pair->control, pair->treated, scale)
                            : welch(pair->control, pair->treated, scale);
  };
  e.absolute = test(Scale::kAbsolute);
  e.relative = test(Scale::kRelative);
  e.fixed = welch(pair->control, pair->treated, Scale::kAbsolute);
  e.posterior = proof::posterior(pair->control, pair->treated, Scale::kRelative);
  // Relative to a negative control the signs would turn.
  if (e.posterior.unsaid != Unsaid::kNothing || pair->control.value < 0) {
    e.posterior = proof::posterior(pair->control, pair->treated, Scale::kAbsolute);
  }
  if (pair->control.value < 0) e.relative = Effect{.unsaid = Unsaid::kZeroBase};
  e.reduction = pair->reduction;
  return e;
}

void decide(const Measure& m, const Tally& tally, const JudgeRules& rules, bool drawn_well,
            MeasureEffect& e) {
  const int64_t smaller = std::min(tally.arms[0].n(), tally.arms[e.arm].n());
  if (tally.arms[0].n() + tally.arms[e.arm].n() == 0) {
    e.why = "no_exposures";
  } else if (!drawn_well) {
    e.why = "sample_ratio_mismatch";
  } else if (smaller < kMinPerArm) {
    e.why = "few_people";
  } else if (e.absolute.unsaid != Unsaid::kNothing) {
    e.why = unsaid_name(e.absolute.unsaid);
  } else if (!rules.sequential && !rules.complete) {
    e.why = "not_over";
  } else if (!e.p_adjusted || *e.p_adjusted >= proof::kTestLevel) {
    e.verdict = Verdict::kNoDifference;
  } else {
    const bool better = (*e.absolute.effect > 0) == m.more_is_better;
    e.verdict = better ? Verdict::kWorks : Verdict::kHurts;
  }
}

// Holm over the arms of the first measure; Benjamini and Hochberg over all effects of the others.
void correct(std::vector<JudgedMeasure>& measures) {
  const auto apply = [](std::vector<MeasureEffect*>& effects, auto method) {
    std::vector<double> p;
    for (const auto* e : effects) p.push_back(*e->absolute.p_value);
    const auto corrected = method(p);
    for (size_t i = 0; i < effects.size(); ++i) effects[i]->p_adjusted = corrected[i];
  };
  std::vector<MeasureEffect*> first, others;
  for (size_t i = 0; i < measures.size(); ++i) {
    for (MeasureEffect& e : measures[i].effects) {
      if (e.absolute.p_value) (i == 0 ? first : others).push_back(&e);
    }
  }
  apply(first, proof::holm);
  apply(others, proof::benjamini_hochberg);
}

int rank_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kWorks:
      return 3;
    case Verdict::kNoDifference:
      return 2;
    case Verdict::kHurts:
      return 1;
    case Verdict::kCannotTell:
      return 0;
  }
  return 0;
}

// The arm that speaks for the experiment: one that works, else one without a difference, else the
// one that hurts; among equals the largest gain.
void conclude(const Measure& m, Judgement& judgement) {
  for (const MeasureEffect& e : judgement.measures[0].effects) {
    const auto gain = [&](const MeasureEffect& of) {
      return of.absolute.effect.value_or(0) * (m.more_is_better ? 1 : -1);
    };
    if (judgement.deciding_arm) {
      const auto& best = judgement.measures[0].effects[*judgement.deciding_arm - 1];
      const bool better = rank_of(e.verdict) != rank_of(best.verdict)
                              ? rank_of(e.verdict) > rank_of(best.verdict)
                              : gain(e) > gain(best);
      if (!better) continue;
    }
    judgement.deciding_arm = e.arm;
    judgement.verdict = e.verdict;
    judgement.why = e.why;
  }
}

void add_power(const Measure& m, const Tally& tally, Judgement& judgement) {
  const auto control = estimate(m, tally, 0);
  if (!control || tally.arms.size() < 2) return;
  judgement.detectable =
      minimum_detectable_effect(tally.arms[1].n(), tally.arms[0].n(), control->variance);
  if (judgement.detectable && control->value > 0) {
    judgement.detectable_relative = *judgement.detectable / control->value;
  }
}

}  // namespace

Judgement judge(const std::vector<Measure>& measures, OutcomeTable& table,
                const JudgeRules& rules) {
  Judgement judgement;
  judgement.sample_ratio_p = proof::sample_ratio_p(table.exposed, rules.weights);
  judgement.drawn_well = !judgement.sample_ratio_p || *judgement.sample_ratio_p >= proof::kMismatch;
  for (size_t i = 0; i < measures.size(); ++i) {
    Tally& tally = table.measures[i];
    JudgedMeasure judged;
    if (measures[i].cap_level < 1) judged.cap = cap_values(tally, measures[i].cap_level);
    for (size_t arm = 0; arm < tally.arms.size(); ++arm) {
      judged.arms.push_back(estimate(measures[i], tally, arm));
      if (arm > 0) judged.effects.push_back(effect_of(measures[i], tally, arm, rules));
    }
    judgement.measures.push_back(std::move(judged));
  }
  correct(judgement.measures);
  for (size_t i = 0; i < measures.size(); ++i) {
    for (MeasureEffect& e : judgement.measures[i].effects) {
      decide(measures[i], table.measures[i], rules, judgement.drawn_well, e);
    }
  }
  if (!measures.empty()) {
    conclude(measures[0], judgement);
    add_power(measures[0], table.measures[0], judgement);
  }
  return judgement;
}

std::optional<Estimate> estimate_of_day(Kind kind, const DailySums& days, size_t day) {
  const double n = days.n[day];
  if (n < 1 || kind == Kind::kQuantile) return std::nullopt;
  const double y = days.y[day] / n, d = days.d[day] / n;
  const double scale = n > 1 ? 1 / (n - 1) : 0;
  const double var_y = std::max(0.0, (days.yy[day] - n * y * y) * scale);
  const auto people = static_cast<int64_t>(n);
  if (kind != Kind::kRatio) return Estimate{y, var_y, people};
  if (d == 0) return std::nullopt;
  const double r = y / d, var_d = (days.dd[day] - n * d * d) * scale;
  const double covariance = (days.yd[day] - n * y * d) * scale;
  return Estimate{r, std::max(0.0, var_y - 2 * r * covariance + r * r * var_d) / (d * d), people};
}

}  // namespace perennial::experiments
