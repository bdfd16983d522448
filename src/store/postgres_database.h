// The state database on a PostgreSQL server.
#pragma once

#include "store/store.h"

namespace perennial::store {

// `url` is "postgres://user@host:port/name". See Database::open for the errors.
Result<std::unique_ptr<Database>> open_postgres(std::string url, Options options);

}  // namespace perennial::store
