// A table from elsewhere: features as columns, and a label.
#pragma once

#include <string_view>

#include "value/classifier.h"

namespace perennial::value {

inline constexpr size_t kMaxLevels = 60;  // words of a column that become columns of their own

// CSV (RFC 4180) with a header. A column of numbers stays one; one of words becomes a 0/1 column
// for each word but the first ("plan=yes"). `label` names the column to be told, `positive` the
// word that means it happened. Fails with kInvalid, naming line or column, when there is no such
// column, a line has another number of cells, a number is missing, or a column has more than
// kMaxLevels words.
Result<Table> table_from_csv(std::string_view text, std::string_view label,
                             std::string_view positive);

}  // namespace perennial::value
