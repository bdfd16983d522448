// Points that go from one person to another: transfers, merges and their undoing. Every lot keeps
// its dates. Between the two people points pass through the account "moved", which is empty
// whenever an entry ends.
#include <algorithm>

#include "loyalty/core.h"

namespace perennial::loyalty {
namespace {

Refusal refusal(std::string code, std::string message, std::string where) {
  return {.code = std::move(code), .message = std::move(message), .where = std::move(where)};
}

constexpr Points kMaxMerged = 8 * kMaxBalance;  // what a number of 64 bits can hold

}  // namespace

Core::Checked Core::transfer(const Command& command, const Currency& currency, Holder& holder,
                             int64_t at, Outcome& outcome) {
  if (command.amount < 1 || command.amount > kMaxPoints)
    return refusal("amount_out_of_range", "an amount is at least 1", "amount");
  Holder& to = this->holder(currency.id, command.other);
  if (&to == &holder) return refusal("same_person", "points go from one person to another", "to");
  if (!currency.spendable)
    return refusal("not_spendable", "this currency cannot be spent", "currency");
  if (holder.available < command.amount) {
    return refusal("not_enough_points",
                   "only " + std::to_string(holder.available) + " points can be spent", "amount");
  }
  at = moment(to, at);
  settle(to, at);
  settle(holder, at);
  if (holder.available < command.amount)
    return refusal("not_enough_points", "the points expired meanwhile", "amount");
  if (to.available + to.pending + to.held > kMaxBalance - command.amount)
    return refusal("amount_out_of_range", "the balance would be too large", "amount");
  Entry entry = begin(command.kind, at, &command);
  Points left = command.amount;
  for (Lot* lot : in_order_of_spending(holder)) {
    const Points part = std::min(left, lot->open);
    if (part == 0) break;
    lot->open -= part;
    lot->changed = true;
    left -= part;
    post(entry, holder, Account::kAvailable, Account::kMoved, lot->id, part);
    Lot& arrived = new_lot(to, {.amount = part,
                                .open = part,
                                .earned_ms = lot->earned_ms,
                                .activates_ms = lot->activates_ms,
                                .expires_ms = lot->expires_ms,
                                .origin = CommandKind::kTransfer});
    post(entry, to, Account::kMoved, Account::kAvailable, arrived.id, part);
    if (currency.shortfall == Shortfall::kNegative) pay_owed(entry, to, arrived);
  }
  INVARIANT(left == 0);
  outcome.amount = command.amount;
  return std::nullopt;
}

void Core::move_lots(Entry& entry, Holder& from, Holder& into, const std::vector<int64_t>& ids) {
  std::deque<Lot> stay;
  for (Lot& lot : from.lots) {
    if (!std::ranges::binary_search(ids, lot.id)) {
      stay.push_back(std::move(lot));
      continue;
    }
    const Account side = lot.active ? Account::kAvailable : Account::kPending;
    if (lot.open > 0) {
      post(entry, from, side, Account::kMoved, lot.id, lot.open);
      post(entry, into, Account::kMoved, side, lot.id, lot.open);
    }
    if (lot.held > 0) {
      post(entry, from, Account::kHeld, Account::kMoved, lot.id, lot.held);
      post(entry, into, Account::kMoved, Account::kHeld, lot.id, lot.held);
    }
    lot.changed = true;
    into.lots.push_back(std::move(lot));
  }
  from.lots = std::move(stay);
  std::ranges::sort(into.lots, {}, &Lot::id);
  from.changed = into.changed = true;
  from.last_ms = std::max(from.last_ms, entry.at_ms);
  into.last_ms = std::max(into.last_ms, entry.at_ms);
}

namespace {

void move_spends(Holder& from, Holder& into, const std::vector<std::string>& ids) {
  std::deque<Spend> stay;
  for (Spend& spend : from.spends) {
    const bool goes = std::ranges::find(ids, spend.id) != ids.end();
    spend.changed = spend.changed || goes;
    (goes ? into.spends : stay).push_back(std::move(spend));
  }
  from.spends = std::move(stay);
}

// What was refunded of an order is known to both people afterwards, so that nothing is refunded
// twice, whoever the order belongs to. Where both knew of it, the larger share is right.
void learn_refunds(Holder& holder, const Holder& from) {
  for (const Refunded& one : from.refunded) {
    if (one.total_minor == 0) continue;
    auto known = std::ranges::find_if(holder.refunded, [&](const Refunded& other) {
      return std::tie(other.order, other.line, other.spent_side) ==
             std::tie(one.order, one.line, one.spent_side);
    });
    if (known == holder.refunded.end()) {
      holder.refunded.push_back(one);
      holder.refunded.back().changed = true;
    } else if (known->total_minor == 0 ||
               static_cast<__int128>(one.refunded_minor) * known->total_minor >
                   static_cast<__int128>(known->refunded_minor) * one.total_minor) {
      *known = one;
      known->changed = true;
    }
  }
}

}  // namespace

void Core::keep_uses(Holder& holder, const std::vector<int64_t>& leaving) {
  std::vector<Spend*> spends;
  for (Spend& spend : holder.spends) spends.push_back(&spend);
  std::ranges::sort(spends, {},
                    [](const Spend* spend) { return std::tie(spend->at_ms, spend->id); });
  for (Spend* spend : spends) {
    for (Use& use : spend->uses) {
      const Points left = use.spent - use.returned;
      if (left == 0 || !std::ranges::binary_search(leaving, use.lot)) continue;
      const Lot* lot = holder.lot(use.lot);
      INVARIANT(lot != nullptr && use.held == 0);
      use.lot = new_lot(holder, {.amount = left,
                                 .earned_ms = lot->earned_ms,
                                 .activates_ms = lot->activates_ms,
                                 .expires_ms = lot->expires_ms,
                                 .origin = CommandKind::kUnmerge})
                    .id;
      spend->changed = true;
    }
  }
}

Core::Checked Core::merge(const Command& command, const Currency& currency, Holder& into,
                          int64_t at, Outcome& outcome) {
  Holder* from = find(currency.id, command.other);
  if (from == &into) return refusal("already_merged", "these are one person already", "from");
  if (!from) from = &this->holder(currency.id, command.other);
  INVARIANT(from->whole && into.whole);
  at = moment(*from, at);
  settle(*from, at);
  settle(into, at);
  // A merge brings no new points: the largest balance does not stand in its way, as points that are
  // left behind would be nobody's.
  if (into.available + into.pending + into.held >
      kMaxMerged - from->available - from->pending - from->held)
    return refusal("amount_out_of_range", "the balance would be too large", "from");
  Merge merge{
      .id = command.id, .from = from->id, .into = into.id, .owed = from->owed, .changed = true};
  for (const Lot& lot : from->lots) merge.lots.push_back(lot.id);
  std::ranges::sort(merge.lots);
  for (const Spend& spend : from->spends) merge.spends.push_back(spend.id);
  outcome.amount = from->available + from->pending + from->held;
  Entry entry = begin(command.kind, at, &command);
  if (merge.owed > 0) {
    post(entry, *from, Account::kMoved, Account::kOwed, 0, merge.owed);
    post(entry, into, Account::kOwed, Account::kMoved, 0, merge.owed);
  }
  move_lots(entry, *from, into, merge.lots);
  move_spends(*from, into, merge.spends);
  learn_refunds(into, *from);
  from->merged_into = into.id;
  if (currency.shortfall == Shortfall::kNegative) {
    for (Lot* lot : in_order_of_spending(into)) pay_owed(entry, into, *lot);
  }
  merges_[merge.id] = std::move(merge);
  return std::nullopt;
}

Core::Checked Core::unmerge(const Command& command, const Currency& currency, Holder& holder,
                            int64_t at, Outcome& outcome) {
  auto found = merges_.find(command.target);
  if (found == merges_.end()) return refusal("unknown_merge", "there was no such merge", "merge");
  Merge& merge = found->second;
  if (merge.undone) return refusal("already_undone", "the merge was undone already", "merge");
  Holder* from = find_by_id(merge.from);
  Holder* into = find_by_id(merge.into);
  INVARIANT(from != nullptr && into != nullptr);
  if (into != &holder || into->merged_into != 0 || from->merged_into != into->id)
    return refusal("merged_on", "undo the later merge of these people first", "merge");
  for (const Spend& spend : into->spends) {
    if (std::ranges::find(merge.spends, spend.id) != merge.spends.end()) continue;
    for (const Use& use : spend.uses) {
      if (use.held > 0 && std::ranges::binary_search(merge.lots, use.lot))
        return refusal("hold_open", "a hold made since uses these points: end it first", "merge");
    }
  }
  at = moment(*from, at);
  settle(*into, at);
  const Points before = into->available + into->pending + into->held;
  Entry entry = begin(command.kind, at, &command);
  from->merged_into = 0;
  move_spends(*into, *from, merge.spends);
  keep_uses(*into, merge.lots);
  move_lots(entry, *into, *from, merge.lots);
  learn_refunds(*from, *into);
  const Points owed = std::min(merge.owed, into->owed);
  if (owed > 0) {
    post(entry, *into, Account::kMoved, Account::kOwed, 0, owed);
    post(entry, *from, Account::kOwed, Account::kMoved, 0, owed);
    if (currency.shortfall == Shortfall::kNegative) {
      for (Lot* lot : in_order_of_spending(*from)) pay_owed(entry, *from, *lot);
    }
  }
  merge.undone = merge.changed = true;
  outcome.amount = before - into->available - into->pending - into->held;
  return std::nullopt;
}

}  // namespace perennial::loyalty
