#include "people/search.h"

#include <algorithm>
#include <cctype>

#include <unicode/coll.h>
#include <unicode/translit.h>

namespace perennial::people {
namespace {

constexpr int32_t kMaxNameUnits = 100;  // of a name take part in sorting

std::string digits_of(std::string_view phone) {
  std::string digits;
  std::ranges::copy_if(phone, std::back_inserter(digits),
                       [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

// "wang xiao wei" of 王小伟: ICU's transliterator from Chinese characters, without tones. "" for
// names without Chinese characters.
std::string pinyin_of(std::string_view name) {
  const auto is_han = [](char c) { return static_cast<unsigned char>(c) >= 0xE4; };
  if (std::ranges::none_of(name, is_han)) return "";
  UErrorCode status = U_ZERO_ERROR;
  thread_local const std::unique_ptr<icu::Transliterator> reader(
      icu::Transliterator::createInstance("Han-Latin/Names; Latin-ASCII; Lower", UTRANS_FORWARD,
                                          status));
  if (reader == nullptr) return "";
  auto wide = icu::UnicodeString::fromUTF8(
      icu::StringPiece(name.data(), static_cast<int32_t>(name.size())));
  wide.truncate(kMaxNameUnits);
  reader->transliterate(wide);
  std::string out;
  wide.toUTF8String(out);
  return out;
}

// Without blanks, and the first letters alone: "wangxiaowei", "wxw".
std::pair<std::string, std::string> spellings(std::string_view pinyin) {
  std::string whole, initials;
  bool first = true;
  for (char c : pinyin) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (letter) whole += c;
    if (letter && first) initials += c;
    first = !letter;
  }
  return {whole, initials};
}

}  // namespace

std::string search_text(const Profile& profile, std::span<const NamedIdentity> identities) {
  std::string out = fold_for_search(profile.name);
  auto add = [&](std::string_view line) {
    if (!line.empty()) out.append(1, '\n').append(line);
  };
  const auto [whole, initials] = spellings(pinyin_of(profile.name));
  add(whole);
  add(initials);
  add(fold_for_search(profile.email));
  add(fold_for_search(profile.phone));
  const std::string digits = digits_of(profile.phone);
  if (digits != profile.phone) add(digits);
  for (const auto& identity : identities.first(std::min(identities.size(), kMaxSearchIdentities))) {
    add(fold_for_search(identity.value));
  }
  std::erase(out, '\0');
  out.resize(cut_text(out, kMaxSearchBytes).size());
  return out;
}

std::string search_pattern(std::string_view wanted) {
  std::string pattern = "%";
  for (char c : fold_for_search(trim(wanted))) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + '%';
}

struct NameOrder::Impl {
  std::unique_ptr<icu::Collator> collator;
};

NameOrder::NameOrder() : impl_(std::make_unique<Impl>()) {
  UErrorCode status = U_ZERO_ERROR;
  impl_->collator.reset(icu::Collator::createInstance(icu::Locale("zh"), status));
  INVARIANT(U_SUCCESS(status));
}
NameOrder::~NameOrder() = default;

store::Value NameOrder::key(std::string_view name) const {
  if (name.empty()) return std::monostate{};
  auto wide = icu::UnicodeString::fromUTF8(
      icu::StringPiece(name.data(), static_cast<int32_t>(name.size())));
  wide.truncate(kMaxNameUnits);
  store::Bytes key(256);
  auto room = [&] { return static_cast<int32_t>(key.size()); };
  auto* bytes = reinterpret_cast<uint8_t*>(key.data());
  int32_t length = impl_->collator->getSortKey(wide, bytes, room());
  if (length > room()) {
    key.resize(static_cast<size_t>(length));
    bytes = reinterpret_cast<uint8_t*>(key.data());
    length = impl_->collator->getSortKey(wide, bytes, room());
  }
  key.resize(static_cast<size_t>(length));
  return key;
}

}  // namespace perennial::people
