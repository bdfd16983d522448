#include "store/postgres_database.h"

namespace perennial::store {

Result<std::unique_ptr<Database>> open_postgres(std::string, Options) {
  return fail(Code::kInternal, "this build knows SQLite only");
}

}  // namespace perennial::store
