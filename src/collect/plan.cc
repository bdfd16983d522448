#include "collect/plan.h"

#include <utility>

#include <algorithm>
#include <array>
#include <charconv>

#include "collect/dates.h"
#include "collect/fields.h"

namespace perennial::collect {
namespace {

constexpr size_t kDelimiterSample = 1024 * 1024;
constexpr size_t kMaxShownCell = 200;
// A letter is a refund prefix when at least this share of its rows is negative.
constexpr double kRefundShare = 0.95;

Result<std::string> sample_text(const std::string& path, const std::string& encoding) {
  auto source = TRY(TextSource::open(path, encoding));
  std::string text(kDelimiterSample, '\0');
  size_t filled = 0;
  while (filled < text.size()) {
    size_t got = TRY(source->read(text.data() + filled, text.size() - filled));
    if (got == 0) break;
    filled += got;
  }
  text.resize(filled);
  return text;
}

bool looks_like_data(std::string_view cell) {
  std::string_view text = trim(cell);
  if (text.empty() || text.find('@') != std::string_view::npos) return true;
  if (parse_decimal(text)) return true;
  std::array<std::string_view, 1> one = {text};
  auto guess = guess_date_format(one);
  return guess.ambiguous || !guess.format.empty();
}

// Titles are words: none is empty, a number, a time or an address.
bool looks_like_header(const std::vector<std::string>& row) {
  return std::none_of(row.begin(), row.end(),
                      [](const std::string& cell) { return looks_like_data(cell); });
}

Result<std::vector<std::vector<std::string>>> first_rows(const std::string& path, Mapping mapping) {
  mapping.header = false;
  auto file = TRY(open_rows(path, mapping));
  std::vector<std::vector<std::string>> rows;
  CsvRow row;
  while (rows.size() < kRowsForTypes && TRY(file.reader->next(row))) {
    if (row.fault != nullptr) continue;
    rows.emplace_back(row.fields.begin(), row.fields.end());
  }
  return rows;
}

// What a second look at many rows tells: the format of dates, and which letter in front of order
// ids means a refund.
class Findings {
 public:
  Findings(const FilePlan& plan, Kind kind)
      : at_(plan.find(column_of(plan.mapping, time_field(kind)))),
        order_(plan.find(column_of(plan.mapping, "order_id"))),
        amount_(plan.find(column_of(plan.mapping, "quantity"))) {
    if (!amount_) amount_ = plan.find(column_of(plan.mapping, "amount"));
  }

  bool needed() const { return at_.has_value() || order_.has_value(); }

  void add(const CsvRow& row) {
    if (at_ && *at_ < row.fields.size()) {
      // Lines of one order share their time: one is enough.
      std::string_view time = trim(row.fields[*at_]);
      if (times_.empty() || times_.back() != time) times_.emplace_back(time);
    }
    if (!order_ || !amount_ || std::max(*order_, *amount_) >= row.fields.size()) return;
    std::string_view id = trim(row.fields[*order_]);
    bool negative = trim(row.fields[*amount_]).starts_with('-');
    if (!id.empty()) {
      ++rows_[static_cast<unsigned char>(id.front())];
      if (negative) ++negatives_[static_cast<unsigned char>(id.front())];
    }
  }

  void tell(FilePlan& plan) const {
    Mapping& mapping = plan.mapping;
    if (at_ && mapping.date_format.empty()) {
      std::vector<std::string_view> times(times_.begin(), times_.end());
      auto guess = guess_date_format(times, kShareOfKnownTimes);
      mapping.date_format = guess.format;
      if (guess.ambiguous) {
        plan.notes.push_back("Dates can be read day first or month first: choose dmy or mdy.");
      } else if (guess.format.empty() && !times.empty()) {
        plan.notes.push_back("The time column holds no times that can be read.");
      }
    }
    if (mapping.refund_prefix.empty()) mapping.refund_prefix = refund_prefix();
  }

 private:
  // A letter that only some of the ids have and whose rows are nearly all negative.
  std::string refund_prefix() const {
    size_t all = 0;
    for (size_t count : rows_) all += count;
    for (int c = 'A'; c <= 'z'; ++c) {
      bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
      auto rows = rows_[static_cast<size_t>(c)];
      if (!letter || rows == 0 || rows * 2 > all) continue;
      double share =
          static_cast<double>(negatives_[static_cast<size_t>(c)]) / static_cast<double>(rows);
      if (share >= kRefundShare) return std::string(1, static_cast<char>(c));
    }
    return "";
  }

  std::optional<size_t> at_, order_, amount_;
  std::vector<std::string> times_;
  std::array<size_t, 256> rows_{}, negatives_{};
};

Result<void> look_again(FilePlan& plan, Kind kind, const std::string& path) {
  Findings findings(plan, kind);
  if (!findings.needed()) return {};
  auto file = TRY(open_rows(path, plan.mapping));
  CsvRow row;
  for (size_t rows = 0; rows < kRowsForDates && TRY(file.reader->next(row)); ++rows) {
    if (row.fault == nullptr) findings.add(row);
  }
  findings.tell(plan);
  return {};
}

std::string shown(const std::string& cell) { return std::string(cut_text(cell, kMaxShownCell)); }

}  // namespace

std::optional<size_t> FilePlan::find(std::string_view column) const {
  if (column.empty()) return std::nullopt;
  auto exact = std::find(titles.begin(), titles.end(), column);
  if (exact != titles.end()) return static_cast<size_t>(exact - titles.begin());
  if (column.front() == '#') {
    size_t place = 0;
    const char* end = column.data() + column.size();
    auto [stop, error] = std::from_chars(column.data() + 1, end, place);
    if (error == std::errc() && stop == end && place >= 1 && place <= titles.size()) {
      return place - 1;
    }
  }
  std::string plain = plain_title(column);
  for (size_t i = 0; i < titles.size() && !plain.empty(); ++i) {
    if (plain_title(titles[i]) == plain) return i;
  }
  return std::nullopt;
}

Result<OpenFile> open_rows(const std::string& path, const Mapping& mapping) {
  OpenFile file;
  file.source = TRY(TextSource::open(path, mapping.encoding));
  file.reader = std::make_unique<CsvReader>(
      [source = file.source.get()](char* out, size_t capacity) {
        return source->read(out, capacity);
      },
      mapping.delimiter);
  if (mapping.header.value_or(false)) {
    CsvRow header;
    TRY(file.reader->next(header));
    if (path.ends_with(kConvertedEnd)) file.reader->number_rows(1);
  }
  return file;
}

Result<FilePlan> plan_file(Kind kind, const std::string& path, const Mapping& given) {
  FilePlan plan;
  plan.mapping = given;
  Mapping& mapping = plan.mapping;
  mapping.encoding = TRY(TextSource::open(path, given.encoding))->encoding();
  std::string text = TRY(sample_text(path, mapping.encoding));
  if (trim(text).empty()) return fail(Code::kInvalid, "the file is empty");
  if (mapping.delimiter.empty()) mapping.delimiter = detect_delimiter(text);
  auto rows = TRY(first_rows(path, mapping));
  if (rows.empty()) return fail(Code::kInvalid, "the file holds no row that can be read");
  if (!mapping.header) mapping.header = looks_like_header(rows.front());
  if (*mapping.header) {
    for (const std::string& title : rows.front()) plan.titles.emplace_back(trim(title));
    rows.erase(rows.begin());
  } else {
    for (size_t i = 1; i <= rows.front().size(); ++i)
      plan.titles.push_back("#" + std::to_string(i));
  }
  if (mapping.columns.empty()) {
    mapping.columns = propose_columns(kind, plan.titles, *mapping.header, rows);
  }
  for (size_t i = 0; i < rows.size() && i < kSampleRows; ++i) {
    auto& cells = plan.sample.emplace_back();
    for (const std::string& cell : rows[i]) cells.push_back(shown(cell));
  }
  bool all_known = !mapping.date_format.empty() &&
                   (!mapping.refund_prefix.empty() || column_of(mapping, "order_id").empty());
  if (!all_known) TRY(look_again(plan, kind, path));
  return plan;
}

Result<void> check_plan(Kind kind, const FilePlan& plan) {
  std::string titles;
  for (const std::string& title : plan.titles) {
    if (titles.size() < 500) titles += (titles.empty() ? "" : ", ") + title;
  }
  for (const auto& [field, column] : plan.mapping.columns) {
    if (!plan.find(column)) {
      return fail(Code::kInvalid, "the file has no column \"" + column + "\"", field,
                  "its columns are: " + titles);
    }
  }
  auto given = [&](std::string_view field) { return !column_of(plan.mapping, field).empty(); };
  for (const FieldRule& rule : fields_of(kind)) {
    if (rule.needed && !given(rule.name)) {
      return fail(Code::kInvalid, "a column must be chosen for this field", std::string(rule.name),
                  "the columns are: " + titles);
    }
  }
  if (kind == Kind::kOrders && !given("amount") && !given("price")) {
    return fail(Code::kInvalid, "a column must be chosen for the amount or for the price", "amount",
                "the columns are: " + titles);
  }
  if (kind == Kind::kEvents && !given("user_id") && !given("anonymous_id")) {
    return fail(Code::kInvalid, "a column must be chosen for user_id or anonymous_id", "user_id",
                "the columns are: " + titles);
  }
  bool times = given("at") || given("created_at") || given("start");
  if (times && plan.mapping.date_format.empty()) {
    return fail(Code::kInvalid, "the format of the dates is not clear from the data", "date_format",
                "choose iso, dmy, mdy or yyyymmdd");
  }
  return {};
}

}  // namespace perennial::collect
