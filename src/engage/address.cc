#include "engage/address.h"

#include <algorithm>

#include "base/base.h"

namespace perennial::engage {
namespace {

constexpr size_t kMaxLabelBytes = 63;  // RFC 1035, 2.3.4
constexpr std::string_view kAtomMarks = "!#$%&'*+-/=?^_`{|}~";

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_atom(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || kAtomMarks.find(c) != kAtomMarks.npos;
  });
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= kMaxLabelBytes && text.front() != '-' &&
         text.back() != '-' &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

// Whether `is_part` holds for each part of `text` between dots.
bool all_parts(std::string_view text, bool (*is_part)(std::string_view)) {
  while (true) {
    const size_t dot = text.find('.');
    if (!is_part(text.substr(0, dot))) return false;
    if (dot == text.npos) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

bool is_address(std::string_view address) {
  const size_t at = address.rfind('@');
  if (at == address.npos || address.size() > kMaxAddressBytes || at > kMaxLocalPartBytes) {
    return false;
  }
  return all_parts(address.substr(0, at), is_atom) && all_parts(address.substr(at + 1), is_label);
}

std::string_view domain_of(std::string_view address) {
  return address.substr(address.rfind('@') + 1);
}

std::string fold_address(std::string_view address) { return fold_for_search(trim(address)); }

}  // namespace perennial::engage
