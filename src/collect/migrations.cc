#include <array>

#include "collect/collect.h"

namespace perennial::collect {
namespace {

constexpr std::string_view kTables = R"(
CREATE TABLE quarantine (
  id BIGINT PRIMARY KEY,          -- in order of arrival
  received_at BIGINT NOT NULL,
  source TEXT NOT NULL,
  reason TEXT NOT NULL,
  field TEXT NOT NULL,            -- where it was wrong; may be empty
  body TEXT NOT NULL              -- the event as it came, at most 32 KB
);
CREATE TABLE imports (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,             -- orders, customers, events
  name TEXT NOT NULL,             -- of the file, for people
  path TEXT NOT NULL,
  taken BIGINT NOT NULL,          -- 1: the file is ours and goes with the import
  state TEXT NOT NULL,            -- uploaded, running, cancelled, failed, done
  error TEXT NOT NULL,
  mapping TEXT NOT NULL,          -- JSON
  notes TEXT NOT NULL,            -- JSON array: what the proposal is unsure of
  sample TEXT NOT NULL,           -- JSON: titles and first rows
  progress TEXT NOT NULL,         -- JSON: counters of the rows acknowledged so far
  file_stamp TEXT NOT NULL,       -- size and time of change of the file that progress belongs to
  created_at BIGINT NOT NULL,
  started_at BIGINT,
  finished_at BIGINT
);
CREATE INDEX imports_state ON imports (state, started_at);
)";

constexpr std::string_view kQuarantineForms = R"(
ALTER TABLE quarantine ADD COLUMN form TEXT NOT NULL DEFAULT '';  -- "segment:batch", "sensors", …
ALTER TABLE quarantine ADD COLUMN sent_at BIGINT;  -- by the sender's clock, if the request told
CREATE INDEX quarantine_source ON quarantine (source, reason);
)";

constexpr std::string_view kSavedMappings = R"(
CREATE TABLE import_mappings (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  titles_key TEXT NOT NULL,       -- fingerprint of the kind and the columns' titles
  mapping TEXT NOT NULL,          -- JSON
  created_at BIGINT NOT NULL
);
CREATE INDEX import_mappings_titles ON import_mappings (titles_key, created_at);
CREATE TABLE import_folders (
  id TEXT PRIMARY KEY,
  folder TEXT NOT NULL UNIQUE,    -- inside the inbox
  kind TEXT NOT NULL,
  mapping_id TEXT NOT NULL,       -- of import_mappings; '' = found out for each file
  created_at BIGINT NOT NULL,
  looked_at BIGINT
);
CREATE TABLE import_folder_files (
  folder_id TEXT NOT NULL,
  content TEXT NOT NULL,          -- fingerprint of the file
  name TEXT NOT NULL,
  stamp TEXT NOT NULL,            -- size and time of change
  import_id TEXT NOT NULL,        -- '' when none could be started
  error TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (folder_id, content)
);
)";

constexpr std::string_view kItems = R"(
CREATE TABLE items (
  item_type TEXT NOT NULL,        -- product, …
  item_id TEXT NOT NULL,
  name TEXT NOT NULL,
  facts TEXT NOT NULL,            -- {"name": [value, ms, seq], …}; value null: said to be nothing
  removed_ms BIGINT,              -- of the last Item Deleted
  removed_seq BIGINT,
  shown BIGINT NOT NULL,          -- 1: something was said since it was removed last
  PRIMARY KEY (item_type, item_id)
);
)";

constexpr std::array kMigrations = {
    store::Migration{"collect", 1, "quarantine and imports", kTables},
    store::Migration{"collect", 2, "how to read an entry of quarantine again", kQuarantineForms},
    store::Migration{"collect", 3, "saved mappings and watched folders", kSavedMappings},
    store::Migration{"collect", 4, "products and other items", kItems},
};

}  // namespace

std::span<const store::Migration> migrations() { return kMigrations; }

}  // namespace perennial::collect
