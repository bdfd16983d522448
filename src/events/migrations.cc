#include <array>

#include "events/events.h"

namespace perennial::events {
namespace {

// Times are milliseconds since 1970 in UTC. `type` and the bits of `types` are stored as numbers:
// see Type in events.h and kPropertyTypes in schema_walk.h.
constexpr std::array<store::Migration, 1> kMigrations{{{"events", 1, "cursors and registry", R"sql(
CREATE TABLE stage_cursors (
  name TEXT PRIMARY KEY,
  seq BIGINT NOT NULL
);
CREATE TABLE schema_events (
  type BIGINT NOT NULL,
  name TEXT NOT NULL,
  count BIGINT NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  PRIMARY KEY (type, name)
);
CREATE TABLE schema_properties (
  type BIGINT NOT NULL,
  event TEXT NOT NULL,
  name TEXT NOT NULL,
  types BIGINT NOT NULL,
  count BIGINT NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  PRIMARY KEY (type, event, name)
);
)sql"}}};

}  // namespace

std::span<const store::Migration> migrations() { return kMigrations; }

}  // namespace perennial::events
