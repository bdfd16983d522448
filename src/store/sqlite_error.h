// From SQLite's result codes (https://www.sqlite.org/rescode.html) to the program's errors.
#pragma once

#include <string_view>

#include <sqlite3.h>

#include "base/result.h"

namespace perennial::store {

// The error of the last call on `db`, which returned the extended code `code`. `sql` names the
// statement in errors that are a fault of the program; parameter values are never part of the
// message.
std::unexpected<Error> sqlite_error(sqlite3* db, int code, std::string_view sql);

}  // namespace perennial::store
