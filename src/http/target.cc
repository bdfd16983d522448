#include "http/target.h"

#include "http/ascii.h"

namespace perennial::http {
namespace {

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum class Where { kPath, kQuery };

// Line ends and tabs may be searched for, so they are let through in a query; nothing else below
// space is.
bool allowed(char c, Where where) {
  return !is_control(c) || (where == Where::kQuery && (c == '\n' || c == '\r' || c == '\t'));
}

Result<std::string> decode(std::string_view text, Where where) {
  std::string_view place = where == Where::kPath ? "path" : "query";
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return fail(Code::kInvalid, "a % is not followed by two hex digits", std::string(place));
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && where == Where::kQuery) {
      c = ' ';
    }
    if (!allowed(c, where))
      return fail(Code::kInvalid, "the address holds a control character", std::string(place));
    out += c;
  }
  if (!is_storable_text(out))
    return fail(Code::kInvalid, "the address is not UTF-8", std::string(place));
  return out;
}

Result<> parse_query(std::string_view text, Target& out) {
  int count = 0;
  while (!text.empty()) {
    size_t end = std::min(text.find('&'), text.size());
    std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    if (++count > kMaxQueryParameters) {
      return fail(Code::kInvalid,
                  "more than " + std::to_string(kMaxQueryParameters) + " query parameters",
                  "query");
    }
    size_t equals = std::min(pair.find('='), pair.size());
    std::string name = TRY(decode(pair.substr(0, equals), Where::kQuery));
    std::string value = TRY(decode(pair.substr(std::min(equals + 1, pair.size())), Where::kQuery));
    out.query.insert_or_assign(std::move(name), std::move(value));
  }
  return {};
}

// "http://host:80/a?b" → "/a?b".
std::string_view without_authority(std::string_view raw) {
  if (raw.starts_with('/')) return raw;
  size_t scheme = raw.find("://");
  if (scheme == raw.npos) return raw;
  size_t slash = raw.find('/', scheme + 3);
  return slash == raw.npos ? "/" : raw.substr(slash);
}

}  // namespace

Result<Target> parse_target(std::string_view raw) {
  Target out;
  if (raw == "*") {
    out.path = "*";
    return out;
  }
  raw = without_authority(raw);
  if (!raw.starts_with('/'))
    return fail(Code::kInvalid, "the address does not start with a slash", "path");
  raw = raw.substr(0, raw.find('#'));
  size_t question = std::min(raw.find('?'), raw.size());
  std::string_view path = raw.substr(0, question);
  while (!path.empty()) {
    path.remove_prefix(1);
    size_t end = std::min(path.find('/'), path.size());
    out.parts.push_back(TRY(decode(path.substr(0, end), Where::kPath)));
    out.path += '/';
    out.path += out.parts.back();
    path.remove_prefix(end);
  }
  if (question < raw.size()) TRY(parse_query(raw.substr(question + 1), out));
  return out;
}

}  // namespace perennial::http
