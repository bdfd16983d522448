#include "timeline/owners.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include <sys/mman.h>

namespace perennial::timeline {
namespace {

constexpr size_t kOfAPlace = 2;  // hashes, about

// Room for `count` in huge pages where the system grants them: places are met at random, and in
// small pages each would cost a walk through the page tables too.
template <class T>
std::vector<T> in_huge_pages(size_t count) {
  constexpr uintptr_t kPage = uintptr_t{2} << 20;
  std::vector<T> out;
  out.reserve(count);
  const auto begin = (reinterpret_cast<uintptr_t>(out.data()) + kPage - 1) / kPage * kPage;
  const auto end = reinterpret_cast<uintptr_t>(out.data() + count) / kPage * kPage;
  // Refused, it is only slower.
  if (begin < end) (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
  return out;
}

}  // namespace

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
  out.index();
  return out;
}

void Owners::index() {
  auto together = in_huge_pages<Owner>(owners_.size());
  together.assign(owners_.begin(), owners_.end());
  owners_ = std::move(together);
  const auto places = std::bit_ceil(std::max<uint64_t>(2, owners_.size() / kOfAPlace));
  shift_ = 64 - std::countr_zero(places);
  begins_ = in_huge_pages<uint32_t>(places + 1);
  begins_.assign(places + 1, 0);
  for (const Owner& owner : owners_) ++begins_[place_of(owner.hash) + 1];
  std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
}

uint32_t Owners::find(std::string_view identity) const {
  const XXH128_hash_t hash = XXH3_128bits(identity.data(), identity.size());
  const size_t place = place_of(hash);
  for (uint32_t i = begins_[place]; i < begins_[place + 1]; ++i) {
    const Owner& owner = owners_[i];
    if (owner.hash.high64 == hash.high64 && owner.hash.low64 == hash.low64) return owner.person;
  }
  return 0;
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
