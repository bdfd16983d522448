#include "store/store.h"

#include "store/postgres_database.h"
#include "store/sqlite_database.h"

namespace perennial::store {

const Value& Row::value(size_t column) const {
  INVARIANT(column < values_.size());
  return values_[column];
}

bool Row::is_null(size_t column) const {
  return std::holds_alternative<std::monostate>(value(column));
}

int64_t Row::integer(size_t column) const { return maybe_integer(column).value_or(0); }

std::optional<int64_t> Row::maybe_integer(size_t column) const {
  if (is_null(column)) return std::nullopt;
  auto* integer = std::get_if<int64_t>(&values_[column]);
  INVARIANT(integer != nullptr);
  return *integer;
}

double Row::real(size_t column) const {
  if (is_null(column)) return 0.0;
  if (auto* integer = std::get_if<int64_t>(&values_[column])) return static_cast<double>(*integer);
  auto* real = std::get_if<double>(&values_[column]);
  INVARIANT(real != nullptr);
  return *real;
}

const std::string& Row::text(size_t column) const {
  static const std::string kEmpty;
  if (is_null(column)) return kEmpty;
  auto* text = std::get_if<std::string>(&values_[column]);
  INVARIANT(text != nullptr);
  return *text;
}

const Bytes& Row::bytes(size_t column) const {
  static const Bytes kEmpty;
  if (is_null(column)) return kEmpty;
  auto* bytes = std::get_if<Bytes>(&values_[column]);
  INVARIANT(bytes != nullptr);
  return *bytes;
}

Result<std::optional<Row>> Connection::query_one(std::string_view sql,
                                                 std::initializer_list<Value> parameters) {
  auto rows = TRY(query(sql, parameters));
  INVARIANT(rows.size() <= 1);
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

Result<std::unique_ptr<Database>> Database::open(std::string_view where, Options options) {
  if (options.readers < 1) return fail(Code::kInvalid, "at least one reader is needed", "readers");
  if (where.starts_with("postgres://") || where.starts_with("postgresql://")) {
    return open_postgres(std::string(where), options);
  }
  return open_sqlite(std::string(where), options);
}

}  // namespace perennial::store
