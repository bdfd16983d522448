#include "proof/proof.h"

#include <cmath>
#include <iostream>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace perennial::proof {
namespace {

struct PublishedInterval {
  Proportion treated, held_out;
  double low, high;
};

// Newcombe, Stat. Med. 17 (1998) 873–890, table II, row "10. Score, no CC".
TEST(CompareRates, GivesThePublishedIntervals) {
  const PublishedInterval published[] = {
      {{56, 70}, {48, 80}, 0.0524, 0.3339}, {{9, 10}, {3, 10}, 0.1705, 0.8090},
      {{6, 7}, {2, 7}, 0.0582, 0.8062},     {{5, 56}, {0, 29}, -0.0381, 0.1926},
      {{0, 10}, {0, 20}, -0.1611, 0.2775},  {{0, 10}, {0, 10}, -0.2775, 0.2775},
      {{10, 10}, {0, 20}, 0.6791, 1.0000},  {{10, 10}, {0, 10}, 0.6075, 1.0000},
  };
  for (const auto& p : published) {
    const Difference d = compare(p.treated, p.held_out);
    SCOPED_TRACE(std::to_string(p.treated.successes) + "/" + std::to_string(p.treated.trials));
    EXPECT_NEAR(*d.low, p.low, 0.00005);
    EXPECT_NEAR(*d.high, p.high, 0.00005);
  }
}

TEST(CompareRates, IsAntisymmetric) {
  const Difference d = compare(Proportion{12, 80}, Proportion{30, 90});
  const Difference mirrored = compare(Proportion{30, 90}, Proportion{12, 80});
  EXPECT_DOUBLE_EQ(*d.low, -*mirrored.high);
  EXPECT_DOUBLE_EQ(*d.high, -*mirrored.low);
  EXPECT_DOUBLE_EQ(*d.p_value, *mirrored.p_value);
}

TEST(CompareRates, GivesThePooledTest) {
  // 20/100 against 10/100: pooled 0.15, z = 0.1 / sqrt(0.15 × 0.85 × 0.02) = 1.9803, p = 0.04767.
  EXPECT_NEAR(*compare(Proportion{20, 100}, Proportion{10, 100}).p_value, 0.04767, 0.00001);
  EXPECT_EQ(compare(Proportion{0, 100}, Proportion{0, 100}).p_value, 1.0);
}

TEST(CompareRates, JudgesOnlyArmsThatAreLargeEnough) {
  EXPECT_EQ(compare(Proportion{30, kMinPerArm}, Proportion{0, kMinPerArm}).verdict,
            Verdict::kWorks);
  EXPECT_EQ(compare(Proportion{29, kMinPerArm - 1}, Proportion{0, kMinPerArm}).verdict,
            Verdict::kCannotTell);
  EXPECT_EQ(compare(Proportion{0, kMinPerArm}, Proportion{30, kMinPerArm}).verdict,
            Verdict::kHurts);
  EXPECT_EQ(compare(Proportion{5, 100}, Proportion{5, 100}).verdict, Verdict::kNoDifference);
}

TEST(CompareRates, SaysNothingOfAnEmptyArm) {
  const Difference d = compare(Proportion{1, 50}, Proportion{0, 0});
  EXPECT_EQ(d.treated, 0.02);
  EXPECT_FALSE(d.held_out || d.difference || d.low || d.high || d.p_value);
  EXPECT_EQ(d.verdict, Verdict::kCannotTell);
}

// The yields of two plots, worked by hand: means 20 and 22, variances 4 and 9, 10 and 15 values:
// standard error sqrt(0.4 + 0.6) = 1, t = -2, degrees of freedom 1 / (0.16/9 + 0.36/14) = 22.9927.
TEST(CompareMeans, FollowsWelchByHand) {
  const Difference d = compare(Sample{10, 20, 4}, Sample{15, 22, 9});
  EXPECT_DOUBLE_EQ(*d.difference, -2);
  EXPECT_NEAR(*d.low, -2 - 2.06869, 0.0001);
  EXPECT_NEAR(*d.high, -2 + 2.06869, 0.0001);
  EXPECT_NEAR(*d.p_value, 0.05743, 0.0001);
}

// Student's sleep data (Biometrika 6, 1908), known from R's t.test(extra ~ group): t = -1.8608,
// df = 17.776, p = 0.07939, interval -3.3654832 to 0.2054832.
TEST(CompareMeans, GivesTheKnownResultOfTheSleepData) {
  const double one[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
  const double two[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
  const Difference d = compare(sample_of(one), sample_of(two));
  EXPECT_NEAR(*d.treated, 0.75, 1e-12);
  EXPECT_NEAR(*d.held_out, 2.33, 1e-12);
  EXPECT_NEAR(*d.low, -3.3654832, 1e-7);
  EXPECT_NEAR(*d.high, 0.2054832, 1e-7);
  EXPECT_NEAR(*d.p_value, 0.07939, 1e-5);
}

TEST(CompareMeans, DoesNotInventAnInterval) {
  EXPECT_FALSE(compare(Sample{50, 0, 0}, Sample{50, 0, 0}).low);
  EXPECT_FALSE(compare(Sample{1, 5, 0}, Sample{50, 4, 2}).low);
  EXPECT_EQ(compare(Sample{50, 0, 0}, Sample{50, 0, 0}).verdict, Verdict::kCannotTell);
  EXPECT_FALSE(compare(Sample{}, Sample{50, 4, 2}).difference);
}

TEST(SampleOf, AgreesWithTwoPasses) {
  std::mt19937_64 random(7);
  std::vector<double> values(1000);
  for (double& value : values) value = 1e9 + static_cast<double>(random() % 1000);
  long double sum = 0, squares = 0;
  for (double value : values) sum += value;
  for (double value : values) squares += (value - sum / 1000) * (value - sum / 1000);
  const Sample sample = sample_of(values);
  EXPECT_NEAR(sample.mean, static_cast<double>(sum / 1000), 1e-6);
  EXPECT_NEAR(sample.variance, static_cast<double>(squares / 999), 1e-4);
  EXPECT_EQ(sample_of({}).n, 0);
}

TEST(SampleRatio, GivesTheChiSquareTail) {
  // 5100 of 10000 at one half: X² = 100² / 2500 = 4, p = 0.0455003.
  EXPECT_NEAR(*sample_ratio_p(5100, 10000, 0.5), 0.0455003, 1e-7);
  // 821 of 1600 at one half: X² = 21² / 400 = 1.1025, p = 0.293718.
  EXPECT_NEAR(*sample_ratio_p(821, 1600, 0.5), 0.293718, 1e-6);
  EXPECT_EQ(*sample_ratio_p(100, 1000, 0.1), 1.0);
  EXPECT_FALSE(sample_ratio_p(0, 0, 0.5));
  EXPECT_FALSE(sample_ratio_p(0, 10, 0));
  EXPECT_FALSE(sample_ratio_p(10, 10, 1));
}

TEST(MinimumDetectableDifference, AgreesWithSimulatedPower) {
  constexpr uint64_t kSeed = 20260101;
  std::cout << "seed " << kSeed << "\n";
  std::mt19937_64 random(kSeed);
  const double difference = *minimum_detectable_difference(4000, 1000, 0.1);
  std::binomial_distribution<int64_t> treated(4000, 0.1 + difference), held_out(1000, 0.1);
  int found = 0;
  constexpr int kRepeats = 4000;
  for (int i = 0; i < kRepeats; ++i) {
    const Difference d = compare(Proportion{treated(random), 4000}, {held_out(random), 1000});
    found += *d.p_value < 0.05;
  }
  EXPECT_NEAR(found / static_cast<double>(kRepeats), 0.80, 0.03);
}

TEST(MinimumDetectableDifference, IsNothingWhereNothingCanBeFound) {
  EXPECT_FALSE(minimum_detectable_difference(0, 100, 0.1));
  EXPECT_FALSE(minimum_detectable_difference(100, 0, 0.1));
  EXPECT_FALSE(minimum_detectable_difference(2, 2, 0.9));
  EXPECT_TRUE(minimum_detectable_difference(100, 100, 0));
}

TEST(Assign, IsStickyAndOnlyGrows) {
  for (int i = 0; i < 2000; ++i) {
    const std::string unit = "person " + std::to_string(i);
    bool held_out = false;
    for (double share : {0.0, 0.05, 0.3, 0.5, 0.9, 1.0}) {
      const Arm arm = assign("salt", unit, share);
      EXPECT_EQ(arm, assign("salt", unit, share));
      EXPECT_FALSE(held_out && arm == Arm::kTreated);
      held_out = arm == Arm::kHeldOut;
    }
    EXPECT_EQ(assign("salt", unit, 0), Arm::kTreated);
    EXPECT_EQ(assign("salt", unit, 1), Arm::kHeldOut);
  }
}

TEST(Assign, MeetsTheShareAndIsIndependentBetweenSalts) {
  constexpr int kUnits = 100'000;
  for (double share : {0.01, 0.1, 0.5}) {
    int held_out = 0, both = 0;
    for (int i = 0; i < kUnits; ++i) {
      const bool one = assign("a", std::to_string(i), share) == Arm::kHeldOut;
      const bool two = assign("b", std::to_string(i), share) == Arm::kHeldOut;
      held_out += one;
      both += one && two;
    }
    EXPECT_GT(*sample_ratio_p(held_out, kUnits, share), 0.001) << share;
    EXPECT_GT(*sample_ratio_p(both, kUnits, share * share), 0.001) << share;
  }
}

TEST(Assign, KeepsSaltAndUnitApart) {
  int same = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string n = std::to_string(i);
    same += assign("ab" + n, "c", 0.5) == assign("ab", n + "c", 0.5);
  }
  EXPECT_NEAR(same, 500, 80);
}

// Where there is no effect, 95 of 100 intervals hold 0: for rates of a usual size and for revenue,
// which is 0 for most people and skewed for the rest.
TEST(Compare, CoversZeroInRepeatedAA) {
  constexpr uint64_t kSeed = 19980430;
  constexpr int kRepeats = 2000, kPeople = 1000;
  std::cout << "seed " << kSeed << "\n";
  std::mt19937_64 random(kSeed);
  std::bernoulli_distribution orders(0.12);
  std::lognormal_distribution<double> spent(4, 0.8);
  int rate_covers = 0, mean_covers = 0;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const std::string salt = "repeat " + std::to_string(repeat);
    Proportion rates[2];
    std::vector<double> revenue[2];
    for (int person = 0; person < kPeople; ++person) {
      const bool held_out = assign(salt, std::to_string(person), 0.5) == Arm::kHeldOut;
      const bool ordered = orders(random);
      ++rates[held_out].trials;
      rates[held_out].successes += ordered;
      revenue[held_out].push_back(ordered ? spent(random) : 0);
    }
    const Difference rate = compare(rates[0], rates[1]);
    const Difference mean = compare(sample_of(revenue[0]), sample_of(revenue[1]));
    rate_covers += *rate.low <= 0 && *rate.high >= 0;
    mean_covers += *mean.low <= 0 && *mean.high >= 0;
  }
  std::cout << "coverage of 0: rate " << rate_covers / double{kRepeats} << ", mean "
            << mean_covers / double{kRepeats} << "\n";
  EXPECT_GE(rate_covers, kRepeats * 93 / 100);
  EXPECT_LE(rate_covers, kRepeats * 97 / 100);
  EXPECT_GE(mean_covers, kRepeats * 93 / 100);
  EXPECT_LE(mean_covers, kRepeats * 97 / 100);
}

}  // namespace
}  // namespace perennial::proof
