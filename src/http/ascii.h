// Letters of protocol text: ASCII only, no locale.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace perennial::http {

inline bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
inline bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
inline bool is_alphanumeric(char c) { return is_digit(c) || is_upper(c) || is_lower(c); }
inline char lower(char c) { return is_upper(c) ? static_cast<char>(c + 32) : c; }

// A character of a token (RFC 9110, section 5.6.2).
inline bool is_token_char(char c) {
  return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

inline std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

inline std::string_view strip(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Calls visit(item) for each non-empty item of a list, without the blanks around it.
template <class Visit>
void for_each_item(std::string_view list, char separator, Visit visit) {
  while (!list.empty()) {
    size_t end = std::min(list.find(separator), list.size());
    if (auto item = strip(list.substr(0, end)); !item.empty()) visit(item);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

}  // namespace perennial::http
