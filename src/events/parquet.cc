#include <filesystem>
#include <fstream>
#include <set>

#include "events/chdb_library.h"
#include "events/chdb_sql.h"
#include "events/events.h"

namespace perennial::events {
namespace {

// One thread keeps the rows in the file's order.
const std::vector<std::string> kSettings{"--max_threads=1",
                                         "--max_memory_usage=2000000000",
                                         "--date_time_output_format=iso",
                                         "--output_format_json_quote_64bit_integers=0",
                                         "--output_format_json_quote_decimals=0",
                                         "--output_format_json_quote_denormals=0"};

std::string in_quotes(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote || c == '\\') out += '\\';
    out += c;
  }
  return out + quote;
}

std::string file_function(const std::string& path, std::string_view format) {
  return "file(" + in_quotes(path, '\'') + ", " + std::string(format) + ")";
}

Result<Table> rows_of(ChdbConnection& connection, const std::string& sql) {
  auto answer = connection.query(sql, "TabSeparatedWithNamesAndTypes");
  if (answer) return parse_tsv(answer->bytes(), SIZE_MAX);
  return fail(Code::kInvalid, answer.error().message, "file", "is the Parquet file whole?");
}

// What to select: the engine takes every timestamp for UTC, but one that the file calls local has
// no zone, and must be written without.
Result<std::string> select_list(ChdbConnection& connection, const std::string& path) {
  const auto local = TRY(
      rows_of(connection, "SELECT c.path FROM (SELECT arrayJoin(columns) AS c FROM " +
                              file_function(path, "ParquetMetadata") +
                              ") WHERE c.logical_type LIKE 'Timestamp(isAdjustedToUTC=false%'"));
  std::set<std::string> names;
  for (const auto& row : local.rows) names.insert(row[0].value_or(""));
  const auto columns = TRY(rows_of(connection, "DESCRIBE " + file_function(path, "Parquet")));
  std::string list;
  for (const auto& row : columns.rows) {
    const std::string name = row[0].value_or("");
    const std::string column = in_quotes(name, '`');
    if (!list.empty()) list += ", ";
    list += names.contains(name) ? "toString(t." + column + ") AS " + column : "t." + column;
  }
  return list;
}

}  // namespace

Result<void> parquet_to_json_lines(const ChdbOptions& options, const std::string& from,
                                   const std::string& to) {
  namespace fs = std::filesystem;
  const std::string path = fs::absolute(from).string();
  // The engine would take the name for a pattern.
  if (path.find_first_of("*?{}[]") != path.npos) {
    return fail(Code::kInvalid, "its path has one of the characters * ? { } [ ]", "file",
                "give the file another name");
  }
  ChdbEngine* engine =
      TRY(ChdbEngine::start(TRY(find_chdb(options.library)),
                            fs::path(options.directory).lexically_normal().string() + "/chdb", {}));
  auto connection = TRY(engine->connect(kSettings));
  const std::string list = TRY(select_list(*connection, path));
  std::ofstream out(to, std::ios::binary | std::ios::trunc);
  bool wrote = true;
  auto streamed =
      connection->stream("SELECT " + list + " FROM " + file_function(path, "Parquet") + " AS t",
                         "JSONEachRow", [&](std::string_view text) -> Result<void> {
                           out.write(text.data(), std::ssize(text));
                           wrote = out.good();
                           if (wrote) return {};
                           return fail(Code::kFull, "the file cannot be written", to);
                         });
  out.flush();
  if (!wrote || !out) return fail(Code::kFull, "the file cannot be written", to);
  if (streamed) return {};
  return fail(Code::kInvalid, streamed.error().message, "file", "is the Parquet file whole?");
}

}  // namespace perennial::events
