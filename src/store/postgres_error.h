// From PostgreSQL's SQLSTATE (appendix A of its manual) to the program's errors.
#pragma once

#include <string_view>

#include <libpq-fe.h>

#include "base/result.h"

namespace perennial::store {

// What a failed statement means for its transaction.
enum class Trouble {
  kNone,
  kSerialization,  // serialization failure or deadlock: the same again may succeed
  kTaken,          // a key was taken: under SERIALIZABLE this may be such a failure too
  kStalePlan,      // a prepared statement is older than the schema
  kBroken,         // the connection is gone and the transaction rolled back with it
};
Trouble trouble_of(const PGconn* connection, const PGresult* result);

// The error of a failed statement. The server's detail and its messages about values are left out,
// because they quote what is stored.
std::unexpected<Error> postgres_error(const PGconn* connection, const PGresult* result,
                                      std::string_view sql);

// The error of a connection that could not be made: kForbidden, or kBusy for a server that may come
// back.
std::unexpected<Error> connect_error(const PGconn* connection);

}  // namespace perennial::store
