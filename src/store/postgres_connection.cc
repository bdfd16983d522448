#include "store/postgres_connection.h"

#include <algorithm>
#include <charconv>

#include "store/dialect.h"
#include "store/sql_excerpt.h"

namespace perennial::store {
namespace {

constexpr int kBinary = 1;
constexpr int kOldestServer = 150'000;

bool succeeded(const PGresult* result) {
  const auto status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

// PQcmdTuples counts the rows of a SELECT too; those are not changed.
int64_t changed_rows(PGresult* result) {
  const std::string_view tag = PQcmdStatus(result);
  const bool changes =
      tag.starts_with("INSERT") || tag.starts_with("UPDATE") || tag.starts_with("DELETE");
  const std::string_view text = changes ? PQcmdTuples(result) : "";
  int64_t rows = 0;
  std::from_chars(text.data(), text.data() + text.size(), rows);
  return rows;
}

Result<void> give_rows(const PGresult* result, const RowSink& sink) {
  const int columns = PQnfields(result);
  for (int row = 0; row < PQntuples(result); ++row) {
    std::vector<Value> values;
    values.reserve(static_cast<size_t>(columns));
    for (int column = 0; column < columns; ++column)
      values.push_back(TRY(decode(result, row, column)));
    TRY(sink(Row(std::move(values))));
  }
  return {};
}

// How many of the first rows one INSERT may take: at least one.
size_t chunk_size(std::span<const std::vector<Value>> rows) {
  size_t bytes = 0;
  for (size_t i = 0; i < std::min(rows.size(), PostgresConnection::kInsertRows); ++i) {
    for (const auto& value : rows[i]) {
      if (auto* text = std::get_if<std::string>(&value)) bytes += text->size();
      if (auto* body = std::get_if<Bytes>(&value)) bytes += body->size();
    }
    if (bytes > PostgresConnection::kInsertBytes) return std::max<size_t>(i, 1);
  }
  return std::min(rows.size(), PostgresConnection::kInsertRows);
}

bool is_select(std::string_view sql) {
  sql = trim(sql);
  std::string word;
  for (char c : sql.substr(0, 6)) word += static_cast<char>(c & ~0x20);
  return word.starts_with("SELECT") || word.starts_with("VALUES") || word.starts_with("WITH");
}

}  // namespace

Result<std::string> describe_address(const std::string& url) {
  char* message = nullptr;
  auto* options = PQconninfoParse(url.c_str(), &message);
  PQfreemem(message);  // not shown: it may quote the password
  if (!options)
    return fail(Code::kInvalid, "the address of the state database is not a valid postgres:// URL");
  std::string host = "localhost", port = "5432", name;
  for (auto* option = options; option->keyword; ++option) {
    const std::string_view keyword = option->keyword;
    if (!option->val) continue;
    if (keyword == "host") host = option->val;
    if (keyword == "port") port = option->val;
    if (keyword == "dbname") name = option->val;
  }
  PQconninfoFree(options);
  return host + ":" + port + "/" + name;
}

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::open(
    const std::string& url, std::chrono::milliseconds lock_timeout) {
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(url, lock_timeout));
  TRY(connection->connect());
  return connection;
}

Result<void> PostgresConnection::connect() {
  cache_.clear();
  cached_ = 0;
  transactions_ = 0;
  prepared_until_ = 1;
  const std::string timeout = std::to_string(kConnectTimeoutSeconds);
  // What stands after dbname wins over the URL, what stands before it does not.
  const char* keywords[] = {"connect_timeout", "fallback_application_name", "dbname",
                            "client_encoding", nullptr};
  const char* values[] = {timeout.c_str(), "perennial", url_.c_str(), "UTF8", nullptr};
  connection_.reset(PQconnectdbParams(keywords, values, 1));
  INVARIANT(connection_ != nullptr);  // only when memory ends
  if (PQstatus(connection_.get()) != CONNECTION_OK) return connect_error(connection_.get());
  PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);
  if (PQserverVersion(connection_.get()) < kOldestServer) {
    return fail(Code::kInternal, "the state database needs PostgreSQL 15 or newer");
  }
  const char* encoding = PQparameterStatus(connection_.get(), "server_encoding");
  if (!encoding || std::string_view(encoding) != "UTF8") {
    return fail(Code::kInternal, "the state database must be created with the encoding UTF8");
  }
  // each() reads its cursors to the end: plan them as such.
  return command("SET lock_timeout = " + std::to_string(lock_timeout_.count()) +
                 "; SET cursor_tuple_fraction = 1; SET standard_conforming_strings = on");
}

Result<void> PostgresConnection::command(const std::string& sql) {
  TRY(checked(PQexec(connection_.get(), sql.c_str()), sql));
  return {};
}

Result<PostgresConnection::Answer> PostgresConnection::checked(PGresult* raw,
                                                               std::string_view sql) {
  Answer answer(raw);
  if (raw && succeeded(raw)) return answer;
  if (raw && PQresultStatus(raw) == PGRES_EMPTY_QUERY)
    return fail(Code::kInternal, "the SQL is empty");
  if (trouble_ == Trouble::kNone) trouble_ = trouble_of(connection_.get(), raw);
  return postgres_error(connection_.get(), raw, sql);
}

Result<void> PostgresConnection::begin(const char* statement, uint64_t schema) {
  forget_failure();
  bool stale = schema_ != schema || trouble_ == Trouble::kStalePlan;
  schema_ = schema;
  // After twice as many transactions as before, so that a plan is never much older than the tables
  // it was made for, however fast a new database grows.
  if (++transactions_ > prepared_until_) {
    prepared_until_ += std::min(prepared_until_, kLongestPrepared);
    stale = true;
  }
  ran_script_ = false;
  auto try_once = [&]() -> Result<void> {
    trouble_ = Trouble::kNone;
    if (!connection_ || PQstatus(connection_.get()) != CONNECTION_OK) TRY(connect());
    // Before BEGIN: inside, it would fix the transaction's snapshot.
    if (stale) TRY(forget_prepared());
    return command(statement);
  };
  auto begun = try_once();
  // A connection that broke while it lay idle has lost nothing yet.
  if (!begun && trouble_ == Trouble::kBroken) begun = try_once();
  return begun;
}

Result<void> PostgresConnection::forget_prepared() {
  if (cached_ == 0) return {};
  cache_.clear();
  cached_ = 0;
  return command("DEALLOCATE ALL");
}

Result<void> PostgresConnection::commit() {
  if (PQtransactionStatus(connection_.get()) == PQTRANS_IDLE) {
    return fail(Code::kInternal, "the SQL ended its own transaction");
  }
  auto answer = checked(PQexec(connection_.get(), "COMMIT"), "COMMIT");
  if (!answer && trouble_ == Trouble::kBroken) {
    trouble_ = Trouble::kNone;  // it may have been committed, so it must not be repeated
    return fail(
        Code::kInternal,
        "the connection to the state database broke while committing: the outcome is unknown");
  }
  if (!answer) return std::unexpected(std::move(answer).error());
  // COMMIT of a transaction that had failed answers ROLLBACK and no error.
  if (std::string_view(PQcmdStatus(answer->get())) != "COMMIT") {
    return fail(Code::kInternal, "the state database rolled the transaction back");
  }
  return {};
}

void PostgresConnection::roll_back() {
  if (!connection_ || PQstatus(connection_.get()) != CONNECTION_OK) return;
  if (PQtransactionStatus(connection_.get()) == PQTRANS_IDLE) return;
  Answer answer(PQexec(connection_.get(), "ROLLBACK"));
  if (!succeeded(answer.get())) connection_.reset();
}

Result<std::string> PostgresConnection::prepare(std::string_view sql,
                                                const WireParameters& parameters) {
  const auto types = parameters.types();
  auto fits = [&](const Prepared& prepared) {
    return std::ranges::equal(prepared.types, types, [](Oid known, Oid given) {
      return given == oid::kUnknown || known == given;
    });
  };
  if (auto cached = cache_.find(sql); cached != cache_.end()) {
    auto prepared = std::ranges::find_if(cached->second, fits);
    if (prepared != cached->second.end()) return prepared->name;
  }
  if (cached_ >= kCachedStatements) TRY(forget_prepared());
  Prepared prepared{"s" + std::to_string(++next_name_), {types.begin(), types.end()}};
  const std::string text(sql);
  TRY(checked(PQprepare(connection_.get(), prepared.name.c_str(), text.c_str(), parameters.count(),
                        parameters.type_pointer()),
              sql));
  if (std::ranges::find(types, oid::kUnknown) != types.end()) {
    // Learn what the server took a NULL for, so that the next value need not prepare again.
    auto described =
        TRY(checked(PQdescribePrepared(connection_.get(), prepared.name.c_str()), sql));
    for (int i = 0; i < PQnparams(described.get()) && i < parameters.count(); ++i) {
      prepared.types[static_cast<size_t>(i)] = PQparamtype(described.get(), i);
    }
  }
  ++cached_;
  auto& all = cache_[text];
  all.push_back(std::move(prepared));
  return all.back().name;
}

Result<PostgresConnection::Answer> PostgresConnection::execute_prepared(
    std::string_view sql, WireParameters& parameters) {
  const std::string name = TRY(prepare(sql, parameters));
  return checked(
      PQexecPrepared(connection_.get(), name.c_str(), parameters.count(), parameters.values(),
                     parameters.lengths(), parameters.formats(), kBinary),
      sql);
}

Result<int64_t> PostgresConnection::run(std::string_view sql, std::span<const Value> parameters,
                                        const RowSink& sink) {
  WireParameters encoded(parameters);
  auto answer = TRY(execute_prepared(sql, encoded));
  TRY(give_rows(answer.get(), sink));
  return changed_rows(answer.get());
}

// A cursor, so that the answer needs no memory, may be left early and lets other statements run
// between.
Result<void> PostgresConnection::stream(std::string_view sql, std::span<const Value> parameters,
                                        const RowSink& sink) {
  if (!is_select(sql)) {
    TRY(run(sql, parameters, sink));
    return {};
  }
  const std::string cursor = "c" + std::to_string(++next_name_);
  const std::string declare = "DECLARE " + cursor + " NO SCROLL CURSOR FOR " + std::string(sql);
  WireParameters encoded(parameters);
  TRY(checked(
      PQexecParams(connection_.get(), declare.c_str(), encoded.count(), encoded.type_pointer(),
                   encoded.values(), encoded.lengths(), encoded.formats(), kBinary),
      sql));
  auto done = fetch_all(cursor, sink);
  if (PQtransactionStatus(connection_.get()) == PQTRANS_INTRANS) TRY(command("CLOSE " + cursor));
  return done;
}

Result<void> PostgresConnection::fetch_all(const std::string& cursor, const RowSink& sink) {
  const std::string fetch = "FETCH " + std::to_string(kFetchRows) + " FROM " + cursor;
  for (;;) {
    auto answer = TRY(checked(PQexecParams(connection_.get(), fetch.c_str(), 0, nullptr, nullptr,
                                           nullptr, nullptr, kBinary),
                              fetch));
    TRY(give_rows(answer.get(), sink));
    if (PQntuples(answer.get()) < kFetchRows) return {};
  }
}

Result<int64_t> PostgresConnection::run_many(std::string_view table,
                                             std::span<const std::string_view> columns,
                                             std::span<const std::vector<Value>> rows,
                                             std::string_view tail) {
  std::string head = "INSERT INTO " + std::string(table) + " (";
  for (size_t i = 0; i < columns.size(); ++i) head += (i ? ", " : "") + std::string(columns[i]);
  head += ") ";
  int64_t written = 0;
  while (!rows.empty()) {
    const size_t count = chunk_size(rows);
    written += TRY(insert_chunk(head, rows.first(count), columns.size(), tail));
    rows = rows.subspan(count);
  }
  return written;
}

// INSERT … SELECT … FROM unnest(array of a column, …): one parameter a column whatever the number
// of rows. A column without any value has no array type and is a literal NULL instead, which takes
// the column's type.
Result<int64_t> PostgresConnection::insert_chunk(std::string_view head,
                                                 std::span<const std::vector<Value>> rows,
                                                 size_t columns, std::string_view tail) {
  WireParameters arrays;
  std::string selected, arguments, names;
  for (size_t i = 0; i < columns; ++i) {
    const bool any =
        std::ranges::any_of(rows, [&](const auto& row) { return row[i].index() != 0; });
    if (i > 0) selected += ", ";
    if (!any) {
      selected += "NULL";
      continue;
    }
    arrays.add_array(rows, i);
    const std::string number = std::to_string(arrays.count());
    selected += "u.v" + number;
    names += (names.empty() ? "v" : ", v") + number;
    arguments += (arguments.empty() ? "$" : ", $") + number;
  }
  std::string sql = std::string(head) + "SELECT " + selected;
  if (arrays.count() > 0) {
    sql += " FROM unnest(" + arguments + ") AS u (" + names + ") ";
  } else {
    sql += " FROM generate_series(1, " + std::to_string(rows.size()) + ") ";
  }
  sql += tail;
  auto answer = TRY(execute_prepared(sql, arrays));
  return changed_rows(answer.get());
}

Result<void> PostgresConnection::run_all(std::string_view sql) {
  ran_script_ = true;
  return command(script_for_postgres(sql));
}

}  // namespace perennial::store
