#include "server/goal_sources.h"

#include <gtest/gtest.h>

namespace perennial::server {
namespace {

TEST(CostBeside, IsWhatTheTreatedCostMoreThanAsManyOfThoseHeldOut) {
  const loyalty::ProgrammeCost treated{
      .points_minor = 1'000, .checkout_minor = 900, .coupons_minor = 90};
  // A hundred people who were held out spent the points of before, and one coupon.
  const loyalty::ProgrammeCost control{
      .points_minor = 10, .checkout_minor = 30, .coupons_minor = 3};
  const auto beside = cost_beside(treated, 900, control, 100);
  EXPECT_DOUBLE_EQ(beside.points_minor, 910);
  EXPECT_EQ(beside.checkout_minor, 630);
  EXPECT_EQ(beside.coupons_minor, 63);
}

TEST(CostBeside, OfNobodyHeldOutIsTheWhole) {
  const loyalty::ProgrammeCost treated{
      .points_minor = 1'000, .checkout_minor = 900, .coupons_minor = 90};
  EXPECT_EQ(cost_beside(treated, 900, {}, 0).checkout_minor, 900);
}

}  // namespace
}  // namespace perennial::server
