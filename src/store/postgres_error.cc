#include "store/postgres_error.h"

#include <string>

#include "base/text.h"
#include "store/sql_excerpt.h"

namespace perennial::store {
namespace {

std::string_view field(const PGresult* result, int code) {
  const char* text = result ? PQresultErrorField(result, code) : nullptr;
  return text ? text : "";
}

bool holds(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

Trouble trouble_of(const PGconn* connection, const PGresult* result) {
  if (PQstatus(connection) != CONNECTION_OK) return Trouble::kBroken;
  const auto state = field(result, PG_DIAG_SQLSTATE);
  if (state == "40001" || state == "40P01") return Trouble::kSerialization;
  if (state == "23505") return Trouble::kTaken;
  if (state == "0A000" || state == "26000") return Trouble::kStalePlan;
  return Trouble::kNone;
}

std::unexpected<Error> postgres_error(const PGconn* connection, const PGresult* result,
                                      std::string_view sql) {
  if (PQstatus(connection) != CONNECTION_OK) {
    return fail(Code::kBusy, "the connection to the state database broke");
  }
  const auto state = field(result, PG_DIAG_SQLSTATE);
  std::string message(field(result, PG_DIAG_MESSAGE_PRIMARY));
  if (message.empty()) message = std::string(trim(PQerrorMessage(connection)));
  if (state == "23502") return fail(Code::kInternal, std::move(message), sql_excerpt(sql));
  if (state.starts_with("23")) {
    return fail(Code::kConflict, std::move(message),
                std::string(field(result, PG_DIAG_CONSTRAINT_NAME)));
  }
  if (state.starts_with("40"))
    return fail(Code::kBusy, "too many programs change the same rows at once");
  if (state == "21000" && holds(sql, "ON CONFLICT")) {
    return fail(Code::kInternal, "two rows of one insert have the same key", sql_excerpt(sql));
  }
  if (state == "53100") {
    return fail(Code::kFull, "no space is left for the state database", "",
                "free some space on its disk");
  }
  if (state == "53300" || state == "57P03" || state == "55P03") {
    return fail(Code::kBusy, "the state database is busy: " + message);
  }
  if (state == "57014") return fail(Code::kTimeout, "the state database cancelled the statement");
  if (state == "54000" || state == "22001") {
    return fail(Code::kTooLarge, "a value is too large for the state database");
  }
  if (state == "42501") return fail(Code::kForbidden, std::move(message));
  if (state.starts_with("22")) {
    message = "a value does not fit the statement (SQLSTATE " + std::string(state) + ")";
  }
  return fail(Code::kInternal, std::move(message), sql_excerpt(sql));
}

std::unexpected<Error> connect_error(const PGconn* connection) {
  std::string message(trim(PQerrorMessage(connection)));
  // libpq gives no SQLSTATE for a connection that failed, only text.
  const bool refused = PQconnectionNeedsPassword(connection) ||
                       holds(message, "authentication failed") || holds(message, "pg_hba.conf") ||
                       holds(message, "permission denied");
  return fail(refused ? Code::kForbidden : Code::kBusy,
              "the state database cannot be opened: " + std::move(message));
}

}  // namespace perennial::store
