#include "loyalty/programme_cost.h"

#include "loyalty/coupons.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

class ProgrammeCosts : public LedgerTest {
 protected:
  ProgrammeCosts() : LedgerTest(5) {
    ledger_.at("2026-02-01T00:00");
    ledger_.change([](Programme& programme) {
      programme.currencies[0].cost_minor_per_1000 = 10'000;  // 10 a point
      programme.currencies[0].expected_redemption_ppm = 500'000;
      programme.currencies[0].spend_points = 100;
      programme.currencies[0].spend_minor = 900;
    });
  }
  ProgrammeCost cost(const std::vector<PersonId>* among = nullptr) {
    const Span span{*parse_instant("2026-01-31T16:00:00Z"), *parse_instant("2026-02-28T16:00:00Z")};
    return write(
        [&](store::Connection& c) { return programme_cost(c, ledger_.programme(), span, among); });
  }
  void run(CommandKind kind, PersonId person, Points amount, const std::string& order = "") {
    Command command{.kind = kind, .person = person, .amount = amount, .order = order};
    command.id = "c" + std::to_string(++commands_);
    if (kind == CommandKind::kRefund) command.amount = 0;
    const auto outcome = ledger_.run(command);
    EXPECT_TRUE(outcome.done()) << outcome.refusal.message;
  }
  int commands_ = 0;
};

TEST_F(ProgrammeCosts, PointsCostWhenTheyAreGivenAndCheckoutsWhatTheyTookOff) {
  run(CommandKind::kEarn, 1, 1'000);
  run(CommandKind::kEarn, 2, 500);
  EXPECT_DOUBLE_EQ(cost().points_minor, 7'500);  // 1,500 × 10 × one half
  // In the mall: in the cost of the points already.
  run(CommandKind::kRedeem, 1, 200);
  EXPECT_DOUBLE_EQ(cost().points_minor, 7'500);
  // At checkout: what they took off, and not their cost beside it.
  run(CommandKind::kRedeem, 1, 300, "o1");
  EXPECT_DOUBLE_EQ(cost().points_minor, 6'000);
  EXPECT_EQ(cost().checkout_minor, 2'700);
  run(CommandKind::kRefund, 1, 0, "o1");
  EXPECT_DOUBLE_EQ(cost().points_minor, 7'500);
  EXPECT_EQ(cost().checkout_minor, 0);
  const std::vector<PersonId> some = {2, 3};
  EXPECT_DOUBLE_EQ(cost(&some).points_minor, 2'500);
  // What happens at the end of the span or before its start is not in it.
  ledger_.at("2026-03-01T00:00");
  run(CommandKind::kEarn, 1, 1'000);
  EXPECT_DOUBLE_EQ(cost().points_minor, 7'500);
}

TEST_F(ProgrammeCosts, TheJoinedBelongToWhomTheyAreNow) {
  run(CommandKind::kEarn, 4, 100);
  Command join{.kind = CommandKind::kMerge, .id = "join", .person = 5, .other = 4};
  EXPECT_TRUE(ledger_.run(join).done());
  const std::vector<PersonId> five = {5}, four = {4};
  EXPECT_DOUBLE_EQ(cost(&five).points_minor, 500);
  EXPECT_DOUBLE_EQ(cost(&four).points_minor, 0);
}

TEST_F(ProgrammeCosts, CouponsCostWhatTheyTookOff) {
  const auto code = write([&](store::Connection& c) -> Result<std::string> {
    const Json terms = {{"id", "spring"},         {"name", "Spring"},     {"kind", "fixed"},
                        {"amount_minor", 1000},   {"from", "2026-01-01"}, {"to", "2026-04-01"},
                        {"shared_code", "SPRING"}};
    TRY(save_batch(c, ledger_.programme(), TRY(batch_from_json(terms, ledger_.programme().zone)),
                   ledger_.now()));
    return std::string("SPRING");
  });
  write([&](store::Connection& c) -> Result<void> {
    for (PersonId person = 1; person <= 3; ++person) {
      TRY(use_coupon(c, ledger_.programme(),
                     {.id = "u" + std::to_string(person),
                      .code = code,
                      .person = person,
                      .amount_minor = 5'000},
                     ledger_.now()));
    }
    TRY(end_use(c, ledger_.programme(), "u3", UseEnd::kRestore, ledger_.now()));
    return {};
  });
  EXPECT_EQ(cost().coupons_minor, 2'000);
  const std::vector<PersonId> one = {1};
  EXPECT_EQ(cost(&one).coupons_minor, 1'000);
}

}  // namespace
}  // namespace perennial::loyalty
