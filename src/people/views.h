// How each user likes the list of customers: the columns, and saved views (a filter, an order and
// columns under a name), kept for the user on the server. A shared view is everybody's to use and
// its owner's, or an administrator's, to change.
#pragma once

#include "people/people.h"

namespace perennial::people {

inline constexpr size_t kMaxViews = 100;       // of one user
inline constexpr size_t kMaxViewName = 100;    // bytes
inline constexpr size_t kMaxColumns = 30;      // of a list
inline constexpr size_t kMaxViewQuery = 4096;  // bytes

// A column is a word of the list's own ("name", "revenue", …) or "trait:NAME".
Result<std::vector<std::string>> read_columns(const Json& columns);
void add_view_routes(http::Router& router, store::Database& database, const Clock& clock);

}  // namespace perennial::people
