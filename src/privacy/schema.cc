#include <array>

#include "privacy/privacy.h"

namespace perennial::privacy {
namespace {

// state: waiting, files, events, timeline, done. work: JSON of what the steps need to find the
// person, empty once it is done. counts: JSON of what was erased so far, by place. payload: the
// receipt as it was signed.
constexpr std::string_view kErasures = R"sql(
CREATE TABLE erasures (
  id TEXT PRIMARY KEY,
  person BIGINT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  requested_ms BIGINT NOT NULL,
  finished_ms BIGINT,
  work TEXT NOT NULL,
  counts TEXT NOT NULL,
  payload TEXT NOT NULL,
  signature TEXT NOT NULL,
  error TEXT NOT NULL
);
CREATE INDEX erasures_by_time ON erasures (requested_ms);
)sql";

constexpr std::array<store::Migration, 1> kMigrations = {
    store::Migration{"privacy", 1, "erasures", kErasures}};

}  // namespace

std::span<const store::Migration> migrations() { return kMigrations; }

}  // namespace perennial::privacy
