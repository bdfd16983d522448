#pragma once

#include <string>
#include <string_view>

namespace perennial::store {

// The first part of a statement on one line, to name it in errors that are a fault of the program.
std::string sql_excerpt(std::string_view sql);

}  // namespace perennial::store
