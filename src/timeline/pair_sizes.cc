#include "timeline/pair_sizes.h"

namespace perennial::timeline {

void PairSizes::count(uint64_t key, uint64_t hits) {
  if (too_many()) return;
  const uint32_t number = keys_.put(key);
  if (number >= sizes_.size()) sizes_.resize(size_t{number} + 1);
  sizes_[number] += hits;
}

void PairSizes::add(const Slice& slice) {
  const Hits& hits = slice.hits[0];
  slice.who.for_each([&](uint32_t person) {
    for (uint32_t i = hits.first[person]; i < hits.last[person]; ++i) {
      const uint32_t group = hits.group[i];
      if (hits.held[i] == 0 || group >= groups_.size() || groups_[group] == 0) continue;
      count(uint64_t{group} << 32 | hits.held[i], 1);
    }
  });
}

void PairSizes::merge(const PairSizes& other) {
  for (uint32_t i = 0; i < other.sizes_.size(); ++i) count(other.keys_.key(i), other.sizes_[i]);
}

std::vector<PairSizes::Pair> PairSizes::pairs() const {
  std::vector<Pair> out;
  for (uint32_t i = 0; i < sizes_.size(); ++i) {
    const uint64_t key = keys_.key(i);
    out.push_back({static_cast<uint32_t>(key >> 32), static_cast<uint32_t>(key), sizes_[i]});
  }
  return out;
}

}  // namespace perennial::timeline
