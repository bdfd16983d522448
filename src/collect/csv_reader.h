// Rows of delimited text (RFC 4180 and what is found in its place), from a stream in one pass.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/base.h"

namespace perennial::collect {

inline constexpr size_t kMaxRowBytes = 16 * 1024 * 1024;
// A quoted field longer than this is taken for a quote that nobody closed.
inline constexpr size_t kMaxQuotedBytes = 1024 * 1024;
inline constexpr size_t kMaxColumns = 4096;

struct CsvRow {
  int64_t line = 0;                          // where it starts, from 1
  std::span<const std::string_view> fields;  // valid until the next row is read
  std::string_view raw;                      // as it came, without its line end
  const char* fault = nullptr;               // why it cannot be used; null if it can
};

// Reads rows separated by CRLF, LF or CR. Blank lines are passed over. A row that is wrong carries
// its fault and never stops the next one: behind an unclosed quote reading goes on with the next
// line.
class CsvReader {
 public:
  using Read = std::function<Result<size_t>(char*, size_t)>;
  // `delimiter` is one ASCII character, or "spaces" for runs of blanks and tabs, without quotes.
  CsvReader(Read read, std::string_view delimiter);
  // False at the end of the text.
  Result<bool> next(CsvRow& row);
  // From here on rows are numbered instead of lines, blank ones too, the next one with `first`: for
  // a file that was made from another with a row for each of its lines.
  void number_rows(int64_t first) {
    line_ = first;
    numbers_rows_ = true;
  }

 private:
  enum class Scan { kRow, kNeedMore };
  Scan scan(CsvRow& row);
  Scan scan_spaces(CsvRow& row);
  Scan end_row(CsvRow& row, const char* p);
  // The quoted field at `p`, moved behind it. False when its end is not in the buffer.
  bool quoted(CsvRow& row, const char*& p);
  bool unclosed(CsvRow& row, const char* quote);
  std::string_view without_doubled_quotes(std::string_view inside);
  Result<void> fill();
  Result<void> skip_long_row(CsvRow& row);

  Read read_;
  char delimiter_;
  bool spaces_;
  std::array<bool, 256> stops_{};  // characters that end an unquoted field
  std::vector<char> buffer_;       // holds one byte more than end_: a line end as sentinel
  size_t begin_ = 0, end_ = 0;
  bool ended_ = false;
  int64_t line_ = 1;
  bool numbers_rows_ = false;
  std::vector<std::string_view> fields_;
  std::deque<std::string> unquoted_;
  size_t unquoted_used_ = 0;
  int64_t extra_lines_ = 0;          // line ends inside quotes of the row
  const char* resume_at_ = nullptr;  // behind the first line of a row with an unclosed quote
};

// The delimiter that cuts the rows of `sample` most evenly: ",", ";", "\t", "|" or "spaces".
std::string detect_delimiter(std::string_view sample);

// A field as RFC 4180 writes it.
void append_csv_field(std::string& out, std::string_view text);

}  // namespace perennial::collect
