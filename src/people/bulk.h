// Statements over long lists of keys and of rows.
#pragma once

#include <utility>

#include <vector>

#include "store/in_lists.h"

namespace perennial::people {

using store::each_in;
using store::execute_in;
using store::kMaxKeysOfStatement;

// A row for insert_many(). Texts go into it without being copied once more, as a list in braces
// would.
template <class... Columns>
std::vector<store::Value> row_of(Columns&&... columns) {
  std::vector<store::Value> row;
  row.reserve(sizeof...(columns));
  (row.emplace_back(std::forward<Columns>(columns)), ...);
  return row;
}

}  // namespace perennial::people
