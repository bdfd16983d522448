#include "value/table_csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

namespace perennial::value {
namespace {

using Line = std::vector<std::string>;

// One line from `at` on; moves `at` behind it. Quotes may hold commas, quotes and line breaks.
Result<Line> next_line(std::string_view text, size_t& at, size_t number) {
  Line line(1);
  bool quoted = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c != '"') {
        line.back() += c;
      } else if (at + 1 < text.size() && text[at + 1] == '"') {
        line.back() += text[++at];
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      line.emplace_back();
    } else if (c == '\n') {
      ++at;
      break;
    } else if (c != '\r') {
      line.back() += c;
    }
  }
  if (quoted)
    return fail(Code::kInvalid, "a quote is not closed", "line " + std::to_string(number));
  return line;
}

std::optional<double> number_of(const std::string& cell) {
  double value = 0;
  auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

struct Column {
  std::string name;
  std::vector<std::string> cells;
};

Result<std::vector<Column>> columns_of(std::string_view text) {
  size_t at = 0, number = 1;
  std::vector<Column> columns;
  for (const std::string& name : TRY(next_line(text, at, number))) columns.push_back({name, {}});
  while (at < text.size()) {
    const Line line = TRY(next_line(text, at, ++number));
    if (line.size() == 1 && line[0].empty()) continue;
    if (line.size() != columns.size())
      return fail(Code::kInvalid,
                  "has " + std::to_string(line.size()) + " cells, the header " +
                      std::to_string(columns.size()),
                  "line " + std::to_string(number));
    for (size_t c = 0; c < line.size(); ++c) columns[c].cells.push_back(line[c]);
  }
  return columns;
}

// Columns of numbers that one column of the file becomes.
Result<std::map<std::string, std::vector<float>>> numbers_of(const Column& column) {
  std::map<std::string, std::vector<float>> found;
  std::vector<float> numbers;
  std::map<std::string, int> words;
  for (const std::string& cell : column.cells) {
    if (auto number = number_of(cell)) numbers.push_back(static_cast<float>(*number));
    ++words[cell];
  }
  if (numbers.size() == column.cells.size()) {
    found[column.name] = std::move(numbers);
    return found;
  }
  if (words.size() > kMaxLevels)
    return fail(Code::kInvalid, "has neither numbers alone nor few words", column.name,
                "leave the column out, or fill in its missing numbers");
  for (auto word = std::next(words.begin()); word != words.end(); ++word) {
    auto& flags = found[column.name + "=" + word->first];
    for (const std::string& cell : column.cells) flags.push_back(cell == word->first ? 1 : 0);
  }
  return found;
}

}  // namespace

Result<Table> table_from_csv(std::string_view text, std::string_view label,
                             std::string_view positive) {
  const auto columns = TRY(columns_of(text));
  auto told = std::ranges::find(columns, label, &Column::name);
  if (told == columns.end())
    return fail(Code::kInvalid, "the table has no such column", std::string(label));
  std::vector<std::vector<float>> numbers;
  Table table;
  for (const Column& column : columns) {
    if (&column == &*told) continue;
    for (auto& [name, values] : TRY(numbers_of(column))) {
      table.columns.push_back(name);
      numbers.push_back(std::move(values));
    }
  }
  if (table.columns.empty()) return fail(Code::kInvalid, "there is no column to learn from");
  for (size_t row = 0; row < told->cells.size(); ++row) {
    for (const auto& values : numbers) table.values.push_back(values[row]);
    table.label.push_back(told->cells[row] == positive);
  }
  return table;
}

}  // namespace perennial::value
