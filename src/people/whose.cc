// Whose events are whose, for readers of the log that keep columns by person.
#include <algorithm>
#include <unordered_map>

#include "people/bulk.h"
#include "people/identity.h"
#include "people/people.h"
#include "people/readers.h"

namespace perennial::people {
namespace {

constexpr int64_t kPageRows = 50'000;

std::string identity_text(int64_t kind, std::string_view value) {
  const bool user = static_cast<IdentityKind>(kind) == IdentityKind::kUser;
  return user ? events::identity_of(value, "") : events::identity_of("", value);
}

}  // namespace

Result<Reached> reached(store::Connection& c) {
  const auto progress =
      TRY(c.query_one("SELECT applied_seq, last_person, erasures FROM people_progress"
                      " WHERE id = 1"));
  const auto move = TRY(c.query_one("SELECT COALESCE(max(id), 0) FROM person_merges"));
  INVARIANT(progress.has_value() && move.has_value());
  return Reached{.applied_seq = static_cast<uint64_t>(progress->integer(0)),
                 .last_move = move->integer(0),
                 .last_person = progress->integer(1),
                 .erasures = progress->integer(2)};
}

Result<std::vector<PersonId>> people_of(store::Connection& c,
                                        std::span<const std::string> identities) {
  std::unordered_map<std::string, PersonId> found;
  for (const auto kind : {IdentityKind::kUser, IdentityKind::kAnonymous}) {
    const char letter = kind == IdentityKind::kUser ? 'u' : 'a';
    std::vector<store::Value> values;
    for (const std::string& identity : identities) {
      if (identity.starts_with(letter)) values.emplace_back(identity.substr(2));
    }
    const store::Value number = static_cast<int64_t>(kind);
    TRY(each_in(c, "SELECT value, person FROM identities WHERE kind = $1 AND value IN {}",
                std::span(&number, 1), values, [&](const store::Row& row) -> Result<void> {
                  found[identity_text(static_cast<int64_t>(kind), row.text(0))] = row.integer(1);
                  return {};
                }));
  }
  std::vector<PersonId> out;
  for (const std::string& identity : identities) {
    auto person = found.find(identity);
    out.push_back(person == found.end() ? 0 : person->second);
  }
  return out;
}

Result<void> each_identity(
    store::Connection& c,
    const std::function<Result<void>(std::string_view identity, PersonId)>& each) {
  for (int64_t after = 0;;) {
    const auto rows =
        TRY(c.query("SELECT id, kind, value, person FROM identities WHERE id > $1"
                    " ORDER BY id LIMIT $2",
                    {after, kPageRows}));
    if (rows.empty()) return {};
    for (const store::Row& row : rows) {
      TRY(each(identity_text(row.integer(1), row.text(2)), row.integer(3)));
    }
    after = rows.back().integer(0);
  }
}

Result<std::vector<std::string>> identities_of_people(store::Connection& c,
                                                      std::span<const PersonId> people) {
  const std::vector<store::Value> keys(people.begin(), people.end());
  std::vector<std::string> out;
  TRY(each_in(c, "SELECT kind, value FROM identities WHERE person IN {}", {}, keys,
              [&](const store::Row& row) -> Result<void> {
                out.push_back(identity_text(row.integer(0), row.text(1)));
                return {};
              }));
  return out;
}

namespace {

constexpr std::string_view kSelectMoves =
    "SELECT id, from_person, into_person, whole, kind, value FROM person_merges WHERE ";

Move read_move(const store::Row& row) {
  return {.id = row.integer(0),
          .from = row.integer(1),
          .into = row.integer(2),
          .whole = row.integer(3) != 0,
          .identity = identity_text(row.integer(4), row.text(5))};
}

Result<std::vector<Move>> moves_among(store::Connection& c, std::string_view where,
                                      std::span<const int64_t> keys) {
  std::vector<Move> out;
  const std::vector<store::Value> values(keys.begin(), keys.end());
  TRY(each_in(c, std::string(kSelectMoves) + std::string(where), {}, values,
              [&](const store::Row& row) -> Result<void> {
                out.push_back(read_move(row));
                return {};
              }));
  std::ranges::sort(out, {}, &Move::id);
  return out;
}

}  // namespace

Result<std::vector<Move>> moves_after(store::Connection& c, int64_t id, size_t limit) {
  std::vector<Move> out;
  for (const store::Row& row :
       TRY(c.query(std::string(kSelectMoves) + "id > $1 ORDER BY id LIMIT $2",
                   {id, static_cast<int64_t>(limit)})))
    out.push_back(read_move(row));
  return out;
}

Result<std::vector<Move>> joins_of(store::Connection& c, std::span<const PersonId> gone) {
  return moves_among(c, "whole = 1 AND from_person IN {}", gone);
}

Result<std::vector<Move>> joins_into(store::Connection& c, std::span<const PersonId> people) {
  return moves_among(c, "whole = 1 AND into_person IN {}", people);
}

Result<std::vector<Move>> moves_by_id(store::Connection& c, std::span<const int64_t> ids) {
  return moves_among(c, "id IN {}", ids);
}

}  // namespace perennial::people
