#include "loyalty/programme_cost.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "loyalty/coupons.h"
#include "loyalty/loyalty.h"

namespace perennial::loyalty {
namespace {

constexpr int64_t kLastOfPeople = 9;  // the accounts of people come first
constexpr double kMillion = 1e6;

using Owners = std::unordered_map<int64_t, int64_t>;  // by holder: who it is now

bool is_among(const std::vector<people::PersonId>* among, people::PersonId person) {
  return among == nullptr || std::ranges::binary_search(*among, person);
}

// The holders of people who were joined belong to the one that they went into.
Result<Owners> owners_of(store::Connection& c, const Currency& currency) {
  struct Holder {
    int64_t person = 0, into = 0;
  };
  std::unordered_map<int64_t, Holder> holders;
  TRY(c.each("SELECT id, person, merged_into FROM loyalty_holders WHERE currency = $1",
             std::vector<store::Value>{currency.id}, [&](const store::Row& row) -> Result<void> {
               holders[row.integer(0)] = {row.integer(1), row.integer(2)};
               return {};
             }));
  Owners owners;
  for (const auto& [id, holder] : holders) {
    Holder last = holder;
    for (size_t steps = 0; last.into != 0 && steps < holders.size(); ++steps) {
      const auto next = holders.find(last.into);
      if (next == holders.end()) break;
      last = next->second;
    }
    owners[id] = last.person;
  }
  return owners;
}

struct Flow {
  Points given = 0;        // earned and adjusted, less what was taken back
  Points at_checkout = 0;  // spent on orders, less what their refunds gave back
};

// `change`: what came into the person's hands, or went out of them below 0.
void add(Flow& flow, CommandKind kind, bool of_order, Points change) {
  switch (kind) {
    case CommandKind::kEarn:
    case CommandKind::kAward:
    case CommandKind::kAdjust:
    case CommandKind::kTakeBack:
      flow.given += change;
      break;
    case CommandKind::kRefund:
      if (change < 0) {
        flow.given += change;
      } else if (of_order) {
        flow.at_checkout -= change;
      }
      break;
    case CommandKind::kCapture:
    case CommandKind::kRedeem:
      if (of_order) flow.at_checkout -= change;
      break;
    default:
      break;
  }
}

Result<Flow> flow_of(store::Connection& c, const Currency& currency, Span span,
                     const std::vector<people::PersonId>* among) {
  const Owners owners = TRY(owners_of(c, currency));
  Flow flow;
  TRY(
      c.each("SELECT holder, kind, debit, credit, CASE WHEN order_ref <> '' THEN 1 ELSE 0 END, "
             "sum(amount) FROM loyalty_postings WHERE currency = $1 AND at_ms >= $2 AND at_ms < $3 "
             "GROUP BY 1, 2, 3, 4, 5",
             std::vector<store::Value>{currency.id, to_millis(span.from), to_millis(span.to)},
             [&](const store::Row& row) -> Result<void> {
               const auto owner = owners.find(row.integer(0));
               if (owner == owners.end() || !is_among(among, owner->second)) return {};
               const bool from_person = row.integer(2) <= kLastOfPeople;
               const bool to_person = row.integer(3) <= kLastOfPeople;
               if (from_person == to_person) return {};
               const Points amount = row.integer(5);
               add(flow, static_cast<CommandKind>(row.integer(1)), row.integer(4) != 0,
                   to_person ? amount : -amount);
               return {};
             }));
  return flow;
}

}  // namespace

Result<ProgrammeCost> programme_cost(store::Connection& c, const Programme& programme, Span span,
                                     const std::vector<people::PersonId>* among) {
  ProgrammeCost cost;
  for (const Currency& currency : programme.currencies) {
    const Flow flow = TRY(flow_of(c, currency, span, among));
    const double point = static_cast<double>(currency.cost_minor_per_1000) / 1000 *
                         static_cast<double>(currency.expected_redemption_ppm) / kMillion;
    cost.points_minor += point * static_cast<double>(flow.given - flow.at_checkout);
    if (currency.spendable && currency.spend_points > 0) {
      cost.checkout_minor += std::llround(static_cast<double>(flow.at_checkout) *
                                          static_cast<double>(currency.spend_minor) /
                                          static_cast<double>(currency.spend_points));
    }
  }
  TRY(c.each(
      "SELECT person, discount_minor FROM loyalty_coupon_uses WHERE programme = $1 AND state = $2 "
      "AND at_ms >= $3 AND at_ms < $4",
      std::vector<store::Value>{programme.id, static_cast<int64_t>(UseState::kRedeemed),
                                to_millis(span.from), to_millis(span.to)},
      [&](const store::Row& row) -> Result<void> {
        if (is_among(among, row.integer(0))) cost.coupons_minor += row.integer(1);
        return {};
      }));
  return cost;
}

}  // namespace perennial::loyalty
