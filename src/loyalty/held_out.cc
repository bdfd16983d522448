#include "loyalty/held_out.h"

#include "loyalty/rows.h"

namespace perennial::loyalty {
namespace {

using store::Row;
using store::Value;

// The fact that an award is about: rewards of streaks add their own word to its key.
std::string fact_of(std::string key) { return key.substr(0, key.find("#streak")); }

}  // namespace

bool Known::is_held(int64_t at_ms) const {
  for (const HeldSpan& span : held)
    if (span.from_ms <= at_ms && at_ms < span.until_ms) return true;
  return false;
}

void Known::add_quoted(Fact fact) {
  fact.held = is_held(fact.at_ms);
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
  std::vector<Value> keys, held;
  for (Known& one : people) {
    by_person[one.person] = &one;
    keys.emplace_back(one.person);
  }
  TRY(each_in(c, "SELECT person, from_ms, until_ms FROM loyalty_held_out WHERE person IN {}", {},
              keys, [&](const Row& row) -> Result<void> {
                by_person.at(row.integer(0))
                    ->held.push_back({row.integer(1), row.maybe_integer(2).value_or(kNever)});
                return {};
              }));
  for (const auto& [person, known] : by_person)
    if (!known->held.empty()) held.emplace_back(person);
  if (held.empty()) return {};
  const Value fixed = programme.id;
  TRY(each_in(c,
              "SELECT person, event FROM loyalty_awards WHERE programme = $1 AND points > 0 AND "
              "person IN {}",
              std::span(&fixed, 1), held, [&](const Row& row) -> Result<void> {
                by_person.at(row.integer(0))->given.insert(fact_of(row.text(1)));
                return {};
              }));
  for (const Value& person : held) {
    Known& known = *by_person.at(std::get<int64_t>(person));
    for (Fact& fact : known.facts) {
      const bool earns = fact.kind == Fact::Kind::kOrder || fact.kind == Fact::Kind::kEvent;
      fact.held = earns && known.is_held(fact.at_ms) && !known.given.contains(fact.key);
    }
  }
  return {};
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
  std::vector<PersonId> asked(people.begin(), people.end());
  const bool any = TRY(c.query_one("SELECT person FROM loyalty_held_out LIMIT 1")).has_value();
  if (any) {
    const auto already = TRY(held_at(c, people, now));
    std::erase_if(asked, [&](PersonId one) { return already.contains(one); });
  }
  if (asked.empty()) return {};
  struct Fresh {
    std::vector<PersonId> people;
    Instant from;
  };
  std::map<std::string, Fresh> by_hold_out;
  for (const HeldOut& one : TRY(held(c, asked))) {
    by_hold_out[one.hold_out].people.push_back(one.person);
    by_hold_out[one.hold_out].from = one.from;
  }
  for (const auto& [id, fresh] : by_hold_out) TRY(hold_out(c, id, fresh.people, fresh.from));
  return {};
}

Result<void> merge_held(store::Connection& c, PersonId from, PersonId into) {
  TRY(
      c.execute("INSERT INTO loyalty_held_out (hold_out, person, from_ms, until_ms) SELECT "
                "hold_out, CAST($2 AS BIGINT), from_ms, until_ms FROM loyalty_held_out WHERE "
                "person = $1 ON CONFLICT (hold_out, person) DO NOTHING",
                {from, into}));
  return {};
}

}  // namespace perennial::loyalty
