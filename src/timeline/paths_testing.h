// What the tests of paths share.
#pragma once

#include <array>
#include <vector>

#include "timeline/testing.h"

namespace perennial::timeline {

inline bool anything(const TestEvent&) { return true; }

// The same hits with their names as they lie in a bucket.
struct ByBytes {
  explicit ByBytes(const Hits& given) : hits(given) {
    for (uint32_t hit = 0; hit < given.last[kBucketPeople - 1]; ++hit) {
      names.push_back(static_cast<uint8_t>(given.group[hit] * 37));
      groups[names.back()] = given.group[hit];
    }
    hits.group = nullptr;
    hits.name = names.data();
    hits.name_groups = groups.data();
  }
  ByBytes(const ByBytes&) = delete;
  Hits hits;
  std::vector<uint8_t> names;
  std::array<uint32_t, 256> groups{};
};

}  // namespace perennial::timeline
