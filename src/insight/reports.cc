#include "insight/reports.h"

#include <array>

#include "access/access.h"
#include "insight/insight.h"
#include "insight/query_fields.h"
#include "insight/report_answers.h"

namespace perennial::insight {
namespace {

constexpr std::string_view kTables = R"sql(
CREATE TABLE insight_reports (
  id TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  question TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL,
  share_hash TEXT NOT NULL DEFAULT ''
);
CREATE TABLE insight_dashboards (
  id TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  tiles TEXT NOT NULL,
  refresh_minutes BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
);
)sql";

// Answers may hold texts of events: they go with their report.
constexpr std::string_view kAnswersTable = R"sql(
CREATE TABLE insight_answers (
  report_id TEXT PRIMARY KEY,
  answered_ms BIGINT,
  answer TEXT NOT NULL,
  tried_ms BIGINT NOT NULL,
  failure TEXT NOT NULL
);
)sql";

constexpr std::string_view kReportColumns =
    "SELECT id, version, name, description, question, created_by, created_ms, updated_ms, "
    "share_hash FROM insight_reports ";

Result<Report> report_of(const store::Row& row) {
  Json question = TRY(parse_json(row.text(4)));
  return Report{.id = row.text(0),
                .version = row.integer(1),
                .name = row.text(2),
                .description = row.text(3),
                .question = std::move(question),
                .created_by = row.text(5),
                .created_at = from_millis(row.integer(6)),
                .updated_at = from_millis(row.integer(7)),
                .shared = !row.text(8).empty()};
}

// What a body says of a report; `version` is 0 for a new one.
Result<Report> parse_report(const Json& body, bool fresh) {
  const std::array<std::string_view, 4> known = {"name", "description", "question", "version"};
  const Fields fields = TRY(Fields::of(body, "", std::span(known).first(fresh ? 3 : 4)));
  Report report;
  report.name = TRY(fields.required_text("name", kMaxReportName));
  report.description = TRY(fields.text("description", kMaxReportDescription));
  report.question = *TRY(fields.required("question"));
  if (!fresh) {
    TRY(fields.required("version"));
    report.version = TRY(fields.integer("version", 1, 1, INT64_MAX));
  }
  if (to_text(report.question).size() > kMaxQuestionBytes)
    return fail(Code::kTooLarge, "the question is too long to be saved", "question");
  // The name of one run of the question, not of the question.
  if (report.question.is_object()) report.question.erase("query_id");
  return report;
}

std::unexpected<Error> no_report() {
  return fail(Code::kNotFound, "there is no such report", "id");
}

std::unexpected<Error> changed_meanwhile() {
  return fail(Code::kConflict, "somebody else has changed it since it was read", "version",
              "read it again");
}

Result<void> room(store::Connection& c, std::string_view table, size_t most) {
  const auto row = TRY(c.query_one("SELECT count(*) FROM " + std::string(table)));
  if (row->integer(0) < static_cast<int64_t>(most)) return {};
  return fail(Code::kTooLarge, "there are " + std::to_string(most) + " already", "",
              "delete some that nobody needs");
}

Result<void> note(store::Connection& c, const Change& change, std::string_view action,
                  std::string_view id, const std::string& name) {
  return access::record(c, change.actor, action, id, Json{{"name", name}}, change.now);
}

}  // namespace

std::span<const store::Migration> migrations() {
  static constexpr std::array<store::Migration, 2> kMigrations = {
      store::Migration{"insight", 1, "reports and dashboards", kTables},
      store::Migration{"insight", 2, "answers of reports", kAnswersTable}};
  return kMigrations;
}

Json to_json(const Report& report) {
  return {{"id", report.id},
          {"version", report.version},
          {"name", report.name},
          {"description", report.description},
          {"question", report.question},
          {"created_by", report.created_by},
          {"created_at", format_instant(report.created_at)},
          {"updated_at", format_instant(report.updated_at)},
          {"shared", report.shared}};
}

Result<std::vector<Report>> list_reports(store::Connection& c) {
  std::vector<Report> reports;
  for (const auto& row : TRY(c.query(std::string(kReportColumns) + "ORDER BY name, id")))
    reports.push_back(TRY(report_of(row)));
  return reports;
}

Result<Report> find_report(store::Connection& c, std::string_view id) {
  const auto row =
      TRY(c.query_one(std::string(kReportColumns) + "WHERE id = $1", {std::string(id)}));
  if (!row) return no_report();
  return report_of(*row);
}

Result<Report> create_report(store::Connection& c, const Json& body, const Change& change) {
  Report report = TRY(parse_report(body, true));
  TRY(room(c, "insight_reports", kMaxReports));
  report.id = new_id("rep");
  report.created_by = change.actor.name;
  report.created_at = report.updated_at = change.now;
  TRY(
      c.execute("INSERT INTO insight_reports (id, version, name, description, question, "
                "created_by, created_ms, updated_ms) VALUES ($1, 1, $2, $3, $4, $5, $6, $6)",
                {report.id, report.name, report.description, to_text(report.question),
                 report.created_by, to_millis(change.now)}));
  TRY(note(c, change, "report.create", report.id, report.name));
  return report;
}

Result<Report> update_report(store::Connection& c, std::string_view id, const Json& body,
                             const Change& change) {
  const Report wanted = TRY(parse_report(body, false));
  const Report before = TRY(find_report(c, id));
  const int64_t changed = TRY(
      c.execute("UPDATE insight_reports SET version = version + 1, name = $3, description = $4, "
                "question = $5, updated_ms = $6 WHERE id = $1 AND version = $2",
                {std::string(id), wanted.version, wanted.name, wanted.description,
                 to_text(wanted.question), to_millis(change.now)}));
  if (changed == 0) return changed_meanwhile();
  if (to_text(wanted.question) != to_text(before.question)) TRY(forget_report_answer(c, id));
  TRY(note(c, change, "report.update", id, wanted.name));
  return find_report(c, id);
}

Result<void> delete_report(store::Connection& c, std::string_view id, const Change& change) {
  const Report report = TRY(find_report(c, id));
  TRY(c.execute("DELETE FROM insight_reports WHERE id = $1", {report.id}));
  TRY(forget_report_answer(c, report.id));
  for (const Dashboard& dashboard : TRY(list_dashboards(c))) {
    Json tiles = Json::array();
    for (const Json& tile : dashboard.tiles) {
      if (tile.at("report_id") != report.id) tiles.push_back(tile);
    }
    if (tiles.size() == dashboard.tiles.size()) continue;
    TRY(
        c.execute("UPDATE insight_dashboards SET version = version + 1, tiles = $2, "
                  "updated_ms = $3 WHERE id = $1",
                  {dashboard.id, to_text(tiles), to_millis(change.now)}));
  }
  return note(c, change, "report.delete", id, report.name);
}

Result<std::string> share_report(store::Connection& c, std::string_view id, const Change& change) {
  const Report report = TRY(find_report(c, id));
  std::string token = random_token();
  TRY(c.execute("UPDATE insight_reports SET share_hash = $2 WHERE id = $1",
                {report.id, sha256_hex(token)}));
  TRY(note(c, change, "report.share", id, report.name));
  return token;
}

Result<void> unshare_report(store::Connection& c, std::string_view id, const Change& change) {
  const Report report = TRY(find_report(c, id));
  TRY(c.execute("UPDATE insight_reports SET share_hash = '' WHERE id = $1", {report.id}));
  return note(c, change, "report.unshare", id, report.name);
}

Result<Report> find_shared(store::Connection& c, std::string_view token) {
  const auto row =
      TRY(c.query_one(std::string(kReportColumns) + "WHERE share_hash = $1", {sha256_hex(token)}));
  if (token.empty() || !row)
    return fail(Code::kNotFound, "this link does not work any more", "token");
  return report_of(*row);
}

}  // namespace perennial::insight
