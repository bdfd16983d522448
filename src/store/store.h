// The state database: everything that is updated lives here, in SQLite (the default) or PostgreSQL.
// One small SQL layer serves both. SQL is written once, in the dialect that both engines share:
//   - parameters are $1, $2, … and may be used more than once;
//   - column types are BIGINT, DOUBLE PRECISION, TEXT and BYTEA; times are BIGINT milliseconds,
//   booleans BIGINT 0/1;
//   - INSERT … ON CONFLICT … DO UPDATE / DO NOTHING and RETURNING work on both;
//   - text is well-formed UTF-8 without NUL (base/text.h, is_storable_text); other text is refused
//   with kInvalid.
//
//   auto db = TRY(store::Database::open("/var/lib/perennial/state.db"));
//   TRY(db->migrate(migrations));
//   TRY(db->write([&](store::Connection& c) -> Result<void> {
//     TRY(c.execute("UPDATE people SET name = $1 WHERE id = $2", {name, id}));
//     return {};
//   }));
//
// Threads: a Database may be used from any thread; a Connection only inside the function it is
// given to.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/base.h"

namespace perennial::store {

using Bytes = std::vector<std::byte>;
// NULL, integer, floating point, text, bytes.
using Value = std::variant<std::monostate, int64_t, double, std::string, Bytes>;

// One row of an answer. Reading a column as another type than it holds, or out of range, is a
// broken invariant; NULL reads as 0, 0.0 or "" unless asked with is_null().
class Row {
 public:
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}
  size_t size() const { return values_.size(); }
  bool is_null(size_t column) const;
  int64_t integer(size_t column) const;
  double real(size_t column) const;  // an integer column reads as its value
  const std::string& text(size_t column) const;
  const Bytes& bytes(size_t column) const;
  std::optional<int64_t> maybe_integer(size_t column) const;
  const Value& value(size_t column) const;

 private:
  std::vector<Value> values_;
};

enum class Engine { kSqlite, kPostgres };

class Connection {
 public:
  virtual ~Connection() = default;
  virtual Engine engine() const = 0;

  // Rows of a SELECT or of a statement with RETURNING, all in memory.
  virtual Result<std::vector<Row>> query(std::string_view sql,
                                         std::span<const Value> parameters) = 0;
  // The same row by row; stops early when `each` returns an error, and returns that error.
  virtual Result<void> each(std::string_view sql, std::span<const Value> parameters,
                            const std::function<Result<void>(const Row&)>& each) = 0;
  // Number of rows changed. A broken unique or foreign key constraint fails with kConflict.
  virtual Result<int64_t> execute(std::string_view sql, std::span<const Value> parameters) = 0;
  // Inserts many rows in few round trips. `tail` follows VALUES: "ON CONFLICT (a) DO NOTHING".
  // Returns the number of rows written. Each column holds one type (or NULL) in all rows. With ON
  // CONFLICT … DO UPDATE no two rows may have the same key (PostgreSQL refuses to change a row
  // twice).
  virtual Result<int64_t> insert_many(std::string_view table,
                                      std::span<const std::string_view> columns,
                                      std::span<const std::vector<Value>> rows,
                                      std::string_view tail = "") = 0;
  // Several statements separated by semicolons, without parameters: for migrations.
  virtual Result<void> run_script(std::string_view sql) = 0;

  Result<std::vector<Row>> query(std::string_view sql,
                                 std::initializer_list<Value> parameters = {}) {
    return query(sql, std::span<const Value>(parameters.begin(), parameters.size()));
  }
  Result<int64_t> execute(std::string_view sql, std::initializer_list<Value> parameters = {}) {
    return execute(sql, std::span<const Value>(parameters.begin(), parameters.size()));
  }
  // The only row of the answer, or nothing; more than one is a broken invariant.
  Result<std::optional<Row>> query_one(std::string_view sql,
                                       std::initializer_list<Value> parameters = {});
};

// A numbered step of a module's schema. Applied once, in order, each in its own transaction.
struct Migration {
  std::string_view module;
  int number;  // 1, 2, 3, … within the module
  std::string_view name;
  std::string_view sql;
};

struct Options {
  int readers = 4;  // connections for read(); writers queue on one (SQLite) or share the pool
  int busy_timeout_ms = 10'000;  // how long a write waits for another process's lock
};

class Database {
 public:
  // `where` is a file path (SQLite: WAL, synchronous FULL, foreign keys on) or "postgres://…".
  // Fails with kFull, kForbidden, kConflict (locked) or kInternal, each saying what and where.
  static Result<std::unique_ptr<Database>> open(std::string_view where, Options options = {});
  virtual ~Database() = default;
  virtual Engine engine() const = 0;

  // Applies what is missing. Refused with kConflict when the database holds a step that the program
  // does not know: it was written by a newer program.
  Result<void> migrate(std::span<const Migration> migrations);

  // Runs `body` in one transaction: committed if it returns a value, rolled back if it returns an
  // error. read() gives one consistent snapshot and may run beside everything else. write() on
  // SQLite is BEGIN IMMEDIATE, one at a time; on PostgreSQL it is repeated when the server reports
  // a serialization failure or a deadlock, so `body` may run more than once and must have no other
  // effect than its SQL.
  template <class Body>
  std::invoke_result_t<Body, Connection&> read(Body&& body) {
    return run(false, std::forward<Body>(body));
  }
  template <class Body>
  std::invoke_result_t<Body, Connection&> write(Body&& body) {
    return run(true, std::forward<Body>(body));
  }

  // Size of the database in bytes, for stats.
  virtual Result<int64_t> size_bytes() = 0;

 protected:
  virtual Result<void> transaction(bool writes,
                                   const std::function<Result<void>(Connection&)>& body) = 0;

 private:
  template <class Body>
  std::invoke_result_t<Body, Connection&> run(bool writes, Body&& body) {
    using R = std::invoke_result_t<Body, Connection&>;
    std::optional<R> answer;
    auto done = transaction(writes, [&](Connection& c) -> Result<void> {
      answer.emplace(body(c));
      if (!*answer) return std::unexpected(answer->error());
      return {};
    });
    if (!done) return std::unexpected(std::move(done).error());
    return std::move(*answer);
  }
};

}  // namespace perennial::store
