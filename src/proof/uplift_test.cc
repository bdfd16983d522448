#include "proof/uplift.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include <gtest/gtest.h>

namespace perennial::proof {
namespace {

// Who responds is told by the first feature, who is moved by the second; the third is noise.
UpliftSample shop(std::mt19937_64& random, size_t people, double base, double effect,
                  double moved) {
  UpliftSample s;
  s.features = 3;
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  for (size_t i = 0; i < people; ++i) {
    const double a = normal(random), b = normal(random);
    s.x.insert(s.x.end(), {a, b, normal(random)});
    s.treated.push_back(uniform(random) < 0.6);
    const double rate =
        base + 0.1 * std::tanh(a) + (s.treated.back() ? effect + moved * std::tanh(b) : 0.0);
    s.y.push_back(uniform(random) < rate ? 1 : 0);
  }
  return s;
}

std::mt19937_64 seeded() {
  const auto seed = std::random_device()();
  std::printf("seed %u\n", seed);
  return std::mt19937_64(seed);
}

// By the definition: the gain after each person, counted again from the start.
double slow_coefficient(const UpliftSample& s, const std::vector<double>& scores) {
  std::vector<size_t> order(s.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  const auto gain = [&](size_t taken) {
    double nt = 0, nc = 0, yt = 0, yc = 0;
    for (size_t i = 0; i < taken; ++i) {
      const bool treated = s.treated[order[i]] != 0;
      nt += treated;
      nc += !treated;
      yt += treated ? s.y[order[i]] : 0;
      yc += treated ? 0 : s.y[order[i]];
    }
    return nc == 0 ? yt : yt - yc * nt / nc;
  };
  double area = 0;
  for (size_t i = 0; i < s.size(); ++i) area += (gain(i) + gain(i + 1)) / 2;
  const auto treated = static_cast<double>(std::count(s.treated.begin(), s.treated.end(), 1));
  return (area / static_cast<double>(s.size()) - gain(s.size()) / 2) / treated;
}

TEST(Uplift, QiniIsTheAreaOfItsDefinition) {
  auto random = seeded();
  for (int round = 0; round < 20; ++round) {
    const auto s = shop(random, 60, 0.4, 0.1, 0.2);
    std::vector<double> scores;
    for (size_t i = 0; i < s.size(); ++i) {
      scores.push_back(static_cast<double>(random() % 7));  // many are equal
    }
    EXPECT_NEAR(qini(s, scores).coefficient, slow_coefficient(s, scores), 1e-12);
    EXPECT_EQ(qini(s, scores).curve.size(), 21u);
    EXPECT_EQ(qini(s, scores).curve[0], 0);
  }
}

TEST(Uplift, QiniOfHandMadePeople) {
  UpliftSample s;
  s.features = 1;
  s.x = {4, 3, 2, 1};
  s.treated = {1, 0, 1, 0};
  s.y = {1, 0, 0, 1};
  // Gains 1, 1, 1, 0: area (0.5 + 1 + 1 + 0.5) / 4 less 0, over two treated.
  EXPECT_DOUBLE_EQ(qini(s, s.x).coefficient, 0.375);
  EXPECT_DOUBLE_EQ(qini(s, s.x).auuc, 0.375);  // nothing is gained by treating everybody
}

TEST(Uplift, LearnersFindWhoIsMoved) {
  auto random = seeded();
  const auto s = shop(random, 40'000, 0.4, 0.05, 0.2);
  std::vector<uint32_t> rows(s.size());
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<uint32_t>(i);
  const std::vector<double> moved = {0, 1, 0}, not_moved = {0, -1, 0}, responds = {1, 0, 0},
                            average = {0, 0, 0};
  for (const Learner learner :
       {Learner::kTwoModels, Learner::kX, Learner::kTransformed, Learner::kOneModel}) {
    const auto score = UpliftScore::fit(learner, s, rows);
    EXPECT_NEAR(score.of(average), 0.05, 0.03) << learner_name(learner);
    EXPECT_GT(score.of(moved) - score.of(not_moved), 0.15) << learner_name(learner);
    EXPECT_NEAR(score.of(responds), score.of(average), 0.04) << learner_name(learner);
  }
  const auto response = UpliftScore::fit(Learner::kResponse, s, rows);
  EXPECT_GT(response.of(responds), response.of(average) + 0.03);
}

TEST(Uplift, IsOfferedWhereItWins) {
  auto random = seeded();
  const auto check = check_uplift(shop(random, 20'000, 0.4, 0.0, 0.25), {.seed = random()});
  ASSERT_TRUE(check.offered) << check.why;
  for (const auto& rank : check.ranks) {
    EXPECT_LT(rank.low, rank.curve.coefficient);
    EXPECT_GT(rank.high, rank.curve.coefficient);
    EXPECT_LT(rank.auuc_low, rank.curve.auuc);
    EXPECT_GT(rank.auuc_high, rank.curve.auuc);
    EXPECT_NEAR(rank.curve.auuc, rank.curve.coefficient + rank.curve.curve.back() / 2, 1e-12);
    EXPECT_EQ(rank.more.has_value(), rank.learner != Learner::kResponse);
  }
}

// Where everybody is moved alike, one model holds differences back further than two models can.
TEST(Uplift, OneModelHoldsBackWhatIsNoise) {
  auto random = seeded();
  double one = 0, two = 0;
  for (int round = 0; round < 20; ++round) {
    const auto s = shop(random, 1'500, 0.4, 0.1, 0);
    std::vector<uint32_t> rows(s.size());
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<uint32_t>(i);
    const auto a = UpliftScore::fit(Learner::kOneModel, s, rows);
    const auto b = UpliftScore::fit(Learner::kTwoModels, s, rows);
    for (const uint32_t row : rows) {
      one += std::pow(a.of(s.row(row)) - 0.1, 2);
      two += std::pow(b.of(s.row(row)) - 0.1, 2);
    }
  }
  EXPECT_LT(one, two);
}

// One effect for all: there is nothing to learn, and the gate must say so.
TEST(Uplift, IsNotOfferedWhereEverybodyIsMovedAlike) {
  auto random = seeded();
  int offered = 0;
  constexpr int kRounds = 40;
  std::map<Learner, int> held;
  for (int round = 0; round < kRounds; ++round) {
    const auto s = shop(random, 2'000, 0.4, 0.1, 0);
    const auto check = check_uplift(s, {.seed = random(), .repeats = 2, .resamples = 150});
    offered += check.offered.has_value();
    for (const auto& rank : check.ranks)
      held[rank.learner] += rank.auuc_low <= 0.05 && 0.05 <= rank.auuc_high;
  }
  // Any order of these people gains along the same straight line to 0.1, with 0.05 below it. An
  // interval of 98.75 % misses that in 8 of 40 rounds less than once in a million runs (3.2e-8 for
  // each of five learners, by the binomial distribution).
  for (const auto& [learner, rounds] : held)
    EXPECT_GT(rounds, kRounds - 8) << learner_name(learner);
  // Of 40 rounds at most 2.5 % each: 9 or more happen in less than one of a million runs (5.2e-7).
  EXPECT_LT(offered, 9);
}

// Two kinds of people, each scored alike: who is treated must not come first among equals.
TEST(Uplift, EqualScoresSayNothing) {
  auto random = seeded();
  std::uniform_real_distribution<double> uniform;
  int offered = 0;
  for (int round = 0; round < 40; ++round) {
    UpliftSample s;
    s.features = 1;
    for (int i = 0; i < 2'000; ++i) {
      const bool often = uniform(random) < 0.5;
      s.x.push_back(often ? 1 : 0);
      s.treated.push_back(uniform(random) < 0.5);
      s.y.push_back(uniform(random) < (often ? 0.2 : 0.7) ? 1 : 0);
    }
    offered +=
        check_uplift(s, {.seed = random(), .repeats = 2, .resamples = 150}).offered.has_value();
  }
  EXPECT_LT(offered, 9);  // as above
}

TEST(Uplift, SaysWhyNothingCanBeLearned) {
  auto random = seeded();
  EXPECT_EQ(check_uplift(UpliftSample{}).why, "no_features");
  EXPECT_EQ(check_uplift(shop(random, 900, 0.4, 0, 0)).why, "few_people");
  auto rare = shop(random, 3'000, 0.4, 0, 0);
  std::ranges::fill(rare.y, 0);
  EXPECT_EQ(check_uplift(rare).why, "few_events");
  // A constant column and one that copies another say nothing new, and give no NaN.
  auto odd = shop(random, 3'000, 0.4, 0.1, 0);
  for (size_t i = 0; i < odd.size(); ++i) {
    odd.x[i * 3 + 1] = 7;
    odd.x[i * 3 + 2] = odd.x[i * 3];
  }
  for (const auto& rank : check_uplift(odd, {.repeats = 1, .resamples = 50}).ranks) {
    EXPECT_TRUE(std::isfinite(rank.curve.coefficient));
    EXPECT_TRUE(std::isfinite(rank.low));
  }
}

}  // namespace
}  // namespace perennial::proof
