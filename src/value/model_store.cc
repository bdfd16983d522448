#include "value/model_store.h"

#include <array>

#include "value/value.h"

namespace perennial::value {
namespace {

constexpr std::string_view kTables = R"sql(
CREATE TABLE value_models (
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  trained_ms BIGINT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (kind, version)
);
)sql";

constexpr std::string_view kHealthAlerts = R"sql(
CREATE TABLE value_health_alerts (
  id BIGINT PRIMARY KEY,
  person BIGINT NOT NULL,
  alert TEXT NOT NULL,
  since_ms BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  amount DOUBLE PRECISION NOT NULL,
  score DOUBLE PRECISION NOT NULL,
  told BIGINT NOT NULL
);
CREATE INDEX value_health_alerts_about ON value_health_alerts (alert, since_ms);
CREATE INDEX value_health_alerts_person ON value_health_alerts (person, alert);
CREATE INDEX value_health_alerts_told ON value_health_alerts (told, id);
)sql";

// value_stages: the stage in which everybody was seen last, and when first. value_stage_changes:
// what is told of changes. value_stage_looks: the moment up to which all is kept.
constexpr std::string_view kStageChanges = R"sql(
CREATE TABLE value_stages (
  person BIGINT PRIMARY KEY,
  stage TEXT NOT NULL,
  since_ms BIGINT NOT NULL
);
CREATE TABLE value_stage_changes (
  id BIGINT PRIMARY KEY,
  person BIGINT NOT NULL,
  from_stage TEXT NOT NULL,
  to_stage TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  since_ms BIGINT NOT NULL,
  reason TEXT NOT NULL,
  told BIGINT NOT NULL
);
CREATE INDEX value_stage_changes_person ON value_stage_changes (person);
CREATE INDEX value_stage_changes_told ON value_stage_changes (told, id);
CREATE TABLE value_stage_looks (
  id BIGINT PRIMARY KEY,
  as_of_ms BIGINT NOT NULL
);
)sql";

// How many orders they had at the last look; below 0: not counted yet.
constexpr std::string_view kStageOrders = R"sql(
ALTER TABLE value_stages ADD COLUMN orders BIGINT NOT NULL DEFAULT -1;
)sql";

constexpr std::array<store::Migration, 4> kMigrations = {
    {{"value", 1, "models", kTables},
     {"value", 2, "health alerts", kHealthAlerts},
     {"value", 3, "changes of stage", kStageChanges},
     {"value", 4, "orders at the last look at stages", kStageOrders}}};

}  // namespace

std::span<const store::Migration> migrations() { return kMigrations; }

Result<int64_t> keep_model(store::Connection& c, std::string_view kind, Instant trained_at,
                           Json document) {
  const std::string name(kind);
  auto newest = TRY(
      c.query_one("SELECT COALESCE(MAX(version), 0) FROM value_models WHERE kind = $1", {name}));
  const int64_t version = newest->integer(0) + 1;
  document["version"] = version;
  TRY(c.execute(
      "INSERT INTO value_models (kind, version, trained_ms, document) VALUES ($1, $2, $3, $4)",
      {name, version, to_millis(trained_at), to_text(document)}));
  TRY(c.execute("DELETE FROM value_models WHERE kind = $1 AND version <= $2",
                {name, version - kKeptVersions}));
  return version;
}

Result<std::optional<Json>> newest_model(store::Connection& c, std::string_view kind) {
  auto row =
      TRY(c.query_one("SELECT document FROM value_models WHERE kind = $1"
                      " ORDER BY version DESC LIMIT 1",
                      {std::string(kind)}));
  if (!row) return std::nullopt;
  return std::optional(TRY(parse_json(row->text(0))));
}

Result<std::vector<Json>> model_versions(store::Connection& c, std::string_view kind) {
  std::vector<Json> versions;
  for (const store::Row& row :
       TRY(c.query("SELECT document FROM value_models WHERE kind = $1 ORDER BY version DESC",
                   {std::string(kind)})))
    versions.push_back(TRY(parse_json(row.text(0))));
  return versions;
}

}  // namespace perennial::value
