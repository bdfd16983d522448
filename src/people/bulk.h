// Statements over long lists of keys: "… IN ($2, …)" in chunks of a few sizes, so that few
// statements are prepared.
#pragma once

#include <utility>

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "store/store.h"

namespace perennial::people {

inline constexpr size_t kMaxKeysOfStatement = 128;

// A row for insert_many(). Texts go into it without being copied once more, as a list in braces
// would.
template <class... Columns>
std::vector<store::Value> row_of(Columns&&... columns) {
  std::vector<store::Value> row;
  row.reserve(sizeof...(columns));
  (row.emplace_back(std::forward<Columns>(columns)), ...);
  return row;
}

// `sql` holds "{}" where the list in parentheses goes; `fixed` are the parameters $1 … before it.
Result<void> each_in(store::Connection& c, std::string_view sql,
                     std::span<const store::Value> fixed, std::span<const store::Value> keys,
                     const std::function<Result<void>(const store::Row&)>& each);
Result<void> execute_in(store::Connection& c, std::string_view sql,
                        std::span<const store::Value> fixed, std::span<const store::Value> keys);

}  // namespace perennial::people
