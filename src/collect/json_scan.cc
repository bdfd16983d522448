#include "collect/json_scan.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#include "base/base.h"
#include "collect/collect.h"

namespace perennial::collect {
namespace {

// Objects with more keys than this look for duplicates by sorting instead of comparing all pairs.
constexpr size_t kFewKeys = 16;
// Digits and exponents up to these cannot leave the range of a double or of 64 bits.
constexpr size_t kSafeIntegerDigits = 18;
constexpr size_t kSafeRealDigits = 200;
constexpr int kSafeExponent = 99;

constexpr char32_t kReplacement = 0xFFFD;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The eight bytes at `p` hold a quote, a backslash or a control character.
bool needs_care(const char* p) {
  constexpr uint64_t kOnes = 0x0101010101010101ull;
  constexpr uint64_t kHighs = 0x8080808080808080ull;
  uint64_t word;
  std::memcpy(&word, p, 8);
  auto has_zero = [](uint64_t v) { return (v - kOnes) & ~v & kHighs; };
  uint64_t control = (word - kOnes * 0x20) & ~word & kHighs;
  return (has_zero(word ^ (kOnes * '"')) | has_zero(word ^ (kOnes * '\\')) | control) != 0;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Four hexadecimal digits at `p`, or -1.
int code_unit(const char* p, const char* end) {
  if (end - p < 4) return -1;
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    int digit = hex_value(p[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

bool is_high_surrogate(int unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low_surrogate(int unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

// The character of the \u escape whose digits start at `p`; moves `p` behind it and behind the low
// half of a pair.
char32_t take_unicode_escape(const char*& p, const char* end) {
  int unit = code_unit(p, end);
  p += 4;
  if (is_high_surrogate(unit) && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
    int low = code_unit(p + 2, end);
    if (is_low_surrogate(low)) {
      p += 6;
      return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
  }
  if (is_high_surrogate(unit) || is_low_surrogate(unit)) return kReplacement;
  return static_cast<char32_t>(unit);
}

}  // namespace

void JsonScanner::flush() {
  if (out_ != nullptr) out_->append(run_, at_);
  run_ = at_;
}

void JsonScanner::skip_space() {
  if (at_ == end_ || !is_space(*at_)) [[likely]]
    return;
  flush();
  while (at_ != end_ && is_space(*at_)) ++at_;
  run_ = at_;
}

char JsonScanner::peek() {
  while (at_ != end_ && is_space(*at_)) ++at_;
  return at_ == end_ ? '\0' : *at_;
}

bool JsonScanner::take(char c) {
  if (peek() != c || at_ == end_) return false;
  ++at_;
  return true;
}

bool JsonScanner::key(std::string_view& name) {
  if (peek() != '"') return false;
  const char* start = at_ + 1;
  bool escaped = false;
  if (!string_token(escaped)) return false;
  name = std::string_view(start, at_ - 1);
  if (escaped) {
    name = decoded_keys_.emplace_back(decode_json_string(std::string_view(start - 1, at_)));
  }
  return take(':');
}

bool JsonScanner::skip(std::string_view& raw) {
  out_ = nullptr;
  return value(raw);
}

bool JsonScanner::copy(std::string_view& raw, std::string& out) {
  peek();
  out_ = &out;
  run_ = at_;
  bool ok = value(raw);
  if (ok) flush();
  out_ = nullptr;
  return ok;
}

bool JsonScanner::value(std::string_view& raw) {
  peek();
  const char* start = at_;
  levels_.clear();
  keys_.clear();
  members_ = 0;
  for (;;) {
    skip_space();
    if (at_ == end_) return false;
    if (*at_ == '{' || *at_ == '[') {
      bool object = *at_ == '{';
      open(object);
      skip_space();
      if (at_ == end_) return false;
      if (*at_ != (object ? '}' : ']')) {
        if (object && !member_key()) return false;
        continue;
      }
      close();
    } else if (!scalar()) {
      return false;
    }
    // A value has ended: close what it was the last part of.
    for (;;) {
      if (levels_.empty()) {
        raw = std::string_view(start, at_);
        return true;
      }
      skip_space();
      if (at_ == end_) return false;
      bool object = levels_.back().object;
      if (*at_ == ',') {
        ++at_;
        skip_space();
        if (object && !member_key()) return false;
        break;
      }
      if (*at_ != (object ? '}' : ']')) return false;
      close();
    }
  }
}

void JsonScanner::open(bool object) {
  ++at_;
  levels_.push_back({object, keys_.size()});
  if (levels_.size() > kMaxDepth) set_fault("is nested deeper than 16 levels");
}

void JsonScanner::close() {
  ++at_;
  Level level = levels_.back();
  levels_.pop_back();
  if (!level.object) return;
  if (levels_.empty()) members_ = keys_.size() - level.first_key;
  if (has_duplicate(level.first_key)) set_fault("holds the same key twice");
  keys_.resize(level.first_key);
}

bool JsonScanner::has_duplicate(size_t first_key) {
  auto first = keys_.begin() + static_cast<ptrdiff_t>(first_key);
  if (keys_.end() - first > static_cast<ptrdiff_t>(kFewKeys)) {
    std::sort(first, keys_.end());
    return std::adjacent_find(first, keys_.end()) != keys_.end();
  }
  for (auto a = first; a != keys_.end(); ++a) {
    for (auto b = first; b != a; ++b) {
      if (*a == *b) return true;
    }
  }
  return false;
}

// A key is kept without escapes, so that two spellings of one key are seen to be the same and
// readers that compare bytes find it.
bool JsonScanner::member_key() {
  if (at_ == end_ || *at_ != '"') return false;
  const char* start = at_;
  bool escaped = false;
  std::string* out = out_;
  const char* run = run_;
  size_t written = out == nullptr ? 0 : out->size();
  if (!string_token(escaped)) return false;
  if (!escaped) [[likely]] {
    keys_.emplace_back(start + 1, at_ - 1);
  } else {
    keys_.push_back(decoded_keys_.emplace_back(decode_json_string(std::string_view(start, at_))));
    if (out != nullptr) {
      out->resize(written);
      out->append(run, start);
      append_json_string(*out, keys_.back());
      run_ = at_;
    }
  }
  skip_space();
  if (at_ == end_ || *at_ != ':') return false;
  ++at_;
  return true;
}

bool JsonScanner::scalar() {
  bool escaped = false;
  switch (*at_) {
    case '"':
      return string_token(escaped);
    case 't':
      return word("true");
    case 'f':
      return word("false");
    case 'n':
      return word("null");
    default:
      return number();
  }
}

bool JsonScanner::word(std::string_view expected) {
  if (std::string_view(at_, end_).substr(0, expected.size()) != expected) return false;
  at_ += expected.size();
  return true;
}

bool JsonScanner::string_token(bool& escaped) {
  ++at_;
  for (;;) {
    while (end_ - at_ >= 8 && !needs_care(at_)) at_ += 8;
    while (at_ != end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20) {
      ++at_;
    }
    if (at_ == end_ || static_cast<unsigned char>(*at_) < 0x20) return false;
    if (*at_ == '"') {
      ++at_;
      return true;
    }
    escaped = true;
    if (!escape()) return false;
  }
}

bool JsonScanner::escape() {
  if (end_ - at_ < 2) return false;
  switch (at_[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      at_ += 2;
      return true;
    case 'u':
      return unicode_escape();
    default:
      return false;
  }
}

bool JsonScanner::unicode_escape() {
  int unit = code_unit(at_ + 2, end_);
  if (unit < 0) return false;
  if (unit == 0) set_fault("holds a NUL character");
  const char* next = at_ + 2;
  char32_t c = take_unicode_escape(next, end_);
  bool lone = c == kReplacement && unit != static_cast<int>(kReplacement);
  if (lone && out_ != nullptr) {
    flush();
    *out_ += "\\ufffd";
    run_ = next;
  }
  at_ = next;
  return true;
}

bool JsonScanner::number() {
  const char* start = at_;
  auto digits = [&] {
    const char* first = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ - first;
  };
  if (*at_ == '-') ++at_;
  if (at_ == end_) return false;
  bool zero = *at_ == '0';
  ptrdiff_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  bool integer = true;
  if (at_ != end_ && *at_ == '.') {
    integer = false;
    ++at_;
    if (digits() == 0) return false;
  }
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    integer = false;
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    if (digits() == 0) return false;
  }
  check_number(std::string_view(start, at_), integer);
  return true;
}

// Integers must fit 64 bits, signed or unsigned, and other numbers a finite double: the readers
// behind the log know no others.
void JsonScanner::check_number(std::string_view token, bool integer) {
  if (token.size() <= kSafeIntegerDigits && integer) return;
  const char* last = token.data() + token.size();
  if (integer) {
    int64_t narrow = 0;
    uint64_t wide = 0;
    if (std::from_chars(token.data(), last, narrow).ec != std::errc() &&
        std::from_chars(token.data(), last, wide).ec != std::errc()) {
      set_fault("holds a number out of range");
    }
    return;
  }
  size_t exponent_at = token.find_first_of("eE");
  int exponent = 0;
  if (exponent_at != std::string_view::npos) {
    const char* from = token.data() + exponent_at + 1;
    if (*from == '-') return;  // towards zero: nothing to overflow
    if (*from == '+') ++from;
    if (std::from_chars(from, last, exponent).ec != std::errc()) exponent = INT32_MAX;
  }
  if (token.size() <= kSafeRealDigits && exponent <= kSafeExponent) return;
  double real = 0;
  if (std::from_chars(token.data(), last, real).ec != std::errc()) {
    set_fault("holds a number out of range");
  }
}

std::string decode_json_string(std::string_view token) {
  std::string out;
  const char* p = token.data() + 1;
  const char* end = token.data() + token.size() - 1;
  out.reserve(token.size());
  while (p != end) {
    if (*p != '\\') {
      out += *p++;
      continue;
    }
    char c = p[1];
    p += 2;
    switch (c) {
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u':
        append_utf8(out, take_unicode_escape(p, end));
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace perennial::collect
