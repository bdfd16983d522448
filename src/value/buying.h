// A fitted model of purchases as lifetime values use it, whether people can buy at any time or have
// one opportunity in each period (a yearly appeal, the renewal of a subscription).
//
// Opportunities of a customer are counted from the first purchase: the k-th is open from half a
// period before k periods have passed until half a period after, and is taken by a purchase in that
// time. One that is still open is not looked at; what is expected of the time ahead begins where
// the open one stands, its purchases in equal parts over the middle half of its time.
#pragma once

#include <stop_token>

#include "value/customers.h"
#include "value/opportunities.h"
#include "value/purchases.h"

namespace perennial::value {

inline constexpr int kMinOpportunityDays = 7, kMaxOpportunityDays = 3'660;

struct Buying {
  PurchaseModel model = PurchaseModel::kBgNbd;
  int opportunity_days = 0;  // of kBgBb: between opportunities
  Purchases4 parameters{};

  // As the functions of the same names in purchases.h and opportunities.h; times in weeks.
  double alive(const History& h) const;
  double if_alive(const History& h, double ahead) const;
  double expected(const History& h, double ahead) const { return alive(h) * if_alive(h, ahead); }
  double of_new(double ahead) const;
};

// Histories as a model counts them: with kBgBb, `repeats` are opportunities taken and `last` is the
// time of the last of them.
Customers customers_for(const OrderBook& book, Instant at, PurchaseModel model,
                        int opportunity_days);
// Of a history that customers_for() has made for kBgBb.
Opportunities opportunities_of(const History& h, int opportunity_days);
// Fails with kInvalid when there is no customer.
Result<Fit> fit_buying(PurchaseModel model, int opportunity_days, const Customers& customers,
                       const std::stop_token& stop = {});

}  // namespace perennial::value
