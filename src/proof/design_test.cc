#include "proof/design.h"

#include <cmath>
#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "proof/distributions.h"
#include "proof/effect.h"
#include "proof/proof.h"

namespace perennial::proof {
namespace {

TEST(SampleRatioOfArms, GivesTheReference) {
  EXPECT_NEAR(*sample_ratio_p(std::vector<int64_t>{1000, 1200}, std::vector<double>{0.5, 0.5}),
              2.0079e-5, 5e-10);
  EXPECT_NEAR(*sample_ratio_p(std::vector<int64_t>{310, 98}, std::vector<double>{0.75, 0.25}),
              0.647434, 5e-7);
}

TEST(SampleRatioOfArms, TheAlarmIsBetweenTheseTwo) {
  // Chi-square of 10.758 and of 10.890 beside the 10.828 of p = 0.001.
  const std::vector<double> halves = {0.5, 0.5};
  EXPECT_GT(*sample_ratio_p(std::vector<int64_t>{5164, 4836}, halves), kMismatch);
  EXPECT_LT(*sample_ratio_p(std::vector<int64_t>{5165, 4835}, halves), kMismatch);
}

TEST(SampleRatioOfArms, TakesAnyScaleAndLeavesOutArmsWithoutWeight) {
  const std::vector<int64_t> counts = {310, 98, 4};
  EXPECT_EQ(*sample_ratio_p(counts, std::vector<double>{75, 25, 0}),
            *sample_ratio_p(std::vector<int64_t>{310, 98}, std::vector<double>{0.75, 0.25}));
  EXPECT_FALSE(sample_ratio_p(std::vector<int64_t>{0, 0}, std::vector<double>{1, 1}));
  EXPECT_FALSE(sample_ratio_p(std::vector<int64_t>{10}, std::vector<double>{1}));
  EXPECT_FALSE(sample_ratio_p(std::vector<int64_t>{10, 3}, std::vector<double>{1}));
  EXPECT_FALSE(sample_ratio_p(std::vector<int64_t>{10, 3}, std::vector<double>{1, -1}));
}

TEST(SampleRatioOfArms, CriesWolfAsOftenAsItSays) {
  const uint64_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  std::discrete_distribution<int> arm({0.5, 0.3, 0.2});
  int low = 0;
  constexpr int kRepeats = 2'000;
  for (int i = 0; i < kRepeats; ++i) {
    std::vector<int64_t> counts(3);
    for (int k = 0; k < 500; ++k) ++counts[arm(random)];
    low += *sample_ratio_p(counts, std::vector<double>{5, 3, 2}) < 0.05;
  }
  EXPECT_NEAR(low / double{kRepeats}, 0.05, 0.025);
}

TEST(ManyTests, GiveTheReference) {
  const std::vector<double> p = {.01, .04, .03, .005, .55, .6};
  const std::vector<double> expected = {.05, .12, .12, .03, 1, 1};
  const auto adjusted = holm(p);
  for (size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(adjusted[i], expected[i], 1e-12);
  const std::vector<double> q = {.898, .138, .007, .964, .538, .006, .138};
  const std::vector<double> rates = {.964, .2415, .0245, .964, .7532, .0245, .2415};
  const auto fdr = benjamini_hochberg(q);
  for (size_t i = 0; i < q.size(); ++i) EXPECT_NEAR(fdr[i], rates[i], 1e-12);
  EXPECT_TRUE(holm({}).empty());
  EXPECT_TRUE(benjamini_hochberg({}).empty());
}

// R's documentation of power.prop.test: n = 76.7, so 77, an arm for rates 0.50 and 0.75 with power
// 0.90.
TEST(SampleSize, GivesRsResultForRates) {
  EXPECT_EQ(sample_size_of_rates(0.50, 0.25, 0.5, 0.90), 154);
  // n = 50 an arm has power 0.7401659.
  const auto n = sample_size_of_rates(0.50, 0.25, 0.5, 0.7401659);
  EXPECT_EQ(*n, 100);
}

TEST(SampleSize, IsWhereTheSmallestDifferenceIsTheWantedOne) {
  const auto n = sample_size(2, 100, 0.2);
  ASSERT_TRUE(n);
  const auto control = static_cast<int64_t>(std::llround(static_cast<double>(*n) * 0.2));
  EXPECT_NEAR(*minimum_detectable_effect(*n - control, control, 100), 2, 0.005);
  const auto rates = sample_size_of_rates(0.1, 0.03, 0.25);
  const auto held = static_cast<int64_t>(std::llround(static_cast<double>(*rates) * 0.25));
  EXPECT_NEAR(*minimum_detectable_difference(*rates - held, held, 0.1), 0.03, 0.0001);
}

TEST(MinimumDetectableEffect, AgreesWithSimulatedPower) {
  const uint64_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  const double effect = *minimum_detectable_effect(600, 300, 25);
  std::normal_distribution<double> control(10, 5), treated(10 + effect, 5);
  int found = 0;
  constexpr int kRepeats = 2'000;
  for (int i = 0; i < kRepeats; ++i) {
    Moments c, t;
    for (int k = 0; k < 300; ++k) c.add({control(random), 0, 0, 0});
    for (int k = 0; k < 600; ++k) t.add({treated(random), 0, 0, 0});
    found += *welch(mean_of(c), mean_of(t), Scale::kAbsolute).p_value < 0.05;
  }
  EXPECT_NEAR(found / double{kRepeats}, 0.80, 0.05);
}

TEST(Design, SaysNothingWhereNothingIsPossible) {
  EXPECT_FALSE(minimum_detectable_effect(0, 10, 1));
  EXPECT_FALSE(minimum_detectable_effect(10, 10, 0));
  EXPECT_FALSE(minimum_detectable_effect(10, 10, std::nan("")));
  EXPECT_FALSE(sample_size(0, 1, 0.5));
  EXPECT_FALSE(sample_size(1, 1, 0));
  EXPECT_FALSE(sample_size(1e-12, 1, 0.5));
  EXPECT_FALSE(sample_size_of_rates(0.9, 0.2, 0.5));
}

}  // namespace
}  // namespace perennial::proof
