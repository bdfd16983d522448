// Identifiers that a profile names beside user id and anonymous id: phone, e-mail, WeChat ids,
// device. Which of them may join people, what is junk, and the one form in which each is compared.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/base.h"

namespace perennial::people {

// Stored as numbers beside IdentityKind: never renumber.
enum class IdentifierKind : int64_t {
  kPhone = 3,
  kEmail = 4,
  kUnionid = 5,
  kOpenid = 6,
  kDevice = 7
};
std::string_view kind_name(IdentifierKind kind);

// What an identifier may do. A unique one belongs to one person: a visitor without a user id who
// names it joins the user who named it first, and two users who name it are shown for approval. One
// that proves nothing joins nobody; people are found by it.
enum class IdentifierRule { kUnique, kNeverJoins };
IdentifierRule rule_of(IdentifierKind kind);

// Named by more identities than this, an identifier is somebody's default and joins nobody any
// more.
inline constexpr int64_t kMaxClaimants = 20;
inline constexpr size_t kMaxIdentifierText = 255;  // bytes; longer ones are none

// The identifier that a trait of this name holds.
std::optional<IdentifierKind> identifier_of_trait(std::string_view trait);

// The form in which it is compared: E.164 (ITU-T) for phones, with `region` (ISO 3166-1 alpha-2)
// for those written without a country code; the domain in lower case for e-mail; NFC for all. ""
// for what cannot be one.
std::string normal_identifier(IdentifierKind kind, std::string_view text, std::string_view region);
// Of a normal form: what people type who do not want to say theirs.
bool is_junk_identifier(IdentifierKind kind, std::string_view normal);

// E.164 of a valid phone number, else "". The second is the first without its shortcut for mainland
// mobile numbers.
std::string e164(std::string_view text, std::string_view region);
std::string e164_by_library(std::string_view text, std::string_view region);
// The region that a time zone lies in: "CN" for Asia/Shanghai; "ZZ" when it lies in none.
std::string region_of_zone(std::string_view zone);

}  // namespace perennial::people
