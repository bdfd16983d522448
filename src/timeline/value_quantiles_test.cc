#include "timeline/value_quantiles.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace perennial::timeline {
namespace {

constexpr double kShares[] = {0, 0.05, 0.25, 0.5, 0.75, 0.9, 0.99, 1};

TEST(ValueQuantiles, AreThoseOfTheTextbook) {
  ValueQuantiles quantiles;
  for (double value : {4.0, 1.0, 3.0, 2.0}) quantiles.add(value);
  EXPECT_EQ(quantiles.at(std::vector{0.0, 0.25, 0.5, 0.75, 1.0}),
            (std::vector{1.0, 1.75, 2.5, 3.25, 4.0}));
  ValueQuantiles one;
  one.add(-7);
  EXPECT_EQ(one.at(std::vector{0.0, 0.5, 1.0}), (std::vector{-7.0, -7.0, -7.0}));
  one.sketch();
  EXPECT_EQ(one.at(std::vector{0.0, 0.5, 1.0}), (std::vector{-7.0, -7.0, -7.0}));
}

TEST(ValueQuantiles, SharesBetweenTheSameNeighbours) {
  ValueQuantiles quantiles;
  quantiles.sketch();
  for (double value : {1.0, 101.0}) quantiles.add(value);
  EXPECT_EQ(quantiles.at(std::vector{0.25, 0.5, 0.75}, true), (std::vector{26.0, 51.0, 76.0}));
}

double at_rank(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<size_t>(static_cast<double>(sorted.size() - 1) * share)];
}

TEST(ValueQuantiles, SketchIsWithinOnePercentOfTheNeighbours) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::vector<double> values;
    const auto n = 1 + random() % 3000;
    for (uint64_t i = 0; i < n; ++i) {
      double value = std::exp(std::normal_distribution(3.0, 1.0 + seed % 7)(random));
      if (seed % 3 == 0) value = std::round(value);
      if (seed % 4 == 0 && random() % 3 == 0) value = -value;
      if (seed % 5 == 0) value = std::ldexp(value, static_cast<int>(random() % 600) - 300);
      values.push_back(value);
    }
    ValueQuantiles all, exact, parts[2];
    all.sketch();
    if (random() % 2 != 0) parts[0].sketch();
    for (double value : values) {
      all.add(value);
      exact.add(value);
      parts[random() % 2].add(value);
    }
    std::ranges::sort(values);
    const std::vector<double> got = all.at(kShares);
    for (size_t i = 0; i < got.size(); ++i) {
      const double low = at_rank(values, kShares[i]);
      const double place = static_cast<double>(n - 1) * kShares[i];
      const double high = values[std::min(n - 1, static_cast<uint64_t>(std::ceil(place)))];
      EXPECT_GE(got[i], low - kSketchError * std::abs(low));
      EXPECT_LE(got[i], high + kSketchError * std::abs(high));
    }
    ValueQuantiles forth = parts[0], back = parts[1];
    forth.merge(parts[1]);
    back.merge(parts[0]);
    EXPECT_EQ(forth.at(kShares), back.at(kShares));
    forth.sketch();
    EXPECT_EQ(forth.at(kShares), got);
    exact.sketch();
    EXPECT_EQ(exact.at(kShares), got);
  }
}

TEST(ValueQuantiles, WholeNumbersUpTo128AreExact) {
  ValueQuantiles exact, sketch;
  sketch.sketch();
  std::mt19937_64 random(5);
  for (int i = 0; i < 5001; ++i) {
    const auto value = static_cast<double>(random() % 129);
    exact.add(value);
    sketch.add(value);
  }
  EXPECT_EQ(exact.at(kShares, true), sketch.at(kShares, true));
}

}  // namespace
}  // namespace perennial::timeline
