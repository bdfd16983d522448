#include <array>

#include "segments/segments.h"

namespace perennial::segments {
namespace {

constexpr std::string_view kTables = R"sql(
CREATE TABLE segments (
  id TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  kind TEXT NOT NULL,
  definition TEXT NOT NULL,
  announce BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL,
  people BIGINT NOT NULL DEFAULT 0,
  computed_ms BIGINT
);
CREATE UNIQUE INDEX segments_name ON segments (name);
CREATE TABLE segment_members (
  segment TEXT PRIMARY KEY,
  members BYTEA NOT NULL,
  change_id BIGINT NOT NULL
);
CREATE TABLE segment_changes (
  id BIGINT PRIMARY KEY,
  segment TEXT NOT NULL,
  person BIGINT NOT NULL,
  entered BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX segment_changes_segment ON segment_changes (segment, id);
CREATE TABLE segment_sizes (
  segment TEXT NOT NULL,
  hour_ms BIGINT NOT NULL,
  people BIGINT NOT NULL,
  entered BIGINT NOT NULL,
  went BIGINT NOT NULL,
  PRIMARY KEY (segment, hour_ms)
);
CREATE TABLE segment_progress (
  id BIGINT PRIMARY KEY,
  seq BIGINT NOT NULL,
  last_move BIGINT NOT NULL,
  last_change BIGINT NOT NULL,
  told BIGINT NOT NULL
);
INSERT INTO segment_progress (id, seq, last_move, last_change, told) VALUES (1, 0, 0, 0, 0);
)sql";

}  // namespace

std::span<const store::Migration> migrations() {
  static constexpr std::array<store::Migration, 1> kMigrations = {
      store::Migration{"segments", 1, "segments", kTables}};
  return kMigrations;
}

}  // namespace perennial::segments
