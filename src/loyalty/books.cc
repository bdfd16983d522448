#include "loyalty/books.h"

#include <algorithm>
#include <charconv>

#include "loyalty/outbox.h"
#include "loyalty/rows.h"

namespace perennial::loyalty {

const std::string_view kLotColumns =
    "id, amount, open, held, expired, taken, earned_ms, activates_ms, expires_ms, active, award, "
    "origin, order_ref, line, rule, version, event";

namespace {

using store::Row;
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

std::vector<int64_t> numbers_in(std::string_view text) {
  std::vector<int64_t> numbers;
  const char* at = text.data();
  const char* end = at + text.size();
  while (at < end) {
    int64_t number = 0;
    const auto read = std::from_chars(at, end, number);
    INVARIANT(read.ec == std::errc() && read.ptr < end);
    numbers.push_back(number);
    at = read.ptr + 1;  // past the separator that ends every number
  }
  return numbers;
}

std::vector<Use> read_uses(std::string_view text) {
  const auto numbers = numbers_in(text);
  INVARIANT(numbers.size() % 4 == 0);
  std::vector<Use> uses;
  for (size_t i = 0; i < numbers.size(); i += 4)
    uses.push_back({numbers[i], numbers[i + 1], numbers[i + 2], numbers[i + 3]});
  return uses;
}

constexpr std::string_view kHolderColumns =
    "id, currency, person, available, pending, held, owed, last_ms, merged_into, due_ms";

Holder read_holder(const Row& row) {
  return {.id = row.integer(0),
          .currency = row.integer(1),
          .person = row.integer(2),
          .available = row.integer(3),
          .pending = row.integer(4),
          .held = row.integer(5),
          .owed = row.integer(6),
          .last_ms = row.integer(7),
          .merged_into = row.integer(8),
          .whole = false};
}

constexpr std::string_view kSpendColumns =
    "holder, id, order_ref, at_ms, expires_ms, amount, held, spent, returned, uses";

Spend read_spend(const Row& row) {
  return {.id = row.text(1),
          .order = row.text(2),
          .at_ms = row.integer(3),
          .expires_ms = row.integer(4),
          .amount = row.integer(5),
          .held = row.integer(6),
          .spent = row.integer(7),
          .returned = row.integer(8),
          .uses = read_uses(row.text(9))};
}

Result<void> load_ended_spends(store::Connection& c, Core& core,
                               const std::vector<std::pair<int64_t, std::string>>& wanted) {
  std::map<int64_t, std::vector<Value>> ids;  // by currency
  for (const auto& [currency, id] : wanted) ids[currency].emplace_back(id);
  for (auto& [currency, keys] : ids) {
    std::ranges::sort(keys);
    keys.erase(std::ranges::unique(keys).begin(), keys.end());
    const Value fixed = currency;
    TRY(each_in(c,
                "SELECT " + std::string(kSpendColumns) +
                    " FROM loyalty_spends WHERE currency = $1 AND done = 1 AND id IN {}",
                std::span(&fixed, 1), keys, [&](const Row& row) -> Result<void> {
                  Holder* holder = core.find_by_id(row.integer(0));
                  if (!holder || std::ranges::find(holder->spends, row.text(1), &Spend::id) !=
                                     holder->spends.end())
                    return {};
                  holder->spends.push_back(read_spend(row));
                  return {};
                }));
  }
  return {};
}

Result<void> load_holders(store::Connection& c, Core& core,
                          const std::vector<std::pair<int64_t, PersonId>>& wanted,
                          std::vector<int64_t>& loaded) {
  std::map<int64_t, std::vector<Value>> people;  // by currency
  for (const auto& [currency, person] : wanted) people[currency].emplace_back(person);
  const std::string columns(kHolderColumns);
  std::vector<Value> merged;
  const auto take = [&](const Row& row) -> Result<void> {
    if (core.find_by_id(row.integer(0))) return {};
    Holder& holder = core.add(read_holder(row));
    holder.unread.due_ms = row.maybe_integer(9).value_or(kNever);
    loaded.push_back(holder.id);
    if (holder.merged_into != 0) merged.emplace_back(holder.merged_into);
    return {};
  };
  for (auto& [currency, keys] : people) {
    std::ranges::sort(keys);
    keys.erase(std::ranges::unique(keys).begin(), keys.end());
    const Value fixed = currency;
    TRY(each_in(c,
                "SELECT " + columns + " FROM loyalty_holders WHERE currency = $1 AND person IN {}",
                std::span(&fixed, 1), keys, take));
  }
  while (!merged.empty()) {
    const auto keys = std::exchange(merged, {});
    TRY(each_in(c, "SELECT " + columns + " FROM loyalty_holders WHERE id IN {}", {}, keys, take));
  }
  return {};
}

// Merged people answer through the holder that has everything now.
Result<void> load_lots(store::Connection& c, Core& core, std::span<const int64_t> holders,
                       bool whole) {
  std::vector<Value> keys(holders.begin(), holders.end());
  for (int64_t id : holders) {
    core.find_by_id(id)->whole = whole;
    core.find_by_id(id)->unread = {};
  }
  const std::string where = whole ? "" : " AND done = 0";
  TRY(each_in(c,
              "SELECT holder, " + std::string(kLotColumns) +
                  " FROM loyalty_lots WHERE holder IN {}" + where + " ORDER BY id",
              {}, keys, [&](const Row& row) -> Result<void> {
                core.find_by_id(row.integer(0))->lots.push_back(read_lot(row, 1));
                return {};
              }));
  TRY(each_in(c,
              "SELECT " + std::string(kSpendColumns) + " FROM loyalty_spends WHERE holder IN {}" +
                  where + " ORDER BY at_ms, id",
              {}, keys, [&](const Row& row) -> Result<void> {
                core.find_by_id(row.integer(0))->spends.push_back(read_spend(row));
                return {};
              }));
  if (!whole) return {};
  return each_in(c,
                 "SELECT holder, order_ref, line, spent_side, refunded_minor, total_minor "
                 "FROM loyalty_refunded WHERE holder IN {}",
                 {}, keys, [&](const Row& row) -> Result<void> {
                   core.find_by_id(row.integer(0))
                       ->refunded.push_back({.order = row.text(1),
                                             .line = row.text(2),
                                             .spent_side = row.integer(3) != 0,
                                             .refunded_minor = row.integer(4),
                                             .total_minor = row.integer(5)});
                   return {};
                 });
}

Result<void> load_merge(store::Connection& c, Core& core, int64_t currency, const std::string& id,
                        std::vector<std::pair<int64_t, PersonId>>& whole) {
  const auto row =
      TRY(c.query_one("SELECT from_holder, into_holder, owed, undone, lots, spends "
                      "FROM loyalty_merges WHERE currency = $1 AND id = $2",
                      {currency, id}));
  if (!row) return {};
  Merge merge{.id = id,
              .from = row->integer(0),
              .into = row->integer(1),
              .owed = row->integer(2),
              .undone = row->integer(3) != 0,
              .lots = numbers_in(row->text(4))};
  for (const Json& spend : TRY(parse_json(row->text(5)))) merge.spends.push_back(spend);
  for (int64_t holder : {merge.from, merge.into}) {
    const auto person =
        TRY(c.query_one("SELECT person FROM loyalty_holders WHERE id = $1", {holder}));
    INVARIANT(person.has_value());
    whole.emplace_back(currency, person->integer(0));
  }
  core.add_merge(std::move(merge));
  return {};
}

}  // namespace

Lot read_lot(const Row& row, size_t i) {
  return {.id = row.integer(i),
          .amount = row.integer(i + 1),
          .open = row.integer(i + 2),
          .held = row.integer(i + 3),
          .expired = row.integer(i + 4),
          .taken = row.integer(i + 5),
          .earned_ms = row.integer(i + 6),
          .activates_ms = row.integer(i + 7),
          .expires_ms = row.integer(i + 8),
          .active = row.integer(i + 9) != 0,
          .award = row.integer(i + 10),
          .order = row.text(i + 12),
          .line = row.text(i + 13),
          .rule = row.text(i + 14),
          .event = row.text(i + 16),
          .version = row.integer(i + 15),
          .origin = static_cast<CommandKind>(row.integer(i + 11))};
}

Result<Numbers> read_numbers(store::Connection& c) {
  const auto row = TRY(c.query_one("SELECT entry, lot, holder FROM loyalty_numbers WHERE id = 1"));
  INVARIANT(row.has_value());
  return Numbers{row->integer(0), row->integer(1), row->integer(2)};
}

namespace {

// Those whose lots have to be read after all are added to `open`: something of theirs is due, or
// they were merged into somebody.
Result<void> load_earning(store::Connection& c, Core& core, const Wanted& wanted,
                          std::vector<int64_t>& open) {
  std::vector<int64_t> loaded;
  TRY(load_holders(c, core, wanted.earning, loaded));
  const bool merged = std::ranges::any_of(
      loaded, [&](int64_t id) { return core.find_by_id(id)->merged_into != 0; });
  for (const int64_t id : loaded) {
    Holder& holder = *core.find_by_id(id);
    const int64_t until =
        std::max({wanted.earning_until_ms, holder.last_ms, core.programme().closed_ms});
    if (merged || holder.unread.due_ms <= until) {
      open.push_back(id);
      continue;
    }
    holder.unread.available = holder.available;
    holder.unread.pending = holder.pending;
    holder.unread.held = holder.held;
  }
  return {};
}

}  // namespace

Result<void> load(store::Connection& c, Core& core, const Wanted& wanted) {
  auto whole_people = wanted.whole;
  for (const auto& [currency, id] : wanted.merges)
    TRY(load_merge(c, core, currency, id, whole_people));
  std::vector<int64_t> whole, open;
  TRY(load_holders(c, core, whole_people, whole));
  TRY(load_lots(c, core, whole, true));
  TRY(load_holders(c, core, wanted.open, open));
  TRY(load_earning(c, core, wanted, open));
  TRY(load_lots(c, core, open, false));
  return load_ended_spends(c, core, wanted.spends);
}

namespace {

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
      "rule",   "version", "event",  "order_ref", "reason"};
  std::map<std::pair<int64_t, Account>, std::pair<Points, Points>> totals;
  std::vector<std::vector<Value>> rows;
  rows.reserve(core.postings().size());
  for (const Posting& p : core.postings()) {
    rows.push_back({p.holder, p.entry, p.line, p.currency, p.at_ms, to_millis(now),
                    static_cast<int64_t>(p.kind), static_cast<int64_t>(p.debit),
                    static_cast<int64_t>(p.credit), p.lot, p.amount, p.command, p.rule, p.version,
                    p.event, p.order, p.reason});
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
