#include "loyalty/approvals.h"

#include <algorithm>
#include <array>

#include "loyalty/command.h"

namespace perennial::loyalty {
namespace {

using store::Row;
using store::Value;

constexpr std::array<std::pair<Matter, std::string_view>, 7> kWords = {
    {{Matter::kCommand, "command"},
     {Matter::kGiftCards, "gift_cards"},
     {Matter::kVoidCard, "gift_card_void"},
     {Matter::kCodes, "coupon_codes"},
     {Matter::kIssue, "coupon_issue"},
     {Matter::kClose, "close"},
     {Matter::kLimit, "limit"}}};

constexpr std::string_view kColumns =
    "id, what, payload, amount, asked_by, asked_name, asked_ms, state, decided_name, decided_ms";

Approval read_approval(const Row& row) {
  Approval one{.id = row.text(0),
               .what = matter_from(row.text(1)).value_or(Matter::kCommand),
               .payload = row.text(2),
               .amount = row.integer(3),
               .asked_by = row.text(4),
               .asked_name = row.text(5),
               .state = row.text(7),
               .decided_name = row.text(8),
               .asked_at = from_millis(row.integer(6))};
  if (const auto at = row.maybe_integer(9)) one.decided_at = from_millis(*at);
  return one;
}

const Currency* currency_of(const Programme& programme, const Command& command) {
  return command.currency.empty() ? &programme.currencies.front()
                                  : programme.find(command.currency);
}

Result<Points> number(store::Connection& c, std::string_view sql, std::vector<Value> values) {
  const auto rows = TRY(c.query(sql, std::span<const Value>(values)));
  return rows.empty() ? Points{0} : rows.front().integer(0);
}

}  // namespace

bool by_hand(const http::Principal& who) { return who.id.starts_with("usr_"); }

std::string_view word_of(Matter what) {
  return std::ranges::find(kWords, what, &std::pair<Matter, std::string_view>::first)->second;
}

std::optional<Matter> matter_from(std::string_view word) {
  const auto found = std::ranges::find(kWords, word, &std::pair<Matter, std::string_view>::second);
  if (found == kWords.end()) return std::nullopt;
  return found->first;
}

Result<std::string> ask(store::Connection& c, const Programme& programme, Approval approval,
                        const http::Principal& who, Instant now) {
  if (approval.id.empty()) approval.id = std::string(word_of(approval.what)) + ":" + new_code();
  TRY(
      c.execute("INSERT INTO loyalty_approvals (programme, id, what, payload, amount, asked_by, "
                "asked_name, asked_ms, state, decided_by, decided_name) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', '', '')",
                {programme.id, approval.id, std::string(word_of(approval.what)), approval.payload,
                 approval.amount, who.id, who.name, to_millis(now)}));
  TRY(access::record(c, who, "loyalty.ask", programme.id + "/" + approval.id,
                     {{"what", word_of(approval.what)}, {"amount", approval.amount}}, now));
  return approval.id;
}

Result<std::optional<Approval>> find_approval(store::Connection& c, const Programme& programme,
                                              std::string_view id) {
  const auto row = TRY(c.query_one("SELECT " + std::string(kColumns) +
                                       " FROM loyalty_approvals WHERE programme = $1 AND id = $2",
                                   {programme.id, std::string(id)}));
  if (!row) return std::nullopt;
  return read_approval(*row);
}

Result<std::vector<Approval>> list_approvals(store::Connection& c, const Programme& programme,
                                             std::string_view state, int64_t limit) {
  std::vector<Approval> list;
  for (const Row& row :
       TRY(c.query("SELECT " + std::string(kColumns) +
                       " FROM loyalty_approvals WHERE programme = $1 AND state = $2 "
                       "ORDER BY asked_ms DESC, id LIMIT $3",
                   {programme.id, std::string(state), limit})))
    list.push_back(read_approval(row));
  return list;
}

Result<void> decided(store::Connection& c, const Programme& programme, std::string_view id,
                     bool approve, const http::Principal& who, Instant now) {
  TRY(
      c.execute("UPDATE loyalty_approvals SET state = $3, decided_by = $4, decided_name = $5, "
                "decided_ms = $6 WHERE programme = $1 AND id = $2 AND state = 'waiting'",
                {programme.id, std::string(id), std::string(approve ? "approved" : "refused"),
                 who.id, who.name, to_millis(now)}));
  return {};
}

Result<Points> weight_of(store::Connection& c, const Programme& programme, const Command& command) {
  const Currency* currency = currency_of(programme, command);
  if (!currency) return 0;  // the ledger refuses it
  switch (command.kind) {
    case CommandKind::kEarn:
    case CommandKind::kHold:  // its capture spends it
    case CommandKind::kRedeem:
    case CommandKind::kTransfer:
      return std::max<Points>(0, command.amount);
    case CommandKind::kAdjust:
      return command.amount < 0 ? -std::max(command.amount, -kMaxPoints) : command.amount;
    case CommandKind::kExpire:
      return number(c, "SELECT open FROM loyalty_lots WHERE id = $1", {command.lot});
    case CommandKind::kMerge:
      return number(c,
                    "SELECT available + pending + held FROM loyalty_holders WHERE currency = $1 "
                    "AND person = $2",
                    {currency->id, command.other});
    case CommandKind::kRefund:
      if (command.order.empty()) return 0;
      return number(c,
                    "SELECT CAST(COALESCE(sum(amount), 0) AS BIGINT) FROM loyalty_postings WHERE "
                    "order_ref <> '' AND order_ref = $1 AND currency = $2",
                    {command.order, currency->id});
    default:
      return 0;  // a hold ends as it was made
  }
}

std::optional<int64_t> worth_of(const CouponBatch& batch, int64_t codes) {
  int64_t one = 0;
  if (batch.kind == CouponBatch::Kind::kFixed) one = batch.amount_minor;
  if (batch.kind == CouponBatch::Kind::kPercent) {
    if (batch.max_minor == 0) return std::nullopt;
    one = batch.max_minor;
  }
  const __int128 all = static_cast<__int128>(one) * codes;
  return all > kMaxPoints ? kMaxPoints : static_cast<int64_t>(all);
}

}  // namespace perennial::loyalty
