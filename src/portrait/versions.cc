#include "portrait/versions.h"

#include "portrait/portrait.h"

namespace perennial::portrait {
namespace {

constexpr std::string_view kTables = R"sql(
CREATE TABLE portrait_versions (
  version BIGINT PRIMARY KEY,
  made_ms BIGINT NOT NULL,
  document TEXT NOT NULL
);
)sql";

constexpr std::array<store::Migration, 1> kMigrations = {{{"portrait", 1, "versions", kTables}}};

}  // namespace

std::span<const store::Migration> migrations() { return kMigrations; }

Result<int64_t> keep_version(store::Connection& c, const Everyone& all) {
  const auto newest =
      TRY(c.query_one("SELECT COALESCE(MAX(version), 0) FROM portrait_versions", {}));
  const int64_t version = newest->integer(0) + 1;
  Json coverage = Json::object();
  for (size_t i = 0; i < kTags; ++i) coverage[tag_name(static_cast<Tag>(i))] = all.tags[i].people;
  const Json document = {{"version", version},
                         {"as_of", format_instant(all.as_of)},
                         {"made_at", format_instant(all.made_at)},
                         {"took_ms", all.took.count()},
                         {"people", all.people},
                         {"coverage", std::move(coverage)}};
  TRY(c.execute("INSERT INTO portrait_versions (version, made_ms, document) VALUES ($1, $2, $3)",
                {version, to_millis(all.made_at), to_text(document)}));
  TRY(c.execute("DELETE FROM portrait_versions WHERE version <= $1", {version - kKeptVersions}));
  return version;
}

Result<Json> versions_json(store::Connection& c) {
  Json versions = Json::array();
  TRY(c.each("SELECT document FROM portrait_versions ORDER BY version DESC", {},
             [&](const store::Row& row) -> Result<void> {
               versions.push_back(TRY(parse_json(row.text(0))));
               return {};
             }));
  return versions;
}

}  // namespace perennial::portrait
