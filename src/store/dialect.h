// What the definition of a table says otherwise on one of the engines.
//
// The shared dialect has "id BIGINT PRIMARY KEY" and, where rows are found and written by a key of
// several columns or of text, "(…) WITHOUT ROWID". To SQLite the first would be an index beside the
// rows; spelled INTEGER it is the number by which the rows themselves are kept
// (https://sqlite.org/rowidtable.html). The second has it keep rows by their key
// (https://sqlite.org/withoutrowid.html); PostgreSQL knows nothing of the kind.
#pragma once

#include <string>
#include <string_view>

namespace perennial::store {

std::string script_for_sqlite(std::string_view script);
std::string script_for_postgres(std::string_view script);

}  // namespace perennial::store
