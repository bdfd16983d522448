#include "value/customers.h"

#include <algorithm>

#include "value/stages.h"

namespace perennial::value {
namespace {

double weeks(int64_t days) { return static_cast<double>(days) / 7; }

// Calls `each(ms)` for the start of every order day of one person.
template <class Each>
void each_purchase(const OrderBook& book, PersonRows rows, Each each) {
  int64_t day = 0;
  bool any = false;
  for (size_t row = rows.first; row < rows.last; ++row) {
    if (book.refund[row] || (any && book.at_ms[row] - day < kDayMs)) continue;
    day = book.at_ms[row];
    any = true;
    each(day);
  }
}

}  // namespace

void each_purchase_of(const OrderBook& book, const Customers& of, Instant end,
                      const std::function<void(size_t, int64_t)>& each) {
  size_t at = 0;
  for_each_person(book, to_millis(end), [&](PersonRows rows) {
    while (at < of.size() && of.person[at] < rows.person) ++at;
    if (at == of.size() || of.person[at] != rows.person) return;
    each_purchase(book, rows, [&](int64_t day) { each(at, day); });
  });
}

Customers customers_at(const OrderBook& book, Instant at) {
  Customers all{.at = at};
  for_each_person(book, to_millis(at), [&](PersonRows rows) {
    int64_t first = 0, last = 0, purchases = 0;
    each_purchase(book, rows, [&](int64_t day) {
      if (purchases++ == 0) first = day;
      last = day;
    });
    if (purchases == 0) return;  // refunds alone
    double paid = 0;
    for (size_t row = rows.first; row < rows.last; ++row)
      paid += static_cast<double>(book.amount_minor[row]);
    all.person.push_back(rows.person);
    all.first_ms.push_back(first);
    all.history.push_back({.repeats = static_cast<double>(purchases - 1),
                           .last = weeks((last - first) / kDayMs),
                           .seen = weeks((to_millis(at) - first) / kDayMs)});
    all.mean_minor.push_back(std::max(0.0, paid / static_cast<double>(purchases)));
  });
  return all;
}

std::vector<int> purchases_between(const OrderBook& book, const Customers& of, Instant from,
                                   Instant to) {
  std::vector<int> found(of.size());
  each_purchase_of(book, of, to, [&](size_t customer, int64_t day) {
    found[customer] += day >= to_millis(from);
  });
  return found;
}

std::vector<int64_t> purchases_by_week(const OrderBook& book, const Customers& of, Instant from,
                                       size_t weeks) {
  std::vector<int64_t> found(weeks);
  const int64_t start = to_millis(from);
  const int64_t end = start + static_cast<int64_t>(weeks) * 7 * kDayMs;
  each_purchase_of(book, of, from_millis(end), [&](size_t, int64_t day) {
    if (day >= start) ++found[static_cast<size_t>((day - start) / (7 * kDayMs))];
  });
  return found;
}

std::vector<Spend> spend_of(const Customers& customers) {
  std::vector<Spend> spend;
  for (size_t i = 0; i < customers.size(); ++i) {
    if (customers.mean_minor[i] > 0)
      spend.push_back(
          {.purchases = customers.history[i].repeats + 1, .mean = customers.mean_minor[i] / 100});
  }
  return spend;
}

}  // namespace perennial::value
