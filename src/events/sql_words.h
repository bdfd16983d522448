// Splits SQL into words as ClickHouse's lexer does, as far as a check of what a statement may do
// needs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/base.h"

namespace perennial::events {

struct SqlWord {
  enum class Kind { kName, kQuotedName, kText, kNumber, kSign };
  Kind kind;
  std::string
      text;  // a name in lower case; the content of a quoted name as it is; a sign is one character
};

// Comments and white space are left out. kInvalid for a quote that does not end, and for an escape
// in a quoted name.
Result<std::vector<SqlWord>> split_sql(std::string_view query);

}  // namespace perennial::events
