// The state database in one SQLite file: any number of readers beside one writer.
#pragma once

#include "store/store.h"

namespace perennial::store {

// Creates the file (readable by its owner alone) if there is none. See Database::open for the
// errors.
Result<std::unique_ptr<Database>> open_sqlite(std::string path, Options options);

}  // namespace perennial::store
