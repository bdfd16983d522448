#include "events/chdb_sql.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <memory>
#include <semaphore>
#include <span>

#include <unistd.h>

#include "events/sql_words.h"

namespace perennial::events {
namespace {

using Kind = SqlWord::Kind;

constexpr std::array<std::string_view, 7> kFirstWords{"select", "with",    "show", "describe",
                                                      "desc",   "explain", "("};
constexpr std::array<std::string_view, 6> kShown{"tables", "columns",   "functions",
                                                 "create", "databases", "table"};
// Functions and table functions that read files, reach the network, run programs, or look past the
// table.
// eval() runs a text as SQL, which the check of words would not see.
constexpr std::array<std::string_view, 33> kForbiddenCalls{"file",
                                                           "url",
                                                           "remote",
                                                           "remotesecure",
                                                           "s3",
                                                           "gcs",
                                                           "oss",
                                                           "cosn",
                                                           "hdfs",
                                                           "mysql",
                                                           "postgresql",
                                                           "mongodb",
                                                           "redis",
                                                           "sqlite",
                                                           "odbc",
                                                           "jdbc",
                                                           "executable",
                                                           "input",
                                                           "merge",
                                                           "dictionary",
                                                           "python",
                                                           "filesystem",
                                                           "loop",
                                                           "eval",
                                                           "aiclassify",
                                                           "aiembed",
                                                           "aiextract",
                                                           "aigenerate",
                                                           "aitranslate",
                                                           "viewexplain",
                                                           "getserversetting",
                                                           "getmacro",
                                                           "getserverport"};
// The parts of families: azureBlobStorage, deltaLake, fileCluster, icebergS3, mergeTreeIndex, …
constexpr std::array<std::string_view, 12> kForbiddenCallParts{
    "azureblob", "deltalake", "iceberg",   "hudi", "paimon",   "cluster",
    "arrow",     "ytsaurus",  "mergetree", "fuzz", "catboost", "prometheus"};
constexpr std::array<std::string_view, 2> kHiddenDatabases{"system", "information_schema"};
// What may be read of `system`: facts about the language.
constexpr std::array<std::string_view, 10> kOpenSystemTables{"functions",
                                                             "aggregate_function_combinators",
                                                             "data_type_families",
                                                             "formats",
                                                             "time_zones",
                                                             "keywords",
                                                             "one",
                                                             "numbers",
                                                             "numbers_mt",
                                                             "zeros"};

bool in(std::span<const std::string_view> list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool is_sign(const SqlWord& word, char sign) {
  return word.kind == Kind::kSign && word.text[0] == sign;
}
bool is_name(const SqlWord& word, std::string_view text) {
  return word.kind == Kind::kName && word.text == text;
}

Result<void> check_call(const std::string& name) {
  bool forbidden = in(kForbiddenCalls, name);
  for (std::string_view part : kForbiddenCallParts) forbidden |= name.contains(part);
  if (!forbidden) return {};
  return fail(Code::kForbidden, "the function " + name + "() is not available here", "query");
}

// `database` stands before the point at words[i + 1].
Result<void> check_database(const std::string& database, std::span<const SqlWord> words, size_t i) {
  if (!in(kHiddenDatabases, database)) return {};
  const std::string table = i + 2 < words.size() ? lower(words[i + 2].text) : "";
  if (database == "system" && in(kOpenSystemTables, table)) return {};
  return fail(Code::kForbidden, "the table " + database + "." + table + " is not available here",
              "query");
}

Result<void> check_first(std::span<const SqlWord> words) {
  if (words.empty()) return fail(Code::kInvalid, "the statement is empty", "query");
  size_t first = 0;
  while (first + 1 < words.size() && is_sign(words[first], '(')) ++first;
  if (!in(kFirstWords, words[first].text) || words[first].kind == Kind::kQuotedName) {
    return fail(Code::kForbidden,
                "only SELECT, WITH, SHOW, DESCRIBE and EXPLAIN are available here", "query");
  }
  const bool shows = is_name(words[first], "show");
  const auto word = [&](size_t at) { return at < words.size() ? words[at].text : std::string(); };
  if (shows && (!in(kShown, word(first + 1)) ||
                (word(first + 1) == "create" && word(first + 2) != "table"))) {
    return fail(Code::kForbidden, "SHOW TABLES, COLUMNS, CREATE TABLE and FUNCTIONS are available",
                "query");
  }
  return {};
}

Result<void> check_word(std::span<const SqlWord> words, size_t i) {
  const SqlWord& word = words[i];
  const bool last = i + 1 == words.size();
  if (is_sign(word, ';') && !last) {
    return fail(Code::kForbidden, "only one statement at a time", "query");
  }
  if (is_sign(word, '{')) return fail(Code::kInvalid, "parameters are not available", "query");
  if (word.kind != Kind::kName && word.kind != Kind::kQuotedName) return {};
  const std::string name = lower(word.text);
  if (!last && is_sign(words[i + 1], '(')) TRY(check_call(name));
  if (!last && is_sign(words[i + 1], '.')) TRY(check_database(name, words, i));
  if (word.kind == Kind::kQuotedName) return {};
  const bool column = i > 0 && is_sign(words[i - 1], '.');
  if (name == "settings" && !column) {
    return fail(Code::kForbidden, "SETTINGS is not available here", "query",
                "write a column of that name in double quotes");
  }
  if (name == "outfile") return fail(Code::kForbidden, "INTO OUTFILE is not available", "query");
  if (name == "format" && !last && words[i + 1].kind == Kind::kName) {
    return fail(Code::kInvalid, "leave out FORMAT: the answer has one shape", "query");
  }
  // SHOW TABLES FROM system, IN information_schema.
  if ((name == "from" || name == "in") && !last && is_name(words[0], "show") &&
      in(kHiddenDatabases, lower(words[i + 1].text))) {
    return fail(Code::kForbidden, "this database is not available here", "query");
  }
  return {};
}

std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    switch (const char c = text[++i]) {
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case '0':
        out += '\0';
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> out;
  for (;;) {
    const size_t tab = line.find('\t');
    out.push_back(line.substr(0, tab));
    if (tab == line.npos) return out;
    line.remove_prefix(tab + 1);
  }
}

// What one statement may take: questions together must leave memory to the writer.
uint64_t memory_share() {
  const auto pages = static_cast<uint64_t>(::sysconf(_SC_PHYS_PAGES));
  return pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)) / (kMaxSqlAtOnce + 1);
}

std::vector<std::string> limit_settings(const SqlLimits& limits) {
  const auto text = [](uint64_t number) { return std::to_string(number); };
  return {
      "--max_execution_time=" + text(limits.max_time.count()),
      "--max_memory_usage=" + text(std::min(limits.max_memory_bytes, memory_share())),
      // One row more than will be given, to see that there are more.
      "--max_result_rows=" + text(limits.max_rows + 1),
      "--max_result_bytes=" + text(kMaxSqlAnswerBytes), "--result_overflow_mode=break",
      "--max_query_size=" + text(kMaxSqlBytes + 1024), "--max_subquery_depth=50",
      "--max_bytes_before_external_sort=268435456", "--allow_ddl=0",
      "--allow_introspection_functions=0", "--timeout_before_checking_execution_speed=0",
      "--readonly=1",  // last: it locks the ones above
  };
}

}  // namespace

Result<void> check_sql(std::string_view query) {
  if (query.size() > kMaxSqlBytes) {
    return fail(Code::kTooLarge, "the statement is longer than 256 KB", "query");
  }
  if (!is_storable_text(query)) return fail(Code::kInvalid, "is not UTF-8 text", "query");
  const std::vector<SqlWord> words = TRY(split_sql(query));
  TRY(check_first(words));
  for (size_t i = 0; i < words.size(); ++i) TRY(check_word(words, i));
  return {};
}

Result<Table> parse_tsv(std::string_view text, size_t max_rows) {
  Table out;
  size_t line_number = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == text.npos) return fail(Code::kInternal, "the engine's answer ends inside a row");
    const auto cells = split(text.substr(0, end));
    text.remove_prefix(end + 1);
    if (++line_number > 2 && out.rows.size() == max_rows) {
      out.truncated = true;
      break;
    }
    if (line_number == 1) {
      for (auto cell : cells) out.columns.push_back(unescape(cell));
    } else if (line_number == 2) {
      for (auto cell : cells) out.types.push_back(unescape(cell));
    } else {
      auto& row = out.rows.emplace_back();
      row.reserve(cells.size());
      for (auto cell : cells) {
        row.push_back(cell == "\\N" ? std::nullopt : std::optional(unescape(cell)));
      }
    }
  }
  return out;
}

Result<Table> run_sql(ChdbEngine& engine, std::string_view query, const SqlLimits& limits) {
  TRY(check_sql(query));
  const auto start = std::chrono::steady_clock::now();
  static std::counting_semaphore<> places(kMaxSqlAtOnce);
  if (!places.try_acquire_for(limits.max_time)) {
    return fail(Code::kBusy, "other questions are still being answered");
  }
  const auto leave = [](auto* taken) { taken->release(); };
  const std::unique_ptr<std::counting_semaphore<>, decltype(leave)> place(&places);
  // A connection costs 0.2 ms and leaves nothing behind from one statement to the next.
  auto connection = TRY(engine.connect(limit_settings(limits)));
  const auto answer = TRY(connection->query(query, "TabSeparatedWithNamesAndTypes"));
  Table out = TRY(parse_tsv(answer.bytes(), limits.max_rows));
  out.truncated |= answer.bytes().size() >= kMaxSqlAnswerBytes;
  out.rows_read = answer.rows_read();
  out.bytes_read = answer.bytes_read();
  out.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - start);
  return out;
}

}  // namespace perennial::events
