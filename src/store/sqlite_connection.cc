#include "store/sqlite_connection.h"

#include <cstdlib>
#include <cstring>
#include <thread>

#include "store/dialect.h"
#include "store/sql_excerpt.h"
#include "store/sqlite_error.h"

namespace perennial::store {
namespace {

constexpr int64_t kWalSizeLimit = 64 << 20;  // bytes the WAL file is cut to after a checkpoint
constexpr int kCacheKib = 16 << 10;          // page cache of a connection that reads
constexpr int kWriterCacheKib = 64 << 10;    // and of the one that writes
// Pages in the WAL file before the writer copies them into the database: the more there are, the
// more of them were written several times meanwhile.
constexpr int kCheckpointPages = 8'192;
constexpr auto kWalRetry = std::chrono::milliseconds(10);

Value column_value(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return int64_t{sqlite3_column_int64(statement, column)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_TEXT: {
      auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      return std::string(text, static_cast<size_t>(sqlite3_column_bytes(statement, column)));
    }
    case SQLITE_BLOB: {
      auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(statement, column));
      return Bytes(bytes, bytes + sqlite3_column_bytes(statement, column));
    }
    default:
      return std::monostate{};
  }
}

Row read_row(sqlite3_stmt* statement) {
  const int columns = sqlite3_column_count(statement);
  std::vector<Value> values;
  values.reserve(static_cast<size_t>(columns));
  for (int i = 0; i < columns; ++i) values.push_back(column_value(statement, i));
  return Row(std::move(values));
}

// The parameters outlive the execution, so SQLite need not copy them.
int bind_value(sqlite3_stmt* statement, int index, const Value& value) {
  if (auto* integer = std::get_if<int64_t>(&value))
    return sqlite3_bind_int64(statement, index, *integer);
  if (auto* real = std::get_if<double>(&value)) return sqlite3_bind_double(statement, index, *real);
  if (auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  if (auto* bytes = std::get_if<Bytes>(&value)) {
    // A null pointer would be bound as NULL instead of as no bytes.
    if (bytes->empty()) return sqlite3_bind_zeroblob(statement, index, 0);
    return sqlite3_bind_blob64(statement, index, bytes->data(), bytes->size(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, index);
}

// Where SQLite has $1, $2, …; 0: the statement does not use it. It numbers parameters as they first
// appear, and its search by name is linear, so this is worked out once for each statement.
std::vector<int> places_of_parameters(sqlite3_stmt* statement) {
  const int count = sqlite3_bind_parameter_count(statement);
  std::vector<int> places(static_cast<size_t>(count), 0);
  for (int index = 1; index <= count; ++index) {
    const char* name = sqlite3_bind_parameter_name(statement, index);
    const int number = name != nullptr && name[0] == '$' ? std::atoi(name + 1) : 0;
    if (number > 0 && number <= count) places[static_cast<size_t>(number) - 1] = index;
  }
  return places;
}

// PostgreSQL's name for the order of bytes, so that ORDER BY name COLLATE "C" is the same on both
// engines.
int compare_bytes(void*, int a_size, const void* a, int b_size, const void* b) {
  const int order = std::memcmp(a, b, static_cast<size_t>(std::min(a_size, b_size)));
  return order != 0 ? order : a_size - b_size;
}

}  // namespace

class SqliteConnection::Loan {
 public:
  Loan(SqliteConnection& owner, std::string sql, Prepared prepared)
      : owner_(&owner), sql_(std::move(sql)), prepared_(std::move(prepared)) {}
  Loan(Loan&&) noexcept = default;
  Loan& operator=(Loan&&) = delete;
  ~Loan() {
    if (!prepared_.statement) return;
    sqlite3_reset(get());
    sqlite3_clear_bindings(get());
    if (owner_->cache_.size() >= kCachedStatements) owner_->cache_.clear();
    owner_->cache_.try_emplace(std::move(sql_), std::move(prepared_));
  }
  sqlite3_stmt* get() const { return prepared_.statement.get(); }
  std::span<const int> places() const { return prepared_.places; }

 private:
  SqliteConnection* owner_;
  std::string sql_;
  Prepared prepared_;
};

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(
    const std::string& path, bool writes, std::chrono::milliseconds busy_timeout) {
  sqlite3* db = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(db, path));
  if (code != SQLITE_OK) return sqlite_error(db, code, "");
  TRY(connection->set_up(writes, busy_timeout));
  return connection;
}

SqliteConnection::~SqliteConnection() {
  cache_.clear();
  sqlite3_close_v2(db_);
}

Result<void> SqliteConnection::set_up(bool writes, std::chrono::milliseconds busy_timeout) {
  sqlite3_busy_timeout(db_, static_cast<int>(busy_timeout.count()));
  if (sqlite3_db_readonly(db_, "main") == 1) {
    return fail(Code::kForbidden, "the file of the state database is read only");
  }
  // A misspelt "name" is an error as on PostgreSQL, not a text.
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_create_collation_v2(db_, "C", SQLITE_UTF8, nullptr, compare_bytes, nullptr);
  TRY(use_wal(busy_timeout));
  const std::string pragmas =
      "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
      " PRAGMA case_sensitive_like = ON;"  // as PostgreSQL compares
      " PRAGMA secure_delete = ON;"        // what is deleted is overwritten
      " PRAGMA journal_size_limit = " +
      std::to_string(kWalSizeLimit) +
      "; PRAGMA wal_autocheckpoint = " + std::to_string(kCheckpointPages) +
      "; PRAGMA cache_size = -" + std::to_string(writes ? kWriterCacheKib : kCacheKib);
  TRY(command(pragmas.c_str()));
  if (!writes) TRY(command("PRAGMA query_only = ON"));
  return command(
      "SELECT count(*) FROM sqlite_schema");  // a damaged header shows here, not in mid-work
}

// Two programs that open a new file at once may see each other's lock here, and SQLite does not
// wait then.
Result<void> SqliteConnection::use_wal(std::chrono::milliseconds busy_timeout) {
  const auto deadline = std::chrono::steady_clock::now() + busy_timeout;
  for (;;) {
    auto statement = prepare("PRAGMA journal_mode = WAL");
    int code = statement ? sqlite3_step(statement->get()) : sqlite3_extended_errcode(db_);
    if (code == SQLITE_ROW) {
      auto mode = column_value(statement->get(), 0);
      if (std::get<std::string>(mode) == "wal") return {};
      return fail(Code::kInternal,
                  "the file system of the state database does not allow a write-ahead log");
    }
    const bool busy = (code & 0xff) == SQLITE_BUSY;
    if (!busy || std::chrono::steady_clock::now() > deadline)
      return sqlite_error(db_, code, "PRAGMA journal_mode");
    // tidy allows: SQLite does not call its busy handler here, and tells nobody when the lock goes.
    std::this_thread::sleep_for(kWalRetry);
  }
}

Result<void> SqliteConnection::command(const char* sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return sqlite_error(db_, code, sql);
  return {};
}

Result<SqliteConnection::Statement> SqliteConnection::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, &rest);
  Statement statement(raw);
  if (code != SQLITE_OK) return sqlite_error(db_, code, sql);
  if (!statement) return fail(Code::kInternal, "the SQL is empty");
  if (!trim(sql.substr(static_cast<size_t>(rest - sql.data()))).empty()) {
    return fail(Code::kInternal, "the SQL holds more than one statement", sql_excerpt(sql));
  }
  return statement;
}

Result<SqliteConnection::Loan> SqliteConnection::borrow(std::string_view sql) {
  if (auto cached = cache_.find(sql); cached != cache_.end()) {
    auto node = cache_.extract(cached);
    return Loan(*this, std::move(node.key()), std::move(node.mapped()));
  }
  Prepared prepared;
  prepared.statement = TRY(prepare(sql));
  prepared.places = places_of_parameters(prepared.statement.get());
  return Loan(*this, std::string(sql), std::move(prepared));
}

Result<void> SqliteConnection::bind(const Loan& statement, std::string_view sql,
                                    std::span<const Value> parameters) {
  const auto places = statement.places();
  if (places.size() != parameters.size()) {
    return fail(Code::kInternal, "the SQL takes another number of parameters than were given",
                sql_excerpt(sql));
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (places[i] == 0) {
      return fail(Code::kInternal, "the SQL does not use $" + std::to_string(i + 1),
                  sql_excerpt(sql));
    }
    const int code = bind_value(statement.get(), places[i], parameters[i]);
    if (code != SQLITE_OK) return sqlite_error(db_, code, sql);
  }
  return {};
}

Result<int64_t> SqliteConnection::step_through(sqlite3_stmt* statement, std::string_view sql,
                                               const RowSink* sink) {
  const auto before = sqlite3_total_changes64(db_);
  int code;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    if (sink) TRY((*sink)(read_row(statement)));
  }
  if (code != SQLITE_DONE) return sqlite_error(db_, code, sql);
  // Statements that change no rows leave the count of the one before.
  return sqlite3_total_changes64(db_) == before ? 0 : int64_t{sqlite3_changes64(db_)};
}

Result<int64_t> SqliteConnection::run(std::string_view sql, std::span<const Value> parameters,
                                      const RowSink& sink) {
  auto statement = TRY(borrow(sql));
  TRY(bind(statement, sql, parameters));
  return step_through(statement.get(), sql, &sink);
}

Result<void> SqliteConnection::run_all(std::string_view sql) {
  return command(script_for_sqlite(sql).c_str());
}

Result<void> SqliteConnection::stream(std::string_view sql, std::span<const Value> parameters,
                                      const RowSink& sink) {
  TRY(run(sql, parameters, sink));
  return {};
}

// One prepared row at a time: without a server there are no round trips to save.
Result<int64_t> SqliteConnection::run_many(std::string_view table,
                                           std::span<const std::string_view> columns,
                                           std::span<const std::vector<Value>> rows,
                                           std::string_view tail) {
  std::string names, values;
  for (size_t i = 0; i < columns.size(); ++i) {
    names += (i ? ", " : "") + std::string(columns[i]);
    values += (i ? ", $" : "$") + std::to_string(i + 1);
  }
  const std::string sql = "INSERT INTO " + std::string(table) + " (" + names + ") VALUES (" +
                          values + ") " + std::string(tail);
  auto statement = TRY(borrow(sql));
  int64_t written = 0;
  for (const auto& row : rows) {
    TRY(bind(statement, sql, row));
    written += TRY(step_through(statement.get(), sql, nullptr));
    sqlite3_reset(statement.get());
  }
  return written;
}

}  // namespace perennial::store
