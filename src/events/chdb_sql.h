// An analyst's SQL. Two fences stand before the data: the engine runs each statement on a
// connection of its own that is read-only and has the limits as settings, which a read-only
// connection cannot change; and a check of the statement's words refuses what the engine allows
// even then (the function file(), INTO OUTFILE, a second statement, other statements' text in
// system tables).
#pragma once

#include <string_view>

#include "events/chdb_library.h"
#include "events/events.h"

namespace perennial::events {

inline constexpr size_t kMaxSqlBytes = 256 * 1024;           // of a statement
inline constexpr uint64_t kMaxSqlAnswerBytes = 64ull << 20;  // of an answer, as text

// More wait for their turn, at most as long as they may run, then fail with kBusy. Each gets at
// most its share of the machine's memory, whatever its limits say.
inline constexpr int kMaxSqlAtOnce = 3;

// kForbidden, or kInvalid, with the reason; `query` gets no further then.
Result<void> check_sql(std::string_view query);

Result<Table> run_sql(ChdbEngine& engine, std::string_view query, const SqlLimits& limits);

// Rows of the format TabSeparatedWithNamesAndTypes; rows after `max_rows` are left out and marked
// as truncated.
Result<Table> parse_tsv(std::string_view text, size_t max_rows);

}  // namespace perennial::events
