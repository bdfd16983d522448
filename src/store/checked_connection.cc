#include "store/checked_connection.h"

#include <cmath>

namespace perennial::store {

std::unexpected<Error> CheckedConnection::remember(Error error) {
  if (!failure_) failure_ = error;
  return std::unexpected(std::move(error));
}

Result<std::vector<Row>> CheckedConnection::query(std::string_view sql,
                                                  std::span<const Value> parameters) {
  if (failure_) return std::unexpected(*failure_);
  if (auto checked = check_values(parameters); !checked) return remember(checked.error());
  std::vector<Row> rows;
  auto done = run(sql, parameters, [&](Row&& row) -> Result<void> {
    rows.push_back(std::move(row));
    return {};
  });
  if (!done) return remember(std::move(done).error());
  return rows;
}

Result<void> CheckedConnection::each(std::string_view sql, std::span<const Value> parameters,
                                     const std::function<Result<void>(const Row&)>& each) {
  if (failure_) return std::unexpected(*failure_);
  if (auto checked = check_values(parameters); !checked) return remember(checked.error());
  // An error of the caller's function ends the loop; only one of the engine spoils the transaction.
  bool stopped_by_caller = false;
  auto done = stream(sql, parameters, [&](Row&& row) -> Result<void> {
    auto answer = each(row);
    stopped_by_caller = !answer;
    return answer;
  });
  if (!done && !stopped_by_caller) return remember(std::move(done).error());
  return done;
}

Result<int64_t> CheckedConnection::execute(std::string_view sql,
                                           std::span<const Value> parameters) {
  if (failure_) return std::unexpected(*failure_);
  if (auto checked = check_values(parameters); !checked) return remember(checked.error());
  auto changed = run(sql, parameters, [](Row&&) -> Result<void> { return {}; });
  if (!changed) return remember(std::move(changed).error());
  return changed;
}

Result<int64_t> CheckedConnection::insert_many(std::string_view table,
                                               std::span<const std::string_view> columns,
                                               std::span<const std::vector<Value>> rows,
                                               std::string_view tail) {
  if (failure_) return std::unexpected(*failure_);
  if (rows.empty()) return 0;
  if (auto checked = check_rows(columns.size(), rows); !checked) return remember(checked.error());
  auto written = run_many(table, columns, rows, tail);
  if (!written) return remember(std::move(written).error());
  return written;
}

Result<void> CheckedConnection::run_script(std::string_view sql) {
  if (failure_) return std::unexpected(*failure_);
  auto done = run_all(sql);
  if (!done) return remember(std::move(done).error());
  return done;
}

Result<void> check_values(std::span<const Value> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (auto* text = std::get_if<std::string>(&values[i]); text && !is_storable_text(*text)) {
      return fail(Code::kInvalid, "text must be well-formed UTF-8 without NUL",
                  "parameter " + std::to_string(i + 1));
    }
    if (auto* real = std::get_if<double>(&values[i]); real && std::isnan(*real)) {
      return fail(Code::kInvalid, "a number that is not a number cannot be stored",
                  "parameter " + std::to_string(i + 1));
    }
  }
  return {};
}

Result<void> check_rows(size_t columns, std::span<const std::vector<Value>> rows) {
  if (columns == 0) return fail(Code::kInternal, "rows without columns cannot be inserted");
  std::vector<size_t> types(columns, 0);  // index of the variant; 0 is NULL
  for (const auto& row : rows) {
    if (row.size() != columns)
      return fail(Code::kInternal, "a row has another number of values than columns");
    TRY(check_values(row));
    for (size_t i = 0; i < columns; ++i) {
      const size_t type = row[i].index();
      if (type == 0) continue;
      if (types[i] != 0 && types[i] != type) {
        return fail(Code::kInvalid, "a column of an insert holds values of two types",
                    "column " + std::to_string(i + 1));
      }
      types[i] = type;
    }
  }
  return {};
}

}  // namespace perennial::store
