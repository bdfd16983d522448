#include "engage/header_field.h"

#include <algorithm>

#include <fmt/format.h>

#include "engage/body_encoding.h"

namespace perennial::engage {
namespace {

constexpr size_t kMaxLine = 76;         // RFC 2047, 2: of a line that holds an encoded word
constexpr size_t kMaxEncodedWord = 75;  // RFC 2047, 2
constexpr std::string_view kWordStart = "=?UTF-8?B?", kWordEnd = "?=";
// Line breaks and control characters as spaces; text that is not UTF-8 as question marks.
std::string one_line(std::string_view text) {
  std::string out(trim(text));
  const bool storable = is_storable_text(out);
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = ' ';
    if (byte >= 0x80 && !storable) c = '?';
  }
  return out;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// How many bytes an encoded word holds that starts at `column`: base 64 turns 3 into 4.
size_t word_capacity(size_t column) {
  const size_t length = std::min(kMaxEncodedWord, kMaxLine - column);
  return (length - kWordStart.size() - kWordEnd.size()) / 4 * 3;
}

// Encoded words, one a line; the first begins at `column`, after the field's name.
std::string encoded_words(std::string_view text, size_t column) {
  std::string out;
  while (!text.empty()) {
    if (!out.empty()) {
      out += "\r\n ";
      column = 1;
    }
    const std::string_view piece = cut_text(text, word_capacity(column));
    out += kWordStart;
    out += base64(piece);
    out += kWordEnd;
    text.remove_prefix(piece.size());
  }
  return out;
}

bool fits_plainly(std::string_view text, size_t column) {
  return is_ascii(text) && text.find("=?") == text.npos && column + text.size() <= kMaxLine;
}

std::string quoted_string(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out += '"';
}

}  // namespace

std::string text_field(std::string_view name, std::string_view text) {
  std::string out(name);
  out += ": ";
  const std::string line = one_line(text);
  out += fits_plainly(line, out.size()) ? line : encoded_words(line, out.size());
  return out += "\r\n";
}

std::string address_field(std::string_view name, std::string_view display,
                          std::string_view address) {
  std::string out(name);
  out += ": ";
  const std::string line = one_line(display);
  if (!line.empty()) {
    const std::string phrase = quoted_string(line);
    out += fits_plainly(phrase, out.size()) ? phrase : encoded_words(line, out.size());
    const size_t column = out.size() - (out.rfind('\n') + 1);
    out += column + address.size() + 3 > kMaxLine ? "\r\n " : " ";
  }
  out += '<';
  for (char c : address) {
    if (c > 0x20 && c < 0x7F && c != '<' && c != '>') out += c;
  }
  return out += ">\r\n";
}

std::string plain_field(std::string_view name, std::string_view value) {
  std::string out(name);
  out += ": ";
  for (char c : value) {
    if (c >= 0x20 && c < 0x7F) out += c;
  }
  return out += "\r\n";
}

std::string format_date(Instant t) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(t - day));
  return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} +0000",
                     kDays[std::chrono::weekday(day).c_encoding()], unsigned{date.day()},
                     kMonths[unsigned{date.month()} - 1], int{date.year()}, time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

}  // namespace perennial::engage
