#include "loyalty/separate.h"

#include <algorithm>
#include <unordered_map>

#include "loyalty/budgets.h"
#include "loyalty/rows.h"
#include "people/readers.h"

namespace perennial::loyalty {
namespace {

using store::Row;
using store::Value;

// One account below the joined one, and the merge that brought it there.
struct Branch {
  int64_t holder = 0;
  PersonId person = 0;
  size_t parent = 0;  // place in the list; the first is the joined account itself
  std::string merge;
  bool leaves = false;
  bool in_the_way = false;  // it, or one below it, is on another side than what it is joined to
  bool apart = false;       // its merge is undone
};

// The account of a person and all below it, those above ahead of those below.
Result<std::vector<Branch>> accounts_below(store::Connection& c, const Currency& currency,
                                           PersonId person) {
  std::vector<Branch> accounts;
  const auto top = TRY(c.query_one(
      "SELECT id FROM loyalty_holders WHERE currency = $1 AND person = $2", {currency.id, person}));
  if (!top) return accounts;
  accounts.push_back({.holder = top->integer(0), .person = person});
  std::unordered_map<int64_t, size_t> place = {{top->integer(0), 0}};
  std::vector<Value> level = {top->integer(0)};
  while (!level.empty()) {
    std::vector<Value> below;
    TRY(each_in(c,
                "SELECT h.id, h.person, h.merged_into, m.id FROM loyalty_holders h JOIN "
                "loyalty_merges m ON m.from_holder = h.id AND m.undone = 0 WHERE h.merged_into IN "
                "{} ORDER BY h.id",
                {}, level, [&](const Row& row) -> Result<void> {
                  // Lists of keys are filled up with copies, but rows come once.
                  place[row.integer(0)] = accounts.size();
                  accounts.push_back({.holder = row.integer(0),
                                      .person = row.integer(1),
                                      .parent = place.at(row.integer(2)),
                                      .merge = row.text(3)});
                  below.emplace_back(row.integer(0));
                  return {};
                }));
    level = std::move(below);
  }
  return accounts;
}

// Which accounts leave, and which merges are to be undone for that.
Result<void> choose_sides(store::Connection& c, const Separation& separation,
                          std::vector<Branch>& accounts) {
  std::vector<PersonId> numbers;
  for (const Branch& account : accounts) numbers.push_back(account.person);
  std::unordered_map<PersonId, bool> leaves;
  for (const people::Move& join : TRY(people::joins_of(c, numbers)))
    leaves[join.from] = separation.identities.contains(join.identity);
  for (size_t i = 1; i < accounts.size(); ++i) {
    // An account that the shop has merged by itself stays with what it was merged into.
    const auto known = leaves.find(accounts[i].person);
    const bool with_parent = accounts[accounts[i].parent].leaves;
    accounts[i].leaves = known == leaves.end() ? with_parent : known->second;
  }
  for (size_t i = accounts.size(); i-- > 1;) {
    Branch& parent = accounts[accounts[i].parent];
    if (accounts[i].leaves != parent.leaves) accounts[i].in_the_way = true;
    if (accounts[i].in_the_way) parent.in_the_way = true;
  }
  return {};
}

}  // namespace

Result<void> must_merge(store::Connection& c, const Programme& programme, const Command& merge,
                        Instant now) {
  const auto outcomes = TRY(decide(c, programme, std::span(&merge, 1), now));
  const Outcome& outcome = outcomes.front();
  if (outcome.done() || outcome.refusal.code == "already_merged") return {};
  return fail(Code::kConflict, "the accounts of joined people could not be merged: " +
                                   outcome.refusal.code + " (" + merge.id + ")");
}

Result<void> separate_accounts(store::Connection& c, const Programme& programme,
                               const Separation& separation, Instant now) {
  const people::Move& split = separation.split;
  for (const Currency& currency : programme.currencies) {
    auto accounts = TRY(accounts_below(c, currency, split.from));
    TRY(choose_sides(c, separation, accounts));
    const auto id = [&](const Branch& account) {
      return "people:" + std::to_string(split.id) + ":" + currency.code + ":" +
             std::to_string(account.person);
    };
    // Later joins first, as the ledger wants it: those above ahead of those below.
    for (size_t i = 1; i < accounts.size(); ++i) {
      Branch& account = accounts[i];
      const bool reached = account.parent == 0 || accounts[account.parent].apart;
      if (!account.in_the_way || !reached) continue;
      const Command undo{.kind = CommandKind::kUnmerge,
                         .id = id(account),
                         .currency = currency.code,
                         .person = accounts[account.parent].person,
                         .reason = "separated",
                         .target = account.merge};
      const auto undone = TRY(decide(c, programme, std::span(&undo, 1), now));
      account.apart = undone.front().done();
    }
    // The numbers are nobody's any more: each goes to whoever its user is now.
    for (const Branch& account : accounts) {
      if (!account.apart) continue;
      const Command follow{.kind = CommandKind::kMerge,
                           .id = id(account) + ":into",
                           .currency = currency.code,
                           .person = account.leaves ? split.into : split.from,
                           .reason = "separated",
                           .other = account.person};
      TRY(must_merge(c, programme, follow, now));
    }
  }
  TRY(c.execute(
      "UPDATE loyalty_awards SET person = $2 WHERE person = $1 AND programme = $3 AND id IN ("
      "SELECT l.award FROM loyalty_lots l JOIN loyalty_holders h ON h.id = l.holder WHERE "
      "h.person = $2 AND l.award > 0) AND NOT EXISTS (SELECT 1 FROM loyalty_awards o WHERE "
      "o.person = $2 AND o.programme = loyalty_awards.programme AND o.rule = loyalty_awards.rule "
      "AND o.event = loyalty_awards.event)",
      {split.from, split.into, programme.id}));
  return {};
}

Result<void> separate_owned(store::Connection& c, std::span<const Owned> tables,
                            const Separation& separation) {
  std::string sql;
  for (const auto& [table, key] : tables) {
    const std::string name(table), column(key);
    sql += (sql.empty() ? "SELECT m.move FROM " : " UNION SELECT m.move FROM ") + name +
           " t JOIN loyalty_moved m ON m.what = '" + name +
           "' AND m.programme = t.programme AND m.id = t." + column +
           " WHERE t.person = $1 AND t.person > 0";
  }
  std::vector<int64_t> brought;
  for (const Row& row : TRY(c.query(sql, {separation.split.from})))
    brought.push_back(row.integer(0));
  for (const people::Move& join : TRY(people::moves_by_id(c, brought))) {
    if (!separation.identities.contains(join.identity)) continue;
    for (const auto& [table, key] : tables) {
      const std::string name(table), column(key);
      TRY(c.execute("UPDATE " + name +
                        " SET person = $2 WHERE person = $1 AND person > 0 AND "
                        "EXISTS (SELECT 1 FROM loyalty_moved m WHERE m.move = $3 AND m.what = '" +
                        name + "' AND m.programme = " + name + ".programme AND m.id = " + name +
                        "." + column + ")",
                    {separation.split.from, separation.split.into, join.id}));
    }
  }
  return {};
}

namespace {

struct CutRow {
  int64_t id = 0;
  std::string rule, event;
  int64_t version = 0, currency = 0;
  Points points = 0;
  int64_t at_ms = 0;
  Points allowed = 0;
};

Result<std::vector<CutRow>> cut_rows(store::Connection& c, const Programme& programme,
                                     PersonId person) {
  std::vector<CutRow> rows;
  for (const Row& row :
       TRY(c.query("SELECT id, rule, event, version, currency, points, at_ms, allowed FROM "
                   "loyalty_awards WHERE programme = $1 AND person = $2 AND allowed IS NOT NULL",
                   {programme.id, person}))) {
    rows.push_back({.id = row.integer(0),
                    .rule = row.text(1),
                    .event = row.text(2),
                    .version = row.integer(3),
                    .currency = row.integer(4),
                    .points = row.integer(5),
                    .at_ms = row.integer(6),
                    .allowed = row.integer(7)});
  }
  return rows;
}

// The events among those of `rows` that are this person's.
Result<std::set<std::string>> events_of(store::Connection& c, PersonId person,
                                        const std::vector<CutRow>& rows) {
  std::set<std::string> events;
  std::vector<Value> keys;
  for (const CutRow& row : rows) {
    if (row.event.starts_with("seq:"))
      keys.emplace_back(std::strtoll(row.event.c_str() + 4, nullptr, 10));
  }
  const Value fixed = person;
  TRY(each_in(c, "SELECT seq FROM loyalty_facts WHERE person = $1 AND seq IN {}",
              std::span(&fixed, 1), keys, [&](const Row& row) -> Result<void> {
                events.insert("seq:" + std::to_string(row.integer(0)));
                return {};
              }));
  // Orders are already with whom the person has become since.
  const PersonId now_called = TRY(people::current_person(c, person));
  TRY(people::each_order_of(c, std::span(&now_called, 1), [&](const people::Order& order) {
    if (!order.refund) events.insert("order:" + order.source + "/" + order.order_id);
  }));
  return events;
}

Result<void> carry_cuts(store::Connection& c, const Programme& programme, PersonId from,
                        PersonId into) {
  const auto rows = TRY(cut_rows(c, programme, from));
  if (rows.empty()) return {};
  const auto events = TRY(events_of(c, into, rows));
  const auto theirs = TRY(posted_awards(c, programme, std::span(&into, 1)));
  const auto next = TRY(c.query_one("SELECT award FROM loyalty_numbers WHERE id = 1"));
  int64_t number = next->integer(0);
  std::vector<Value> goes;
  AwardRows more;
  for (const CutRow& row : rows) {
    if (!events.contains(row.event) || theirs.contains({into, row.rule, row.event})) continue;
    if (row.points == 0) {
      goes.emplace_back(row.id);
    } else {
      // Its points are taken back where they are; what they may be is known on the other side.
      more.push_back({number++, programme.id, into, row.rule, row.event, row.version, row.currency,
                      Points{0}, row.at_ms, row.allowed});
    }
  }
  const Value fixed = into;
  TRY(execute_in(c, "UPDATE loyalty_awards SET person = $1 WHERE id IN {}", std::span(&fixed, 1),
                 goes));
  if (more.empty()) return {};
  TRY(c.insert_many("loyalty_awards", kAwardColumns, more));
  TRY(c.execute("UPDATE loyalty_numbers SET award = $1 WHERE id = 1", {number}));
  return {};
}

}  // namespace

Result<void> separate_cuts(store::Connection& c, const Programme& programme,
                           const Separation& separation) {
  const people::Move& split = separation.split;
  TRY(carry_cuts(c, programme, split.from, split.into));
  return carry_cuts(c, programme, split.into, split.from);
}

}  // namespace perennial::loyalty
