// What one person has and how it came about. What is due but not yet written is worked out in
// memory, so that an answer does not depend on when a worker ran.
#include <algorithm>

#include "loyalty/books.h"

namespace perennial::loyalty {
namespace {

constexpr std::pair<Account, std::string_view> kAccounts[] = {{Account::kAvailable, "available"},
                                                              {Account::kPending, "pending"},
                                                              {Account::kHeld, "held"},
                                                              {Account::kOwed, "owed"},
                                                              {Account::kIssued, "issued"},
                                                              {Account::kRedeemed, "redeemed"},
                                                              {Account::kExpired, "expired"},
                                                              {Account::kAdjusted, "adjusted"},
                                                              {Account::kWrittenOff, "written_off"},
                                                              {Account::kMoved, "moved"},
                                                              {Account::kBreakage, "breakage"}};

void count(Balance& balance, Account account, Points amount) {
  switch (account) {
    case Account::kAvailable:
      balance.available += amount;
      break;
    case Account::kPending:
      balance.pending += amount;
      break;
    case Account::kHeld:
      balance.held += amount;
      break;
    case Account::kOwed:
      balance.owed -= amount;
      break;
    default:
      break;
  }
}

void add_line(Statement& statement, StatementLine line) {
  count(statement.balance, line.debit, -line.amount);
  count(statement.balance, line.credit, line.amount);
  line.after = statement.balance;
  statement.lines.push_back(std::move(line));
}

StatementLine line_of(const Posting& p) {
  return {.entry = p.entry,
          .at = from_millis(p.at_ms),
          .kind = p.kind,
          .debit = p.debit,
          .credit = p.credit,
          .amount = p.amount,
          .lot = p.lot,
          .command = p.command,
          .rule = p.rule,
          .event = p.event,
          .order = p.order,
          .reason = p.reason,
          .version = p.version};
}

std::vector<OpenLot> open_lots(const Holder& holder) {
  std::vector<OpenLot> lots;
  for (const Lot& lot : holder.lots) {
    if (lot.open == 0 && lot.held == 0) continue;
    lots.push_back({.id = lot.id,
                    .amount = lot.amount,
                    .open = lot.open,
                    .held = lot.held,
                    .earned_at = from_millis(lot.earned_ms),
                    .activates_at = from_millis(lot.activates_ms),
                    .active = lot.active,
                    .order = lot.order,
                    .rule = lot.rule,
                    .event = lot.event});
    if (lot.expires_ms != kNever) lots.back().expires_at = from_millis(lot.expires_ms);
  }
  std::ranges::sort(lots, {}, [](const OpenLot& lot) {
    return std::tuple(lot.expires_at ? to_millis(*lot.expires_at) : kNever, lot.id);
  });
  return lots;
}

Balance balance_of(const Holder& holder) {
  return {holder.available, holder.pending, holder.held, holder.owed};
}

}  // namespace

std::string_view account_name(Account account) {
  const auto found =
      std::ranges::find(kAccounts, account, &std::pair<Account, std::string_view>::first);
  return found == std::end(kAccounts) ? "" : found->second;
}

Points Balance::shown(const Currency& currency) const {
  return currency.shortfall == Shortfall::kNegative ? available - owed : available;
}

Result<Statement> balance_now(store::Connection& c, const Programme& programme,
                              const Currency& currency, PersonId person, Instant now) {
  Core core(programme, TRY(read_numbers(c)));
  TRY(load(c, core, {.open = {{currency.id, person}}}));
  Holder* holder = core.find(currency.id, person);
  if (!holder) return Statement{};
  core.settle(*holder, to_millis(now));
  return Statement{.balance = balance_of(*holder), .lots = open_lots(*holder)};
}

Result<Statement> statement(store::Connection& c, const Programme& programme,
                            const Currency& currency, PersonId person, Instant as_of) {
  Core core(programme, TRY(read_numbers(c)));
  TRY(load(c, core, {.open = {{currency.id, person}}}));
  Statement statement;
  if (!core.find(currency.id, person)) return statement;
  Holder& own = *core.holders().at({currency.id, person});
  TRY(
      c.each("SELECT entry, at_ms, kind, debit, credit, amount, lot, command, rule, event, "
             "order_ref, reason, version FROM loyalty_postings WHERE holder = $1 AND at_ms <= $2 "
             "ORDER BY entry, line",
             std::vector<store::Value>{own.id, to_millis(as_of)},
             [&](const store::Row& row) -> Result<void> {
               add_line(statement, {.entry = row.integer(0),
                                    .at = from_millis(row.integer(1)),
                                    .kind = static_cast<CommandKind>(row.integer(2)),
                                    .debit = static_cast<Account>(row.integer(3)),
                                    .credit = static_cast<Account>(row.integer(4)),
                                    .amount = row.integer(5),
                                    .lot = row.integer(6),
                                    .command = row.text(7),
                                    .rule = row.text(8),
                                    .event = row.text(9),
                                    .order = row.text(10),
                                    .reason = row.text(11),
                                    .version = row.integer(12)});
               return {};
             }));
  if (own.last_ms > to_millis(as_of)) return statement;  // of the past: all of it was written
  core.settle(own, to_millis(as_of));
  for (const Posting& posting : core.postings()) add_line(statement, line_of(posting));
  statement.lots = open_lots(own);
  INVARIANT(statement.balance == balance_of(own));
  return statement;
}

}  // namespace perennial::loyalty
