// Statements over many keys or rows, in chunks of a few sizes, so that few are prepared.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "store/store.h"

namespace perennial::loyalty {

// `sql` holds "{}" where the list in parentheses goes; `fixed` are the parameters $1 … before it.
Result<void> each_in(store::Connection& c, std::string_view sql,
                     std::span<const store::Value> fixed, std::span<const store::Value> keys,
                     const std::function<Result<void>(const store::Row&)>& each);

}  // namespace perennial::loyalty
