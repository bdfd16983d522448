// Statements over long lists of keys: "… IN ($2, …)" in chunks of a few sizes, so that few
// statements are prepared.
//
//   const Value kind = int64_t{2};
//   TRY(each_in(c, "SELECT id FROM things WHERE kind = $1 AND owner IN {}", {&kind, 1}, owners,
//               [&](const Row& row) -> Result<void> { … }));
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "store/store.h"

namespace perennial::store {

inline constexpr size_t kMaxKeysOfStatement = 128;

// `sql` holds "{}" where the list in parentheses goes; `fixed` are the parameters $1 … before it.
// A row comes once for each key that finds it, whatever chunk it is in; keys are to be unique.
Result<void> each_in(Connection& c, std::string_view sql, std::span<const Value> fixed,
                     std::span<const Value> keys,
                     const std::function<Result<void>(const Row&)>& each);
// The same with the keys as the rows of a table, "{}" is "(VALUES ($2), …)", and the last key
// perhaps several times: for PostgreSQL, where each key is to be looked up by an index whatever is
// believed of how many rows there are,
//
//   … FROM {} AS k (id) CROSS JOIN LATERAL (SELECT … WHERE kind = $1 AND id = k.id LIMIT 1) AS t
Result<void> each_of_table(Connection& c, std::string_view sql, std::span<const Value> fixed,
                           std::span<const Value> keys,
                           const std::function<Result<void>(const Row&)>& each);
Result<void> execute_in(Connection& c, std::string_view sql, std::span<const Value> fixed,
                        std::span<const Value> keys);

}  // namespace perennial::store
