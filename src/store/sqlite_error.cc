#include "store/sqlite_error.h"

#include <cerrno>
#include <cstring>

#include "store/sql_excerpt.h"

namespace perennial::store {
namespace {

bool is_full(sqlite3* db, int code) {
  if ((code & 0xff) == SQLITE_FULL) return true;
  const int system = sqlite3_system_errno(db);
  const bool io = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
  return io && (system == ENOSPC || system == EDQUOT);
}

std::unexpected<Error> constraint_error(int code, std::string message, std::string_view sql) {
  // A missing value is a fault of the program; unique, foreign and checked rules depend on what is
  // stored.
  if (code == SQLITE_CONSTRAINT_NOTNULL || code == SQLITE_CONSTRAINT_DATATYPE) {
    return fail(Code::kInternal, std::move(message), sql_excerpt(sql));
  }
  return fail(Code::kConflict, std::move(message));
}

}  // namespace

std::unexpected<Error> sqlite_error(sqlite3* db, int code, std::string_view sql) {
  std::string message = sqlite3_errmsg(db);
  if (is_full(db, code)) {
    return fail(Code::kFull, "no space is left for the state database", "",
                "free some space on its disk");
  }
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      return constraint_error(code, std::move(message), sql);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(Code::kBusy, "the state database is locked by another program");
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return fail(Code::kForbidden, "the state database cannot be opened: " + message);
    case SQLITE_TOOBIG:
      return fail(Code::kTooLarge, "a value is too large for the state database");
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return fail(Code::kInternal, "the file is damaged or is not a database: " + message, "",
                  "restore it from a backup");
    case SQLITE_IOERR: {
      const int system = sqlite3_system_errno(db);
      if (system != 0) message += std::string(": ") + std::strerror(system);
      return fail(Code::kInternal, "the state database cannot be read or written: " + message);
    }
    default:
      return fail(Code::kInternal, std::move(message), sql_excerpt(sql));
  }
}

}  // namespace perennial::store
