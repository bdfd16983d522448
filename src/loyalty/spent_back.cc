#include "loyalty/spent_back.h"

#include <algorithm>
#include <map>
#include <set>

#include "loyalty/core.h"
#include "loyalty/rows.h"
#include "people/readers.h"

namespace perennial::loyalty {
namespace {

using store::Row;
using store::Value;

using OrderOf = std::pair<PersonId, std::string>;  // person and order id

// What a person spent on an order in one currency, and has not back.
struct Spent {
  int64_t currency = 0;
  Points spent = 0, returned = 0;
};

// Points are spent on an order id, whatever the order's source.
struct Refunds {
  std::string event;
  int64_t total_minor = 0, back_minor = 0, last_ms = 0;
};

Result<std::map<OrderOf, std::vector<Spent>>> spent_by(store::Connection& c,
                                                       const Programme& programme,
                                                       std::span<const PersonId> people) {
  std::map<OrderOf, std::vector<Spent>> spent;
  const std::vector<Value> keys(people.begin(), people.end());
  TRY(each_in(c,
              "SELECT h.person, s.order_ref, h.currency, sum(s.spent), sum(s.returned) "
              "FROM loyalty_holders h JOIN loyalty_spends s ON s.holder = h.id "
              "WHERE s.order_ref <> '' AND h.person IN {} "
              "GROUP BY h.person, s.order_ref, h.currency",
              {}, keys, [&](const Row& row) -> Result<void> {
                const Spent one{row.integer(2), row.integer(3), row.integer(4)};
                if (one.spent > one.returned && programme.find(one.currency))
                  spent[{row.integer(0), row.text(1)}].push_back(one);
                return {};
              }));
  return spent;
}

Result<std::map<OrderOf, Refunds>> refunds_of(store::Connection& c,
                                              const std::map<OrderOf, std::vector<Spent>>& spent,
                                              Instant now) {
  std::set<PersonId> people;
  for (const auto& [key, list] : spent) people.insert(key.first);
  struct Told {
    people::Order order;
    std::vector<people::Order> refunds;
  };
  std::map<std::pair<OrderOf, std::string>, Told> told;  // with the source
  const std::vector<PersonId> list(people.begin(), people.end());
  TRY(people::each_order_and_refund_of(c, list, [&](const people::Order& order) {
    const OrderOf key{order.person, order.order_id};
    if (order.at > now || !spent.contains(key)) return;
    Told& one = told[{key, order.source}];
    if (order.refund) {
      one.refunds.push_back(order);
    } else {
      one.order = order;
    }
  }));
  std::map<OrderOf, Refunds> refunds;
  for (const auto& [key, one] : told) {
    // What share a refund of an order is that is not known, or in other money, nobody can say.
    if (one.order.order_id.empty()) continue;
    Refunds& sum = refunds[key.first];
    sum.total_minor += one.order.total_minor;
    for (const people::Order& refund : one.refunds) {
      if (refund.currency != one.order.currency) continue;
      sum.event = "order:" + key.second + "/" + one.order.order_id;
      sum.back_minor += -refund.total_minor;
      sum.last_ms = std::max(sum.last_ms, to_millis(refund.at));
    }
  }
  return refunds;
}

}  // namespace

Result<std::vector<PersonId>> refunded_among(store::Connection& c, std::vector<PersonId> people) {
  std::ranges::sort(people);
  people.erase(std::ranges::unique(people).begin(), people.end());
  const std::vector<Value> keys(people.begin(), people.end());
  std::vector<PersonId> refunded;
  TRY(each_in(c, "SELECT DISTINCT person FROM orders WHERE refund = 1 AND person IN {}", {}, keys,
              [&](const Row& row) -> Result<void> {
                refunded.push_back(row.integer(0));
                return {};
              }));
  return refunded;
}

Result<void> give_back_spent(store::Connection& c, const Programme& programme,
                             std::span<const PersonId> people, Instant now) {
  if (people.empty()) return {};
  const auto spent = TRY(spent_by(c, programme, people));
  if (spent.empty()) return {};
  std::vector<Command> commands;
  for (const auto& [key, refunds] : TRY(refunds_of(c, spent, now))) {
    if (refunds.event.empty()) continue;
    // An order that points paid alone has no money to refund: then a refund is of all of it.
    const bool whole = refunds.back_minor >= refunds.total_minor;
    for (const Spent& one : spent.at(key)) {
      Command command{.kind = CommandKind::kRefund,
                      .currency = programme.find(one.currency)->code,
                      .person = key.first,
                      .order = key.second,
                      .refunded_minor = whole ? 1 : refunds.back_minor,
                      .total_minor = whole ? 1 : refunds.total_minor,
                      .at_ms = refunds.last_ms,
                      .event = refunds.event};
      if (share_of(one.spent, command.refunded_minor, command.total_minor) > one.returned)
        commands.push_back(std::move(command));
    }
  }
  if (commands.empty()) return {};
  for (const Outcome& outcome : TRY(decide(c, programme, commands, now))) INVARIANT(outcome.done());
  return {};
}

}  // namespace perennial::loyalty
