#include "store/in_lists.h"

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

namespace perennial::store {
namespace {

struct Written {
  std::string_view begin, between, end;
};
constexpr Written kList = {"(", ", ", ")"}, kTable = {"(VALUES (", "), (", "))"};

// Runs `body(sql, parameters)` for each chunk. The last chunk is filled up to a power of two with
// copies of its last key.
template <class Body>
Result<void> in_chunks(std::string_view sql, std::span<const Value> fixed,
                       std::span<const Value> keys, const Written& as, Body&& body) {
  const size_t hole = sql.find("{}");
  INVARIANT(hole != std::string_view::npos);
  while (!keys.empty()) {
    const size_t taken = std::min(keys.size(), kMaxKeysOfStatement);
    const size_t places = std::bit_ceil(taken);
    std::vector<Value> parameters(fixed.begin(), fixed.end());
    std::string text(sql.substr(0, hole));
    for (size_t i = 0; i < places; ++i) {
      parameters.push_back(keys[std::min(i, taken - 1)]);
      text += i == 0 ? as.begin : as.between;
      text += "$" + std::to_string(parameters.size());
    }
    text += as.end;
    text += sql.substr(hole + 2);
    TRY(body(text, parameters));
    keys = keys.subspan(taken);
  }
  return {};
}

Result<void> each_of(Connection& c, std::string_view sql, std::span<const Value> fixed,
                     std::span<const Value> keys, const Written& as,
                     const std::function<Result<void>(const Row&)>& each) {
  return in_chunks(
      sql, fixed, keys, as,
      [&](const std::string& text, const std::vector<Value>& parameters) -> Result<void> {
        for (const auto& row : TRY(c.query(text, parameters))) TRY(each(row));
        return {};
      });
}

}  // namespace

Result<void> each_in(Connection& c, std::string_view sql, std::span<const Value> fixed,
                     std::span<const Value> keys,
                     const std::function<Result<void>(const Row&)>& each) {
  return each_of(c, sql, fixed, keys, kList, each);
}

Result<void> each_of_table(Connection& c, std::string_view sql, std::span<const Value> fixed,
                           std::span<const Value> keys,
                           const std::function<Result<void>(const Row&)>& each) {
  return each_of(c, sql, fixed, keys, kTable, each);
}

Result<void> execute_in(Connection& c, std::string_view sql, std::span<const Value> fixed,
                        std::span<const Value> keys) {
  return in_chunks(
      sql, fixed, keys, kList,
      [&](const std::string& text, const std::vector<Value>& parameters) -> Result<void> {
        TRY(c.execute(text, parameters));
        return {};
      });
}

}  // namespace perennial::store
