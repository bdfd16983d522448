// Apart, because the headers of libphonenumber are slow to compile.
#include <algorithm>

#include <phonenumbers/phonenumberutil.h>

#include "people/identifier.h"

namespace perennial::people {
namespace {

constexpr size_t kMaxPhoneBytes = 40;
constexpr size_t kMainlandDigits = 11;

bool digits_only(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Mobile numbers of mainland China as nearly everybody writes them: 11 digits, 13x to 19x. Only
// prefixes in which every number is valid to the library are taken here.
bool is_mainland_mobile(std::string_view text) {
  return text.size() == kMainlandDigits && digits_only(text) &&
         (text.starts_with("13") || text.starts_with("150") || text.starts_with("151") ||
          text.starts_with("152") || text.starts_with("186") || text.starts_with("187") ||
          text.starts_with("188") || text.starts_with("189"));
}

}  // namespace

std::string e164_by_library(std::string_view text, std::string_view region) {
  if (text.empty() || text.size() > kMaxPhoneBytes) return "";
  const auto& library = *i18n::phonenumbers::PhoneNumberUtil::GetInstance();
  i18n::phonenumbers::PhoneNumber number;
  const auto parsed = library.Parse(std::string(text), std::string(region), &number);
  if (parsed != i18n::phonenumbers::PhoneNumberUtil::NO_PARSING_ERROR) return "";
  if (!library.IsValidNumber(number)) return "";
  std::string out;
  library.Format(number, i18n::phonenumbers::PhoneNumberUtil::E164, &out);
  return out;
}

std::string e164(std::string_view text, std::string_view region) {
  if (region == "CN" && is_mainland_mobile(text)) return "+86" + std::string(text);
  return e164_by_library(text, region);
}

}  // namespace perennial::people
