#include "collect/csv_reader.h"

#include <utility>

#include <algorithm>
#include <cstring>
#include <map>

namespace perennial::collect {
namespace {

constexpr size_t kFirstBuffer = 1024 * 1024;
constexpr size_t kRowsToCompare = 200;
// Of a row that is too long or has no end, this much is kept to show it.
constexpr size_t kShownBytes = 4096;

const char* find_line_end(const char* from, const char* end) {
  while (from != end && *from != '\n' && *from != '\r') ++from;
  return from;
}

}  // namespace

CsvReader::CsvReader(Read read, std::string_view delimiter)
    : read_(std::move(read)),
      delimiter_(delimiter.empty() ? ',' : delimiter.front()),
      spaces_(delimiter == "spaces"),
      buffer_(kFirstBuffer + 1) {
  stops_['\n'] = stops_['\r'] = true;
  if (spaces_) {
    stops_[' '] = stops_['\t'] = true;
  } else {
    stops_[static_cast<unsigned char>(delimiter_)] = true;
  }
  buffer_[0] = '\n';
}

Result<bool> CsvReader::next(CsvRow& row) {
  for (;;) {
    if (begin_ == end_ && ended_) return false;
    row.fault = nullptr;
    row.line = line_;
    fields_.clear();
    unquoted_used_ = 0;
    extra_lines_ = 0;
    resume_at_ = nullptr;
    if ((spaces_ ? scan_spaces(row) : scan(row)) == Scan::kNeedMore) {
      if (end_ - begin_ >= kMaxRowBytes) {
        TRY(skip_long_row(row));
        return true;
      }
      TRY(fill());
      continue;
    }
    if (row.raw.empty() || (spaces_ && fields_.empty())) continue;
    row.fields = fields_;
    if (row.fault == nullptr && fields_.size() > kMaxColumns) {
      row.fault = "has more than 4096 columns";
    }
    if (row.fault == nullptr && !is_storable_text(row.raw)) {
      row.fault = "is not well-formed UTF-8, or holds a NUL";
    }
    return true;
  }
}

CsvReader::Scan CsvReader::scan(CsvRow& row) {
  const char* p = buffer_.data() + begin_;
  const char* end = buffer_.data() + end_;
  for (;;) {
    if (*p == '"' && p != end) {
      if (!quoted(row, p)) return Scan::kNeedMore;
      if (resume_at_ != nullptr) return end_row(row, resume_at_);
    } else {
      const char* start = p;
      while (!stops_[static_cast<unsigned char>(*p)]) ++p;
      fields_.emplace_back(start, p);
    }
    if (p == end || *p != delimiter_) return end_row(row, p);
    ++p;
  }
}

CsvReader::Scan CsvReader::scan_spaces(CsvRow& row) {
  const char* p = buffer_.data() + begin_;
  const char* end = buffer_.data() + end_;
  for (;;) {
    while (p != end && (*p == ' ' || *p == '\t')) ++p;
    const char* start = p;
    while (!stops_[static_cast<unsigned char>(*p)]) ++p;
    if (p != start) fields_.emplace_back(start, p);
    if (p == end || *p == '\n' || *p == '\r') return end_row(row, p);
  }
}

// The row ends at `p`, which is its line end or the end of the buffer.
CsvReader::Scan CsvReader::end_row(CsvRow& row, const char* p) {
  const char* end = buffer_.data() + end_;
  const char* after = p;
  if (p == end) {
    if (!ended_) return Scan::kNeedMore;
  } else if (*p == '\r') {
    if (p + 1 == end && !ended_) return Scan::kNeedMore;
    after = p + (p + 1 != end && p[1] == '\n' ? 2 : 1);
  } else {
    after = p + 1;
  }
  row.raw = std::string_view(buffer_.data() + begin_, p);
  begin_ = static_cast<size_t>(after - buffer_.data());
  line_ += numbers_rows_ ? 1 : 1 + extra_lines_;
  return Scan::kRow;
}

bool CsvReader::quoted(CsvRow& row, const char*& p) {
  const char* quote = p;
  const char* end = buffer_.data() + end_;
  const char* q = p + 1;
  bool doubled = false;
  for (;;) {
    q = static_cast<const char*>(std::memchr(q, '"', static_cast<size_t>(end - q)));
    const char* reached = q == nullptr ? end : q;
    if (static_cast<size_t>(reached - quote) > kMaxQuotedBytes) return unclosed(row, quote);
    if (q == nullptr) return ended_ ? unclosed(row, quote) : false;
    if (q + 1 == end && !ended_) return false;
    if (q + 1 == end || q[1] != '"') break;
    doubled = true;
    q += 2;
  }
  std::string_view inside(quote + 1, q);
  for (size_t i = 0; (i = inside.find_first_of("\r\n", i)) != std::string_view::npos; ++i) {
    if (inside[i] == '\r' && inside.substr(i + 1).starts_with('\n')) ++i;
    ++extra_lines_;
  }
  fields_.push_back(doubled ? without_doubled_quotes(inside) : inside);
  p = q + 1;
  if (p != end && !stops_[static_cast<unsigned char>(*p)]) {
    row.fault = "has text behind a closing quote";
    while (!stops_[static_cast<unsigned char>(*p)]) ++p;
  }
  return true;
}

// A row with an unclosed quote ends where the line of the quote ends. Always true.
bool CsvReader::unclosed(CsvRow& row, const char* quote) {
  row.fault = "has a quote that is never closed";
  resume_at_ = find_line_end(quote, buffer_.data() + end_);
  return true;
}

std::string_view CsvReader::without_doubled_quotes(std::string_view inside) {
  if (unquoted_used_ == unquoted_.size()) unquoted_.emplace_back();
  std::string& out = unquoted_[unquoted_used_++];
  out.clear();
  for (size_t i = 0; i < inside.size(); ++i) {
    out += inside[i];
    if (inside[i] == '"') ++i;
  }
  return out;
}

Result<void> CsvReader::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ + 1 == buffer_.size()) buffer_.resize((buffer_.size() - 1) * 2 + 1);
  size_t got = TRY(read_(buffer_.data() + end_, buffer_.size() - 1 - end_));
  end_ += got;
  ended_ = got == 0;
  buffer_[end_] = '\n';
  return {};
}

Result<void> CsvReader::skip_long_row(CsvRow& row) {
  std::string shown(buffer_.data() + begin_, kShownBytes);
  begin_ = end_;
  for (;;) {
    TRY(fill());
    const char* start = buffer_.data() + begin_;
    const char* end = buffer_.data() + end_;
    const char* p = find_line_end(start, end);
    begin_ = static_cast<size_t>(p - buffer_.data());
    if (p != end || ended_) break;
  }
  if (unquoted_.empty()) unquoted_.emplace_back();
  unquoted_.front() = std::move(shown);
  row.raw = unquoted_.front();
  row.fields = {};
  row.fault = "is longer than 16 MB";
  // The line end that is left reads as a blank line, which counts the line.
  return {};
}

std::string detect_delimiter(std::string_view sample) {
  std::string best = ",";
  double best_score = 0;
  for (std::string_view delimiter : {",", ";", "\t", "|", "spaces"}) {
    size_t given = 0;
    CsvReader reader(
        [&](char* out, size_t capacity) -> Result<size_t> {
          size_t count = std::min(capacity, sample.size() - given);
          std::memcpy(out, sample.data() + given, count);
          given += count;
          return count;
        },
        delimiter);
    std::map<size_t, size_t> rows_by_columns;
    size_t rows = 0;
    size_t torn = 0;  // rows with quotes inside their fields: a wrong delimiter cut them
    CsvRow row;
    while (rows < kRowsToCompare) {
      auto more = reader.next(row);
      if (!more || !*more) break;
      ++rows_by_columns[row.fields.size()];
      torn += std::any_of(row.fields.begin(), row.fields.end(),
                          [](std::string_view field) { return field.find('"') != field.npos; });
      ++rows;
    }
    double score = 0;
    for (auto [columns, count] : rows_by_columns) {
      if (columns < 2) continue;
      double share = static_cast<double>(count) / static_cast<double>(rows);
      // Evenness decides; among the even, more columns are the better guess. Words of prose are
      // even only by chance, so blanks come last.
      double whole = 1.0 - 0.5 * static_cast<double>(torn) / static_cast<double>(rows);
      double even = share * share * whole * (delimiter == "spaces" ? 0.5 : 1.0);
      score = std::max(score, even + 0.0001 * static_cast<double>(std::min<size_t>(columns, 100)));
    }
    if (score > best_score) {
      best_score = score;
      best = delimiter;
    }
  }
  return best;
}

void append_csv_field(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace perennial::collect
