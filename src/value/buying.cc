#include "value/buying.h"

#include <algorithm>
#include <cmath>

#include "value/stages.h"

namespace perennial::value {
namespace {

double weeks_of(int days) { return static_cast<double>(days) / 7; }

// Opportunities that are over after `seen` weeks, and how much of the next one's time is: below 0
// while the first is not open yet.
struct Phase {
  double over = 0, part = 0;
};
Phase phase_of(double seen, int opportunity_days) {
  const double from_first = seen / weeks_of(opportunity_days) - 0.5;
  const double over = std::clamp(std::floor(from_first), 0.0, double{kMaxOpportunities});
  return {over, from_first - over};
}

// How many opportunities' purchases are made when `n` opportunities' time is over: of each in equal
// parts over the middle half of its time.
double made_by(double n) {
  const double whole = std::floor(std::max(0.0, n));
  return whole + std::clamp(2 * (n - whole) - 0.5, 0.0, 1.0);
}

// Of one who is still a customer at the first of them, the expected number of opportunities at
// which it is so still, out of the first `n` after `over`; a part of one counts as a part. The
// terms are B(gamma, delta + over + i) / B(gamma, delta + over + 1).
double stays(double gamma, double delta, double over, double n) {
  double sum = 0, term = 1;
  for (double i = 1; n > 0; ++i, --n) {
    sum += term * std::min(n, 1.0);
    const double stayed = delta + over + i;
    term *= stayed / (gamma + stayed);
  }
  return sum;
}

}  // namespace

Opportunities opportunities_of(const History& h, int opportunity_days) {
  return {.taken = h.repeats,
          .last = std::round(h.last / weeks_of(opportunity_days)),
          .of = phase_of(h.seen, opportunity_days).over,
          .weight = h.weight};
}

double Buying::alive(const History& h) const {
  if (model != PurchaseModel::kBgBb) return probability_alive(model, parameters, h);
  return probability_alive(parameters, opportunities_of(h, opportunity_days));
}

// With x of n opportunities taken, (alpha + x) / (alpha + beta + n) of those at which the customer
// is still one: expected_taken() ÷ probability_alive(), from which the likelihood falls out.
double Buying::if_alive(const History& h, double ahead) const {
  if (model != PurchaseModel::kBgBb) return expected_if_alive(model, parameters, h, ahead);
  const auto& [alpha, beta, gamma, delta] = parameters;
  const auto [over, part] = phase_of(h.seen, opportunity_days);
  const double until = made_by(part + ahead / weeks_of(opportunity_days));
  const double open = stays(gamma, delta, over, until) - stays(gamma, delta, over, made_by(part));
  return (alpha + h.repeats) / (alpha + beta + over) * std::max(0.0, open);
}

double Buying::of_new(double ahead) const {
  if (model != PurchaseModel::kBgBb) return expected_of_new(model, parameters, ahead);
  return expected({}, ahead);
}

Customers customers_for(const OrderBook& book, Instant at, PurchaseModel model,
                        int opportunity_days) {
  Customers all = customers_at(book, at);
  if (model != PurchaseModel::kBgBb) return all;
  const int64_t period = opportunity_days * kDayMs;
  std::vector<int64_t> last(all.size());  // opportunity taken
  all.open_taken.assign(all.size(), 0);
  for (size_t i = 0; i < all.size(); ++i) all.history[i].repeats = 0;
  each_purchase_of(book, all, at, [&](size_t i, int64_t ms) {
    const int64_t opportunity = (ms - all.first_ms[i] + period / 2) / period;
    const auto over = static_cast<int64_t>(phase_of(all.history[i].seen, opportunity_days).over);
    if (opportunity > over) all.open_taken[i] = 1;
    if (opportunity <= last[i] || opportunity > over) return;
    last[i] = opportunity;
    ++all.history[i].repeats;
  });
  for (size_t i = 0; i < all.size(); ++i)
    all.history[i].last = static_cast<double>(last[i]) * weeks_of(opportunity_days);
  return all;
}

Result<Fit> fit_buying(PurchaseModel model, int opportunity_days, const Customers& customers,
                       const std::stop_token& stop) {
  if (model != PurchaseModel::kBgBb)
    return fit_purchases(model, TRY(group_histories(customers.history)), stop);
  std::vector<Opportunities> rows;
  rows.reserve(customers.size());
  for (const History& h : customers.history) rows.push_back(opportunities_of(h, opportunity_days));
  return fit_opportunities(rows);
}

}  // namespace perennial::value
