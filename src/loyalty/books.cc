#include "loyalty/books.h"

#include <algorithm>

#include "loyalty/outbox.h"

namespace perennial::loyalty {
namespace {

using store::Value;

// "lot:held:spent:returned;…"
std::string uses_text(const std::vector<Use>& uses) {
  std::string text;
  for (const Use& use : uses) {
    text += std::to_string(use.lot) + ":" + std::to_string(use.held) + ":" +
            std::to_string(use.spent) + ":" + std::to_string(use.returned) + ";";
  }
  return text;
}

constexpr std::string_view kUpdateHolder =
    "ON CONFLICT (id) DO UPDATE SET available = excluded.available, pending = excluded.pending, "
    "held = excluded.held, owed = excluded.owed, last_ms = excluded.last_ms, "
    "due_ms = excluded.due_ms, merged_into = excluded.merged_into";

Result<void> save_holders(store::Connection& c, Core& core) {
  static const std::vector<std::string_view> kColumns = {
      "id",   "currency", "person",  "available", "pending",
      "held", "owed",     "last_ms", "due_ms",    "merged_into"};
  std::vector<std::vector<Value>> rows;
  for (const auto& [key, holder] : core.holders()) {
    if (!holder->changed) continue;
    const int64_t due = holder->next_due();
    rows.push_back({holder->id, holder->currency, holder->person, holder->available,
                    holder->pending, holder->held, holder->owed, holder->last_ms,
                    due == kNever ? Value() : Value(due), holder->merged_into});
  }
  TRY(c.insert_many("loyalty_holders", kColumns, rows, kUpdateHolder));
  return {};
}

Result<void> save_lots(store::Connection& c, Core& core) {
  static const std::vector<std::string_view> kColumns = {
      "id",        "holder",       "amount",     "open",    "held", "expired", "taken",
      "earned_ms", "activates_ms", "expires_ms", "active",  "done", "award",   "origin",
      "order_ref", "line",         "rule",       "version", "event"};
  std::vector<std::vector<Value>> fresh, changed;
  for (const auto& [key, holder] : core.holders()) {
    for (const Lot& lot : holder->lots) {
      if (!lot.changed) continue;
      (lot.fresh ? fresh : changed)
          .push_back({lot.id, holder->id, lot.amount, lot.open, lot.held, lot.expired, lot.taken,
                      lot.earned_ms, lot.activates_ms, lot.expires_ms, int64_t{lot.active},
                      int64_t{lot.open == 0 && lot.held == 0}, lot.award,
                      static_cast<int64_t>(lot.origin), lot.order, lot.line, lot.rule, lot.version,
                      lot.event});
    }
  }
  std::ranges::sort(fresh, {}, [](const auto& row) { return std::get<int64_t>(row[0]); });
  TRY(c.insert_many("loyalty_lots", kColumns, fresh));
  TRY(c.insert_many("loyalty_lots", kColumns, changed,
                    "ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, "
                    "open = excluded.open, held = excluded.held, expired = excluded.expired, "
                    "taken = excluded.taken, active = excluded.active, done = excluded.done"));
  return {};
}

Result<void> save_spends(store::Connection& c, Core& core) {
  static const std::vector<std::string_view> kSpends = {
      "currency", "id",   "holder", "order_ref", "at_ms", "expires_ms",
      "amount",   "held", "spent",  "returned",  "done",  "uses"};
  static const std::vector<std::string_view> kRefunded = {
      "holder", "order_ref", "line", "spent_side", "refunded_minor", "total_minor"};
  std::vector<std::vector<Value>> spends, refunded;
  for (const auto& [key, holder] : core.holders()) {
    for (const Spend& spend : holder->spends) {
      if (!spend.changed) continue;
      spends.push_back({holder->currency, spend.id, holder->id, spend.order, spend.at_ms,
                        spend.expires_ms, spend.amount, spend.held, spend.spent, spend.returned,
                        int64_t{spend.held == 0}, uses_text(spend.uses)});
    }
    for (const Refunded& one : holder->refunded) {
      if (!one.changed) continue;
      refunded.push_back({holder->id, one.order, one.line, int64_t{one.spent_side},
                          one.refunded_minor, one.total_minor});
    }
  }
  TRY(c.insert_many("loyalty_spends", kSpends, spends,
                    "ON CONFLICT (currency, id) DO UPDATE SET holder = excluded.holder, "
                    "order_ref = excluded.order_ref, held = excluded.held, "
                    "spent = excluded.spent, returned = excluded.returned, done = excluded.done, "
                    "uses = excluded.uses"));
  TRY(c.insert_many("loyalty_refunded", kRefunded, refunded,
                    "ON CONFLICT (holder, order_ref, line, spent_side) DO UPDATE SET "
                    "refunded_minor = excluded.refunded_minor, "
                    "total_minor = excluded.total_minor"));
  return {};
}

Result<void> save_merges(store::Connection& c, Core& core) {
  for (const auto& [id, merge] : core.merges()) {
    if (!merge.changed) continue;
    std::string lots;
    for (int64_t lot : merge.lots) lots += std::to_string(lot) + ";";
    const Holder* into = core.find_by_id(merge.into);
    TRY(c.execute(
        "INSERT INTO loyalty_merges (currency, id, from_holder, into_holder, owed, undone, lots, "
        "spends) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
        "ON CONFLICT (currency, id) DO UPDATE SET undone = excluded.undone",
        {into->currency, id, merge.from, merge.into, merge.owed, int64_t{merge.undone}, lots,
         to_text(Json(merge.spends))}));
  }
  return {};
}

Result<void> save_postings(store::Connection& c, const Core& core, Instant now) {
  static const std::vector<std::string_view> kColumns = {
      "holder", "entry",   "line",   "currency",  "at_ms",  "recorded_ms",
      "kind",   "debit",   "credit", "lot",       "amount", "command",
      "rule",   "version", "event",  "order_ref", "reason", "actor"};
  std::map<std::pair<int64_t, Account>, std::pair<Points, Points>> totals;
  std::vector<std::vector<Value>> rows;
  rows.reserve(core.postings().size());
  for (const Posting& p : core.postings()) {
    rows.push_back({p.holder, p.entry, p.line, p.currency, p.at_ms, to_millis(now),
                    static_cast<int64_t>(p.kind), static_cast<int64_t>(p.debit),
                    static_cast<int64_t>(p.credit), p.lot, p.amount, p.command, p.rule, p.version,
                    p.event, p.order, p.reason, p.by});
    totals[{p.currency, p.debit}].first += p.amount;
    totals[{p.currency, p.credit}].second += p.amount;
  }
  TRY(c.insert_many("loyalty_postings", kColumns, rows));
  for (const auto& [key, sums] : totals) {
    TRY(
        c.execute("INSERT INTO loyalty_totals (currency, account, debits, credits) "
                  "VALUES ($1, $2, $3, $4) ON CONFLICT (currency, account) DO UPDATE SET "
                  "debits = loyalty_totals.debits + excluded.debits, "
                  "credits = loyalty_totals.credits + excluded.credits",
                  {key.first, static_cast<int64_t>(key.second), sums.first, sums.second}));
  }
  return {};
}

}  // namespace

Result<void> save(store::Connection& c, Core& core, Instant now) {
  core.check();
  TRY(save_holders(c, core));
  TRY(save_lots(c, core));
  TRY(save_spends(c, core));
  TRY(save_merges(c, core));
  TRY(save_postings(c, core, now));
  TRY(tell_postings(c, core));
  TRY(c.execute("UPDATE loyalty_numbers SET entry = $1, lot = $2, holder = $3 WHERE id = 1",
                {core.numbers().entry, core.numbers().lot, core.numbers().holder}));
  return {};
}

}  // namespace perennial::loyalty
