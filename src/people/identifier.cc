#include "people/identifier.h"

#include <algorithm>
#include <array>

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/timezone.h>

#include "people/people.h"

namespace perennial::people {
namespace {

constexpr size_t kSameDigits = 8;  // a phone that ends with as many equal ones is nobody's

constexpr std::array<std::string_view, 9> kJunkEmails = {
    "test@test.com", "a@a.com",         "123@123.com",      "abc@abc.com",        "none@none.com",
    "no@no.com",     "email@email.com", "test@example.com", "example@example.com"};
constexpr std::array<std::string_view, 6> kJunkNames = {"test",   "noemail", "no-email",
                                                        "nomail", "noreply", "no-reply"};
// China Mobile's own number, which stands in countless examples.
constexpr std::array<std::string_view, 2> kJunkPhones = {"+8613800138000", "+8612345678901"};

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

icu::UnicodeString wide(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

std::string lower(std::string_view text) {
  std::string out;
  wide(text).toLower(icu::Locale::getRoot()).toUTF8String(out);
  return out;
}

std::string normal_email(std::string_view text) {
  const size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0) return "";
  const std::string_view domain = text.substr(at + 1);
  const size_t dot = domain.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == domain.size()) return "";
  const auto is_space = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  if (std::ranges::any_of(text, is_space) || text.find('@') != at) return "";
  return std::string(text.substr(0, at + 1)) + lower(domain);
}

bool ends_with_one_digit(std::string_view phone) {
  if (phone.size() <= kSameDigits) return false;
  const auto tail = phone.substr(phone.size() - kSameDigits);
  return std::ranges::all_of(tail, [&](char c) { return c == tail[0]; });
}

}  // namespace

std::string_view kind_name(IdentifierKind kind) {
  switch (kind) {
    case IdentifierKind::kPhone:
      return "phone";
    case IdentifierKind::kEmail:
      return "email";
    case IdentifierKind::kUnionid:
      return "wechat_unionid";
    case IdentifierKind::kOpenid:
      return "wechat_openid";
    case IdentifierKind::kDevice:
      return "device_id";
  }
  return "";
}

IdentifierRule rule_of(IdentifierKind kind) {
  return kind == IdentifierKind::kDevice ? IdentifierRule::kNeverJoins : IdentifierRule::kUnique;
}

std::optional<IdentifierKind> identifier_of_trait(std::string_view trait) {
  if (trait == "phone") return IdentifierKind::kPhone;
  if (trait == "email") return IdentifierKind::kEmail;
  if (trait == "wechat_unionid" || trait == "unionid") return IdentifierKind::kUnionid;
  if (trait == "wechat_openid" || trait == "openid") return IdentifierKind::kOpenid;
  if (trait == "device_id") return IdentifierKind::kDevice;
  return std::nullopt;
}

std::string normal_text(std::string_view text) {
  text = trim(text);
  if (is_plain(text)) return std::string(text);
  UErrorCode status = U_ZERO_ERROR;
  const auto* nfc = icu::Normalizer2::getNFCInstance(status);
  const icu::UnicodeString normal = nfc->normalize(wide(text), status);
  if (U_FAILURE(status)) return std::string(text);
  std::string out;
  normal.toUTF8String(out);
  return out;
}

std::string normal_identifier(IdentifierKind kind, std::string_view text, std::string_view region) {
  std::string plain = normal_text(text);
  if (plain.empty() || plain.size() > kMaxIdentifierText || !is_storable_text(plain)) return "";
  switch (kind) {
    case IdentifierKind::kPhone:
      return e164(plain, region);
    case IdentifierKind::kEmail:
      return normal_email(plain);
    case IdentifierKind::kUnionid:
    case IdentifierKind::kOpenid:
    case IdentifierKind::kDevice:
      return plain;
  }
  return "";
}

bool is_junk_identifier(IdentifierKind kind, std::string_view normal) {
  switch (kind) {
    case IdentifierKind::kPhone:
      return ends_with_one_digit(normal) ||
             std::ranges::find(kJunkPhones, normal) != kJunkPhones.end();
    case IdentifierKind::kEmail: {
      const std::string folded = lower(normal);
      const std::string name = folded.substr(0, folded.find('@'));
      return is_junk_id(name) || std::ranges::find(kJunkNames, name) != kJunkNames.end() ||
             std::ranges::find(kJunkEmails, folded) != kJunkEmails.end();
    }
    case IdentifierKind::kUnionid:
    case IdentifierKind::kOpenid:
    case IdentifierKind::kDevice:
      return is_junk_id(normal);
  }
  return false;
}

std::string region_of_zone(std::string_view zone) {
  std::array<char, 8> region{};
  UErrorCode status = U_ZERO_ERROR;
  icu::TimeZone::getRegion(wide(zone), region.data(), region.size(), status);
  if (U_FAILURE(status) || region[0] == '\0' || region[0] == '0') return "ZZ";
  return region.data();
}

}  // namespace perennial::people
