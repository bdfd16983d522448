#include "collect/import_table.h"

#include <utility>

#include "collect/fields.h"

namespace perennial::collect {
namespace {

constexpr std::string_view kSelect =
    "SELECT id, kind, name, path, taken, state, error, mapping, notes, sample, progress, "
    "file_stamp, created_at, started_at, finished_at FROM imports ";

store::Value maybe(const std::optional<Instant>& at) {
  return at ? store::Value(to_millis(*at)) : store::Value();
}

std::optional<Instant> instant_of(const store::Row& row, size_t column) {
  auto ms = row.maybe_integer(column);
  if (!ms) return std::nullopt;
  return from_millis(*ms);
}

Result<Progress> progress_from_json(const Json& json) {
  Progress progress;
  progress.bytes_done = TRY(json_integer_or(json, "bytes_done", 0));
  progress.bytes_total = TRY(json_integer_or(json, "bytes_total", 0));
  progress.rows = TRY(json_integer_or(json, "rows", 0));
  progress.stored = TRY(json_integer_or(json, "stored", 0));
  progress.duplicates = TRY(json_integer_or(json, "duplicates", 0));
  progress.rejected = TRY(json_integer_or(json, "rejected", 0));
  progress.left_out = TRY(json_integer_or(json, "left_out", 0));
  progress.anonymous = TRY(json_integer_or(json, "anonymous", 0));
  return progress;
}

Result<ImportRecord> record_of(const store::Row& row) {
  ImportRecord record;
  Import& import = record.import;
  import.id = row.text(0);
  import.kind = parse_kind(row.text(1)).value_or(Kind::kOrders);
  import.name = row.text(2);
  record.path = row.text(3);
  record.taken = row.integer(4) != 0;
  import.state = row.text(5);
  import.error = row.text(6);
  import.mapping = TRY(mapping_from_json(TRY(parse_json(row.text(7)))));
  record.notes = TRY(parse_json(row.text(8)));
  record.sample = TRY(parse_json(row.text(9)));
  import.progress = TRY(progress_from_json(TRY(parse_json(row.text(10)))));
  record.file_stamp = row.text(11);
  import.created_at = from_millis(row.integer(12));
  record.started_at = instant_of(row, 13);
  import.finished_at = instant_of(row, 14);
  return record;
}

}  // namespace

Json to_json(const Progress& progress) {
  return {{"bytes_done", progress.bytes_done},
          {"bytes_total", progress.bytes_total},
          {"rows", progress.rows},
          {"stored", progress.stored},
          {"duplicates", progress.duplicates},
          {"rejected", progress.rejected},
          {"left_out", progress.left_out},
          {"anonymous", progress.anonymous},
          {"rows_per_second", progress.rows_per_second},
          {"seconds_left", progress.seconds_left ? Json(*progress.seconds_left) : Json()}};
}

Result<void> insert_import(store::Connection& c, const ImportRecord& record) {
  const Import& import = record.import;
  TRY(c.execute(
      "INSERT INTO imports (id, kind, name, path, taken, state, error, mapping, notes, sample, "
      "progress, file_stamp, created_at, started_at, finished_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
      {import.id, std::string(kind_name(import.kind)), import.name, record.path,
       int64_t{record.taken}, import.state, import.error, to_text(to_json(import.mapping)),
       to_text(record.notes), to_text(record.sample), to_text(to_json(import.progress)),
       record.file_stamp, to_millis(import.created_at), maybe(record.started_at),
       maybe(import.finished_at)}));
  return {};
}

Result<void> update_import(store::Connection& c, const ImportRecord& record) {
  const Import& import = record.import;
  TRY(
      c.execute("UPDATE imports SET state = $2, error = $3, mapping = $4, notes = $5, sample = $6, "
                "progress = $7, file_stamp = $8, started_at = $9, finished_at = $10 WHERE id = $1",
                {import.id, import.state, import.error, to_text(to_json(import.mapping)),
                 to_text(record.notes), to_text(record.sample), to_text(to_json(import.progress)),
                 record.file_stamp, maybe(record.started_at), maybe(import.finished_at)}));
  return {};
}

Result<void> update_progress(store::Connection& c, const std::string& id,
                             const Progress& progress) {
  TRY(c.execute("UPDATE imports SET progress = $2 WHERE id = $1",
                {id, to_text(to_json(progress))}));
  return {};
}

Result<ImportRecord> find_import(store::Connection& c, std::string_view id) {
  auto row = TRY(c.query_one(std::string(kSelect) + "WHERE id = $1", {std::string(id)}));
  if (!row) return fail(Code::kNotFound, "there is no such import", "id");
  return record_of(*row);
}

Result<std::vector<ImportRecord>> list_imports(store::Connection& c) {
  std::vector<ImportRecord> records;
  for (const auto& row : TRY(c.query(std::string(kSelect) + "ORDER BY created_at DESC, id"))) {
    records.push_back(TRY(record_of(row)));
  }
  return records;
}

Result<std::optional<ImportRecord>> next_running(store::Connection& c) {
  auto row = TRY(c.query_one(std::string(kSelect) +
                             "WHERE state = 'running' ORDER BY started_at, id LIMIT 1"));
  if (!row) return std::nullopt;
  return TRY(record_of(*row));
}

Result<void> delete_import(store::Connection& c, const std::string& id) {
  TRY(c.execute("DELETE FROM imports WHERE id = $1", {id}));
  return {};
}

}  // namespace perennial::collect
