#include "loyalty/spent_back.h"

#include <algorithm>
#include <map>

#include "loyalty/core.h"
#include "loyalty/draws.h"
#include "loyalty/rewards.h"
#include "loyalty/rows.h"
#include "people/readers.h"

namespace perennial::loyalty {
namespace {

using store::Row;
using store::Value;

using OrderOf = std::pair<PersonId, std::string>;  // person and order id

// A person's account in one currency: the holder that has everything, over all merges.
struct Purse {
  PersonId person = 0;
  int64_t currency = 0, holder = 0;
};

struct Spent {
  int64_t at_ms = 0;
  Points spent = 0, returned = 0;
};
// By holder and order id.
using SpentOn = std::map<int64_t, std::map<std::string, std::vector<Spent>>>;

// What one system tells of an order, then what all that mean the same order tell of it.
struct Told {
  std::string currency, event;
  std::vector<int64_t> at_ms;
  int64_t total_minor = 0, back_minor = 0;
  int64_t last_ms = INT64_MIN;  // of its refunds, if there are any
  bool refunded() const { return last_ms != INT64_MIN; }
  // An order that points paid alone has no money to refund: then a refund is of all of it.
  Points share(Points points) const {
    if (!refunded()) return 0;
    return share_of(points, back_minor, total_minor);
  }
};
// By source.
using Sources = std::map<std::string, Told>;

// The reference is the id of an order, not of what the ledger itself has sold.
bool is_of_order(std::string_view reference) {
  return !reference.empty() && !reference.starts_with(kRewardReference) &&
         !reference.starts_with(kDrawReference);
}

Result<std::vector<Purse>> purses_of(store::Connection& c, const Programme& programme,
                                     std::span<const PersonId> people) {
  std::vector<Purse> purses;
  std::map<int64_t, int64_t> into;  // holders that were merged, and into which
  const std::vector<Value> keys(people.begin(), people.end());
  TRY(each_in(c, "SELECT person, currency, id FROM loyalty_holders WHERE person IN {}", {}, keys,
              [&](const Row& row) -> Result<void> {
                if (programme.find(row.integer(1)))
                  purses.push_back({row.integer(0), row.integer(1), row.integer(2)});
                return {};
              }));
  std::vector<Value> holders;
  for (const Purse& purse : purses) holders.emplace_back(purse.holder);
  while (!holders.empty()) {
    std::vector<Value> next;
    TRY(each_in(c,
                "SELECT id, merged_into FROM loyalty_holders WHERE merged_into <> 0 AND id IN {}",
                {}, holders, [&](const Row& row) -> Result<void> {
                  into[row.integer(0)] = row.integer(1);
                  next.emplace_back(row.integer(1));
                  return {};
                }));
    holders = std::move(next);
  }
  for (Purse& purse : purses) {
    for (auto merged = into.find(purse.holder); merged != into.end();
         merged = into.find(purse.holder))
      purse.holder = merged->second;
  }
  return purses;
}

// All that these accounts spent on orders, on those of which something is left to give back.
Result<SpentOn> spent_on(store::Connection& c, const std::vector<Purse>& purses,
                         const std::set<std::string>* only) {
  SpentOn spent;
  std::set<int64_t> holders;
  for (const Purse& purse : purses) holders.insert(purse.holder);
  const std::vector<Value> keys(holders.begin(), holders.end());
  TRY(each_in(c,
              "SELECT holder, order_ref, at_ms, spent, returned FROM loyalty_spends WHERE "
              "order_ref <> '' AND spent > 0 AND holder IN {} ORDER BY at_ms, id",
              {}, keys, [&](const Row& row) -> Result<void> {
                const std::string order = row.text(1);
                if (!is_of_order(order) || (only && !only->contains(order))) return {};
                spent[row.integer(0)][order].push_back(
                    {row.integer(2), row.integer(3), row.integer(4)});
                return {};
              }));
  for (auto& [holder, orders] : spent) {
    std::erase_if(orders, [](const auto& order) {
      return std::ranges::all_of(order.second,
                                 [](const Spent& one) { return one.spent == one.returned; });
    });
  }
  return spent;
}

// Refunds of an order that is not known, or in other money, are no share that anybody could say.
Result<std::map<OrderOf, Sources>> told_of(store::Connection& c, const SpentOn& spent,
                                           Instant now) {
  std::set<std::string> ids;
  for (const auto& [holder, orders] : spent) {
    for (const auto& [order, list] : orders) ids.insert(order);
  }
  std::map<OrderOf, Sources> told;
  std::vector<people::Order> refunds;
  const std::vector<std::string> list(ids.begin(), ids.end());
  TRY(people::each_order_and_refund_called(c, list, [&](const people::Order& order) {
    if (order.at > now) return;
    if (order.refund) {
      refunds.push_back(order);
      return;
    }
    told[{order.person, order.order_id}][order.source] = {
        .currency = order.currency,
        .event = "order:" + order.source + "/" + order.order_id,
        .at_ms = {to_millis(order.at)},
        .total_minor = order.total_minor};
  }));
  for (const people::Order& refund : refunds) {
    const auto order = told.find({refund.person, refund.order_id});
    if (order == told.end()) continue;
    const auto one = order->second.find(refund.source);
    if (one == order->second.end() || one->second.currency != refund.currency) continue;
    one->second.back_minor += -refund.total_minor;
    one->second.last_ms = std::max(one->second.last_ms, to_millis(refund.at));
  }
  return told;
}

// The different orders among them.
std::vector<Told> apart(const Sources& sources) {
  std::vector<Told> orders;
  for (const auto& [source, one] : sources) {
    const auto same = std::ranges::find_if(orders, [&](const Told& other) {
      return other.currency == one.currency && other.total_minor == one.total_minor;
    });
    if (same == orders.end()) {
      orders.push_back(one);
      continue;
    }
    same->at_ms.push_back(one.at_ms.front());
    if (!one.refunded()) continue;
    if (!same->refunded() || one.back_minor > same->back_minor) same->event = one.event;
    same->back_minor = std::max(same->back_minor, one.back_minor);
    same->last_ms = std::max(same->last_ms, one.last_ms);
  }
  return orders;
}

size_t nearest(const std::vector<Told>& orders, int64_t at_ms) {
  size_t best = 0;
  int64_t least = INT64_MAX;
  for (size_t i = 0; i < orders.size(); ++i) {
    for (const int64_t other : orders[i].at_ms) {
      const int64_t distance = std::abs(other - at_ms);
      if (distance < least) best = i;
      least = std::min(least, distance);
    }
  }
  return best;
}

// What is due of what was spent on one order id; nothing where all of that came back.
std::optional<Command> due(const std::vector<Spent>& spends, const Sources& sources) {
  const auto orders = apart(sources);
  std::vector<Points> by_order(orders.size());
  Points spent = 0, returned = 0, back = 0;
  for (const Spent& one : spends) {
    spent += one.spent;
    returned += one.returned;
    by_order[nearest(orders, one.at_ms)] += one.spent;
  }
  const Told* last = nullptr;
  for (size_t i = 0; i < orders.size(); ++i) {
    const Points share = orders[i].share(by_order[i]);
    back += share;
    if (share > 0 && (!last || orders[i].last_ms > last->last_ms)) last = &orders[i];
  }
  if (back <= returned) return std::nullopt;
  return Command{.kind = CommandKind::kRefund,
                 .refunded_minor = back,
                 .total_minor = spent,
                 .at_ms = last->last_ms,
                 .event = last->event};
}

}  // namespace

Result<void> give_back_spent(store::Connection& c, const Programme& programme,
                             std::span<const PersonId> people, Instant now,
                             const std::set<std::string>* only) {
  if (people.empty() || !programme.takes_events) return {};
  const auto purses = TRY(purses_of(c, programme, people));
  const SpentOn spent = TRY(spent_on(c, purses, only));
  if (spent.empty()) return {};
  const auto told = TRY(told_of(c, spent, now));
  std::vector<Command> commands;
  for (const Purse& purse : purses) {
    const auto orders = spent.find(purse.holder);
    if (orders == spent.end()) continue;
    for (const auto& [order, spends] : orders->second) {
      const auto sources = told.find({purse.person, order});
      if (sources == told.end()) continue;
      auto command = due(spends, sources->second);
      if (!command) continue;
      command->currency = programme.find(purse.currency)->code;
      command->person = purse.person;
      command->order = order;
      commands.push_back(std::move(*command));
    }
  }
  if (commands.empty()) return {};
  for (const Outcome& outcome : TRY(decide(c, programme, commands, now))) INVARIANT(outcome.done());
  return {};
}

Result<void> give_back_just_spent(store::Connection& c, const Programme& programme,
                                  std::span<const Command> commands,
                                  const std::vector<Outcome>& outcomes, Instant now) {
  if (!programme.takes_events) return {};
  std::map<int64_t, std::vector<Value>> spends;  // by currency
  for (size_t i = 0; i < commands.size(); ++i) {
    const Command& command = commands[i];
    const bool captures = command.kind == CommandKind::kCapture;
    const bool redeems = command.kind == CommandKind::kRedeem && !command.order.empty();
    if ((!captures && !redeems) || !outcomes[i].done() || outcomes[i].repeated) continue;
    const Currency* currency =
        command.currency.empty() ? &programme.currencies.front() : programme.find(command.currency);
    spends[currency->id].emplace_back(captures ? command.target : command.id);
  }
  std::set<std::string> orders;
  for (const auto& [currency, ids] : spends) {
    const Value fixed = currency;
    TRY(each_in(c, "SELECT order_ref FROM loyalty_spends WHERE currency = $1 AND id IN {}",
                std::span(&fixed, 1), ids, [&](const Row& row) -> Result<void> {
                  if (is_of_order(row.text(0))) orders.insert(row.text(0));
                  return {};
                }));
  }
  std::set<PersonId> people;
  const std::vector<Value> keys(orders.begin(), orders.end());
  TRY(each_in(c, "SELECT person FROM orders WHERE refund = 1 AND person > 0 AND order_id IN {}", {},
              keys, [&](const Row& row) -> Result<void> {
                people.insert(row.integer(0));
                return {};
              }));
  return give_back_spent(c, programme, std::vector<PersonId>(people.begin(), people.end()), now,
                         &orders);
}

}  // namespace perennial::loyalty
