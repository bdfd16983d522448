// CSV on the way out.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace perennial::people {

// Appends a cell's text, quoted where RFC 4180 asks for it. A text that a spreadsheet would take
// for a formula (OWASP, CSV injection) gets an apostrophe in front.
void append_csv_text(std::string& out, std::string_view text);
// A row of cells that are numbers, times or other text of our own making.
void append_csv_row(std::string& out, std::initializer_list<std::string_view> cells);

}  // namespace perennial::people
