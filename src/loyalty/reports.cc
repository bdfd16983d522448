// What finance asks: the trial balance, what is outstanding by cohort, and closed months.
#include <algorithm>
#include <map>

#include "loyalty/books.h"

namespace perennial::loyalty {
namespace {

constexpr size_t kSettleAtOnce = 2'000;

Json totals_json(const std::vector<AccountTotal>& totals) {
  Json rows = Json::array();
  for (const AccountTotal& total : totals) {
    rows.push_back({{"account", account_name(total.account)},
                    {"debits", total.debits},
                    {"credits", total.credits}});
  }
  return rows;
}

// What stands in the account of expired points until `as_of`.
Points expired_until(const std::vector<AccountTotal>& totals) {
  for (const AccountTotal& total : totals) {
    if (total.account == Account::kExpired) return total.credits - total.debits;
  }
  return 0;
}

}  // namespace

Result<std::vector<AccountTotal>> trial_balance(store::Connection& c, const Currency& currency,
                                                Instant as_of) {
  std::map<Account, AccountTotal> totals;
  TRY(
      c.each("SELECT debit, credit, sum(amount) FROM loyalty_postings WHERE currency = $1 AND "
             "at_ms <= $2 GROUP BY debit, credit",
             std::vector<store::Value>{currency.id, to_millis(as_of)},
             [&](const store::Row& row) -> Result<void> {
               totals[static_cast<Account>(row.integer(0))].debits += row.integer(2);
               totals[static_cast<Account>(row.integer(1))].credits += row.integer(2);
               return {};
             }));
  std::vector<AccountTotal> rows;
  Points debits = 0, credits = 0;
  for (auto& [account, total] : totals) {
    total.account = account;
    debits += total.debits;
    credits += total.credits;
    rows.push_back(total);
  }
  INVARIANT(debits == credits);
  return rows;
}

Result<std::vector<Cohort>> cohorts(store::Connection& c, const Programme& programme,
                                    const Currency& currency) {
  std::map<std::string, Cohort> months;
  const Calendar calendar = programme.calendar();
  Cohort* month = nullptr;
  Span span{};
  TRY(
      c.each("SELECT l.earned_ms, l.amount - l.taken, l.open + l.held, l.expired, l.origin "
             "FROM loyalty_lots l JOIN loyalty_holders h ON h.id = l.holder "
             "WHERE h.currency = $1",
             std::vector<store::Value>{currency.id}, [&](const store::Row& row) -> Result<void> {
               const Instant earned = from_millis(row.integer(0));
               if (!month || !span.contains(earned)) {
                 span.from = calendar.start_of(Period::kMonth, earned);
                 span.to = calendar.advance(Period::kMonth, span.from, 1);
                 const std::string label = calendar.label(Period::kMonth, span.from);
                 month = &months[label];
                 month->month = label;
               }
               // What a transfer or an un-merge brought was earned with another lot, in the same
               // month.
               const auto origin = static_cast<CommandKind>(row.integer(4));
               if (origin != CommandKind::kTransfer && origin != CommandKind::kUnmerge)
                 month->earned += row.integer(1);
               month->outstanding += row.integer(2);
               month->expired += row.integer(3);
               return {};
             }));
  std::vector<Cohort> list;
  for (auto& [label, cohort] : months) {
    cohort.used = cohort.earned - cohort.outstanding - cohort.expired;
    list.push_back(cohort);
  }
  return list;
}

Result<Points> held_by_people(store::Connection& c, const Currency& currency) {
  const auto row = TRY(
      c.query_one("SELECT CAST(COALESCE(sum(credits - debits), 0) AS BIGINT) FROM loyalty_totals "
                  "WHERE currency = $1 AND account <= $2",
                  {currency.id, static_cast<int64_t>(Account::kHeld)}));
  return row->integer(0);
}

int64_t liability_minor(const Currency& currency, Points outstanding) {
  const __int128 scaled = static_cast<__int128>(outstanding) * currency.cost_minor_per_1000 *
                          currency.expected_redemption_ppm;
  constexpr __int128 kUnit = 1'000'000'000;
  return static_cast<int64_t>((scaled + (scaled < 0 ? -kUnit : kUnit) / 2) / kUnit);
}

Result<Points> breakage_of(store::Connection& c, const Programme& programme,
                           std::string_view month) {
  const Calendar calendar = programme.calendar();
  const Instant from = TRY(calendar.parse_label(Period::kMonth, month));
  const Instant last = calendar.advance(Period::kMonth, from, 1) - Millis(1);
  Points most = 0;
  for (const Currency& currency : programme.currencies)
    most = std::max(most, expired_until(TRY(trial_balance(c, currency, last))));
  return most;
}

Result<Closing> close_month(store::Connection& c, const Programme& programme,
                            std::string_view month, std::string_view closed_by, Instant now) {
  const Calendar calendar = programme.calendar();
  Closing closing{.month = std::string(month),
                  .closed_by = std::string(closed_by),
                  .closed_at = now,
                  .figures = Json::object()};
  closing.span.from = TRY(calendar.parse_label(Period::kMonth, month));
  closing.span.to = calendar.advance(Period::kMonth, closing.span.from, 1);
  if (closing.span.to > now) return fail(Code::kConflict, "the month is not over", "month");
  if (programme.closed_ms >= to_millis(closing.span.to))
    return fail(Code::kConflict, "the month is closed already", "month");
  if (programme.closed_ms != INT64_MIN && programme.closed_ms != to_millis(closing.span.from)) {
    return fail(Code::kConflict, "an earlier month is still open", "month",
                "close the months in order");
  }
  const Instant last = closing.span.to - Millis(1);
  while (TRY(settle_due(c, programme, last, kSettleAtOnce)) > 0) {
  }
  Core core(programme, TRY(read_numbers(c)));
  for (const Currency& currency : programme.currencies) {
    const auto totals = TRY(trial_balance(c, currency, last));
    const Points expired = expired_until(totals);
    core.move(CommandKind::kRecognise, currency.id, Account::kExpired, Account::kBreakage, expired,
              to_millis(last));
    closing.figures[currency.code] = {{"breakage", expired}, {"accounts", totals_json(totals)}};
  }
  TRY(save(c, core, now));
  TRY(c.execute("UPDATE loyalty_programmes SET closed_ms = $2 WHERE id = $1",
                {programme.id, to_millis(closing.span.to)}));
  TRY(c.execute(
      "INSERT INTO loyalty_closings (programme, month, from_ms, to_ms, closed_by, "
      "closed_ms, figures) VALUES ($1, $2, $3, $4, $5, $6, $7)",
      {programme.id, closing.month, to_millis(closing.span.from), to_millis(closing.span.to),
       closing.closed_by, to_millis(now), to_text(closing.figures)}));
  return closing;
}

Result<std::vector<Closing>> list_closings(store::Connection& c, const Programme& programme) {
  std::vector<Closing> closings;
  for (const auto& row : TRY(c.query("SELECT month, from_ms, to_ms, closed_by, closed_ms, figures "
                                     "FROM loyalty_closings WHERE programme = $1 ORDER BY month",
                                     {programme.id}))) {
    Json figures = TRY(parse_json(row.text(5)));
    closings.push_back({.month = row.text(0),
                        .span = {from_millis(row.integer(1)), from_millis(row.integer(2))},
                        .closed_by = row.text(3),
                        .closed_at = from_millis(row.integer(4)),
                        .figures = std::move(figures)});
  }
  return closings;
}

}  // namespace perennial::loyalty
