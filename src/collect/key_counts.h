// How often keys were seen, in bounded memory.
#pragma once

#include <utility>

#include <cstdint>
#include <vector>

namespace perennial::collect {

// A hash table of 64-bit keys (already well mixed) with open addressing. It holds two generations
// of at most kGeneration keys: when the younger is full, the older is forgotten. So counts are
// exact for keys whose sightings lie less than kGeneration other keys apart, which in files of
// orders are all but the largest.
class KeyCounts {
 public:
  static constexpr size_t kGeneration = 4'000'000;

  explicit KeyCounts(size_t generation = kGeneration) : generation_(generation) {}

  // Counts one more sighting; returns how many there were before.
  uint32_t add(uint64_t key) {
    if (young_.size == generation_) old_ = std::exchange(young_, Table());
    uint32_t* count = young_.find_or_insert(key);
    if (*count == 0) {
      ++distinct_;
      if (uint32_t before = old_.count(key); before > 0) {
        *count = before;
        --distinct_;
      }
    }
    return (*count)++;
  }
  bool contains(uint64_t key) const { return young_.count(key) > 0 || old_.count(key) > 0; }
  // Different keys seen.
  uint64_t distinct() const { return distinct_; }

 private:
  struct Table {
    std::vector<uint64_t> keys;
    std::vector<uint32_t> counts;  // 0: the slot is free
    size_t size = 0;

    size_t slot_of(uint64_t key) const {
      size_t mask = keys.size() - 1;
      size_t slot = key & mask;
      while (counts[slot] != 0 && keys[slot] != key) slot = (slot + 1) & mask;
      return slot;
    }
    uint32_t count(uint64_t key) const { return keys.empty() ? 0 : counts[slot_of(key)]; }
    // The caller counts at once what it gets; a new slot has 0.
    uint32_t* find_or_insert(uint64_t key) {
      if ((size + 1) * 2 > keys.size()) grow();
      size_t slot = slot_of(key);
      if (counts[slot] == 0) {
        keys[slot] = key;
        ++size;
      }
      return &counts[slot];
    }
    void grow() {
      Table larger;
      larger.keys.resize(keys.empty() ? 1024 : keys.size() * 2);
      larger.counts.resize(larger.keys.size());
      larger.size = size;
      for (size_t i = 0; i < keys.size(); ++i) {
        if (counts[i] == 0) continue;
        size_t slot = larger.slot_of(keys[i]);
        larger.keys[slot] = keys[i];
        larger.counts[slot] = counts[i];
      }
      *this = std::move(larger);
    }
  };

  size_t generation_;
  Table young_, old_;
  uint64_t distinct_ = 0;
};

}  // namespace perennial::collect
