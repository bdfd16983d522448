// The slow twin: looks at all events for every question.
#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "people/hand.h"
#include "people/identifier.h"
#include "people/identity.h"
#include "people/order_state.h"
#include "people/test_people.h"

namespace perennial::people {
namespace {

using events::StoredEvent;
using events::Type;

struct Name {
  bool user = false;
  std::string value;
  auto operator<=>(const Name&) const = default;
};

std::pair<int64_t, uint64_t> stamp(const StoredEvent& e) { return {to_millis(e.timestamp), e.seq}; }

std::optional<Name> name_of(const StoredEvent& e) {
  if (names_somebody(e.user_id)) return Name{true, e.user_id};
  if (is_anonymous_order(e.source, e.anonymous_id)) return std::nullopt;
  if (names_somebody(e.anonymous_id)) return Name{false, e.anonymous_id};
  return std::nullopt;
}

class Model {
 public:
  Model(std::vector<StoredEvent> events, std::string currency)
      : events_(std::move(events)), currency_(std::move(currency)) {
    std::ranges::sort(events_, {}, stamp);
  }

  std::string text() {
    find_groups();
    find_orders();
    std::vector<std::string> lines;
    std::set<int> groups;
    for (const auto& [name, group] : group_) groups.insert(group);
    for (int group : groups) lines.push_back(line(group));
    std::ranges::sort(lines);
    std::string out;
    for (const auto& one : lines) {
      if (!one.empty()) out += one + "\n";
    }
    std::vector<std::string> proposals;
    for (const auto& [identifier, names] : claims()) {
      for (const auto& [one, at] : names) {
        for (const auto& [other, then] : names) {
          if (!one.user || !other.user || !(one < other) || group_.at(one) == group_.at(other)) {
            continue;
          }
          if (!by_hand(one, other)) {
            proposals.push_back("proposal: " + one.value + " " + other.value + " " + identifier);
          }
        }
      }
    }
    std::ranges::sort(proposals);
    for (const auto& one : proposals) out += one + "\n";
    std::vector<std::string> orphans;
    for (const auto& [owner, order] : orders_) {
      if (!owner) orphans.push_back("nobody: " + order_text(order) + "\n");
    }
    std::ranges::sort(orphans);
    for (const auto& one : orphans) out += one;
    return out;
  }

 private:
  static std::string previous_of(const StoredEvent& e) {
    const Json json = Json::parse(e.properties);
    return json.contains("previousId") ? json["previousId"].get<std::string>() : e.anonymous_id;
  }

  void unite(const Name& a, const Name& b) {
    const int from = group_.at(a), into = group_.at(b);
    for (auto& [name, group] : group_) {
      if (group == from) group = into;
    }
  }

  using Time = std::pair<int64_t, uint64_t>;

  static Name side_of(const Json& side) {
    return {side.at("kind") == "user_id", side.at("value").get<std::string>()};
  }

  // The last word of hand on two names; nothing if there is none.
  std::optional<bool> by_hand(const Name& a, const Name& b) const {
    std::optional<bool> last;
    for (const auto& e : events_) {
      if (e.source != kHandSource) continue;
      const Json said = Json::parse(e.properties);
      const Name one = side_of(said["a"]), other = side_of(said["b"]);
      if ((one == a && other == b) || (one == b && other == a)) last = e.name == kPeopleMerged;
    }
    return last;
  }

  // Who named an identifier, with the first time of each.
  std::map<std::string, std::map<Name, Time>> claims() const {
    std::map<std::string, std::map<Name, Time>> out;
    for (const auto& e : events_) {
      const auto name = name_of(e);
      if (!name || e.type != Type::kIdentify) continue;
      const Json said = Json::parse(e.properties);
      for (const auto& [trait, value] : said.items()) {
        const auto kind = identifier_of_trait(trait);
        if (!kind || !value.is_string() || rule_of(*kind) != IdentifierRule::kUnique) continue;
        const std::string text = normal_identifier(*kind, value.get<std::string>(), "CN");
        if (text.empty() || is_junk_identifier(*kind, text)) continue;
        out[std::string(kind_name(*kind)) + " " + text].try_emplace(*name, stamp(e));
      }
    }
    std::erase_if(out, [](const auto& one) {
      return one.second.size() > static_cast<size_t>(kMaxClaimants);
    });
    return out;
  }

  std::optional<Name> owner_of(const Name& visitor, const std::vector<std::pair<Name, Name>>& joins,
                               const std::map<std::string, std::map<Name, Time>>& claims) const {
    std::optional<Name> chosen;
    for (const auto& e : events_) {  // the last who still holds
      if (e.source != kHandSource) continue;
      const Json said = Json::parse(e.properties);
      for (const char* side : {"a", "b"}) {
        const Name user = side_of(said[side]), other = side_of(said[*side == 'a' ? "b" : "a"]);
        if (other == visitor && user.user && group_.contains(user) &&
            by_hand(visitor, user).value_or(false)) {
          chosen = user;
        }
      }
    }
    if (chosen) return chosen;
    for (const auto& [one, user] : joins) {  // the first
      if (one == visitor && by_hand(visitor, user).value_or(true)) return user;
    }
    std::optional<std::tuple<Time, std::string, Time>> first;
    for (const auto& [identifier, names] : claims) {
      auto own = names.find(visitor);
      if (own == names.end()) continue;
      for (const auto& [user, at] : names) {
        if (!user.user || !by_hand(visitor, user).value_or(true)) continue;
        const std::tuple place(own->second, identifier, at);
        if (!first || place < *first) {
          first = place;
          chosen = user;
        }
      }
    }
    return chosen;
  }

  // Users of too many devices join nobody.
  static void leave_out_shared(std::vector<std::pair<Name, Name>>& joins,
                               std::map<std::string, std::map<Name, Time>>& claims) {
    std::map<Name, std::set<Name>> devices;
    for (const auto& [visitor, user] : joins) devices[user].insert(visitor);
    const auto shared = [&](const Name& user) {
      return devices.contains(user) &&
             devices.at(user).size() > static_cast<size_t>(kMaxDevicesOfUser);
    };
    std::erase_if(joins, [&](const auto& join) { return shared(join.second); });
    for (auto& [identifier, names] : claims)
      std::erase_if(names, [&](const auto& one) { return shared(one.first); });
  }

  void find_groups() {
    auto add = [&](const Name& name) { group_.try_emplace(name, static_cast<int>(group_.size())); };
    std::vector<std::pair<Name, Name>> joins;  // in the order of time
    auto join = [&](const std::string& visitor, const std::string& user) {
      add({false, visitor});
      joins.emplace_back(Name{false, visitor}, Name{true, user});
    };
    for (const auto& e : events_) {
      const auto name = name_of(e);
      if (!name) continue;
      add(*name);
      shown_.insert(*name);
      if (e.type == Type::kIdentify && name->user && names_somebody(e.anonymous_id) &&
          !is_anonymous_order(e.source, e.anonymous_id)) {
        join(e.anonymous_id, e.user_id);
        shown_.insert({false, e.anonymous_id});
      }
      if (e.type == Type::kAlias && name->user) {
        const std::string previous = previous_of(e);
        if (names_somebody(previous) && previous != e.user_id) join(previous, e.user_id);
      }
    }
    std::map<Name, Name> owner;
    auto claimed = claims();
    leave_out_shared(joins, claimed);
    for (const auto& [name, group] : group_) {
      if (name.user) continue;
      if (auto user = owner_of(name, joins, claimed)) owner.emplace(name, *user);
    }
    for (const auto& e : events_) {
      Name a, b;
      bool alias = false;
      if (e.type == Type::kAlias && names_somebody(e.user_id)) {
        a = {true, previous_of(e)};
        b = {true, e.user_id};
        alias = true;
      } else if (e.source == kHandSource) {
        const Json said = Json::parse(e.properties);
        a = side_of(said["a"]);
        b = side_of(said["b"]);
      }
      if (!a.user || !b.user || !group_.contains(a) || !group_.contains(b)) continue;
      if (by_hand(a, b).value_or(alias)) unite(a, b);
    }
    for (const auto& [visitor, user] : owner) unite(visitor, user);
  }

  std::vector<const StoredEvent*> events_of(int group) const {
    std::vector<const StoredEvent*> out;
    for (const auto& e : events_) {
      const auto name = name_of(e);
      if (name && group_.at(*name) == group) out.push_back(&e);
    }
    return out;
  }

  static bool is_order_event(const StoredEvent& e) {
    return e.type == Type::kTrack &&
           (e.name == kOrderLine || e.name == kOrderCompleted || e.name == kOrderRefunded);
  }

  struct Told {  // what the events of one order or refund say
    std::optional<Instant> at;
    std::optional<Name> owner;
    std::string source;
    std::optional<int64_t> total;
    int64_t sum = 0, lines = 0, header_lines = 0;
    double quantity = 0, header_quantity = 0;
    std::string currency, header_currency, country;
    bool has_header = false, whole = false;
    // The last words on each refund by its name, and whether there is an amount in them.
    std::map<std::string, std::pair<Json, bool>> refunds;
  };

  // Refunds one by one: those with an amount in the order's money (where there is no order, in that
  // of the last refund) add up, one without any is of the whole order.
  void tell_refunds(Told& told, const Told& order) const {
    if (told.refunds.empty()) return;
    if (order.at) told.header_currency = currency_of(order);
    bool named = false;
    told.header_lines = 0;
    told.header_quantity = 0;
    told.total.reset();
    std::map<std::string, int64_t> sums;
    for (const auto& [name, refund] : told.refunds) {
      const Json& said = refund.first;
      for (const auto& product : said.value("products", Json::array())) {
        ++told.header_lines;
        told.header_quantity += product.value("quantity", 1.0);
      }
      const std::string currency = said.value("currency", told.header_currency);
      if (refund.second) {
        named = true;
        sums[currency] += std::abs(*amount_of(said["total"].dump(), currency));
      } else {
        told.whole = true;
      }
    }
    if (sums.contains(told.header_currency)) told.total = sums[told.header_currency];
    if (named && !told.total && told.lines == 0) told.total = 0;  // others are refused
  }

  void tell(const StoredEvent& e, const Json& p, Told& told) {
    told.source = e.source;
    if (!told.at) told.at = e.timestamp;
    const auto name = name_of(e);
    if (name && (!told.owner || (name->user && !told.owner->user))) told.owner = name;
    const std::string currency = p.value("currency", currency_);
    if (e.name == kOrderLine) {
      ++told.lines;
      told.sum += p.value("amount_minor", int64_t{0});
      told.quantity += p.value("quantity", 0.0);
      told.currency = currency;
      told.country = p.value("country", "");
      return;
    }
    if (e.name == kOrderRefunded) {
      auto& [last, amount] =
          told.refunds[p.contains("refund_id") ? "id " + p["refund_id"].get<std::string>()
                                               : "message " + e.message_id];
      if (p.contains("total") || !amount) last = p;
      amount = amount || p.contains("total");
    }
    if (!p.contains("total") && told.total) return;  // one without amount never replaces another
    if (p.contains("total")) {
      told.total = *amount_of(p["total"].dump(), currency);
    }
    told.has_header = true;
    told.header_currency = currency;
    told.header_lines = 0;
    told.header_quantity = 0;
    for (const auto& product : p.value("products", Json::array())) {
      ++told.header_lines;
      told.header_quantity += product.value("quantity", 1.0);
    }
  }

  void find_orders() {
    std::map<std::pair<std::string, std::string>, std::pair<Told, Told>> told;
    for (const auto& e : events_) {
      if (!is_order_event(e)) continue;
      const Json p = Json::parse(e.properties);
      const std::string id = p.value("order_id", "message:" + e.message_id);
      const bool refund =
          e.name == kOrderRefunded || (e.name == kOrderLine && p.value("kind", "") == "refund");
      auto& [order, back] = told[{e.source, id}];
      tell(e, p, refund ? back : order);
    }
    for (auto& [key, both] : told) {
      auto& [order, refund] = both;
      tell_refunds(refund, order);
      const int64_t total = order.total.value_or(order.sum);
      if (order.at) add_order(key.second, order, false, total);
      if (!refund.at) continue;
      const bool named = refund.total || refund.lines > 0;
      Told shown = refund;
      int64_t back = std::abs(named ? refund.total.value_or(refund.sum) : total);
      if (refund.lines == 0 && refund.whole && order.at) {
        const bool more = refund.total && refund.header_currency == currency_of(order) &&
                          *refund.total > std::abs(total);
        if (!more) back = std::abs(total);
        shown.total.reset();
        shown.header_currency = currency_of(order);
      }
      add_order(key.second, shown, true, -back);
    }
  }

  static std::string currency_of(const Told& told) {
    return told.total || told.lines == 0 ? told.header_currency : told.currency;
  }

  void add_order(const std::string& id, const Told& told, bool refund, int64_t total) {
    Order order{.source = told.source,
                .order_id = id,
                .refund = refund,
                .at = *told.at,
                .total_minor = total,
                .currency = currency_of(told),
                .lines = told.lines > 0 ? told.lines : told.header_lines,
                .quantity = told.lines > 0 ? told.quantity : told.header_quantity};
    std::optional<int> group;
    if (told.owner) group = group_.at(*told.owner);
    orders_.emplace_back(group, order);
    countries_.push_back(told.country);
  }

  std::string line(int group) {
    Person person;
    const auto mine = events_of(group);
    if (mine.empty()) return "";  // only ever named by others
    person.first_seen_at = mine.front()->timestamp;
    person.last_seen_at = mine.back()->timestamp;
    std::map<std::string, Json> traits;
    std::vector<Identity> users, visitors;
    auto note = [](std::vector<Identity>& list, std::string_view kind, const std::string& value) {
      if (std::ranges::find(list, value, &Identity::value) == list.end()) {
        list.push_back({std::string(kind), value});
      }
    };
    for (const auto* e : mine) {
      if (names_somebody(e->user_id)) note(users, "user_id", e->user_id);
      if (e->type == Type::kIdentify) {
        const Json said = Json::parse(e->properties);
        take_traits(said, traits);
        if (said.contains("email_subscribed")) {
          person.email_consent = said["email_subscribed"].get<bool>()
                                     ? Person::Consent::kSubscribed
                                     : Person::Consent::kUnsubscribed;
        }
      }
      if (e->type == Type::kTrack && Json::parse(e->properties).value("channel", "") == "email") {
        if (e->name == "Subscribed") person.email_consent = Person::Consent::kSubscribed;
        if (e->name == "Unsubscribed") person.email_consent = Person::Consent::kUnsubscribed;
      }
    }
    for (const auto& [name, in] : group_) {
      if (in == group && !name.user && shown_.contains(name)) {
        note(visitors, "anonymous_id", name.value);
      }
    }
    describe(traits, person);
    person.user_id = first_user(mine);
    std::vector<Order> orders;
    count_orders(group, person, orders);
    users.insert(users.end(), visitors.begin(), visitors.end());
    return person_line(person, users, orders);
  }

  // Event by event in the order of time.
  static void take_traits(const Json& said, std::map<std::string, Json>& traits) {
    for (const auto& [name, value] : said.items()) {
      if (!name.starts_with('$')) traits[name] = value;
    }
    for (const char* kind : {"$set_once", "$increment", "$append"}) {
      if (!said.contains(kind)) continue;
      for (const auto& [name, value] : said[kind].items()) {
        if (!said.contains(name)) take_change(kind, value, traits[name]);
      }
    }
    if (said.contains("$delete")) traits.clear();
  }

  static void take_change(std::string_view kind, const Json& value, Json& trait) {
    if (kind == "$set_once" && trait.is_null()) trait = value;
    if (kind == "$increment" && (trait.is_null() || trait.is_number())) {
      trait = (trait.is_null() ? 0 : trait.get<int64_t>()) + value.get<int64_t>();
    }
    if (kind != "$append") return;
    if (trait.is_null()) trait = Json::array();
    if (!trait.is_array()) trait = Json::array({trait});
    for (const Json& one : value.is_array() ? value : Json::array({value})) {
      if (std::ranges::find(trait, one) == trait.end()) trait.push_back(one);
    }
  }

  static std::string first_user(const std::vector<const StoredEvent*>& mine) {
    std::map<std::string, Instant> first;
    for (const auto* e : mine) {
      if (names_somebody(e->user_id)) first.try_emplace(e->user_id, e->timestamp);
    }
    std::string best;
    for (const auto& [user, at] : first) {
      if (best.empty() || at < first.at(best)) best = user;
    }
    return best;
  }

  static void describe(const std::map<std::string, Json>& traits, Person& person) {
    auto text = [&](const char* name) {
      auto found = traits.find(name);
      return found != traits.end() && found->second.is_string() ? found->second.get<std::string>()
                                                                : std::string();
    };
    person.name = text("name");
    if (person.name.empty()) {
      const std::string given = text("firstName"), family = text("lastName");
      person.name = given + (given.empty() || family.empty() ? "" : " ") + family;
    }
    person.email = text("email");
    person.phone = text("phone");
    person.country = text("country");
    auto address = traits.find("address");
    if (person.country.empty() && address != traits.end() && address->second.is_object()) {
      person.country = address->second.value("country", "");
    }
    Json shown = Json::object();
    for (const auto& [name, value] : traits) {
      if (!value.is_null()) shown[name] = value;
    }
    person.traits = to_text(shown);
  }

  void count_orders(int group, Person& person, std::vector<Order>& orders) {
    std::tuple<Instant, std::string, std::string> newest;
    std::string country;
    for (size_t i = 0; i < orders_.size(); ++i) {
      const auto& [owner, order] = orders_[i];
      if (owner != group) continue;
      orders.push_back(order);
      if (order.currency == currency_) person.revenue_minor += order.total_minor;
      if (!countries_[i].empty()) {
        std::tuple key(order.at, order.source, order.order_id);
        if (country.empty() || key >= newest) {
          newest = key;
          country = countries_[i];
        }
      }
      if (order.refund) {
        ++person.refunds;
        continue;
      }
      ++person.orders;
      person.first_order_at = std::min(person.first_order_at.value_or(order.at), order.at);
      person.last_order_at = std::max(person.last_order_at.value_or(order.at), order.at);
    }
    if (person.country.empty()) person.country = country;
  }

  std::vector<StoredEvent> events_;
  std::string currency_;
  std::map<Name, int> group_;
  std::set<Name> shown_;
  std::vector<std::pair<std::optional<int>, Order>> orders_;
  std::vector<std::string> countries_;  // of the lines of each
};

}  // namespace

std::string model_text(const std::vector<StoredEvent>& events, const std::string& currency) {
  return Model(events, currency).text();
}

}  // namespace perennial::people
