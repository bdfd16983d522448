// What a person is found and sorted by.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "people/facts.h"
#include "people/identity.h"
#include "store/store.h"

namespace perennial::people {

inline constexpr size_t kMaxSearchBytes = 4096;  // of a person; more identifiers are not found
inline constexpr size_t kMaxSearchIdentities = 50;

// Name, e-mail, phone (also its digits alone) and identifiers, folded, one a line.
std::string search_text(const Profile& profile, std::span<const NamedIdentity> identities);
// A pattern for LIKE … ESCAPE '\' that finds `wanted` anywhere in a search text.
std::string search_pattern(std::string_view wanted);

// Names in the order of Unicode's collation for Chinese (by pinyin), as keys whose bytes compare.
class NameOrder {
 public:
  NameOrder();
  ~NameOrder();
  store::Value key(std::string_view name) const;  // NULL for no name

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace perennial::people
