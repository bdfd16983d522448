// One connection to a PostgreSQL server with its prepared statements.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <libpq-fe.h>

#include "store/checked_connection.h"
#include "store/postgres_error.h"
#include "store/postgres_wire.h"

namespace perennial::store {

class PostgresConnection final : public CheckedConnection {
 public:
  static constexpr size_t kCachedStatements = 512;
  static constexpr size_t kInsertRows = 10'000;  // rows of one INSERT of insert_many
  static constexpr size_t kInsertBytes =
      16 << 20;                             // and its text and bytes, if it is more than one row
  static constexpr int kFetchRows = 1'000;  // rows of one round trip of each()
  static constexpr int kConnectTimeoutSeconds = 10;
  // Prepared statements serve at most so many transactions.
  static constexpr uint64_t kLongestPrepared = 4'096;

  static Result<std::unique_ptr<PostgresConnection>> open(const std::string& url,
                                                          std::chrono::milliseconds lock_timeout);
  Engine engine() const override { return Engine::kPostgres; }

  // Begins a transaction with the given statement, on a new connection if the old one is gone.
  // Statements prepared under another `schema` number are prepared anew, and now and then all are:
  // the server keeps the plans that suited its tables when they were small.
  Result<void> begin(const char* statement, uint64_t schema);
  Result<void> commit();
  // Leaves no transaction open; a connection that cannot even do that is dropped and made anew by
  // begin().
  void roll_back();
  // What went wrong first in this transaction.
  Trouble trouble() const { return trouble_; }
  bool ran_script() const { return ran_script_; }

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
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  using Answer = std::unique_ptr<PGresult, Clear>;
  // One SQL text may be prepared several times, for different types of its parameters.
  struct Prepared {
    std::string name;
    std::vector<Oid> types;
  };

  PostgresConnection(std::string url, std::chrono::milliseconds lock_timeout)
      : url_(std::move(url)), lock_timeout_(lock_timeout) {}
  Result<void> connect();
  Result<void> command(const std::string& sql);
  Result<void> forget_prepared();
  // Passes a good answer on; remembers the trouble of a bad one.
  Result<Answer> checked(PGresult* raw, std::string_view sql);
  Result<std::string> prepare(std::string_view sql, const WireParameters& parameters);
  Result<Answer> execute_prepared(std::string_view sql, WireParameters& parameters);
  Result<void> fetch_all(const std::string& cursor, const RowSink& sink);
  Result<int64_t> insert_chunk(std::string_view head, std::span<const std::vector<Value>> rows,
                               size_t columns, std::string_view tail);

  std::string url_;
  std::chrono::milliseconds lock_timeout_;
  std::unique_ptr<PGconn, Finish> connection_;
  std::map<std::string, std::vector<Prepared>, std::less<>> cache_;
  size_t cached_ = 0;
  uint64_t next_name_ = 0;
  uint64_t schema_ = 0;
  uint64_t transactions_ = 0, prepared_until_ = 1;  // of this session
  Trouble trouble_ = Trouble::kNone;
  bool ran_script_ = false;
};

// "host:port/name" of a URL, for messages: without user and password. Fails with kInvalid.
Result<std::string> describe_address(const std::string& url);

}  // namespace perennial::store
