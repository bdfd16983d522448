// Saved questions and dashboards in the state database. Changes are checked against the version
// that the writer has read; every function fails with kInvalid, naming the field, kNotFound or
// kConflict.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/base.h"
#include "http/http.h"
#include "store/store.h"

namespace perennial::insight {

inline constexpr size_t kMaxReports = 2'000;
inline constexpr size_t kMaxDashboards = 200;
inline constexpr size_t kMaxTiles = 50;  // of a dashboard
inline constexpr int kDashboardColumns = 12;
inline constexpr size_t kMaxReportName = 200, kMaxReportDescription = 2'000;  // characters: bytes
inline constexpr size_t kMaxQuestionBytes = 200'000;

struct Report {
  std::string id;
  int64_t version = 1;
  std::string name, description;
  Json question;
  std::string created_by;  // name of the user
  Instant created_at, updated_at;
  bool shared = false;
};
struct Dashboard {
  std::string id;
  int64_t version = 1;
  std::string name;
  Json tiles = Json::array();  // DashboardTile of the contract
  int refresh_minutes = 0;
  std::string created_by;
  Instant created_at, updated_at;
};
Json to_json(const Report& report);
Json to_json(const Dashboard& dashboard);

// Who changes something, and when: for the audit trail.
struct Change {
  const http::Principal& actor;
  Instant now;
};

Result<std::vector<Report>> list_reports(store::Connection& c);  // by name
Result<Report> find_report(store::Connection& c, std::string_view id);
// The question was checked before.
Result<Report> create_report(store::Connection& c, const Json& body, const Change& change);
Result<Report> update_report(store::Connection& c, std::string_view id, const Json& body,
                             const Change& change);
// With its tiles on all dashboards.
Result<void> delete_report(store::Connection& c, std::string_view id, const Change& change);
// The secret of a public link; only its hash is kept, and an earlier link ends.
Result<std::string> share_report(store::Connection& c, std::string_view id, const Change& change);
Result<void> unshare_report(store::Connection& c, std::string_view id, const Change& change);
Result<Report> find_shared(store::Connection& c, std::string_view token);

Result<std::vector<Dashboard>> list_dashboards(store::Connection& c);
Result<Dashboard> find_dashboard(store::Connection& c, std::string_view id);
Result<Dashboard> create_dashboard(store::Connection& c, const Json& body, const Change& change);
Result<Dashboard> update_dashboard(store::Connection& c, std::string_view id, const Json& body,
                                   const Change& change);
Result<void> delete_dashboard(store::Connection& c, std::string_view id, const Change& change);

}  // namespace perennial::insight
