// How often each value of a carried property came with each group: which steps a path has when
// events are told apart by a property. Slice::hits[0] carries `group` and `held`.
#pragma once

#include <utility>

#include <cstdint>
#include <vector>

#include "timeline/hits.h"
#include "timeline/paths_index.h"

namespace perennial::timeline {

inline constexpr uint32_t kMaxPairs = 1 << 20;  // different ones; beyond, too_many() tells

class PairSizes {
 public:
  // By code of Hits::group: whether its hits are counted. Those without a value never are.
  explicit PairSizes(std::vector<uint8_t> groups) : groups_(std::move(groups)) {}
  void add(const Slice& slice);
  void merge(const PairSizes& other);
  uint64_t bytes() const { return keys_.bytes() + sizes_.capacity() * sizeof(uint64_t); }
  bool too_many() const { return keys_.size() > kMaxPairs; }

  struct Pair {
    uint32_t group = 0, held = 0;
    uint64_t hits = 0;
  };
  std::vector<Pair> pairs() const;  // in no order

 private:
  void count(uint64_t key, uint64_t hits);

  std::vector<uint8_t> groups_;
  KeyIndex keys_;  // group << 32 | held
  std::vector<uint64_t> sizes_;
};

}  // namespace perennial::timeline
