#include "collect/forget.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

#include "collect/plan.h"

namespace perennial::collect {
namespace {

namespace fs = std::filesystem;

// Fields of a mapping whose column tells whose a row is.
constexpr std::string_view kPersonFields[] = {"customer_id", "user_id", "anonymous_id", "email",
                                              "phone"};
// How clients call identifiers, in plain letters.
constexpr std::string_view kIdentifierNames[] = {
    "userid", "anonymousid", "previousid", "distinctid", "loginid", "originalid",
    "email",  "phone",       "mobile",     "openid",     "unionid", "deviceid",
    "id",     "customerid",  "identities", "alias"};
constexpr size_t kTellingBytes = 6;    // a text of this length names somebody wherever it stands
constexpr size_t kTellingDigits = 11;  // and a number of these, as of a phone; others are amounts
constexpr int64_t kEntriesAtOnce = 1'000;
constexpr size_t kRowOfRejects = 3;  // the column that holds the row as it came
constexpr std::string_view kUtf8 = "UTF-8", kUtf8Mark = "\xEF\xBB\xBF";

std::string without_blanks(std::string_view text) {
  std::string out;
  std::ranges::copy_if(text, std::back_inserter(out), [](char c) { return c != ' ' && c != '-'; });
  return out;
}

std::string letters(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c + ('a' - 'A'));
    if (c >= 'a' && c <= 'z') out += c;
  }
  return out;
}

// A file written anew beside the old one, which it replaces when it is whole.
class Rewrite {
 public:
  explicit Rewrite(std::string path)
      : path_(std::move(path)),
        part_(path_ + ".partial"),
        out_(part_, std::ios::binary | std::ios::trunc) {}
  ~Rewrite() {
    std::error_code ignored;
    fs::remove(part_, ignored);
  }
  void mark() { out_ << kUtf8Mark; }
  void line(std::string_view text) { out_ << text << "\r\n"; }
  Result<void> replace() {
    out_.close();
    if (!out_) return fail(Code::kFull, "the file cannot be written", path_);
    std::error_code error;
    fs::rename(part_, path_, error);
    if (error) return fail(Code::kInternal, error.message(), path_);
    return {};
  }

 private:
  const std::string path_, part_;
  std::ofstream out_;
};

CsvReader reader_of(TextSource& source, const std::string& delimiter) {
  return CsvReader([&source](char* out, size_t size) { return source.read(out, size); }, delimiter);
}

Result<bool> is_there(const std::string& path) {
  std::error_code error;
  const bool there = fs::exists(path, error);
  if (error) return fail(Code::kInternal, error.message(), path);
  return there;
}

class ImportEraser {
 public:
  ImportEraser(ImportRecord& record, const Words& words) : record_(record), words_(words) {
    const Json titles = record.sample.value("columns", Json::array());
    for (const auto& [field, column] : record.import.mapping.columns) {
      if (std::ranges::find(kPersonFields, field) == std::end(kPersonFields)) continue;
      if (column.starts_with('#')) {
        const auto number = std::strtoul(column.c_str() + 1, nullptr, 10);
        if (number > 0) columns_.push_back(number - 1);
      } else {
        const auto found = std::ranges::find(titles, Json(column));
        if (found != titles.end()) columns_.push_back(static_cast<size_t>(found - titles.begin()));
      }
    }
  }

  template <class Fields>
  bool names_person(const Fields& fields) const {
    return std::ranges::any_of(columns_, [&](size_t column) {
      return column < fields.size() && words_.has(std::string_view(fields[column]));
    });
  }

  Result<int64_t> rows(bool take) {
    Mapping& mapping = record_.import.mapping;
    if (!record_.taken || columns_.empty() || !TRY(is_there(record_.path))) return 0;
    auto source = TRY(TextSource::open(record_.path, mapping.encoding));
    CsvReader reader = reader_of(*source, mapping.delimiter);
    std::optional<Rewrite> out;
    if (take) out.emplace(record_.path);
    if (take && mapping.encoding != kUtf8) out->mark();
    CsvRow row;
    int64_t gone = 0;
    for (bool first = mapping.header.value_or(false); TRY(reader.next(row)); first = false) {
      if (!first && names_person(row.fields)) {
        ++gone;
      } else if (take) {
        out->line(row.raw);
      }
    }
    if (!take) return gone;
    if (gone > 0) TRY(out->replace());
    // Written by an earlier try whose record was not saved, it says so itself.
    if (gone > 0 || source->encoding() == kUtf8) mapping.encoding = kUtf8;
    return gone;
  }

  // The rows in the list of rejects stand there as they came, each as one field.
  Result<int64_t> rejects(const std::string& path, bool take) {
    if (!TRY(is_there(path))) return 0;
    auto source = TRY(TextSource::open(path, std::string(kUtf8)));
    CsvReader reader = reader_of(*source, ",");
    std::optional<Rewrite> out;
    if (take) out.emplace(path);
    CsvRow row;
    int64_t gone = 0;
    for (bool first = true; TRY(reader.next(row)); first = false) {
      const bool whole = row.fields.size() > kRowOfRejects;
      if (!first && whole && TRY(is_persons(row.fields[kRowOfRejects]))) {
        ++gone;
      } else if (take) {
        out->line(row.raw);
      }
    }
    if (take && gone > 0) TRY(out->replace());
    return gone;
  }

  int64_t sample(bool take) {
    const auto found = record_.sample.find("rows");
    if (found == record_.sample.end() || !found->is_array()) return 0;
    Json left = Json::array();
    for (const Json& row : *found) {
      std::vector<std::string> fields;
      for (const Json& field : row)
        fields.push_back(field.is_string() ? field.get<std::string>() : "");
      if (!names_person(fields)) left.push_back(row);
    }
    const auto gone = static_cast<int64_t>(found->size() - left.size());
    if (take) *found = std::move(left);
    return gone;
  }

 private:
  Result<bool> is_persons(std::string_view raw) const {
    size_t at = 0;
    CsvReader reader(
        [&](char* out, size_t size) -> Result<size_t> {
          const size_t count = std::min(size, raw.size() - at);
          std::copy_n(raw.data() + at, count, out);
          at += count;
          return count;
        },
        record_.import.mapping.delimiter);
    CsvRow row;
    if (!TRY(reader.next(row))) return false;
    return names_person(row.fields);
  }

  ImportRecord& record_;
  const Words& words_;
  std::vector<size_t> columns_;
};

}  // namespace

bool Words::has(std::string_view field) const {
  const std::string folded = fold_for_search(trim(field));
  return !folded.empty() && (words_.contains(folded) || words_.contains(without_blanks(folded)));
}

bool Words::in_json(const Json& json, bool identifier) const {
  if (json.is_array()) {
    return std::ranges::any_of(json, [&](const Json& one) { return in_json(one, identifier); });
  }
  if (json.is_object()) {
    for (const auto& [name, value] : json.items()) {
      const std::string plain = letters(name);
      const bool names = std::ranges::find(kIdentifierNames, plain) != std::end(kIdentifierNames);
      if (in_json(value, names || (identifier && value.is_primitive()))) return true;
    }
    return false;
  }
  if (json.is_null() || json.is_boolean()) return false;
  const std::string text = json.is_string() ? json.get<std::string>() : json.dump();
  const size_t telling = json.is_string() ? kTellingBytes : kTellingDigits;
  return (identifier || text.size() >= telling) && has(text);
}

bool Words::in_event(std::string_view body) const {
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_discarded()) return in_json(json, false);
  const std::string folded = fold_for_search(body);  // no JSON: it is looked through as a text
  return std::ranges::any_of(words_, [&](const std::string& word) {
    return word.size() >= kTellingBytes && folded.find(word) != folded.npos;
  });
}

bool names_person(const std::vector<std::string>& words, std::string_view event) {
  return Words(words).in_event(event);
}

Result<int64_t> forget_in_quarantine(store::Database& database,
                                     const std::vector<std::string>& list, bool take) {
  const Words words(list);
  int64_t gone = 0;
  for (int64_t after = 0;;) {
    std::vector<int64_t> found;
    const auto rows = TRY(database.read([&](store::Connection& c) {
      return c.query("SELECT id, body FROM quarantine WHERE id > $1 ORDER BY id LIMIT $2",
                     {after, kEntriesAtOnce});
    }));
    if (rows.empty()) return gone;
    for (const store::Row& row : rows) {
      if (words.in_event(row.text(1))) found.push_back(row.integer(0));
    }
    after = rows.back().integer(0);
    if (found.empty()) continue;
    gone += static_cast<int64_t>(found.size());
    if (!take) continue;
    TRY(database.write([&](store::Connection& c) -> Result<void> {
      for (const int64_t id : found) TRY(c.execute("DELETE FROM quarantine WHERE id = $1", {id}));
      return {};
    }));
  }
}

Result<Forgotten> forget_in_import(ImportRecord& record, const std::string& rejects,
                                   const Words& words, bool take) {
  ImportEraser eraser(record, words);
  const std::string encoding = record.import.mapping.encoding;
  Forgotten out;
  out.rejects = TRY(eraser.rejects(rejects, take));
  out.rows = TRY(eraser.rows(take));
  out.samples = eraser.sample(take);
  out.changed =
      take && (out.samples > 0 || record.import.mapping.encoding != encoding || out.rows > 0);
  return out;
}

}  // namespace perennial::collect
