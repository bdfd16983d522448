#include <array>

#include "access/access.h"
#include "insight/query_fields.h"
#include "insight/reports.h"

namespace perennial::insight {
namespace {

constexpr int kMaxTileRow = 1'000, kMaxTileHeight = 24;
constexpr int kMaxRefreshMinutes = 1'440;

constexpr std::string_view kColumns =
    "SELECT id, version, name, tiles, refresh_minutes, created_by, created_ms, updated_ms FROM "
    "insight_dashboards ";

Result<Dashboard> dashboard_of(const store::Row& row) {
  Json tiles = TRY(parse_json(row.text(3)));
  return Dashboard{.id = row.text(0),
                   .version = row.integer(1),
                   .name = row.text(2),
                   .tiles = std::move(tiles),
                   .refresh_minutes = static_cast<int>(row.integer(4)),
                   .created_by = row.text(5),
                   .created_at = from_millis(row.integer(6)),
                   .updated_at = from_millis(row.integer(7))};
}

Result<Json> parse_tile(store::Connection& c, const Json& json, const std::string& path) {
  const Fields fields = TRY(Fields::of(json, path, {"report_id", "x", "y", "w", "h"}));
  Json tile;
  tile["report_id"] = TRY(fields.required_text("report_id", kMaxReportName));
  if (!find_report(c, tile["report_id"].get<std::string>()))
    return fail(Code::kInvalid, "names no report", fields.at("report_id"));
  for (std::string_view member : {"x", "y", "w", "h"}) TRY(fields.required(member));
  tile["x"] = TRY(fields.integer("x", 0, 0, kDashboardColumns - 1));
  tile["y"] = TRY(fields.integer("y", 0, 0, kMaxTileRow));
  tile["w"] = TRY(fields.integer("w", 1, 1, kDashboardColumns));
  tile["h"] = TRY(fields.integer("h", 1, 1, kMaxTileHeight));
  if (tile["x"].get<int>() + tile["w"].get<int>() > kDashboardColumns) {
    return fail(Code::kInvalid,
                "reaches over the " + std::to_string(kDashboardColumns) + " columns", path);
  }
  return tile;
}

Result<Dashboard> parse_dashboard(store::Connection& c, const Json& body, bool fresh) {
  const std::array<std::string_view, 4> known = {"name", "tiles", "refresh_minutes", "version"};
  const Fields fields = TRY(Fields::of(body, "", std::span(known).first(fresh ? 3 : 4)));
  Dashboard dashboard;
  dashboard.name = TRY(fields.required_text("name", kMaxReportName));
  const auto tiles = TRY(fields.list("tiles", 0, kMaxTiles));
  for (size_t i = 0; i < tiles.size(); ++i)
    dashboard.tiles.push_back(TRY(parse_tile(c, *tiles[i], join_path("tiles", i))));
  dashboard.refresh_minutes =
      static_cast<int>(TRY(fields.integer("refresh_minutes", 0, 0, kMaxRefreshMinutes)));
  if (!fresh) {
    for (std::string_view member : {"version", "tiles", "refresh_minutes"})
      TRY(fields.required(member));
    dashboard.version = TRY(fields.integer("version", 1, 1, INT64_MAX));
  }
  return dashboard;
}

Result<void> note(store::Connection& c, const Change& change, std::string_view action,
                  std::string_view id, const std::string& name) {
  return access::record(c, change.actor, action, id, Json{{"name", name}}, change.now);
}

}  // namespace

Json to_json(const Dashboard& dashboard) {
  return {{"id", dashboard.id},
          {"version", dashboard.version},
          {"name", dashboard.name},
          {"tiles", dashboard.tiles},
          {"refresh_minutes", dashboard.refresh_minutes},
          {"created_by", dashboard.created_by},
          {"created_at", format_instant(dashboard.created_at)},
          {"updated_at", format_instant(dashboard.updated_at)}};
}

Result<std::vector<Dashboard>> list_dashboards(store::Connection& c) {
  std::vector<Dashboard> dashboards;
  for (const auto& row : TRY(c.query(std::string(kColumns) + "ORDER BY name, id")))
    dashboards.push_back(TRY(dashboard_of(row)));
  return dashboards;
}

Result<Dashboard> find_dashboard(store::Connection& c, std::string_view id) {
  const auto row = TRY(c.query_one(std::string(kColumns) + "WHERE id = $1", {std::string(id)}));
  if (!row) return fail(Code::kNotFound, "there is no such dashboard", "id");
  return dashboard_of(*row);
}

Result<Dashboard> create_dashboard(store::Connection& c, const Json& body, const Change& change) {
  Dashboard dashboard = TRY(parse_dashboard(c, body, true));
  const auto row = TRY(c.query_one("SELECT count(*) FROM insight_dashboards"));
  if (row->integer(0) >= static_cast<int64_t>(kMaxDashboards)) {
    return fail(Code::kTooLarge, "there are " + std::to_string(kMaxDashboards) + " already", "",
                "delete some that nobody needs");
  }
  dashboard.id = new_id("dash");
  dashboard.created_by = change.actor.name;
  dashboard.created_at = dashboard.updated_at = change.now;
  TRY(
      c.execute("INSERT INTO insight_dashboards (id, version, name, tiles, refresh_minutes, "
                "created_by, created_ms, updated_ms) VALUES ($1, 1, $2, $3, $4, $5, $6, $6)",
                {dashboard.id, dashboard.name, to_text(dashboard.tiles),
                 int64_t{dashboard.refresh_minutes}, dashboard.created_by, to_millis(change.now)}));
  TRY(note(c, change, "dashboard.create", dashboard.id, dashboard.name));
  return dashboard;
}

Result<Dashboard> update_dashboard(store::Connection& c, std::string_view id, const Json& body,
                                   const Change& change) {
  const Dashboard wanted = TRY(parse_dashboard(c, body, false));
  TRY(find_dashboard(c, id));
  const int64_t changed =
      TRY(c.execute("UPDATE insight_dashboards SET version = version + 1, name = $3, tiles = $4, "
                    "refresh_minutes = $5, updated_ms = $6 WHERE id = $1 AND version = $2",
                    {std::string(id), wanted.version, wanted.name, to_text(wanted.tiles),
                     int64_t{wanted.refresh_minutes}, to_millis(change.now)}));
  if (changed == 0) {
    return fail(Code::kConflict, "somebody else has changed it since it was read", "version",
                "read it again");
  }
  TRY(note(c, change, "dashboard.update", id, wanted.name));
  return find_dashboard(c, id);
}

Result<void> delete_dashboard(store::Connection& c, std::string_view id, const Change& change) {
  const Dashboard dashboard = TRY(find_dashboard(c, id));
  TRY(c.execute("DELETE FROM insight_dashboards WHERE id = $1", {dashboard.id}));
  return note(c, change, "dashboard.delete", id, dashboard.name);
}

}  // namespace perennial::insight
