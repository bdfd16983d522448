#include "people/search.h"

#include <algorithm>
#include <cctype>

#include <unicode/coll.h>

namespace perennial::people {
namespace {

constexpr int32_t kMaxNameUnits = 100;  // of a name take part in sorting

std::string digits_of(std::string_view phone) {
  std::string digits;
  std::ranges::copy_if(phone, std::back_inserter(digits),
                       [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

}  // namespace

std::string search_text(const Profile& profile, std::span<const NamedIdentity> identities) {
  std::string out = fold_for_search(profile.name);
  auto add = [&](std::string_view line) {
    if (!line.empty()) out.append(1, '\n').append(line);
  };
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
