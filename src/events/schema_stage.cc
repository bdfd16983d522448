// The registry of event names and properties, kept by a stage. A batch is gathered in memory
// (schema_walk.h) and written as a few upserts. To keep the limits without reading the tables for
// every batch, the names that are registered are held in memory; names become known there only once
// their batch is committed.

#include <utility>

#include <map>
#include <memory>
#include <set>

#include "events/events.h"
#include "events/schema_walk.h"

namespace perennial::events {
namespace {

using EventKey = SchemaWalk::EventKey;

// Of all event names together: bounds the memory of the registry.
constexpr size_t kMaxRegisteredTotal = 200'000;

constexpr std::string_view kEventTail =
    "ON CONFLICT (type, name) DO UPDATE SET count = schema_events.count + excluded.count, "
    "first_seen = CASE WHEN excluded.first_seen < schema_events.first_seen "
    "THEN excluded.first_seen ELSE schema_events.first_seen END, "
    "last_seen = CASE WHEN excluded.last_seen > schema_events.last_seen "
    "THEN excluded.last_seen ELSE schema_events.last_seen END";
constexpr std::string_view kPropertyTail =
    "ON CONFLICT (type, event, name) DO UPDATE SET "
    "count = schema_properties.count + excluded.count, "
    "types = schema_properties.types | excluded.types, "
    "first_seen = CASE WHEN excluded.first_seen < schema_properties.first_seen "
    "THEN excluded.first_seen ELSE schema_properties.first_seen END, "
    "last_seen = CASE WHEN excluded.last_seen > schema_properties.last_seen "
    "THEN excluded.last_seen ELSE schema_properties.last_seen END";

class Registry {
 public:
  Result<void> apply(store::Connection& connection, std::span<const StoredEvent> events) {
    fresh_.clear();
    fresh_total_ = 0;
    if (!loaded_) TRY(load(connection));
    SchemaWalk walk;
    for (const StoredEvent& event : events) walk.add(event);
    std::map<EventKey, Seen> counts;
    std::map<std::pair<EventKey, std::string>, Seen> properties;
    walk.visit([&](const EventKey& key, const Seen& seen) { counts[registered(key)].merge(seen); },
               [&](const EventKey& key, const std::string& path, const Seen& seen) {
                 const EventKey& owner = registered(key);
                 properties[{owner, registered(owner, path)}].merge(seen);
               });
    TRY(write_events(connection, counts));
    return write_properties(connection, properties);
  }

  void committed() {
    for (auto& [key, paths] : fresh_) known_[key].merge(paths);
    known_total_ += fresh_total_;
    fresh_.clear();
    fresh_total_ = 0;
    loaded_ = true;
  }

 private:
  using Names = std::map<EventKey, std::set<std::string>>;

  Result<void> load(store::Connection& connection) {
    known_.clear();
    known_total_ = 0;
    TRY(connection.each("SELECT type, name FROM schema_events", {},
                        [&](const store::Row& row) -> Result<void> {
                          known_[key_of(row)];
                          return {};
                        }));
    return connection.each("SELECT type, event, name FROM schema_properties", {},
                           [&](const store::Row& row) -> Result<void> {
                             known_[key_of(row)].insert(row.text(2));
                             ++known_total_;
                             return {};
                           });
  }

  static EventKey key_of(const store::Row& row) {
    return {static_cast<Type>(row.integer(0)), row.text(1)};
  }

  // The name under which an event is counted: its own, or kOther.
  EventKey registered(const EventKey& key) {
    if (known_.contains(key) || fresh_.contains(key)) return key;
    size_t more = 0;  // names that are fresh and not known
    for (const auto& [name, paths] : fresh_) more += known_.contains(name) ? 0 : 1;
    const bool room = known_.size() + more < kMaxRegisteredEvents;
    EventKey taken = room && is_storable_text(key.second) ? key : EventKey(key.first, kOther);
    fresh_[taken];
    return taken;
  }

  std::string registered(const EventKey& owner, const std::string& path) {
    const auto known = known_.find(owner);
    const bool is_known = known != known_.end() && known->second.contains(path);
    std::set<std::string>& fresh = fresh_[owner];
    if (is_known || fresh.contains(path)) return path;
    const size_t now = fresh.size() + (known == known_.end() ? 0 : known->second.size());
    const bool room = now < kMaxRegisteredProperties &&
                      known_total_ + fresh_total_ < kMaxRegisteredTotal &&
                      path.size() <= kMaxPropertyName && is_storable_text(path);
    if (!room) return std::string(kOther);
    fresh.insert(path);
    ++fresh_total_;
    return path;
  }

  static Result<void> write_events(store::Connection& connection,
                                   const std::map<EventKey, Seen>& counts) {
    constexpr std::string_view kColumns[] = {"type", "name", "count", "first_seen", "last_seen"};
    std::vector<std::vector<store::Value>> rows;
    for (const auto& [key, seen] : counts) {
      rows.push_back({static_cast<int64_t>(key.first), key.second, static_cast<int64_t>(seen.count),
                      seen.first_ms, seen.last_ms});
    }
    TRY(connection.insert_many("schema_events", kColumns, rows, kEventTail));
    return {};
  }

  static Result<void> write_properties(
      store::Connection& connection,
      const std::map<std::pair<EventKey, std::string>, Seen>& properties) {
    if (properties.empty()) return {};
    constexpr std::string_view kColumns[] = {"type",  "event",      "name",     "types",
                                             "count", "first_seen", "last_seen"};
    std::vector<std::vector<store::Value>> rows;
    for (const auto& [at, seen] : properties) {
      const auto& [key, path] = at;
      rows.push_back({static_cast<int64_t>(key.first), key.second, path,
                      static_cast<int64_t>(seen.types), static_cast<int64_t>(seen.count),
                      seen.first_ms, seen.last_ms});
    }
    TRY(connection.insert_many("schema_properties", kColumns, rows, kPropertyTail));
    return {};
  }

  bool loaded_ = false;
  Names known_;  // committed
  size_t known_total_ = 0;
  Names fresh_;  // of the batch under way
  size_t fresh_total_ = 0;
};

EventSchema event_of(const store::Row& row) {
  return {.type = static_cast<Type>(row.integer(0)),
          .name = row.text(1),
          .count = static_cast<uint64_t>(row.integer(2)),
          .first_seen = from_millis(row.integer(3)),
          .last_seen = from_millis(row.integer(4))};
}

}  // namespace

Stage schema_stage() {
  auto registry = std::make_shared<Registry>();
  return {.name = "schema",
          .apply =
              [registry](store::Connection& connection, std::span<const StoredEvent> events) {
                return registry->apply(connection, events);
              },
          .committed = [registry](uint64_t) { registry->committed(); }};
}

Result<std::vector<EventSchema>> list_schema(store::Connection& connection) {
  std::vector<EventSchema> out;
  for (const store::Row& row :
       TRY(connection.query("SELECT type, name, count, first_seen, last_seen FROM schema_events "
                            "ORDER BY count DESC, type, name"))) {
    out.push_back(event_of(row));
  }
  return out;
}

Result<EventSchema> schema_of(store::Connection& connection, Type type, std::string_view name) {
  const int64_t number = static_cast<int64_t>(type);
  auto row =
      TRY(connection.query_one("SELECT type, name, count, first_seen, last_seen FROM schema_events "
                               "WHERE type = $1 AND name = $2",
                               {number, std::string(name)}));
  if (!row) return fail(Code::kNotFound, "no such event was seen yet", "name");
  EventSchema out = event_of(*row);
  for (const store::Row& property : TRY(connection.query(
           "SELECT name, types, count, first_seen, last_seen FROM schema_properties "
           "WHERE type = $1 AND event = $2 ORDER BY name",
           {number, std::string(name)}))) {
    PropertySchema& schema = out.properties.emplace_back();
    schema.name = property.text(0);
    for (size_t bit = 0; bit < kPropertyTypes.size(); ++bit) {
      if (property.integer(1) >> bit & 1) schema.types.emplace_back(kPropertyTypes[bit]);
    }
    schema.count = static_cast<uint64_t>(property.integer(2));
    schema.first_seen = from_millis(property.integer(3));
    schema.last_seen = from_millis(property.integer(4));
  }
  return out;
}

}  // namespace perennial::events
