#include "people/csv.h"

namespace perennial::people {
namespace {

constexpr std::string_view kFormulaStarts = "=+-@\t\r";
constexpr std::string_view kNeedsQuotes = ",\"\r\n";

}  // namespace

void append_csv_text(std::string& out, std::string_view text) {
  const bool formula = !text.empty() && kFormulaStarts.find(text[0]) != std::string_view::npos;
  const bool quoted = text.find_first_of(kNeedsQuotes) != std::string_view::npos;
  if (quoted) out += '"';
  if (formula) out += '\'';
  for (char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  if (quoted) out += '"';
}

void append_csv_row(std::string& out, std::initializer_list<std::string_view> cells) {
  bool first = true;
  for (std::string_view cell : cells) {
    if (!first) out += ',';
    out += cell;
    first = false;
  }
  out += "\r\n";
}

}  // namespace perennial::people
