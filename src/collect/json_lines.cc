#include "collect/json_lines.h"

#include <fstream>
#include <functional>
#include <unordered_map>
#include <vector>

#include "collect/csv_reader.h"
#include "collect/text_source.h"

namespace perennial::collect {
namespace {

constexpr size_t kBlock = 256 * 1024;
constexpr size_t kShownBytes = 200;
constexpr int kMaxFlattened = 8;  // levels of objects; deeper ones stay JSON

// Lines of a text source, without their ends.
class Lines {
 public:
  explicit Lines(std::unique_ptr<TextSource> source) : source_(std::move(source)) {}

  // False at the end. The view holds until the next call.
  Result<bool> next(std::string_view& line) {
    for (;;) {
      size_t end = buffer_.find('\n', at_);
      if (end != std::string::npos || ended_) {
        if (end == std::string::npos && at_ == buffer_.size()) return false;
        line = std::string_view(buffer_).substr(at_, end - at_);
        at_ = end == std::string::npos ? buffer_.size() : end + 1;
        if (line.ends_with('\r')) line.remove_suffix(1);
        return true;
      }
      TRY(fill());
    }
  }

 private:
  Result<void> fill() {
    buffer_.erase(0, at_);
    at_ = 0;
    if (buffer_.size() > kMaxJsonLine) {
      return fail(Code::kTooLarge,
                  "a line has more than " + std::to_string(kMaxJsonLine) + " bytes", "file");
    }
    const size_t before = buffer_.size();
    buffer_.resize(before + kBlock);
    const size_t got = TRY(source_->read(buffer_.data() + before, kBlock));
    buffer_.resize(before + got);
    ended_ = got == 0;
    return {};
  }

  std::unique_ptr<TextSource> source_;
  std::string buffer_;
  size_t at_ = 0;
  bool ended_ = false;
};

using Cell = std::function<void(const std::string& column, std::string text)>;

std::string cell_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() ? "" : to_text(value);
}

void each_cell(const Json& object, const std::string& prefix, int depth, const Cell& cell) {
  for (const auto& [name, value] : object.items()) {
    const std::string column = prefix + name;
    if (value.is_object() && depth < kMaxFlattened) {
      each_cell(value, column + ".", depth + 1, cell);
    } else {
      cell(column, cell_text(value));
    }
  }
}

// Calls `object` for each line that is one and `other` for the rest; blank lines are "".
Result<void> each_line(const std::string& path, const std::function<Result<void>(Json)>& object,
                       const std::function<void(std::string_view)>& other) {
  Lines lines(TRY(TextSource::open(path, "")));
  std::string_view line;
  while (TRY(lines.next(line))) {
    Result<Json> parsed = fail(Code::kInvalid, "is no text");
    if (is_storable_text(line)) parsed = parse_json(line);
    if (parsed && parsed->is_object()) {
      TRY(object(std::move(*parsed)));
    } else {
      other(trim(line));
    }
  }
  return {};
}

}  // namespace

Result<bool> is_json_lines(const std::string& path) {
  auto source = TRY(TextSource::open(path, ""));
  std::string text(4096, '\0');
  text.resize(TRY(source->read(text.data(), text.size())));
  return trim(text).starts_with('{');
}

Result<void> json_lines_to_csv(const std::string& from, const std::string& to) {
  std::vector<std::string> titles;
  std::unordered_map<std::string, size_t> places;
  TRY(each_line(
      from,
      [&](const Json& object) -> Result<void> {
        each_cell(object, "", 1, [&](const std::string& column, const std::string&) {
          if (places.try_emplace(column, titles.size()).second) titles.push_back(column);
        });
        if (titles.size() <= kMaxColumns) return {};
        return fail(Code::kTooLarge,
                    "the objects have more than " + std::to_string(kMaxColumns) + " members");
      },
      [](std::string_view) {}));
  if (titles.empty()) return fail(Code::kInvalid, "the file holds no JSON object");

  std::ofstream out(to, std::ios::binary | std::ios::trunc);
  std::string row;
  auto write = [&](const std::vector<std::string>& cells) {
    row.clear();
    for (const std::string& one : cells) {
      if (&one != &cells.front()) row += ',';
      append_csv_field(row, one);
    }
    // A row of one empty cell would be a blank line.
    if (row.empty()) row = "\"\"";
    out << row << "\r\n";
  };
  write(titles);
  TRY(each_line(
      from,
      [&](const Json& object) -> Result<void> {
        std::vector<std::string> cells(titles.size());
        each_cell(object, "", 1, [&](const std::string& column, std::string text) {
          cells[places.at(column)] = std::move(text);
        });
        write(cells);
        return {};
      },
      [&](std::string_view text) {
        if (text.empty()) {
          out << "\r\n";
          return;
        }
        std::vector<std::string> cells(titles.size() == 1 ? 2 : 1);
        cells[0] = "no JSON object: " + std::string(cut_text(text, kShownBytes));
        write(cells);
      }));
  out.flush();
  if (!out) return fail(Code::kFull, "the file cannot be written", to);
  return {};
}

}  // namespace perennial::collect
