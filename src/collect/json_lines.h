// Files with one JSON object a line, as delimited text: the importer knows rows and columns only.
#pragma once

#include <string>

#include "base/base.h"

namespace perennial::collect {

inline constexpr size_t kMaxJsonLine = 1024 * 1024;

// The first text in the file is a "{".
Result<bool> is_json_lines(const std::string& path);
// Writes `from` to `to` as UTF-8 with commas and a header (RFC 4180), in two passes. Columns are
// the members in the order in which they first come, those of objects as "address.city"; lists stay
// JSON. A line that holds no object becomes a row of the wrong length, which the import rejects
// with its text.
Result<void> json_lines_to_csv(const std::string& from, const std::string& to);

}  // namespace perennial::collect
