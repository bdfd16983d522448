// What people are called, by number: for lists of other modules that know numbers only.
#pragma once

#include "base/base.h"
#include "http/http.h"
#include "store/store.h"

namespace perennial::people {

inline constexpr size_t kMaxNamed = 200;  // people of one answer

// GET /v1/customer-names. Whose names were seen is in the audit trail.
void add_name_route(http::Router& router, store::Database& database, Clock clock);

}  // namespace perennial::people
