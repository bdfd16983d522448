// What a run of commands needs of the accounts, out of the state database.
//
// Of people who only earn and spend, few lots are read: those that are spent first. What the others
// add up to is the balance less what was read, as every commit has asserted that lots and balance
// agree. That holds while nothing else happens to the person; where something may, all open lots
// are read.
#include <algorithm>
#include <charconv>

#include "loyalty/books.h"
#include "loyalty/rows.h"

namespace perennial::loyalty {

const std::string_view kLotColumns =
    "id, amount, open, held, expired, taken, earned_ms, activates_ms, expires_ms, active, award, "
    "origin, order_ref, line, rule, version, event";

namespace {

using store::Row;
using store::Value;

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

// What is looked for by currency, ascending and each once.
template <class Key>
std::map<int64_t, std::vector<Value>> by_currency(
    const std::vector<std::pair<int64_t, Key>>& wanted) {
  std::map<int64_t, std::vector<Value>> out;
  for (const auto& [currency, key] : wanted) out[currency].emplace_back(key);
  for (auto& [currency, keys] : out) {
    std::ranges::sort(keys);
    keys.erase(std::ranges::unique(keys).begin(), keys.end());
  }
  return out;
}

Result<void> load_ended_spends(store::Connection& c, Core& core,
                               const std::vector<std::pair<int64_t, std::string>>& wanted) {
  for (const auto& [currency, keys] : by_currency(wanted)) {
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
  for (const auto& [currency, keys] : by_currency(wanted)) {
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

// How many lots of a person are read at first; where they are not enough, more and more.
constexpr int64_t kFirstLots = 4;
constexpr int64_t kMoreLots = 8;  // times as many

constexpr std::string_view kFirstLotsWhere =
    " FROM loyalty_lots WHERE holder = {} AND done = 0 AND active = 1 AND open > 0 "
    "ORDER BY expires_ms, id LIMIT ";

// The first `limit` active lots of each holder in the order of spending. PostgreSQL takes many
// holders at a time; SQLite is fastest with one.
Result<void> load_first_lots(store::Connection& c, Core& core, std::span<const Value> holders,
                             int64_t limit) {
  const auto take = [&](const Row& row) -> Result<void> {
    core.find_by_id(row.integer(0))->lots.push_back(read_lot(row, 1));
    return {};
  };
  const std::string columns = "holder, " + std::string(kLotColumns);
  const auto lots_of = [&](std::string_view holder, std::string_view most) {
    std::string where(kFirstLotsWhere);
    where.replace(where.find("{}"), 2, holder);
    return "SELECT " + columns + where + std::string(most);
  };
  if (c.engine() == store::Engine::kPostgres) {
    const Value fixed = limit;
    return each_in(c,
                   "SELECT l.* FROM loyalty_holders h CROSS JOIN LATERAL (" +
                       lots_of("h.id", "$1") + ") AS l WHERE h.id IN {}",
                   std::span(&fixed, 1), holders, take);
  }
  const std::string sql = lots_of("$1", "$2");
  for (const Value& holder : holders) {
    for (const Row& row : TRY(c.query(sql, {holder, limit}))) TRY(take(row));
  }
  return {};
}

// What became of an attempt to do with the lots that were read.
enum class Reading { kEnough, kMore, kAll };

// Whether the first lots of `holder` serve to spend `need`. One open lot more than is spent has to
// be among them: it says what is due next.
Reading judge_first_lots(Holder& holder, Points need, int64_t limit) {
  const bool complete = std::ssize(holder.lots) < limit;
  std::ranges::sort(holder.lots, {}, &Lot::place);
  Points open = 0, held = 0;
  for (const Lot& lot : holder.lots) {
    open += lot.open;
    held += lot.held;
  }
  if (!complete && open <= need) return Reading::kMore;
  Holder::Unread& unread = holder.unread;
  INVARIANT(!holder.lots.empty() && (!complete || open == holder.available));
  const bool lot_is_due_first = unread.due_ms == holder.lots.front().expires_ms;
  if (lot_is_due_first) {
    // What is due after it may be an activation or a hold, which nothing here tells of.
    if (holder.pending > 0 || holder.held > 0) return Reading::kAll;
    unread.due_ms = kNever;
  }
  unread.available -= open;
  unread.held -= held;
  unread.up_to = complete ? Holder::kLast : holder.lots.back().place();
  return Reading::kEnough;
}

// Those whose open lots have to be read after all are added to `open`: something of theirs is due,
// or they were merged into somebody.
Result<void> load_few(store::Connection& c, Core& core, const Wanted& wanted,
                      std::vector<int64_t>& open) {
  std::vector<std::pair<int64_t, PersonId>> people;
  people.reserve(wanted.few.size());
  for (const auto& [who, need] : wanted.few) people.push_back(who);
  std::vector<int64_t> loaded;
  TRY(load_holders(c, core, people, loaded));
  const bool merged = std::ranges::any_of(
      loaded, [&](int64_t id) { return core.find_by_id(id)->merged_into != 0; });
  std::vector<Value> spending;
  const auto need_of = [&](const Holder& holder) {
    const auto found = wanted.few.find({holder.currency, holder.person});
    return found == wanted.few.end() ? 0 : found->second;
  };
  for (const int64_t id : loaded) {
    Holder& holder = *core.find_by_id(id);
    const int64_t until =
        std::max({wanted.few_until_ms, holder.last_ms, core.programme().closed_ms});
    const Points need = need_of(holder);
    if (merged || holder.unread.due_ms <= until || (need > 0 && holder.owed > 0)) {
      open.push_back(id);
      continue;
    }
    holder.unread = {.available = holder.available,
                     .pending = holder.pending,
                     .held = holder.held,
                     .holds = holder.held,
                     .due_ms = holder.unread.due_ms,
                     .up_to = holder.available == 0 ? Holder::kLast : Holder::kFirst};
    if (need > 0 && holder.available > 0) spending.emplace_back(id);
  }
  for (int64_t limit = kFirstLots; !spending.empty(); limit *= kMoreLots) {
    TRY(load_first_lots(c, core, spending, limit));
    std::vector<Value> more;
    for (const Value& id : spending) {
      Holder& holder = *core.find_by_id(std::get<int64_t>(id));
      const Reading reading = judge_first_lots(holder, need_of(holder), limit);
      if (reading == Reading::kEnough) continue;
      holder.lots.clear();
      if (reading == Reading::kMore) more.push_back(id);
      if (reading == Reading::kAll) open.push_back(holder.id);
    }
    spending = std::move(more);
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
  TRY(load_few(c, core, wanted, open));
  TRY(load_lots(c, core, open, false));
  return load_ended_spends(c, core, wanted.spends);
}

}  // namespace perennial::loyalty
