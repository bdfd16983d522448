#include "events/sql_words.h"

#include <cctype>

namespace perennial::events {
namespace {

bool is_name_start(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool is_name_part(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$';
}

class Splitter {
 public:
  explicit Splitter(std::string_view query) : query_(query) {}

  Result<std::vector<SqlWord>> split() {
    while (at_ < query_.size()) {
      if (skip_blank()) continue;
      const char c = query_[at_];
      if (c == '\'') {
        TRY(quoted('\'', SqlWord::Kind::kText));
      } else if (c == '"' || c == '`') {
        TRY(quoted(c, SqlWord::Kind::kQuotedName));
      } else if (is_name_start(c)) {
        name();
      } else if (std::isdigit(static_cast<unsigned char>(c))) {
        number();
      } else if (c == '$') {
        // Here-documents ($tag$ … $tag$) would hide text from this check.
        return fail(Code::kInvalid, "$ is not allowed outside quotes");
      } else {
        words_.push_back({SqlWord::Kind::kSign, std::string(1, c)});
        ++at_;
      }
    }
    return std::move(words_);
  }

 private:
  bool ahead(std::string_view text) const { return query_.substr(at_).starts_with(text); }

  // White space or a comment.
  bool skip_blank() {
    if (std::isspace(static_cast<unsigned char>(query_[at_]))) {
      ++at_;
      return true;
    }
    if (ahead("--") || ahead("#!") || ahead("# ")) {
      const size_t end = query_.find('\n', at_);
      at_ = end == query_.npos ? query_.size() : end + 1;
      return true;
    }
    if (ahead("/*")) return skip_comment();
    return false;
  }

  // ClickHouse's comments do not nest.
  bool skip_comment() {
    const size_t end = query_.find("*/", at_ + 2);
    at_ = end == query_.npos ? query_.size() : end + 2;
    return true;
  }

  Result<void> quoted(char quote, SqlWord::Kind kind) {
    std::string text;
    for (size_t i = at_ + 1; i < query_.size(); ++i) {
      const char c = query_[i];
      if (c == '\\') {
        if (kind == SqlWord::Kind::kQuotedName) {
          return fail(Code::kInvalid, "a quoted name must not hold a backslash");
        }
        ++i;
      } else if (c == quote && i + 1 < query_.size() && query_[i + 1] == quote) {
        text += quote;
        ++i;
      } else if (c == quote) {
        words_.push_back({kind, std::move(text)});
        at_ = i + 1;
        return {};
      } else {
        text += c;
      }
    }
    return fail(Code::kInvalid, "a quote does not end");
  }

  void name() {
    std::string text;
    for (; at_ < query_.size() && is_name_part(query_[at_]); ++at_) {
      text += static_cast<char>(std::tolower(static_cast<unsigned char>(query_[at_])));
    }
    words_.push_back({SqlWord::Kind::kName, std::move(text)});
  }

  void number() {
    std::string text;
    for (; at_ < query_.size() && (is_name_part(query_[at_]) || query_[at_] == '.'); ++at_) {
      text += query_[at_];
    }
    words_.push_back({SqlWord::Kind::kNumber, std::move(text)});
  }

  std::string_view query_;
  size_t at_ = 0;
  std::vector<SqlWord> words_;
};

}  // namespace

Result<std::vector<SqlWord>> split_sql(std::string_view query) { return Splitter(query).split(); }

}  // namespace perennial::events
