// Identities of the last batches, so that events of known people need no look-up. Only what a
// committed batch wrote or read gets in.
#pragma once

#include <unordered_map>

#include "people/identity.h"

namespace perennial::people {

class IdentityCache {
 public:
  static constexpr size_t kMaxIdentities = 300'000;  // about 40 MB; it starts afresh above

  // With the person after all joins; null if not cached.
  const IdentityRow* find(const Fingerprint& key) {
    auto found = rows_.find(key);
    if (found == rows_.end()) return nullptr;
    if (!merged_.empty()) found->second.person = current(found->second.person);
    return &found->second;
  }
  void put(const Fingerprint& key, const IdentityRow& row) {
    if (rows_.size() >= kMaxIdentities) clear();
    rows_[key] = row;
  }
  // All identities of `from` belong to `into` now; `from` is gone for ever.
  void merge(PersonId from, PersonId into) { merged_[from] = into; }
  // When an identity named an identifier first, as far as it is known; null if it is not.
  const Stamp* claim(const Fingerprint& key) const {
    auto found = claims_.find(key);
    return found == claims_.end() ? nullptr : &found->second;
  }
  void put_claim(const Fingerprint& key, Stamp at) {
    if (claims_.size() >= kMaxIdentities) claims_.clear();
    auto [found, added] = claims_.try_emplace(key, at);
    if (!added && at < found->second) found->second = at;
  }
  void clear() {
    rows_.clear();
    merged_.clear();
    claims_.clear();
  }

 private:
  PersonId current(PersonId person) const {
    for (auto next = merged_.find(person); next != merged_.end(); next = merged_.find(person)) {
      person = next->second;
    }
    return person;
  }

  struct Hash {
    size_t operator()(const Fingerprint& key) const { return key.low; }
  };
  std::unordered_map<Fingerprint, IdentityRow, Hash> rows_;
  std::unordered_map<PersonId, PersonId> merged_;
  std::unordered_map<Fingerprint, Stamp, Hash> claims_;
};

}  // namespace perennial::people
