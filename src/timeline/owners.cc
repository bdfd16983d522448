#include "timeline/owners.h"

#include <algorithm>

namespace perennial::timeline {

Result<Owners> Owners::load(store::Connection& c) {
  Owners out;
  TRY(people::each_identity(
      c, [&](std::string_view identity, people::PersonId person) -> Result<void> {
        out.owners_.push_back(
            {XXH3_128bits(identity.data(), identity.size()), static_cast<uint32_t>(person)});
        return {};
      }));
  std::ranges::sort(out.owners_,
                    [](const Owner& a, const Owner& b) { return less(a.hash, b.hash); });
  return out;
}

uint32_t Owners::find(std::string_view identity) const {
  const XXH128_hash_t hash = XXH3_128bits(identity.data(), identity.size());
  const auto found = std::ranges::lower_bound(owners_, hash, less, &Owner::hash);
  const bool same = found != owners_.end() && found->hash.high64 == hash.high64 &&
                    found->hash.low64 == hash.low64;
  return same ? found->person : 0;
}

uint32_t Owners::find_event(std::string_view identity, std::string_view anonymous_id) const {
  const uint32_t person = find(identity);
  if (person != 0 || anonymous_id.empty() || !is_junk_identity(identity)) return person;
  return find(events::identity_of("", anonymous_id));
}

Result<std::shared_ptr<const Owners>> OwnersCache::get(store::Connection& c,
                                                       const people::Reached& now) {
  std::lock_guard lock(mutex_);
  if (owners_ == nullptr || at_.applied_seq != now.applied_seq || at_.last_move != now.last_move ||
      at_.last_person != now.last_person) {
    owners_ = std::make_shared<const Owners>(TRY(Owners::load(c)));
    at_ = now;
  }
  return owners_;
}

bool is_junk_identity(std::string_view identity) {
  return identity.starts_with("u:") && !people::names_somebody(identity.substr(2));
}

}  // namespace perennial::timeline
