// The table `events` in ClickHouse and the statements that read it. docs/formats/events.md
// describes the table.
#pragma once

#include <string>
#include <string_view>

#include "events/chdb_library.h"
#include "events/events.h"

namespace perennial::events {

inline constexpr int kSchemaVersion = 1;

// Creates the table, or checks that it is one this program knows: kConflict for a newer one.
Result<void> prepare_table(ChdbConnection& connection);

// 'text' as a literal of ClickHouse SQL.
std::string sql_literal(std::string_view text);
// SELECT `columns` of what the scan names, in its order.
std::string scan_statement(std::string_view columns, const Scan& what);
// In the columns of RowReader::read_glimpse().
std::string sweep_statement(const Sweep& what);
// What is to go, as a condition without WHERE; "" when nothing is said.
std::string erase_condition(const Erase& what);

}  // namespace perennial::events
