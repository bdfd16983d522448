#include "loyalty/held_out.h"

#include <algorithm>

#include "loyalty/rows.h"
#include "people/readers.h"

namespace perennial::loyalty {
namespace {

using store::Row;
using store::Value;

// The fact that an award is about: rewards of streaks add their own word to its key.
std::string fact_of(const std::string& key) { return key.substr(0, key.find("#streak")); }

// Rows that came with a join, in loyalty_moved: `programme` is the hold-out, `id` who has the row.
// Rows of before stay under the number that went.
constexpr std::string_view kWhat = "loyalty_held_out";

}  // namespace

bool is_held(std::span<const HeldSpan> spans, int64_t at_ms) {
  return std::ranges::any_of(
      spans, [&](const HeldSpan& span) { return span.from_ms <= at_ms && at_ms < span.until_ms; });
}

bool Known::is_held(int64_t at_ms) const { return loyalty::is_held(held, at_ms); }

bool Known::has_given(const std::string& rule, const std::string& award_key) const {
  const auto awards = given.find(fact_of(award_key));
  return awards != given.end() && std::ranges::any_of(awards->second, [&](const Gave& gave) {
           return gave.rule == rule && gave.key == award_key;
         });
}

void Known::mark_held(Fact& fact) const {
  const bool earns = fact.kind == Fact::Kind::kOrder || fact.kind == Fact::Kind::kEvent;
  fact.held = earns && is_held(fact.at_ms);
  if (!fact.held) return;
  const auto awards = given.find(fact.key);
  if (awards != given.end()) fact.given = awards->second;
}

void Known::add_quoted(Fact fact) {
  mark_held(fact);
  facts.push_back(std::move(fact));
}

Result<void> hold_out(store::Connection& c, std::string_view hold_out,
                      std::span<const PersonId> people, Instant from) {
  static const std::vector<std::string_view> kColumns = {"hold_out", "person", "from_ms"};
  std::vector<std::vector<Value>> rows;
  for (const PersonId person : people)
    rows.push_back({std::string(hold_out), person, to_millis(from)});
  if (rows.empty()) return {};
  TRY(c.insert_many("loyalty_held_out", kColumns, rows,
                    "ON CONFLICT (hold_out, person) DO NOTHING"));
  return {};
}

Result<void> end_hold_out(store::Connection& c, std::string_view hold_out, Instant at) {
  TRY(
      c.execute("UPDATE loyalty_held_out SET until_ms = $2 WHERE hold_out = $1 AND until_ms IS "
                "NULL",
                {std::string(hold_out), to_millis(at)}));
  return {};
}

Result<void> mark_held(store::Connection& c, const Programme& programme,
                       std::vector<Known>& people) {
  std::map<PersonId, Known*> by_person;
  std::vector<PersonId> everybody;
  std::vector<Value> held;
  for (Known& one : people) {
    by_person[one.person] = &one;
    everybody.push_back(one.person);
  }
  for (auto& [person, spans] : TRY(held_spans(c, everybody))) {
    by_person.at(person)->held = std::move(spans);
    held.emplace_back(person);
  }
  if (held.empty()) return {};
  const Value fixed = programme.id;
  TRY(each_in(c,
              "SELECT person, rule, version, event FROM loyalty_awards WHERE programme = $1 AND "
              "points > 0 AND person IN {}",
              std::span(&fixed, 1), held, [&](const Row& row) -> Result<void> {
                by_person.at(row.integer(0))
                    ->given[fact_of(row.text(3))]
                    .push_back({row.text(1), row.integer(2), row.text(3)});
                return {};
              }));
  for (const Value& person : held) {
    Known& known = *by_person.at(std::get<int64_t>(person));
    for (Fact& fact : known.facts) known.mark_held(fact);
  }
  return {};
}

Result<std::map<PersonId, std::vector<HeldSpan>>> held_spans(store::Connection& c,
                                                             std::span<const PersonId> people) {
  std::map<PersonId, std::vector<HeldSpan>> spans;
  const std::vector<Value> keys(people.begin(), people.end());
  TRY(each_in(c, "SELECT person, from_ms, until_ms FROM loyalty_held_out WHERE person IN {}", {},
              keys, [&](const Row& row) -> Result<void> {
                spans[row.integer(0)].push_back(
                    {row.integer(1), row.maybe_integer(2).value_or(kNever)});
                return {};
              }));
  return spans;
}

Result<std::set<PersonId>> held_at(store::Connection& c, std::span<const PersonId> people,
                                   Instant at) {
  std::set<PersonId> held;
  const Value fixed = to_millis(at);
  const std::vector<Value> keys(people.begin(), people.end());
  TRY(each_in(c,
              "SELECT person FROM loyalty_held_out WHERE from_ms <= $1 AND (until_ms IS NULL OR "
              "until_ms > $1) AND person IN {}",
              std::span(&fixed, 1), keys, [&](const Row& row) -> Result<void> {
                held.insert(row.integer(0));
                return {};
              }));
  return held;
}

Result<void> hold_newcomers(store::Connection& c, std::span<const PersonId> people, Instant now,
                            const Loyalty::HeldNewcomers& held) {
  if (!held) return {};
  std::vector<PersonId> asked(people.begin(), people.end());
  const bool any = TRY(c.query_one("SELECT person FROM loyalty_held_out LIMIT 1")).has_value();
  if (any) {
    const auto already = TRY(held_at(c, people, now));
    std::erase_if(asked, [&](PersonId one) { return already.contains(one); });
  }
  if (asked.empty()) return {};
  std::map<std::pair<std::string, Instant>, std::vector<PersonId>> by_hold_out;
  for (const HeldOut& one : TRY(held(c, asked)))
    by_hold_out[{one.hold_out, one.from}].push_back(one.person);
  for (const auto& [hold_out_from, list] : by_hold_out)
    TRY(hold_out(c, hold_out_from.first, list, hold_out_from.second));
  return {};
}

namespace {

// Gives a person the rows of a number that went by a join: those that `own` says are its own, or
// all of them.
Result<void> bring(store::Connection& c, const people::Move& join, PersonId into, bool own) {
  const std::string what(kWhat);
  const std::string rows =
      " FROM loyalty_held_out f WHERE f.person = $1 AND NOT EXISTS (SELECT 1 FROM "
      "loyalty_held_out t WHERE t.person = $2 AND t.hold_out = f.hold_out)" +
      std::string(
          own ? " AND NOT EXISTS (SELECT 1 FROM loyalty_moved m WHERE m.what = '" + what +
                    "' AND m.programme = f.hold_out AND m.id = CAST(CAST($1 AS BIGINT) AS TEXT))"
              : "");
  TRY(c.execute("INSERT INTO loyalty_moved (what, move, programme, id) SELECT '" + what +
                    "', CAST($3 AS BIGINT), f.hold_out, CAST(CAST($2 AS BIGINT) AS TEXT)" + rows,
                {join.from, into, join.id}));
  TRY(
      c.execute("INSERT INTO loyalty_held_out (hold_out, person, from_ms, until_ms) SELECT "
                "f.hold_out, CAST($2 AS BIGINT), f.from_ms, f.until_ms" +
                    rows,
                {join.from, into}));
  return {};
}

// The numbers that ever became part of a person, by any chain of joins.
Result<std::vector<people::Move>> joins_below(store::Connection& c, PersonId person) {
  std::vector<people::Move> below;
  std::vector<PersonId> level = {person};
  std::set<PersonId> seen = {person};
  while (!level.empty()) {
    std::vector<PersonId> next;
    for (people::Move& join : TRY(people::joins_into(c, level))) {
      if (!seen.insert(join.from).second) continue;
      next.push_back(join.from);
      below.push_back(std::move(join));
    }
    level = std::move(next);
  }
  std::ranges::sort(below, {}, &people::Move::id);
  return below;
}

}  // namespace

Result<void> merge_held(store::Connection& c, const people::Move& join) {
  return bring(c, join, join.into, false);
}

Result<void> separate_held(store::Connection& c, const Separation& separation) {
  const people::Move& split = separation.split;
  const std::string what(kWhat), who = std::to_string(split.from);
  TRY(
      c.execute("DELETE FROM loyalty_held_out WHERE person = $1 AND EXISTS (SELECT 1 FROM "
                "loyalty_moved m WHERE m.what = $2 AND m.programme = loyalty_held_out.hold_out "
                "AND m.id = $3)",
                {split.from, what, who}));
  TRY(c.execute("DELETE FROM loyalty_moved WHERE what = $1 AND id = $2", {what, who}));
  const auto joins = TRY(joins_below(c, split.from));
  std::vector<std::string> identities;
  for (const people::Move& join : joins) identities.push_back(join.identity);
  const auto whose = TRY(people::people_of(c, identities));
  const PersonId stays = TRY(people::current_person(c, split.from));
  for (size_t i = 0; i < joins.size(); ++i) {
    // One that is on neither side went before.
    if (separation.identities.contains(identities[i])) {
      TRY(bring(c, joins[i], split.into, true));
    } else if (whose[i] == stays) {
      TRY(bring(c, joins[i], split.from, true));
    }
  }
  return {};
}

}  // namespace perennial::loyalty
