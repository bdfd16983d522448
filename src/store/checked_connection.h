// What both engines' connections share: parameters are checked before they reach the engine, and a
// failed statement spoils the transaction. PostgreSQL refuses every statement after a failed one;
// SQLite would go on and commit half of the work, so the rule is kept here for both.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "store/store.h"

namespace perennial::store {

using RowSink = std::function<Result<void>(Row&&)>;

class CheckedConnection : public Connection {
 public:
  using Connection::execute;
  using Connection::query;
  Result<std::vector<Row>> query(std::string_view sql, std::span<const Value> parameters) final;
  Result<void> each(std::string_view sql, std::span<const Value> parameters,
                    const std::function<Result<void>(const Row&)>& each) final;
  Result<int64_t> execute(std::string_view sql, std::span<const Value> parameters) final;
  Result<int64_t> insert_many(std::string_view table, std::span<const std::string_view> columns,
                              std::span<const std::vector<Value>> rows,
                              std::string_view tail) final;
  Result<void> run_script(std::string_view sql) final;

  // The first error of a statement since forget_failure().
  const std::optional<Error>& failure() const { return failure_; }
  void forget_failure() { failure_.reset(); }

 protected:
  // Runs one statement and gives its rows to `sink`; returns the number of rows changed.
  virtual Result<int64_t> run(std::string_view sql, std::span<const Value> parameters,
                              const RowSink& sink) = 0;
  // The same without holding the answer in memory; `sink` may run other statements of this
  // connection.
  virtual Result<void> stream(std::string_view sql, std::span<const Value> parameters,
                              const RowSink& sink) = 0;
  virtual Result<int64_t> run_many(std::string_view table,
                                   std::span<const std::string_view> columns,
                                   std::span<const std::vector<Value>> rows,
                                   std::string_view tail) = 0;
  virtual Result<void> run_all(std::string_view sql) = 0;

 private:
  std::unexpected<Error> remember(Error error);

  std::optional<Error> failure_;
};

// Fails with kInvalid for text that is_storable_text refuses and for NaN, which SQLite would store
// as NULL.
Result<void> check_values(std::span<const Value> values);
// check_values of every row; each row has `columns` values, and a column holds one type (or NULL)
// throughout.
Result<void> check_rows(size_t columns, std::span<const std::vector<Value>> rows);

}  // namespace perennial::store
