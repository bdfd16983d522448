// Refunds: points that an order earned are taken back, points that it spent come back.
//
// Shares are cumulative: after refunds of r1, r2, … of a total t the points gone from p are
// floor(p × (r1 + r2 + …) / t), so that any way to cut a refund into parts ends the same, and the
// last part takes the rest.
#include <algorithm>

#include "loyalty/core.h"

namespace perennial::loyalty {

Points share_of(Points points, int64_t part, int64_t whole) {
  if (part >= whole) return points;
  return static_cast<Points>(static_cast<__int128>(points) * part / whole);
}

namespace {

Refunded& refunded_of(Holder& holder, const std::string& order, const std::string& line,
                      bool spent_side) {
  for (Refunded& one : holder.refunded) {
    if (one.order == order && one.line == line && one.spent_side == spent_side) return one;
  }
  holder.refunded.push_back({.order = order, .line = line, .spent_side = spent_side});
  return holder.refunded.back();
}

// The refund counted, or why it cannot be.
struct Counted {
  int64_t part = 1, whole = 1;
  std::optional<Refusal> refusal;
};

Counted count(const Refunded& before, int64_t refunded, int64_t total, std::string_view field) {
  Counted counted;
  if (refunded == 0 && total == 0) return counted;  // all that is left
  if (before.total_minor != 0 && before.refunded_minor == before.total_minor) {
    counted.refusal = {.code = "over_refunded",
                       .message = "it was refunded in full already",
                       .where = "refunded_minor"};
  } else if (before.total_minor != 0 && before.total_minor != total) {
    counted.refusal = {
        .code = "total_differs",
        .message = "an earlier refund named the total " + std::to_string(before.total_minor),
        .where = std::string(field)};
  } else if (refunded > total - before.refunded_minor) {
    counted.refusal = {
        .code = "over_refunded",
        .message = "only " + std::to_string(total - before.refunded_minor) + " are left to refund",
        .where = "refunded_minor"};
  }
  counted.part = before.refunded_minor + refunded;
  counted.whole = total;
  return counted;
}

void remember(Refunded& refunded, const Counted& counted) {
  if (counted.whole == 1 && counted.part == 1 && refunded.total_minor != 0) {
    refunded.refunded_minor = refunded.total_minor;
  } else {
    refunded.refunded_minor = counted.part;
    refunded.total_minor = counted.whole;
  }
  refunded.changed = true;
}

}  // namespace

void Core::take_back(Entry& entry, Holder& holder, const Currency& currency, std::vector<Lot*> lots,
                     Points amount) {
  std::ranges::sort(lots, std::greater(), &Lot::id);
  Points gone = 0;
  for (Lot* lot : lots) {
    const Points from_lot = std::min(amount, lot->amount - lot->taken);
    if (from_lot <= 0) continue;
    amount -= from_lot;
    lot->taken += from_lot;
    lot->changed = true;
    const Points open = std::min(from_lot, lot->open);
    if (open > 0) {
      lot->open -= open;
      post(entry, holder, lot->active ? Account::kAvailable : Account::kPending, Account::kIssued,
           lot->id, open);
    }
    // What expired meanwhile is no gain of the person's: the expiry is undone instead.
    const Points expired = std::min(from_lot - open, lot->expired);
    if (expired > 0) {
      lot->expired -= expired;
      post(entry, holder, Account::kExpired, Account::kIssued, lot->id, expired);
    }
    gone += from_lot - open - expired;
  }
  INVARIANT(amount == 0);
  std::vector<Lot*> others = in_order_of_spending(holder);
  const size_t active = others.size();
  for (Lot& lot : holder.lots) {
    if (!lot.active && lot.open > 0) others.push_back(&lot);
  }
  std::ranges::sort(others.begin() + static_cast<ptrdiff_t>(active), others.end(), {},
                    [](const Lot* lot) { return std::pair(lot->activates_ms, lot->id); });
  for (Lot* lot : others) {
    const Points part = std::min(gone, lot->open);
    if (part == 0) break;
    lot->open -= part;
    lot->changed = true;
    gone -= part;
    post(entry, holder, lot->active ? Account::kAvailable : Account::kPending, Account::kIssued,
         lot->id, part);
  }
  if (gone == 0) return;
  const bool written_off = currency.shortfall == Shortfall::kWriteOff;
  post(entry, holder, written_off ? Account::kWrittenOff : Account::kOwed, Account::kIssued, 0,
       gone);
}

void Core::give_back_to_lot(Entry& entry, Holder& holder, Spend& spend, Points amount) {
  for (auto use = spend.uses.rbegin(); use != spend.uses.rend() && amount > 0; ++use) {
    const Points back = std::min(amount, use->spent - use->returned);
    if (back <= 0) continue;
    use->returned += back;
    spend.returned += back;
    spend.changed = true;
    amount -= back;
    Lot* lot = holder.lot(use->lot);
    INVARIANT(lot != nullptr);
    lot->open += back;
    lot->changed = true;
    post(entry, holder, Account::kRedeemed, Account::kAvailable, lot->id, back);
  }
  INVARIANT(amount == 0);
}

std::vector<Spend*> Core::spends_of(Holder& holder, const std::string& order) {
  std::vector<Spend*> spends;
  for (Spend& spend : holder.spends) {
    if (spend.order == order && spend.spent > 0) spends.push_back(&spend);
  }
  std::ranges::sort(spends, {},
                    [](const Spend* spend) { return std::tie(spend->at_ms, spend->id); });
  return spends;
}

void Core::give_back(Entry& entry, Holder& holder, const Currency& currency,
                     const std::vector<Spend*>& spends, Points amount) {
  if (amount <= 0) return;
  for (auto spend = spends.rbegin(); spend != spends.rend() && amount > 0; ++spend) {
    const Points part = std::min(amount, (*spend)->spent - (*spend)->returned);
    if (part > 0) give_back_to_lot(entry, holder, **spend, part);
    amount -= part;
  }
  if (currency.shortfall != Shortfall::kNegative) return;
  for (Lot* lot : in_order_of_spending(holder)) pay_owed(entry, holder, *lot);
}

Core::Checked Core::refund_by_event(const Command& command, const Currency& currency,
                                    Holder& holder, int64_t at, Outcome& outcome) {
  const std::vector<Spend*> spends = spends_of(holder, command.order);
  Points spent = 0, returned = 0;
  for (const Spend* spend : spends) {
    spent += spend->spent;
    returned += spend->returned;
  }
  const Points back = share_of(spent, command.refunded_minor, command.total_minor) - returned;
  if (back <= 0) return std::nullopt;
  outcome.given_back = back;
  Entry entry = begin(command.kind, at, &command);
  give_back(entry, holder, currency, spends, back);
  return std::nullopt;
}

Core::Checked Core::refund(const Command& command, const Currency& currency, Holder& holder,
                           int64_t at, Outcome& outcome) {
  INVARIANT(holder.whole);
  if (!command.event.empty()) return refund_by_event(command, currency, holder, at, outcome);
  std::vector<Lot*> lots;
  Points earned = 0, taken = 0, spent = 0, returned = 0;
  for (Lot& lot : holder.lots) {
    const bool of_it = lot.order == command.order && lot.award == 0 &&
                       lot.origin == CommandKind::kEarn &&
                       (command.line.empty() || lot.line == command.line);
    if (!of_it) continue;
    lots.push_back(&lot);
    earned += lot.amount;
    taken += lot.taken;
  }
  const bool gives_back = command.line.empty() || command.order_total_minor > 0;
  const std::vector<Spend*> spends = spends_of(holder, command.order);
  for (const Spend* spend : spends) {
    spent += spend->spent;
    returned += spend->returned;
  }
  if (lots.empty() && (spends.empty() || !gives_back)) {
    return Refusal{.code = "unknown_order",
                   .message = "this person earned and spent nothing with such an order or line",
                   .where = command.line.empty() ? "order" : "line"};
  }
  const Refunded earned_before = refunded_of(holder, command.order, command.line, false);
  const Refunded spent_before = refunded_of(holder, command.order, "", true);
  const Counted on_earned =
      count(earned_before, command.refunded_minor, command.total_minor, "total_minor");
  if (on_earned.refusal) return on_earned.refusal;
  Counted on_spent = on_earned;
  if (gives_back && !command.line.empty()) {
    on_spent =
        count(spent_before, command.refunded_minor, command.order_total_minor, "order_total_minor");
    if (on_spent.refusal) return on_spent.refusal;
  } else if (gives_back) {
    on_spent = count(spent_before, command.refunded_minor, command.total_minor, "total_minor");
    if (on_spent.refusal) return on_spent.refusal;
  }
  remember(refunded_of(holder, command.order, command.line, false), on_earned);
  if (gives_back) remember(refunded_of(holder, command.order, "", true), on_spent);
  holder.changed = true;
  const Points back =
      gives_back ? std::max<Points>(0, share_of(spent, on_spent.part, on_spent.whole) - returned)
                 : 0;
  const Points take =
      std::max<Points>(0, share_of(earned, on_earned.part, on_earned.whole) - taken);
  outcome.amount = take;
  outcome.given_back = back;
  if (take == 0 && back == 0) return std::nullopt;
  Entry entry = begin(command.kind, at, &command);
  give_back(entry, holder, currency, spends, back);
  if (take > 0) take_back(entry, holder, currency, lots, take);
  return std::nullopt;
}

Core::Checked Core::award_back(const Command& command, const Currency& currency, Holder& holder,
                               int64_t at, Outcome& outcome) {
  INVARIANT(holder.whole && command.award != 0 && command.amount > 0);
  std::vector<Lot*> lots;
  for (Lot& lot : holder.lots) {
    if (lot.award == command.award) lots.push_back(&lot);
  }
  // Of an award that is gone nobody knows the order any more but its lots.
  Command named = command;
  if (named.order.empty() && !lots.empty()) named.order = lots.front()->order;
  Entry entry = begin(command.kind, at, &named);
  take_back(entry, holder, currency, lots, command.amount);
  outcome.amount = command.amount;
  return std::nullopt;
}

}  // namespace perennial::loyalty
