#include "timeline/exact_sum.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace perennial::timeline {
namespace {

double sum_of(const std::vector<double>& values) {
  ExactSum sum;
  for (double value : values) sum.add(value);
  return sum.value();
}

TEST(ExactSum, RoundsOnceAtTheEnd) {
  EXPECT_EQ(sum_of({}), 0);
  EXPECT_EQ(sum_of({0.0, -0.0}), 0);
  EXPECT_EQ(sum_of({0.1, 0.2, -0.3}), 0x1p-55);  // what the three doubles really add up to
  EXPECT_EQ(sum_of({1e300, 1, -1e300}), 1);
  EXPECT_EQ(sum_of({1e300, 1e-300, -1e300}), 1e-300);
  EXPECT_EQ(sum_of({-1e300, -1e-300, 1e300}), -1e-300);
  EXPECT_EQ(sum_of(std::vector<double>(10, 0.1)), 1.0);
  EXPECT_EQ(sum_of({0x1p-1074, 0x1p-1074}), 0x1p-1073);
  EXPECT_EQ(sum_of({0x1p-1074, -0x1p-1073}), -0x1p-1074);
  // Ties go to the even neighbour, and a digit far below breaks one.
  EXPECT_EQ(sum_of({0x1p53, 1}), 0x1p53);
  EXPECT_EQ(sum_of({0x1p53, 3}), 0x1p53 + 4);
  EXPECT_EQ(sum_of({0x1p53, 1, 0x1p-1074}), 0x1p53 + 2);
  EXPECT_EQ(sum_of({0x1p53, 1, -0x1p-1074}), 0x1p53);
  EXPECT_EQ(sum_of({-0x1p53, -1, -0x1p-1074}), -0x1p53 - 2);
  const double most = std::numeric_limits<double>::max();
  EXPECT_EQ(sum_of({most, most, -most}), most);
  EXPECT_EQ(sum_of({most, most}), std::numeric_limits<double>::infinity());
  EXPECT_EQ(sum_of({-most, -most}), -std::numeric_limits<double>::infinity());
}

TEST(ExactSum, IsExactForMoney) {
  std::mt19937_64 random(7);
  ExactSum sum;
  int64_t cents = 0;
  for (int i = 0; i < 200'000; ++i) {
    const auto amount = static_cast<int64_t>(random() % 2'000'000) - 500'000;
    cents += amount;
    sum.add(static_cast<double>(amount) / 100);
  }
  // Each amount is off by less than 2^-39; the sum of those may be seen, no more.
  EXPECT_NEAR(sum.value(), static_cast<double>(cents) / 100, 200'000 * 0x1p-39);
}

TEST(ExactSum, DoesNotDependOnTheOrder) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::vector<double> values;
    const int spread = seed % 3 == 0 ? 2000 : 80;
    for (int i = 0; i < 300; ++i) {
      const int exponent = static_cast<int>(random() % static_cast<uint64_t>(spread)) - spread / 2;
      const double value = std::ldexp(static_cast<double>(random() >> 11), exponent - 52);
      values.push_back((random() & 1) != 0 ? -value : value);
      if (random() % 4 == 0) values.push_back(-values[random() % values.size()]);
    }
    const double expected = sum_of(values);
    std::ranges::shuffle(values, random);
    ExactSum parts[3], all;
    for (double value : values) parts[random() % 3].add(value);
    for (size_t i : {2, 0, 1}) all.merge(parts[i]);
    EXPECT_EQ(all.value(), expected);
    // A difference to the expected sum of less than half its last place is a sum of its own.
    all.add(-expected);
    EXPECT_LE(std::abs(all.value()), std::abs(expected) * 0x1p-53);
  }
}

TEST(ExactSum, AgreesWithWideIntegers) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 1000; ++round) {
    ExactSum sum;
    __int128 units = 0;  // of 2^-70
    for (int i = 0; i < 20; ++i) {
      const auto digits = static_cast<int64_t>(random() >> 11) - (int64_t{1} << 52);
      const int exponent = static_cast<int>(random() % 60);
      units += static_cast<__int128>(digits) << exponent;
      sum.add(std::ldexp(static_cast<double>(digits), exponent - 70));
    }
    EXPECT_EQ(sum.value(), std::ldexp(static_cast<double>(units), -70));
  }
}

}  // namespace
}  // namespace perennial::timeline
