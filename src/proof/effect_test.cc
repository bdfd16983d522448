#include "proof/effect.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "proof/design.h"
#include "proof/distributions.h"

namespace perennial::proof {
namespace {

constexpr double kPrinted = 0.000005;  // five digits

// n, Σ and Σ² of two arms as GrowthBook's statistics package tests itself with.
const Moments kControl = Moments::from_sums(3407, 1396.87, 52377.9767);
const Moments kFewControl = Moments::from_sums(3000, 1396.87, 52377.9767);
const Moments kTreated = Moments::from_sums(3461, 2422.7, 134698.29);

TEST(Welch, GivesTheReferenceRelativeAndAbsolute) {
  const Effect relative = welch(mean_of(kControl), mean_of(kTreated), Scale::kRelative);
  EXPECT_NEAR(*relative.effect, 0.70732, kPrinted);
  EXPECT_NEAR(relative.error, 0.37879, kPrinted);
  EXPECT_NEAR(*relative.low, -0.03526, kPrinted);
  EXPECT_NEAR(*relative.high, 1.44989, kPrinted);
  EXPECT_NEAR(*relative.p_value, 0.06191, kPrinted);
  const Effect absolute = welch(mean_of(kControl), mean_of(kTreated), Scale::kAbsolute);
  EXPECT_NEAR(*absolute.effect, 0.29, kPrinted);
  EXPECT_NEAR(*absolute.low, 0.04538, kPrinted);
  EXPECT_NEAR(*absolute.high, 0.53462, kPrinted);
  EXPECT_NEAR(*absolute.p_value, 0.02016, kPrinted);
}

TEST(AlwaysValid, GivesTheReference) {
  const Effect effect =
      always_valid(mean_of(kFewControl), mean_of(kTreated), Scale::kRelative, 1000);
  EXPECT_NEAR(*effect.effect, 0.50336, kPrinted);
  EXPECT_NEAR(*effect.low, -0.55844, kPrinted);
  EXPECT_NEAR(*effect.high, 1.56516, kPrinted);
}

// p is where the interval of that level touches zero.
TEST(AlwaysValid, HasAPValueThatFitsItsInterval) {
  const Estimate c{10, 4, 4000}, t{10.2, 4, 4100};
  const Effect effect = always_valid(c, t, Scale::kAbsolute);
  ASSERT_GT(*effect.low, 0);
  EXPECT_LT(*effect.p_value, 0.05);
  const Effect weaker = always_valid(c, {10.05, 4, 4100}, Scale::kAbsolute);
  ASSERT_LT(*weaker.low, 0);
  EXPECT_GT(*weaker.p_value, 0.05);
}

// Expected losses of a normal posterior with mean 0.5 and variance 0.25 / 10 + 1 / 10, as the same
// package prints them for means 10 and 10.5 with deviations 0.5 and 1 of ten people each.
TEST(Posterior, GivesTheReferenceRisks) {
  const Posterior p = posterior({10, 0.25, 10}, {10.5, 1, 10}, Scale::kAbsolute);
  EXPECT_NEAR(*p.risk_of_control, 0.51256, kPrinted);
  EXPECT_NEAR(*p.risk_of_treated, 0.01256, kPrinted);
}

struct Integrals {
  double chance = 0, gain = 0, loss = 0, mean = 0;
};

// The posterior by Simpson's rule over prior × likelihood.
Integrals integrate(double effect, double error, const Prior& prior) {
  const int steps = 20'000;
  const double width = 12, spread = std::min(error, prior.deviation);
  const double middle = (effect / (error * error) + prior.mean / std::pow(prior.deviation, 2)) /
                        (1 / (error * error) + 1 / std::pow(prior.deviation, 2));
  Integrals sums;
  double whole = 0;
  const auto add = [&](double from, double to) {
    for (int i = 0; i <= steps; ++i) {
      const double x = from + (to - from) * i / steps;
      const double weight = (i == 0 || i == steps ? 1 : i % 2 ? 4 : 2) * (to - from) / steps / 3;
      const double density = weight * normal_density((x - effect) / error) *
                             normal_density((x - prior.mean) / prior.deviation);
      whole += density;
      sums.mean += density * x;
      sums.chance += x > 0 ? density : 0;
      (x > 0 ? sums.gain : sums.loss) += density * std::abs(x);
    }
  };
  add(middle - width * spread, 0);
  add(0, middle + width * spread);
  return {sums.chance / whole, sums.gain / whole, sums.loss / whole, sums.mean / whole};
}

TEST(Posterior, AgreesWithDirectIntegration) {
  for (const Prior prior : {Prior{0, 0.3}, Prior{0.1, 0.05}, Prior{-0.2, 2}}) {
    const Estimate c{1, 9, 900}, t{1.08, 16, 1000};
    const Posterior p = posterior(c, t, Scale::kAbsolute, prior);
    const double error = std::sqrt(9.0 / 900 + 16.0 / 1000);
    const Integrals slow = integrate(0.08, error, prior);
    EXPECT_NEAR(*p.effect, slow.mean, 1e-6);
    EXPECT_NEAR(*p.chance_to_win, slow.chance, 1e-3);  // the step at zero
    EXPECT_NEAR(*p.risk_of_control, slow.gain, 1e-6);
    EXPECT_NEAR(*p.risk_of_treated, slow.loss, 1e-6);
  }
}

TEST(Posterior, TendsToTheLikelihoodWithoutAPrior) {
  const Posterior flat = posterior(mean_of(kControl), mean_of(kTreated), Scale::kRelative);
  const Posterior wide =
      posterior(mean_of(kControl), mean_of(kTreated), Scale::kRelative, Prior{0, 1e6});
  EXPECT_NEAR(*flat.effect, *wide.effect, 1e-9);
  EXPECT_NEAR(*flat.chance_to_win, 1 - 0.06191 / 2, 1e-4);  // normal instead of Student's
}

std::vector<Moments::Values> draw_people(std::mt19937_64& random, int n, double lift) {
  std::gamma_distribution<double> habit(2, 10);
  std::poisson_distribution<int> visits(3), extra(1);
  std::normal_distribution<double> noise(0, 5);
  std::vector<Moments::Values> people;
  for (int i = 0; i < n; ++i) {
    const double level = habit(random);
    const double visited = 1 + visits(random), before = visited + extra(random);
    people.push_back({(level + lift) * visited + noise(random), visited,
                      level * before + noise(random), before});
  }
  return people;
}

Moments moments_of(const std::vector<Moments::Values>& people) {
  Moments m;
  for (const auto& values : people) m.add(values);
  return m;
}

TEST(MomentsOf, AgreeWithTwoPassesHoweverTheyAreMerged) {
  const uint64_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  const auto people = draw_people(random, 1'000, 0);
  Moments merged, part;
  for (const auto& values : people) {
    part.add(values);
    if (random() % 50 == 0) {
      merged.merge(part);
      part = Moments();
    }
  }
  merged.merge(part);
  const Moments whole = moments_of(people);
  for (size_t i = 0; i < 4; ++i) {
    for (size_t j = i; j < 4; ++j) {
      long double mi = 0, mj = 0, c = 0;
      for (const auto& v : people) mi += v[i] / 1e3L, mj += v[j] / 1e3L;
      for (const auto& v : people) c += (v[i] - mi) * (v[j] - mj);
      const auto a = static_cast<Number>(i), b = static_cast<Number>(j);
      EXPECT_NEAR(whole.comoment(a, b), static_cast<double>(c), 1e-6 * std::abs(double(c)) + 1e-6);
      EXPECT_NEAR(merged.comoment(b, a), whole.comoment(a, b),
                  1e-9 * std::abs(whole.comoment(a, b)) + 1e-6);
    }
  }
  Moments with_zeros = whole, one_by_one = whole;
  with_zeros.add_zeros(7);
  for (int i = 0; i < 7; ++i) one_by_one.add({});
  EXPECT_NEAR(with_zeros.variance(Number::kValue), one_by_one.variance(Number::kValue), 1e-6);
  EXPECT_EQ(with_zeros.n(), one_by_one.n());
}

// The delta method against the spread of ratios that were really drawn again and again; and the
// adjusted estimates against theirs, which must vary less and mean the same.
TEST(Ratio, HasTheErrorThatRepeatedDrawsShow) {
  const uint64_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  constexpr int kRepeats = 1'500;
  double plain = 0, plain2 = 0, adjusted = 0, adjusted2 = 0, said = 0, said_adjusted = 0;
  for (int i = 0; i < kRepeats; ++i) {
    const Moments c = moments_of(draw_people(random, 150, 0));
    const Moments t = moments_of(draw_people(random, 150, 1));
    const Effect raw = welch(*ratio_of(c), *ratio_of(t), Scale::kAbsolute);
    const auto less = cuped_ratio(c, t);
    const Effect after = welch(less->control, less->treated, Scale::kAbsolute);
    plain += *raw.effect, plain2 += *raw.effect * *raw.effect, said += raw.error;
    adjusted += *after.effect, adjusted2 += *after.effect * *after.effect;
    said_adjusted += after.error;
  }
  const auto deviation = [](double sum, double squares) {
    return std::sqrt((squares - sum * sum / kRepeats) / (kRepeats - 1));
  };
  EXPECT_NEAR(said / kRepeats / deviation(plain, plain2), 1, 0.1);
  EXPECT_NEAR(said_adjusted / kRepeats / deviation(adjusted, adjusted2), 1, 0.1);
  EXPECT_NEAR(plain / kRepeats, 1, 0.25);
  EXPECT_NEAR(adjusted / kRepeats, 1, 0.1);
  EXPECT_LT(deviation(adjusted, adjusted2), deviation(plain, plain2) * 0.6);
}

TEST(Cuped, IsTheRegressionOnTheNumberBefore) {
  // y = 3 + 2 y0 + arm's effect of 1: the adjusted difference is exactly 1, whatever the draw.
  Moments c, t;
  for (double before : {1.0, 4.0, 6.0}) c.add({3 + 2 * before, 0, before, 0});
  for (double before : {2.0, 3.0, 10.0, 11.0}) t.add({4 + 2 * before, 0, before, 0});
  const Adjusted a = cuped_mean(c, t);
  EXPECT_DOUBLE_EQ(a.theta, 2);
  EXPECT_NEAR(a.treated.value - a.control.value, 1, 1e-12);
  EXPECT_NEAR(a.reduction, 1, 1e-12);
  // Nothing varied before: nothing changes.
  Moments plain;
  for (double y : {1.0, 2.0, 5.0}) plain.add({y, 0, 7, 0});
  EXPECT_EQ(cuped_mean(plain, plain).theta, 0);
  EXPECT_EQ(cuped_mean(plain, plain).control.value, plain.mean(Number::kValue));
}

TEST(Quantile, HasAnIntervalThatCovers) {
  const uint64_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  std::exponential_distribution<double> draw(1);
  int covers = 0;
  constexpr int kRepeats = 1'500;
  for (int i = 0; i < kRepeats; ++i) {
    std::vector<double> c(400), t(400);
    for (double& x : c) x = draw(random);
    for (double& x : t) x = draw(random) + 0.5;
    const Effect e =
        welch(*quantile_of(c, 0.9), *quantile_of(t, 0.9), Scale::kAbsolute);  // truth: 0.5
    covers += *e.low <= 0.5 && *e.high >= 0.5;
  }
  EXPECT_GT(covers, kRepeats * 92 / 100);
  EXPECT_LT(covers, kRepeats * 98 / 100);
}

TEST(Quantile, IsTheOrderStatistic) {
  std::vector<double> values;
  for (int i = 100; i >= 1; --i) values.push_back(i);
  EXPECT_EQ(quantile_of(values, 0.5)->value, 50);
  EXPECT_EQ(quantile_of(values, 0.99)->value, 99);
  EXPECT_FALSE(quantile_of(std::span<double>(values).first(1), 0.5));
  EXPECT_FALSE(quantile_of(values, 1));
}

// Looking 20 times at two arms that do not differ: the fixed test cries wolf, the sequence does
// not.
TEST(AlwaysValid, MayBeLookedAtEveryDay) {
  const uint64_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  std::normal_distribution<double> draw(5, 2);
  constexpr int kRepeats = 600, kLooks = 20, kPerLook = 100;
  int fixed = 0, sequence = 0;
  for (int i = 0; i < kRepeats; ++i) {
    Moments arms[2];
    bool fixed_found = false, sequence_found = false;
    for (int look = 0; look < kLooks; ++look) {
      for (int person = 0; person < kPerLook; ++person) {
        for (Moments& arm : arms) arm.add({draw(random), 0, 0, 0});
      }
      const Estimate c = mean_of(arms[0]), t = mean_of(arms[1]);
      fixed_found |= *welch(c, t, Scale::kAbsolute).p_value < 0.05;
      sequence_found |= *always_valid(c, t, Scale::kAbsolute, 2'000).p_value < 0.05;
    }
    fixed += fixed_found;
    sequence += sequence_found;
  }
  EXPECT_GT(fixed, kRepeats * 15 / 100);
  EXPECT_LE(sequence, kRepeats * 6 / 100);
}

TEST(Welch, CoversAsPromisedAndTendsToNoFalseAlarms) {
  const uint64_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  std::gamma_distribution<double> draw(2, 3);
  constexpr int kRepeats = 2'000;
  int covers = 0;
  for (int i = 0; i < kRepeats; ++i) {
    Moments c, t;
    for (int k = 0; k < 300; ++k) c.add({draw(random), 0, 0, 0});
    for (int k = 0; k < 200; ++k) t.add({draw(random) * 1.2, 0, 0, 0});
    const Effect e = welch(mean_of(c), mean_of(t), Scale::kRelative);  // truth: 0.2
    covers += *e.low <= 0.2 && *e.high >= 0.2;
  }
  EXPECT_GT(covers, kRepeats * 93 / 100);
  EXPECT_LT(covers, kRepeats * 97 / 100);
}

TEST(Effects, SayWhyTheySayNothing) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinite = std::numeric_limits<double>::infinity();
  const Estimate good{1, 2, 100};
  const struct {
    Estimate control, treated;
    Scale scale;
    Unsaid why;
  } cases[] = {
      {{0, 0, 0}, good, Scale::kAbsolute, Unsaid::kNobody},
      {{1, 0, 1}, good, Scale::kAbsolute, Unsaid::kFewPeople},
      {{1, 0, 5}, {1, 0, 5}, Scale::kAbsolute, Unsaid::kNoVariation},
      {{0, 1, 50}, good, Scale::kRelative, Unsaid::kZeroBase},
      {{nan, 1, 50}, good, Scale::kAbsolute, Unsaid::kNotFinite},
      {{1, infinite, 50}, good, Scale::kAbsolute, Unsaid::kNotFinite},
  };
  for (const auto& c : cases) {
    const Effect w = welch(c.control, c.treated, c.scale);
    const Effect s = always_valid(c.control, c.treated, c.scale);
    const Posterior p = posterior(c.control, c.treated, c.scale);
    EXPECT_EQ(w.unsaid, c.why);
    EXPECT_EQ(s.unsaid, c.why);
    EXPECT_EQ(p.unsaid, c.why);
    EXPECT_FALSE(w.low || w.high || w.p_value || s.low || p.chance_to_win || p.risk_of_control);
    EXPECT_NE(unsaid_name(c.why), "");
  }
  EXPECT_FALSE(ratio_of(Moments::from_sums(5, 10, 30)));  // nobody has a denominator
}

TEST(Effects, NeverGiveANumberThatIsNone) {
  const uint64_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  const double odd[] = {0,
                        -0.0,
                        1,
                        -1,
                        1e-300,
                        1e300,
                        -1e300,
                        1e308,
                        std::numeric_limits<double>::quiet_NaN(),
                        std::numeric_limits<double>::infinity()};
  const auto number = [&] { return odd[random() % std::size(odd)]; };
  for (int i = 0; i < 5'000; ++i) {
    const Estimate c{number(), std::abs(number()), static_cast<int64_t>(random() % 6)};
    const Estimate t{number(), std::abs(number()), static_cast<int64_t>(random() % 6)};
    for (Scale scale : {Scale::kAbsolute, Scale::kRelative}) {
      const Effect w = welch(c, t, scale), s = always_valid(c, t, scale);
      const Posterior p = posterior(c, t, scale, Prior{});
      for (const auto& x : {w.effect, w.low, w.high, w.p_value, s.effect, s.low, s.high, s.p_value,
                            p.effect, p.low, p.high, p.chance_to_win, p.risk_of_control}) {
        EXPECT_TRUE(!x || std::isfinite(*x)) << c.value << " " << c.variance << " " << c.n << " / "
                                             << t.value << " " << t.variance << " " << t.n;
      }
    }
  }
}

}  // namespace
}  // namespace perennial::proof
