// What is known of people: orders from the customer file, other events from the table of facts,
// and points that they earned by commands.
#include <map>

#include "loyalty/assess.h"
#include "loyalty/rows.h"

namespace perennial::loyalty {
namespace {

using store::Row;
using store::Value;

constexpr size_t kOrdersAtOnce = 1'000;

std::string text_member(const Json& json, const char* name) {
  if (!json.is_object() || !json.contains(name)) return "";
  const Json& value = json[name];
  return value.is_string() ? value.get<std::string>() : value.is_number() ? to_text(value) : "";
}

// Money of an event that is no order: the first of these properties that is a number.
int64_t money_of(const Json& properties) {
  if (!properties.is_object()) return 0;
  if (properties.contains("amount_minor") && properties["amount_minor"].is_number_integer())
    return properties["amount_minor"].get<int64_t>();
  for (const char* name : {"total", "revenue", "value"}) {
    auto amount = parse_decimal(text_member(properties, name));
    if (amount) return amount->scaled / 10'000;  // two digits after the point
  }
  return 0;
}

Result<void> add_orders(store::Connection& c, PersonId person, const std::string& currency,
                        const std::map<std::string, std::string>& properties,
                        std::vector<Fact>& facts) {
  for (size_t offset = 0;; offset += kOrdersAtOnce) {
    const auto orders = TRY(people::orders_of(c, person, offset, kOrdersAtOnce));
    for (const people::Order& order : orders) {
      Fact fact{.kind = order.refund ? Fact::Kind::kRefund : Fact::Kind::kOrder,
                .at_ms = to_millis(order.at),
                .key = "order:" + order.source + "/" + order.order_id,
                .name = std::string(people::kOrderCompleted),
                .amount_minor = order.currency == currency ? std::abs(order.total_minor) : 0,
                .items = static_cast<int64_t>(order.quantity)};
      auto known = properties.find(order.order_id);
      if (known != properties.end()) {
        fact.properties = known->second;
      } else {
        fact.properties = to_text(Json{{"order_id", order.order_id},
                                       {"currency", order.currency},
                                       {"total_minor", order.total_minor},
                                       {"lines", order.lines}});
      }
      facts.push_back(std::move(fact));
    }
    if (orders.size() < kOrdersAtOnce) return {};
  }
}

// Points that came by commands and count for the level.
Result<void> add_points(store::Connection& c, const Programme& programme, const Levels& levels,
                        std::span<const Value> keys, std::map<PersonId, Known*>& by_person) {
  const Currency* currency =
      levels.currency.empty() ? &programme.currencies.front() : programme.find(levels.currency);
  if (!levels.on() || levels.measure != Levels::Measure::kPoints || !currency) return {};
  const Value fixed = currency->id;
  const auto add = [&](const Row& row) -> Result<void> {
    by_person.at(row.integer(0))
        ->facts.push_back({.kind = Fact::Kind::kPoints,
                           .at_ms = row.integer(1),
                           .key = "lot:" + std::to_string(row.integer(3)),
                           .name = currency->code,
                           .points = row.integer(2)});
    return {};
  };
  TRY(each_in(c,
              "SELECT h.person, l.earned_ms, l.amount - l.taken, l.id FROM loyalty_holders h "
              "JOIN loyalty_lots l ON l.holder = h.id WHERE h.currency = $1 AND l.award = 0 AND "
              "l.origin IN (1, 8) AND h.person IN {}",
              std::span(&fixed, 1), keys, add));
  return each_in(c,
                 "SELECT h.person, p.at_ms, -p.amount, p.entry FROM loyalty_holders h "
                 "JOIN loyalty_postings p ON p.holder = h.id WHERE h.currency = $1 AND "
                 "p.kind = 8 AND p.credit = 14 AND h.person IN {}",
                 std::span(&fixed, 1), keys, add);
}

}  // namespace

Result<std::vector<Known>> load_known(store::Connection& c, const Programme& programme,
                                      const Levels& levels, std::span<const PersonId> people) {
  std::vector<Known> all(people.size());
  std::map<PersonId, Known*> by_person;
  std::vector<Value> keys;
  for (size_t i = 0; i < people.size(); ++i) {
    all[i].person = people[i];
    by_person[people[i]] = &all[i];
    keys.emplace_back(people[i]);
  }
  for (const auto& person : TRY(people::find_people(c, people)))
    by_person.at(person.id)->traits = person.traits;
  std::map<PersonId, std::map<std::string, std::string>> order_properties;
  TRY(each_in(c,
              "SELECT person, seq, at_ms, name, properties FROM loyalty_facts WHERE person IN {}",
              {}, keys, [&](const Row& row) -> Result<void> {
                if (row.text(3) == people::kOrderCompleted) {
                  auto json = parse_json(row.text(4));
                  const std::string id = json ? text_member(*json, "order_id") : "";
                  if (!id.empty()) order_properties[row.integer(0)][id] = row.text(4);
                  return {};
                }
                auto json = parse_json(row.text(4));
                by_person.at(row.integer(0))
                    ->facts.push_back({.kind = Fact::Kind::kEvent,
                                       .at_ms = row.integer(2),
                                       .key = "seq:" + std::to_string(row.integer(1)),
                                       .name = row.text(3),
                                       .properties = row.text(4),
                                       .amount_minor = json ? money_of(*json) : 0,
                                       .items = 1});
                return {};
              }));
  const auto progress = TRY(c.query_one("SELECT currency FROM people_progress WHERE id = 1"));
  const std::string currency = progress ? progress->text(0) : "";
  for (Known& known : all) {
    TRY(add_orders(c, known.person, currency, order_properties[known.person], known.facts));
  }
  TRY(add_points(c, programme, levels, keys, by_person));
  return all;
}

Result<void> add_facts(store::Connection& c, std::span<const NewFact> facts) {
  static const std::vector<std::string_view> kColumns = {"seq",   "person", "identity",
                                                         "at_ms", "name",   "properties"};
  std::vector<std::vector<Value>> rows;
  for (const NewFact& fact : facts) {
    rows.push_back({fact.seq, fact.person, fact.identity, fact.at_ms, fact.name, fact.properties});
  }
  TRY(c.insert_many("loyalty_facts", kColumns, rows, "ON CONFLICT (seq) DO NOTHING"));
  return {};
}

}  // namespace perennial::loyalty
