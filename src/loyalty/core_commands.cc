// What each command does. A function first finds out whether it can be done and returns a refusal
// if not; only then does it begin an entry and change anything.
#include <algorithm>

#include "loyalty/core.h"

namespace perennial::loyalty {
namespace {

Refusal refusal(std::string code, std::string message, std::string where) {
  return {.code = std::move(code), .message = std::move(message), .where = std::move(where)};
}

std::optional<Refusal> check_amount(Points amount) {
  if (amount >= 1 && amount <= kMaxPoints) return std::nullopt;
  return refusal("amount_out_of_range",
                 "an amount is at least 1 and at most " + std::to_string(kMaxPoints), "amount");
}

std::optional<Refusal> check_room(const Holder& holder, Points amount) {
  if (holder.available + holder.pending + holder.held <= kMaxBalance - amount) return std::nullopt;
  return refusal("amount_out_of_range", "the balance would be too large", "amount");
}

Refusal too_few(const Holder& holder) {
  return refusal("not_enough_points",
                 "only " + std::to_string(holder.available) + " points can be spent", "amount");
}

constexpr int64_t kDayMs = 86'400'000;

}  // namespace

Outcome Core::apply(const Command& command, int64_t now_ms) {
  Outcome outcome;
  const Currency* currency =
      command.currency.empty() ? &programme_.currencies.front() : programme_.find(command.currency);
  if (!currency) {
    outcome.refusal = refusal("unknown_currency", "the programme has no such currency", "currency");
    return outcome;
  }
  Holder& holder = this->holder(currency->id, command.person);
  const int64_t at = moment(holder, command.at_ms.value_or(now_ms));
  settle(holder, at);
  using Does = Checked (Core::*)(const Command&, const Currency&, Holder&, int64_t, Outcome&);
  static const std::map<CommandKind, Does> kDoes = {
      {CommandKind::kEarn, &Core::earn},          {CommandKind::kAward, &Core::earn},
      {CommandKind::kHold, &Core::hold},          {CommandKind::kCapture, &Core::capture},
      {CommandKind::kRelease, &Core::release},    {CommandKind::kRedeem, &Core::redeem},
      {CommandKind::kRefund, &Core::refund},      {CommandKind::kExpire, &Core::expire},
      {CommandKind::kAdjust, &Core::adjust},      {CommandKind::kTransfer, &Core::transfer},
      {CommandKind::kMerge, &Core::merge},        {CommandKind::kUnmerge, &Core::unmerge},
      {CommandKind::kTakeBack, &Core::award_back}};
  const auto does = kDoes.find(command.kind);
  INVARIANT(does != kDoes.end());
  const int64_t first_entry = next_.entry;
  if (auto refused = (this->*does->second)(command, *currency, holder, at, outcome)) {
    outcome.refusal = std::move(*refused);
  } else {
    outcome.entry = next_.entry > first_entry ? first_entry : 0;
    settle(holder, at);  // what came in may have been due already
  }
  outcome.available = holder.available;
  outcome.pending = holder.pending;
  outcome.held = holder.held;
  outcome.owed = holder.owed;
  outcome.at = from_millis(at);
  return outcome;
}

void Core::credit(Entry& entry, Holder& holder, const Currency& currency, const Command& command,
                  Account from, Points amount) {
  const int64_t earned = command.earned_ms.value_or(entry.at_ms);
  const int64_t active = command.activates_ms.value_or(
      command.kind == CommandKind::kAdjust ? entry.at_ms : earned + currency.delay_days * kDayMs);
  int64_t expires =
      command.expires_ms.value_or(expires_at(currency.expiry, programme_.zone, earned));
  if (expires <= active && !command.expires_ms)
    expires = expires_at(currency.expiry, programme_.zone, active);
  Lot& lot = new_lot(holder, {.amount = amount,
                              .open = amount,
                              .earned_ms = earned,
                              .activates_ms = active,
                              .expires_ms = expires,
                              .active = active <= entry.at_ms,
                              .award = command.award,
                              .order = command.order,
                              .line = command.line,
                              .rule = command.rule,
                              .event = command.event,
                              .version = command.version,
                              .origin = command.kind});
  post(entry, holder, from, lot.active ? Account::kAvailable : Account::kPending, lot.id, amount);
  const bool earning = command.kind == CommandKind::kEarn || command.kind == CommandKind::kAward;
  if (currency.shortfall == Shortfall::kNegative ||
      (currency.shortfall == Shortfall::kRecover && earning)) {
    pay_owed(entry, holder, lot);
  }
}

Core::Checked Core::earn(const Command& command, const Currency& currency, Holder& holder,
                         int64_t at, Outcome& outcome) {
  if (auto bad = check_amount(command.amount)) return bad;
  if (auto bad = check_room(holder, command.amount)) return bad;
  const int64_t active =
      command.activates_ms.value_or(command.earned_ms.value_or(at) + currency.delay_days * kDayMs);
  if (command.expires_ms && *command.expires_ms <= active) {
    return refusal("expires_too_early", "the points would expire before they can be spent",
                   "expires_at");
  }
  Entry entry = begin(command.kind, at, &command);
  credit(entry, holder, currency, command, Account::kIssued, command.amount);
  outcome.amount = command.amount;
  return std::nullopt;
}

Spend& Core::allocate(Entry& entry, Holder& holder, const Command& command, Account to) {
  const bool held = to == Account::kHeld;
  holder.spends.push_back({.id = command.id,
                           .order = command.order,
                           .at_ms = entry.at_ms,
                           .amount = command.amount,
                           .held = held ? command.amount : 0,
                           .spent = held ? 0 : command.amount,
                           .fresh = true,
                           .changed = true});
  Spend& spend = holder.spends.back();
  Points left = command.amount;
  for (Lot* lot : in_order_of_spending(holder)) {
    if (left == 0) break;
    const Points part = std::min(left, lot->open);
    lot->open -= part;
    if (held) lot->held += part;
    lot->changed = true;
    left -= part;
    spend.uses.push_back({.lot = lot->id, .held = held ? part : 0, .spent = held ? 0 : part});
    post(entry, holder, Account::kAvailable, to, lot->id, part);
  }
  INVARIANT(left == 0);
  return spend;
}

Core::Checked Core::hold(const Command& command, const Currency& currency, Holder& holder,
                         int64_t at, Outcome& outcome) {
  if (auto bad = check_amount(command.amount)) return bad;
  if (!currency.spendable)
    return refusal("not_spendable", "this currency cannot be spent", "currency");
  if (holder.available < command.amount) return too_few(holder);
  Entry entry = begin(command.kind, at, &command);
  const int64_t seconds = command.hold_seconds > 0 ? command.hold_seconds : programme_.hold_seconds;
  allocate(entry, holder, command, Account::kHeld).expires_ms = at + seconds * 1000;
  outcome.amount = command.amount;
  return std::nullopt;
}

Core::Checked Core::redeem(const Command& command, const Currency& currency, Holder& holder,
                           int64_t at, Outcome& outcome) {
  if (auto bad = check_amount(command.amount)) return bad;
  if (!currency.spendable)
    return refusal("not_spendable", "this currency cannot be spent", "currency");
  if (holder.available < command.amount) return too_few(holder);
  Entry entry = begin(command.kind, at, &command);
  allocate(entry, holder, command, Account::kRedeemed);
  outcome.amount = command.amount;
  return std::nullopt;
}

namespace {

// The hold that a command names, if so much of it is left.
std::optional<Refusal> check_hold(Holder& holder, const Command& command, Spend*& found,
                                  Points& amount) {
  auto spend = std::ranges::find(holder.spends, command.target, &Spend::id);
  if (spend == holder.spends.end())
    return refusal("unknown_hold", "this person has no such hold", "hold");
  if (spend->held == 0)
    return refusal("hold_ended", "the hold was captured, released or timed out", "hold");
  amount = command.amount == 0 ? spend->held : command.amount;
  if (auto bad = check_amount(amount)) return bad;
  if (amount > spend->held) {
    return refusal("not_enough_points",
                   "only " + std::to_string(spend->held) + " points are still held", "amount");
  }
  found = &*spend;
  return std::nullopt;
}

}  // namespace

Core::Checked Core::capture(const Command& command, const Currency&, Holder& holder, int64_t at,
                            Outcome& outcome) {
  Spend* spend = nullptr;
  Points left = 0;
  if (auto bad = check_hold(holder, command, spend, left)) return bad;
  outcome.amount = left;
  Entry entry = begin(command.kind, at, &command);
  if (spend->order.empty()) spend->order = command.order;
  spend->changed = true;
  for (Use& use : spend->uses) {
    const Points part = std::min(left, use.held);
    if (part == 0) continue;
    Lot* lot = holder.lot(use.lot);
    INVARIANT(lot != nullptr && lot->held >= part);
    use.held -= part;
    use.spent += part;
    lot->held -= part;
    lot->changed = true;
    left -= part;
    spend->held -= part;
    spend->spent += part;
    post(entry, holder, Account::kHeld, Account::kRedeemed, lot->id, part);
  }
  INVARIANT(left == 0);
  if (command.release_rest && spend->held > 0) release_uses(entry, holder, *spend, spend->held);
  return std::nullopt;
}

Core::Checked Core::release(const Command& command, const Currency&, Holder& holder, int64_t at,
                            Outcome& outcome) {
  Spend* spend = nullptr;
  if (auto bad = check_hold(holder, command, spend, outcome.amount)) {
    outcome.amount = 0;
    return bad;
  }
  Entry entry = begin(command.kind, at, &command);
  release_uses(entry, holder, *spend, outcome.amount);
  return std::nullopt;
}

Core::Checked Core::expire(const Command& command, const Currency&, Holder& holder, int64_t at,
                           Outcome& outcome) {
  Lot* lot = holder.lot(command.lot);
  if (!lot) return refusal("unknown_lot", "this person has no such open lot", "lot");
  if (lot->open == 0) return refusal("nothing_left", "the lot holds no open points", "lot");
  Entry entry = begin(command.kind, at, &command);
  outcome.amount = std::exchange(lot->open, 0);
  lot->expired += outcome.amount;
  lot->changed = true;
  post(entry, holder, lot->active ? Account::kAvailable : Account::kPending, Account::kExpired,
       lot->id, outcome.amount);
  return std::nullopt;
}

Core::Checked Core::adjust(const Command& command, const Currency& currency, Holder& holder,
                           int64_t at, Outcome& outcome) {
  const bool up = command.amount > 0;
  // The least integer has no counterpart.
  if (command.amount == INT64_MIN) return check_amount(0);
  if (auto bad = check_amount(up ? command.amount : -command.amount)) return bad;
  if (up) {
    if (auto bad = check_room(holder, command.amount)) return bad;
    if (command.expires_ms && *command.expires_ms <= at) {
      return refusal("expires_too_early", "the points would expire before they can be spent",
                     "expires_at");
    }
    Entry entry = begin(command.kind, at, &command);
    credit(entry, holder, currency, command, Account::kAdjusted, command.amount);
  } else {
    if (holder.available < -command.amount) return too_few(holder);
    Entry entry = begin(command.kind, at, &command);
    Points left = -command.amount;
    for (Lot* lot : in_order_of_spending(holder)) {
      const Points part = std::min(left, lot->open);
      if (part == 0) break;
      lot->open -= part;
      lot->changed = true;
      left -= part;
      post(entry, holder, Account::kAvailable, Account::kAdjusted, lot->id, part);
    }
    INVARIANT(left == 0);
  }
  outcome.amount = command.amount;
  return std::nullopt;
}

}  // namespace perennial::loyalty
