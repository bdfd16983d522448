// One connection to a SQLite file with its prepared statements.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include <sqlite3.h>

#include "store/checked_connection.h"

namespace perennial::store {

class SqliteConnection final : public CheckedConnection {
 public:
  static constexpr size_t kCachedStatements = 256;

  // Opens an existing file. Writers create nothing but WAL files beside it; readers refuse to
  // write.
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, bool writes,
                                                        std::chrono::milliseconds busy_timeout);
  ~SqliteConnection() override;
  Engine engine() const override { return Engine::kSqlite; }

  // BEGIN, COMMIT, ROLLBACK and pragmas: neither checked nor cached.
  Result<void> command(const char* sql);
  bool in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

 protected:
  Result<int64_t> run(std::string_view sql, std::span<const Value> parameters,
                      const RowSink& sink) override;
  Result<void> stream(std::string_view sql, std::span<const Value> parameters,
                      const RowSink& sink) override;
  Result<int64_t> run_many(std::string_view table, std::span<const std::string_view> columns,
                           std::span<const std::vector<Value>> rows,
                           std::string_view tail) override;
  Result<void> run_all(std::string_view sql) override;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;
  struct Prepared {
    Statement statement;
    std::vector<int> places;  // of $1, $2, …, as SQLite numbers them
  };
  // A statement taken out of the cache, so that the same SQL may run inside its own loop; goes back
  // when the loan ends.
  class Loan;

  SqliteConnection(sqlite3* db, std::string path) : db_(db), path_(std::move(path)) {}
  Result<void> set_up(bool writes, std::chrono::milliseconds busy_timeout);
  Result<void> use_wal(std::chrono::milliseconds busy_timeout);
  Result<Statement> prepare(std::string_view sql);
  Result<Loan> borrow(std::string_view sql);
  Result<void> bind(const Loan& statement, std::string_view sql, std::span<const Value> parameters);
  Result<int64_t> step_through(sqlite3_stmt* statement, std::string_view sql, const RowSink* sink);

  sqlite3* db_;
  std::string path_;
  std::map<std::string, Prepared, std::less<>> cache_;
};

}  // namespace perennial::store
