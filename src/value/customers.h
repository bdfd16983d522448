// What the models of purchases need of everyone, taken from order columns at one moment.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "value/purchases.h"
#include "value/spend.h"
#include "value/value.h"

namespace perennial::value {

inline constexpr double kWeekMs = 7 * 86'400'000.0;

// People with an order before `at`, ascending. A purchase is an order day: it starts with an order
// and takes in what follows within 24 hours, as in stages.h. Times are whole days, in weeks, so
// that equal histories meet. `mean_minor` is the mean of a purchase, refunds taken off: all that
// was paid before `at` ÷ purchases; 0 where nothing is left.
struct Customers {
  Instant at;
  std::vector<PersonId> person;
  std::vector<History> history;
  std::vector<double> mean_minor;
  std::vector<int64_t> first_ms;
  std::vector<uint8_t> open_taken;  // of BG/BB: 1 who has taken the opportunity that is open now
  size_t size() const { return person.size(); }
};
Customers customers_at(const OrderBook& book, Instant at);

// Calls `each(index, ms)` for the purchases before `end` of everyone in `of`, a person's in order.
void each_purchase_of(const OrderBook& book, const Customers& of, Instant end,
                      const std::function<void(size_t, int64_t)>& each);

// Of the people in `of`, in the same order: purchases (order days) in [from, to).
std::vector<int> purchases_between(const OrderBook& book, const Customers& of, Instant from,
                                   Instant to);

// Purchases of the people in `of` in each of the `weeks` weeks from `from` on.
std::vector<int64_t> purchases_by_week(const OrderBook& book, const Customers& of, Instant from,
                                       size_t weeks);

// Amounts of those who have one above 0, for the fit.
std::vector<Spend> spend_of(const Customers& customers);

}  // namespace perennial::value
