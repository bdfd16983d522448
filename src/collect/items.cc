// The stage behind the table `items`. As with traits of people, each fact is kept with the time of
// its last statement, and removing an item forgets what was said before: so late, repeated and
// reordered events end in the same table.

#include "collect/items.h"

#include <utility>

#include <algorithm>
#include <map>

#include "collect/client_events.h"

namespace perennial::collect {
namespace {

using Stamp = std::pair<int64_t, int64_t>;  // ms, seq
constexpr Stamp kNever{INT64_MIN, 0};
// The fact that anything was said, so that an item without other facts is there too.
constexpr std::string_view kThere = "";

struct Fact {
  Json value;
  Stamp at;
};
struct Known {
  std::map<std::string, Fact> facts;
  Stamp removed = kNever;
};
using Key = std::pair<std::string, std::string>;

void say(Known& item, const std::string& name, Json value, Stamp at) {
  if (name.size() > kMaxNameBytes || to_text(value).size() > kMaxItemBytes) return;
  auto [found, added] = item.facts.try_emplace(name, Fact{value, at});
  if (!added && found->second.at <= at) found->second = {std::move(value), at};
  if (item.facts.size() > kMaxItemFacts) item.facts.erase(std::prev(item.facts.end()));
}

void read_event(const events::StoredEvent& event, std::map<Key, Known>& items) {
  const bool set = event.name == kItemSet;
  if (event.type != events::Type::kTrack || (!set && event.name != kItemDeleted)) return;
  auto properties = parse_json(event.properties);
  if (!properties) return;
  const Key key{id_in(*properties, "item_type"), id_in(*properties, "item_id")};
  if (key.first.empty() || key.second.empty() || key.first.size() > kMaxIdBytes ||
      key.second.size() > kMaxIdBytes) {
    return;
  }
  Known& item = items[key];
  const Stamp at{to_millis(event.timestamp), static_cast<int64_t>(event.seq)};
  if (!set) {
    item.removed = std::max(item.removed, at);
    return;
  }
  say(item, std::string(kThere), true, at);
  for (auto& [name, value] : properties->items()) {
    if (name != "item_type" && name != "item_id") say(item, name, std::move(value), at);
  }
}

Result<void> add_stored(store::Connection& c, const Key& key, Known& item) {
  auto row =
      TRY(c.query_one("SELECT facts, removed_ms, removed_seq FROM items"
                      " WHERE item_type = $1 AND item_id = $2",
                      {key.first, key.second}));
  if (!row) return {};
  const Json facts = TRY(parse_json(row->text(0)));
  for (const auto& [name, fact] : facts.items()) {
    say(item, name, fact.at(0), {fact.at(1).get<int64_t>(), fact.at(2).get<int64_t>()});
  }
  if (!row->is_null(1)) item.removed = std::max(item.removed, {row->integer(1), row->integer(2)});
  return {};
}

std::vector<store::Value> row_of(const Key& key, const Known& item) {
  Json facts = Json::object();
  std::string name;
  for (const auto& [member, fact] : item.facts) {
    if (fact.at <= item.removed) continue;
    facts[member] = {fact.value, fact.at.first, fact.at.second};
    if (member == "name" && fact.value.is_string()) name = fact.value.get<std::string>();
  }
  const bool removed = item.removed != kNever;
  const bool shown = facts.contains(kThere);
  return {key.first,
          key.second,
          std::move(name),
          to_text(facts),
          removed ? store::Value(item.removed.first) : store::Value(),
          removed ? store::Value(item.removed.second) : store::Value(),
          int64_t{shown}};
}

Result<void> apply(store::Connection& c, std::span<const events::StoredEvent> events) {
  std::map<Key, Known> items;
  for (const events::StoredEvent& event : events) read_event(event, items);
  std::vector<std::vector<store::Value>> rows;
  for (auto& [key, item] : items) {
    TRY(add_stored(c, key, item));
    rows.push_back(row_of(key, item));
  }
  static constexpr std::string_view kColumns[] = {"item_type",  "item_id",     "name", "facts",
                                                  "removed_ms", "removed_seq", "shown"};
  TRY(c.insert_many("items", kColumns, rows,
                    "ON CONFLICT (item_type, item_id) DO UPDATE SET name = excluded.name,"
                    " facts = excluded.facts, removed_ms = excluded.removed_ms,"
                    " removed_seq = excluded.removed_seq, shown = excluded.shown"));
  return {};
}

Result<Item> item_of(const store::Row& row) {
  Item item{.type = row.text(0), .id = row.text(1), .name = row.text(2)};
  const Json facts = TRY(parse_json(row.text(3)));
  for (const auto& [name, fact] : facts.items()) {
    if (name != kThere && !fact.at(0).is_null()) item.facts[name] = fact.at(0);
  }
  return item;
}

constexpr std::string_view kSelect =
    "SELECT item_type, item_id, name, facts FROM items WHERE item_type = $1 AND shown = 1 ";

}  // namespace

events::Stage items_stage() { return {.name = "items", .apply = apply, .committed = {}}; }

Result<void> each_item(store::Connection& c, std::string_view type,
                       const std::function<Result<void>(const Item&)>& each) {
  const store::Value of_type = std::string(type);
  return c.each(std::string(kSelect) + "ORDER BY item_id", {&of_type, 1},
                [&](const store::Row& row) -> Result<void> { return each(TRY(item_of(row))); });
}

Result<ItemPage> list_items(store::Connection& c, std::string_view type, std::string_view search,
                            int64_t offset, int64_t limit) {
  const std::string wanted = fold_for_search(search);
  ItemPage page;
  const store::Value of_type = std::string(type);
  TRY(c.each(std::string(kSelect) + "ORDER BY name, item_id", {&of_type, 1},
             [&](const store::Row& row) -> Result<void> {
               const bool fits = wanted.empty() || fold_for_search(row.text(2)).contains(wanted) ||
                                 fold_for_search(row.text(1)).contains(wanted);
               if (!fits) return {};
               const int64_t place = page.total++;
               if (place >= offset && place < offset + limit) {
                 page.items.push_back(TRY(item_of(row)));
               }
               return {};
             }));
  return page;
}

}  // namespace perennial::collect
