// Which ids have probably been seen: a split-block Bloom filter ("Cache-, Hash- and Space-Efficient
// Bloom Filters", Putze, Sanders and Singler 2007; the block layout of Apache Parquet). An id
// touches one block of 32 bytes, so a question costs one cache miss a layer.
//
// It grows in layers: when the newest is full, one of half the total so far is added. Memory
// follows the number of ids, and the answers stay as sharp as at the start.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/base.h"

namespace perennial::events {

// A layer for few ids is given more bits for each: then hardly any id is looked up for nothing.
// With 13 bits, 100 M ids take 163 MB, and a full layer says yes to about 5 of 1,000 ids that it
// never saw; with 20 bits to about 4 of 10,000, with 32 to 2 of 100,000.
inline constexpr size_t kFirstFilterIds = 1'000'000;
constexpr size_t filter_bits(size_t capacity) {
  return capacity <= 4'000'000 ? 32 : capacity <= 32'000'000 ? 20 : 13;
}

class IdFilter {
 public:
  // Room for `expected` ids in the first layer.
  explicit IdFilter(size_t expected = 0);
  void add(Fingerprint id);
  // False: never added. True: probably added.
  bool may_contain(Fingerprint id) const;
  size_t ids() const { return ids_; }
  size_t bytes() const;

 private:
  using Block = std::array<uint32_t, 8>;
  struct Layer {
    std::vector<Block> blocks;
    size_t capacity = 0;
    size_t used = 0;
  };
  void add_layer(size_t capacity);

  std::vector<Layer> layers_;
  size_t ids_ = 0;
};

}  // namespace perennial::events
