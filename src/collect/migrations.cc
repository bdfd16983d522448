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

constexpr std::array kMigrations = {
    store::Migration{"collect", 1, "quarantine and imports", kTables},
};

}  // namespace

std::span<const store::Migration> migrations() { return kMigrations; }

}  // namespace perennial::collect
