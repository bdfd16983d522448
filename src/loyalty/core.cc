#include "loyalty/core.h"

#include <algorithm>

namespace perennial::loyalty {

Lot* Holder::lot(int64_t lot_id) {
  auto found = std::ranges::find(lots, lot_id, &Lot::id);
  return found == lots.end() ? nullptr : &*found;
}

int64_t Holder::next_due() const {
  int64_t due = unread.due_ms;
  for (const Lot& lot : lots) {
    if (!lot.active && lot.open > 0) due = std::min(due, lot.activates_ms);
    if (lot.active && lot.open > 0) due = std::min(due, lot.expires_ms);
  }
  for (const Spend& spend : spends) {
    if (spend.held > 0) due = std::min(due, spend.expires_ms);
  }
  return due;
}

Holder& Core::add(Holder holder) {
  auto kept = std::make_unique<Holder>(std::move(holder));
  Holder& added = *kept;
  by_id_[added.id] = &added;
  const std::pair key{added.currency, added.person};
  holders_[key] = std::move(kept);
  return added;
}

Holder* Core::find_by_id(int64_t id) {
  auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

Holder* Core::find(int64_t currency, PersonId person) {
  auto found = holders_.find({currency, person});
  if (found == holders_.end()) return nullptr;
  Holder* holder = found->second.get();
  while (holder->merged_into != 0) {
    holder = find_by_id(holder->merged_into);
    INVARIANT(holder != nullptr);
  }
  return holder;
}

Holder& Core::holder(int64_t currency, PersonId person) {
  if (Holder* known = find(currency, person)) return *known;
  return add({.id = next_.holder++,
              .currency = currency,
              .person = person,
              .fresh = true,
              .changed = true});
}

int64_t Core::moment(const Holder& holder, int64_t wanted) const {
  return std::max({wanted, holder.last_ms, programme_.closed_ms});
}

Core::Entry Core::begin(CommandKind kind, int64_t at_ms, const Command* command) {
  return {.number = next_.entry++, .at_ms = at_ms, .kind = kind, .command = command};
}

void Core::post(Entry& entry, Holder& holder, Account debit, Account credit, int64_t lot,
                Points amount) {
  INVARIANT(amount > 0);
  const auto move = [&](Account account, Points sign) {
    switch (account) {
      case Account::kAvailable:
        holder.available += sign * amount;
        break;
      case Account::kPending:
        holder.pending += sign * amount;
        break;
      case Account::kHeld:
        holder.held += sign * amount;
        break;
      case Account::kOwed:  // the only account of a person that is a claim on them
        holder.owed -= sign * amount;
        break;
      default:
        break;
    }
  };
  move(debit, -1);
  move(credit, +1);
  INVARIANT(holder.available >= 0 && holder.pending >= 0 && holder.held >= 0 && holder.owed >= 0);
  holder.last_ms = std::max(holder.last_ms, entry.at_ms);
  holder.changed = true;
  Posting posting{.holder = holder.id,
                  .currency = holder.currency,
                  .entry = entry.number,
                  .line = ++entry.line,
                  .at_ms = entry.at_ms,
                  .kind = entry.kind,
                  .debit = debit,
                  .credit = credit,
                  .lot = lot,
                  .amount = amount};
  if (const Command* command = entry.command) {
    posting.command = command->id;
    posting.rule = command->rule;
    posting.version = command->version;
    posting.event = command->event;
    posting.order = command->order;
    posting.reason = command->reason;
    posting.by = command->by;
  }
  postings_.push_back(std::move(posting));
}

Lot& Core::new_lot(Holder& holder, Lot lot) {
  lot.id = next_.lot++;
  lot.fresh = lot.changed = true;
  holder.lots.push_back(std::move(lot));
  return holder.lots.back();
}

std::vector<Lot*> Core::in_order_of_spending(Holder& holder) {
  std::vector<Lot*> lots;
  for (Lot& lot : holder.lots) {
    if (lot.active && lot.open > 0 && lot.place() <= holder.unread.up_to) lots.push_back(&lot);
  }
  std::ranges::sort(lots, {}, &Lot::place);
  return lots;
}

void Core::pay_owed(Entry& entry, Holder& holder, Lot& lot) {
  const Points paid = std::min(holder.owed, lot.open);
  if (paid <= 0 || !lot.active) return;
  lot.open -= paid;
  lot.changed = true;
  post(entry, holder, Account::kAvailable, Account::kOwed, lot.id, paid);
}

void Core::release_uses(Entry& entry, Holder& holder, Spend& spend, Points amount) {
  const Currency* currency = programme_.find(holder.currency);
  const bool pays = currency && currency->shortfall == Shortfall::kNegative;
  for (auto use = spend.uses.rbegin(); use != spend.uses.rend() && amount > 0; ++use) {
    const Points back = std::min(use->held, amount);
    if (back == 0) continue;
    Lot* lot = holder.lot(use->lot);
    INVARIANT(lot != nullptr && lot->held >= back);
    use->held -= back;
    spend.held -= back;
    lot->held -= back;
    lot->open += back;
    amount -= back;
    lot->changed = spend.changed = true;
    post(entry, holder, Account::kHeld, Account::kAvailable, lot->id, back);
  }
  INVARIANT(amount == 0);
  if (!pays) return;
  for (Lot* lot : in_order_of_spending(holder)) pay_owed(entry, holder, *lot);
}

void Core::settle(Holder& holder, int64_t upto_ms) {
  INVARIANT(holder.unread.due_ms > upto_ms);
  for (int64_t due = holder.next_due(); due <= upto_ms && due != kNever; due = holder.next_due()) {
    const int64_t at = moment(holder, due);
    for (Spend& spend : holder.spends) {
      if (spend.held == 0 || spend.expires_ms > due) continue;
      Entry entry = begin(CommandKind::kTimeOut, at);
      release_uses(entry, holder, spend, spend.held);
    }
    std::optional<Entry> activation, lapse;
    for (Lot& lot : holder.lots) {
      if (lot.active || lot.open == 0 || lot.activates_ms > due) continue;
      if (!activation) activation = begin(CommandKind::kActivate, at);
      lot.active = lot.changed = true;
      post(*activation, holder, Account::kPending, Account::kAvailable, lot.id, lot.open);
      const Currency* currency = programme_.find(holder.currency);
      if (currency && currency->shortfall != Shortfall::kWriteOff)
        pay_owed(*activation, holder, lot);
    }
    for (Lot& lot : holder.lots) {
      if (!lot.active || lot.open == 0 || lot.expires_ms > due) continue;
      if (!lapse) lapse = begin(CommandKind::kLapse, at);
      const Points gone = std::exchange(lot.open, 0);
      lot.expired += gone;
      lot.changed = true;
      post(*lapse, holder, Account::kAvailable, Account::kExpired, lot.id, gone);
    }
  }
}

void Core::move(CommandKind kind, int64_t currency, Account debit, Account credit, Points amount,
                int64_t at_ms) {
  if (amount == 0) return;
  if (amount < 0) std::swap(debit, credit);
  postings_.push_back({.currency = currency,
                       .entry = next_.entry++,
                       .line = 1,
                       .at_ms = at_ms,
                       .kind = kind,
                       .debit = debit,
                       .credit = credit,
                       .amount = std::abs(amount)});
}

void Core::check() const {
  for (const auto& [key, holder] : holders_) {
    const Holder::Unread& unread = holder->unread;
    Points open = unread.available, pending = unread.pending, held = unread.held,
           uses = unread.holds;
    for (const Lot& lot : holder->lots) {
      INVARIANT(lot.open >= 0 && lot.held >= 0 && lot.open + lot.held <= lot.amount);
      (lot.active ? open : pending) += lot.open;
      held += lot.held;
    }
    for (const Spend& spend : holder->spends) {
      Points of_spend = 0;
      for (const Use& use : spend.uses) of_spend += use.held;
      INVARIANT(of_spend == spend.held);
      uses += of_spend;
    }
    INVARIANT(open == holder->available);
    INVARIANT(pending == holder->pending);
    INVARIANT(held == holder->held && uses == held);
  }
}

}  // namespace perennial::loyalty
