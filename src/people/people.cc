#include "people/people.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "people/bulk.h"
#include "people/identity.h"
#include "people/order_state.h"
#include "people/readers.h"
#include "people/rows.h"

namespace perennial::people {

using store::Row;
using store::Value;

namespace {

constexpr double kMicro = 1e6;

std::optional<Instant> maybe_instant(const Row& row, size_t column) {
  if (row.is_null(column)) return std::nullopt;
  return from_millis(row.integer(column));
}

}  // namespace

const std::string kSelectPeople =
    "SELECT p.id, p.user_id, p.name, p.email, p.phone, p.country, p.traits, p.orders, p.refunds,"
    " p.revenue_minor, p.first_order_ms, p.last_order_ms, p.first_seen_ms, s.last_ms,"
    " p.email_consent FROM people p JOIN people_seen s ON s.person = p.id ";

Person read_person(const Row& row) {
  return {.id = row.integer(0),
          .user_id = row.text(1),
          .name = row.text(2),
          .email = row.text(3),
          .phone = row.text(4),
          .country = row.text(5),
          .traits = row.text(6),
          .orders = row.integer(7),
          .refunds = row.integer(8),
          .revenue_minor = row.integer(9),
          .first_order_at = maybe_instant(row, 10),
          .last_order_at = maybe_instant(row, 11),
          .first_seen_at = from_millis(row.integer(12)),
          .last_seen_at = from_millis(row.integer(13)),
          .email_consent = static_cast<Person::Consent>(row.integer(14))};
}

Result<std::optional<Person>> find_person(store::Connection& c, PersonId id) {
  const auto row = TRY(c.query_one(kSelectPeople + "WHERE p.id = $1", {id}));
  if (!row) return std::nullopt;
  return read_person(*row);
}

Result<std::vector<Person>> find_people(store::Connection& c, std::span<const PersonId> ids) {
  std::unordered_map<PersonId, Person> found;
  const std::vector<Value> keys(ids.begin(), ids.end());
  TRY(each_in(c, kSelectPeople + "WHERE p.id IN {}", {}, keys, [&](const Row& row) -> Result<void> {
    found[row.integer(0)] = read_person(row);
    return {};
  }));
  std::vector<Person> people;
  people.reserve(found.size());
  for (PersonId id : ids) {
    if (auto person = found.find(id); person != found.end()) people.push_back(person->second);
  }
  return people;
}

// Who has the identity now by which the person went: so a number leads to its own side again when
// the join is undone.
Result<PersonId> current_person(store::Connection& c, PersonId id) {
  const auto rows =
      TRY(c.query("SELECT i.person FROM person_merges m JOIN identities i ON i.kind = m.kind"
                  " AND i.value = m.value WHERE m.from_person = $1 AND m.whole = 1"
                  " ORDER BY m.id DESC LIMIT 1",
                  {id}));
  return rows.empty() ? id : rows.front().integer(0);
}

Result<std::vector<Identity>> identities_of(store::Connection& c, PersonId id) {
  std::vector<Identity> identities;
  for (const Row& row :
       TRY(c.query("SELECT kind, value FROM identities WHERE person = $1 AND shown = 1"
                   " ORDER BY kind, first_ms, value COLLATE \"C\"",
                   {id}))) {
    const auto kind = static_cast<IdentityKind>(row.integer(0));
    identities.push_back({std::string(kind_name(kind)), row.text(1)});
  }
  return identities;
}

Result<std::optional<PersonId>> resolve(store::Connection& c, std::string_view user_id,
                                        std::string_view anonymous_id) {
  const bool is_user = names_somebody(user_id);
  if (!is_user && !names_somebody(anonymous_id)) return std::nullopt;
  const auto kind = is_user ? IdentityKind::kUser : IdentityKind::kAnonymous;
  const auto row =
      TRY(c.query_one("SELECT person FROM identities WHERE kind = $1 AND value = $2",
                      {static_cast<int64_t>(kind), std::string(is_user ? user_id : anonymous_id)}));
  if (!row) return std::nullopt;
  return row->integer(0);
}

const std::string kSelectOrders =
    "SELECT source, order_id, person, refund, at_ms, total_minor, currency, lines, quantity_micro,"
    " refunds FROM orders ";

Order read_order(const Row& row) {
  return {.source = row.text(0),
          .order_id = row.text(1),
          .person = row.integer(2),
          .refund = row.integer(3) != 0,
          .at = from_millis(row.integer(4)),
          .total_minor = row.integer(5),
          .currency = row.text(6),
          .lines = row.integer(7),
          .quantity = static_cast<double>(row.integer(8)) / kMicro};
}

RefundParts read_refunds(const Row& row) { return parse_parts(row.text(9)); }

Result<void> each_order_row_of(store::Connection& c, PersonId id, size_t offset, size_t limit,
                               const std::function<void(const Row&)>& each) {
  for (const Row& row :
       TRY(c.query(kSelectOrders + "WHERE person = $1 ORDER BY at_ms DESC, source, order_id, refund"
                                   " LIMIT $2 OFFSET $3",
                   {id, static_cast<int64_t>(limit), static_cast<int64_t>(offset)})))
    each(row);
  return {};
}

Result<std::vector<Order>> orders_of(store::Connection& c, PersonId id, size_t offset,
                                     size_t limit) {
  std::vector<Order> orders;
  TRY(each_order_row_of(c, id, offset, limit,
                        [&](const Row& row) { orders.push_back(read_order(row)); }));
  return orders;
}

Result<void> each_order_of(store::Connection& c, std::span<const PersonId> people,
                           const std::function<void(const Order&)>& each) {
  const std::vector<Value> keys(people.begin(), people.end());
  return each_in(c, kSelectOrders + "WHERE person IN {}", {}, keys,
                 [&](const Row& row) -> Result<void> {
                   each(read_order(row));
                   return {};
                 });
}

namespace {

// Of orders whose `column` is one of `keys`.
Result<void> each_refund_apart(store::Connection& c, std::string_view column,
                               std::span<const Value> keys,
                               const std::function<void(const Order&)>& each) {
  const std::string select = kSelectOrders + "WHERE " + std::string(column) + " IN {}";
  return each_in(c, select, {}, keys, [&](const Row& row) -> Result<void> {
    Order order = read_order(row);
    if (!order.refund) {
      each(order);
      return {};
    }
    for (const RefundShare& share : refund_shares(read_refunds(row), to_millis(order.at),
                                                  std::abs(order.total_minor), order.currency)) {
      order.at = from_millis(share.at_ms);
      order.total_minor = -share.minor;
      each(order);
    }
    return {};
  });
}

}  // namespace

Result<void> each_order_and_refund_of(store::Connection& c, std::span<const PersonId> people,
                                      const std::function<void(const Order&)>& each) {
  return each_refund_apart(c, "person", std::vector<Value>(people.begin(), people.end()), each);
}

Result<void> each_order_and_refund_called(store::Connection& c,
                                          std::span<const std::string> order_ids,
                                          const std::function<void(const Order&)>& each) {
  return each_refund_apart(c, "order_id", std::vector<Value>(order_ids.begin(), order_ids.end()),
                           each);
}

Result<void> each_traits_of(store::Connection& c, std::span<const PersonId> people,
                            const std::function<void(PersonId, const std::string& traits)>& each) {
  const std::vector<Value> keys(people.begin(), people.end());
  return each_in(c, "SELECT id, traits FROM people WHERE id IN {}", {}, keys,
                 [&](const Row& row) -> Result<void> {
                   each(row.integer(0), row.text(1));
                   return {};
                 });
}

Json trait_in(std::string_view traits, std::string_view name) {
  if (name.empty() || !traits.contains(to_text(Json(name)))) return nullptr;
  const auto all = parse_json(traits);
  if (!all || !all->is_object()) return nullptr;
  const auto found = all->find(name);
  return found == all->end() ? Json(nullptr) : *found;
}

std::optional<std::string> text_trait(std::string_view traits, std::string_view name) {
  const Json found = trait_in(traits, name);
  return found.is_string() ? std::optional(found.get<std::string>()) : std::nullopt;
}

Result<std::vector<PersonId>> erased_among(store::Connection& c, std::span<const PersonId> people) {
  const std::vector<Value> keys(people.begin(), people.end());
  std::vector<PersonId> erased;
  TRY(each_in(c, "SELECT id, user_id FROM people WHERE id IN {}", {}, keys,
              [&](const Row& row) -> Result<void> {
                if (row.text(1).starts_with(kErasedPrefix)) erased.push_back(row.integer(0));
                return {};
              }));
  return erased;
}

Result<std::vector<PersonId>> current_people(store::Connection& c,
                                             std::span<const PersonId> people) {
  std::set<PersonId> gone(people.begin(), people.end()), current;
  const std::vector<Value> keys(gone.begin(), gone.end());
  TRY(each_in(c, "SELECT id FROM people WHERE id IN {}", {}, keys,
              [&](const Row& row) -> Result<void> {
                current.insert(row.integer(0));
                return {};
              }));
  for (const PersonId person : gone) {
    if (!current.contains(person)) current.insert(TRY(current_person(c, person)));
  }
  return std::vector<PersonId>(current.begin(), current.end());
}

Result<std::vector<PersonId>> present_among(store::Connection& c,
                                            std::span<const PersonId> people) {
  const std::vector<Value> keys(people.begin(), people.end());
  std::vector<PersonId> present;
  TRY(each_in(c, "SELECT id, user_id FROM people WHERE id IN {}", {}, keys,
              [&](const Row& row) -> Result<void> {
                if (!row.text(1).starts_with(kErasedPrefix)) present.push_back(row.integer(0));
                return {};
              }));
  return present;
}

}  // namespace perennial::people
