// Lists of people. The ids of all that fit, in order, come first (a narrow scan); then only the
// page's people are read whole.
#include "people/list.h"

#include <algorithm>

#include "people/identifier.h"
#include "people/identity.h"
#include "people/people.h"
#include "people/search.h"

namespace perennial::people {
namespace {

using store::Row;
using store::Value;

// So few people behind a page are read with it: then nobody need be counted, which is a second
// scan.
constexpr size_t kCountedAlong = 500;
// People of one identifier whom a search looks at: more have it as somebody's default.
constexpr int64_t kMaxNamed = 100;
constexpr IdentifierKind kKinds[] = {IdentifierKind::kPhone, IdentifierKind::kEmail,
                                     IdentifierKind::kUnionid, IdentifierKind::kOpenid,
                                     IdentifierKind::kDevice};

struct Sql {
  std::string where = " WHERE 1 = 1";
  std::vector<Value> parameters;
  bool needs_seen = false;

  std::string parameter(Value value) {
    parameters.push_back(std::move(value));
    return "$" + std::to_string(parameters.size());
  }
};

// Who has the words as one of their identifiers, or once named them.
Result<std::vector<PersonId>> named_by(store::Connection& c, const ListQuery& query,
                                       std::string_view region) {
  const std::string words(trim(query.search));
  if (words.empty() || words.size() > kMaxIdentifierBytes) return std::vector<PersonId>{};
  std::vector<PersonId> people;
  // Anonymous and user ids are stored as they came.
  for (const Row& row : TRY(c.query("SELECT person FROM identities WHERE value = $1", {words})))
    people.push_back(row.integer(0));
  for (const IdentifierKind kind : kKinds) {
    const std::string normal = normal_identifier(kind, words, region);
    if (normal.empty() || is_junk_identifier(kind, normal)) continue;
    for (const Row& row :
         TRY(c.query("SELECT i.person FROM identity_claims k JOIN identities i ON i.id = "
                     "k.identity WHERE k.value = $1 AND k.kind = $2 LIMIT $3",
                     {normal, static_cast<int64_t>(kind), kMaxNamed})))
      people.push_back(row.integer(0));
  }
  std::ranges::sort(people);
  people.erase(std::unique(people.begin(), people.end()), people.end());
  return people;
}

Result<Sql> conditions(store::Connection& c, const ListQuery& query, std::string_view region) {
  Sql sql;
  if (query.known) sql.where += *query.known ? " AND p.user_id <> ''" : " AND p.user_id = ''";
  if (query.country) sql.where += " AND p.country = " + sql.parameter(*query.country);
  if (!trim(query.search).empty()) {
    const std::string like =
        "p.search LIKE " + sql.parameter(search_pattern(query.search)) + " ESCAPE '\\'";
    std::string among;
    for (const PersonId person : TRY(named_by(c, query, region)))
      among += (among.empty() ? "" : ", ") + sql.parameter(person);
    sql.where += among.empty() ? " AND " + like : " AND (" + like + " OR p.id IN (" + among + "))";
  }
  return sql;
}

std::string_view sort_column(ListQuery::Sort sort) {
  switch (sort) {
    case ListQuery::Sort::kLastOrder:
      return "p.last_order_ms";
    case ListQuery::Sort::kFirstOrder:
      return "p.first_order_ms";
    case ListQuery::Sort::kOrders:
      return "p.orders";
    case ListQuery::Sort::kRevenue:
      return "p.revenue_minor";
    case ListQuery::Sort::kName:
      return "p.name_key";
    case ListQuery::Sort::kLastSeen:
      return "s.last_ms";
    case ListQuery::Sort::kFirstSeen:
      return "p.first_seen_ms";
  }
  return "p.id";
}

std::string from(const ListQuery& query) {
  return query.sort == ListQuery::Sort::kLastSeen
             ? " FROM people p JOIN people_seen s ON s.person = p.id"
             : " FROM people p";
}

std::string order_by(const ListQuery& query) {
  const std::string column(sort_column(query.sort));
  return " ORDER BY CASE WHEN " + column + " IS NULL THEN 1 ELSE 0 END, " + column +
         (query.descending ? " DESC" : "") + ", p.id";
}

bool takes_all(const ListQuery& query) { return !query.set.has_value(); }

}  // namespace

Result<void> each_listed(store::Connection& c, const ListQuery& query, std::string_view region,
                         const std::function<Result<void>(PersonId)>& each) {
  Sql sql = TRY(conditions(c, query, region));
  std::vector<PersonId> set;
  if (query.set) {
    set = *query.set;
    std::ranges::sort(set);
  }
  return c.each("SELECT p.id" + from(query) + sql.where + order_by(query), sql.parameters,
                [&](const Row& row) -> Result<void> {
                  const PersonId id = row.integer(0);
                  if (query.set && !std::ranges::binary_search(set, id)) return {};
                  return each(id);
                });
}

Result<ListPage> list_people(store::Connection& c, const ListQuery& query) {
  return list_people(c, query, "ZZ");
}

Result<ListPage> list_people(store::Connection& c, const ListQuery& query,
                             std::string_view region) {
  ListPage page;
  std::vector<PersonId> ids;
  if (takes_all(query)) {
    Sql sql = TRY(conditions(c, query, region));
    const Sql uncut = sql;
    const size_t most = std::max(query.limit, kCountedAlong);
    const std::string limit = sql.parameter(static_cast<int64_t>(most));
    const std::string offset = sql.parameter(static_cast<int64_t>(query.offset));
    const auto rows = TRY(c.query("SELECT p.id" + from(query) + sql.where + order_by(query) +
                                      " LIMIT " + limit + " OFFSET " + offset,
                                  sql.parameters));
    for (const Row& row : rows) {
      if (ids.size() < query.limit) ids.push_back(row.integer(0));
    }
    page.total = query.offset + rows.size();
    // Who was never seen is counted, though no page in that order shows them.
    const bool whole = query.sort != ListQuery::Sort::kLastSeen && rows.size() < most &&
                       (!rows.empty() || query.offset == 0);
    if (!whole) {
      const auto count =
          TRY(c.query("SELECT count(*) FROM people p" + uncut.where, uncut.parameters));
      page.total = static_cast<size_t>(count.at(0).integer(0));
    }
  } else {
    TRY(each_listed(c, query, region, [&](PersonId id) -> Result<void> {
      if (page.total >= query.offset && ids.size() < query.limit) ids.push_back(id);
      ++page.total;
      return {};
    }));
  }
  page.people = TRY(find_people(c, ids));
  return page;
}

Result<std::vector<PersonId>> known_people(store::Connection& c) {
  std::vector<PersonId> people;
  TRY(c.each("SELECT id FROM people WHERE user_id <> ''", {}, [&](const Row& row) -> Result<void> {
    people.push_back(row.integer(0));
    return {};
  }));
  std::ranges::sort(people);
  return people;
}

bool KnownSince::known_before(PersonId id, Instant at) const {
  const auto found = std::ranges::lower_bound(person, id);
  if (found == person.end() || *found != id) return false;
  return at_ms[static_cast<size_t>(found - person.begin())] < to_millis(at);
}

Result<KnownSince> known_since(store::Connection& c) {
  KnownSince known;
  TRY(
      c.each("SELECT i.person, min(i.first_ms) FROM identities i JOIN people p ON p.id = i.person"
             " WHERE i.kind = $1 AND p.user_id <> '' GROUP BY i.person ORDER BY i.person",
             std::vector<store::Value>{static_cast<int64_t>(IdentityKind::kUser)},
             [&](const Row& row) -> Result<void> {
               known.person.push_back(row.integer(0));
               known.at_ms.push_back(row.integer(1));
               return {};
             }));
  return known;
}

}  // namespace perennial::people
