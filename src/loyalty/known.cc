// What is known of people: orders from the customer file, other events from the table of facts,
// and points that they earned by commands.
#include <map>

#include "loyalty/assess.h"
#include "loyalty/held_out.h"
#include "loyalty/rows.h"
#include "people/readers.h"

namespace perennial::loyalty {
namespace {

using store::Row;
using store::Value;

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

// What of an order is known without its event.
std::string order_properties(const people::Order& order) {
  std::string text = "{\"order_id\":";
  append_json_string(text, order.order_id);
  text += ",\"currency\":";
  append_json_string(text, order.currency);
  return text + ",\"total_minor\":" + std::to_string(order.total_minor) +
         ",\"lines\":" + std::to_string(order.lines) + "}";
}

// Properties of the events of orders, by person and order.
using OrderProperties = std::map<std::pair<PersonId, std::string>, std::string>;

Fact order_fact(const people::Order& order, const std::string& currency,
                const OrderProperties& properties) {
  Fact fact{.kind = order.refund ? Fact::Kind::kRefund : Fact::Kind::kOrder,
            .at_ms = to_millis(order.at),
            .key = "order:" + order.source + "/" + order.order_id,
            .name = std::string(people::kOrderCompleted),
            .amount_minor = order.currency == currency ? std::abs(order.total_minor) : 0,
            .items = static_cast<int64_t>(order.quantity)};
  const auto known = properties.find({order.person, order.order_id});
  fact.properties = known != properties.end() ? known->second : order_properties(order);
  return fact;
}

// Orders with each of their refunds. The refund that leaves nothing of its order is told as such,
// in whatever money both are.
Result<void> add_orders(store::Connection& c, std::span<const PersonId> people,
                        const OrderProperties& properties, std::map<PersonId, Known*>& by_person) {
  const auto progress = TRY(c.query_one("SELECT currency FROM people_progress WHERE id = 1"));
  const std::string currency = progress ? progress->text(0) : "";
  std::vector<people::Order> orders;
  TRY(people::each_order_and_refund_of(
      c, people, [&](const people::Order& order) { orders.push_back(order); }));
  struct Rest {
    std::string currency;
    int64_t minor = 0;
  };
  std::map<std::string, Rest> left;  // by key
  std::vector<Fact> facts;
  for (const people::Order& order : orders) {
    facts.push_back(order_fact(order, currency, properties));
    if (!order.refund) left[facts.back().key] = {order.currency, std::abs(order.total_minor)};
  }
  for (size_t i = 0; i < orders.size(); ++i) {
    const auto rest = left.find(facts[i].key);
    if (orders[i].refund && rest != left.end() && rest->second.currency == orders[i].currency) {
      rest->second.minor -= std::abs(orders[i].total_minor);
      facts[i].whole = rest->second.minor <= 0;
    }
    by_person.at(orders[i].person)->facts.push_back(std::move(facts[i]));
  }
  return {};
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

Needs needs_of(std::span<const Rule> rules) {
  Needs needs{.traits = false, .money = false};
  for (const Rule& rule : rules) {
    needs.money = needs.money || rule.amount.kind == Amount::Kind::kPerMoney ||
                  rule.amount.kind == Amount::Kind::kTiered;
    for (const Multiplier& one : rule.multipliers) {
      needs.traits = needs.traits || one.kind == Multiplier::Kind::kTrait ||
                     one.kind == Multiplier::Kind::kBirthdayMonth;
    }
  }
  return needs;
}

Fact event_fact(int64_t seq, int64_t at_ms, std::string name, std::string properties,
                const Needs& needs) {
  Fact fact{.kind = Fact::Kind::kEvent,
            .at_ms = at_ms,
            .key = "seq:" + std::to_string(seq),
            .name = std::move(name),
            .properties = std::move(properties),
            .items = 1};
  if (needs.money && fact.properties.size() > 2) {
    const auto json = parse_json(fact.properties);
    fact.amount_minor = json ? money_of(*json) : 0;
  }
  return fact;
}

Result<std::vector<Known>> load_known(store::Connection& c, const Programme& programme,
                                      const Levels& levels, std::span<const PersonId> people,
                                      const Needs& needs) {
  std::vector<Known> all(people.size());
  std::map<PersonId, Known*> by_person;
  std::vector<Value> keys;
  for (size_t i = 0; i < people.size(); ++i) {
    all[i].person = people[i];
    by_person[people[i]] = &all[i];
    keys.emplace_back(people[i]);
  }
  if (needs.traits) {
    TRY(people::each_traits_of(c, people, [&](PersonId person, const std::string& traits) {
      by_person.at(person)->traits = traits;
    }));
  }
  for (const PersonId person : TRY(people::erased_among(c, people)))
    by_person.at(person)->erased = true;
  OrderProperties properties;
  TRY(each_in(c,
              "SELECT person, seq, at_ms, name, properties FROM loyalty_facts WHERE person IN {}",
              {}, keys, [&](const Row& row) -> Result<void> {
                if (row.text(3) == people::kOrderCompleted) {
                  auto json = parse_json(row.text(4));
                  std::string id = json ? text_member(*json, "order_id") : "";
                  if (!id.empty()) properties[{row.integer(0), std::move(id)}] = row.text(4);
                  return {};
                }
                by_person.at(row.integer(0))
                    ->facts.push_back(event_fact(row.integer(1), row.integer(2), row.text(3),
                                                 row.text(4), needs));
                return {};
              }));
  TRY(add_orders(c, people, properties, by_person));
  TRY(add_points(c, programme, levels, keys, by_person));
  TRY(mark_held(c, programme, all));
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
