// Numbers from 0 for 64-bit keys in the order they were first met: open addressing, linear probing,
// at most half full. It never forgets and holds at most what its owner lets it.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

namespace perennial::timeline {

class KeyIndex {
 public:
  static constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

  // The number of a key; a new one if it is not there.
  uint32_t put(uint64_t key) {
    if (keys_.size() * 2 >= places_.size()) grow();
    size_t place = home(key);
    while (places_[place] != kNone) {
      if (keys_[places_[place]] == key) return places_[place];
      place = (place + 1) & (places_.size() - 1);
    }
    places_[place] = static_cast<uint32_t>(keys_.size());
    keys_.push_back(key);
    return places_[place];
  }
  uint32_t find(uint64_t key) const {
    if (places_.empty()) return kNone;
    size_t place = home(key);
    while (places_[place] != kNone && keys_[places_[place]] != key) {
      place = (place + 1) & (places_.size() - 1);
    }
    return places_[place];
  }
  uint32_t size() const { return static_cast<uint32_t>(keys_.size()); }
  uint64_t bytes() const { return keys_.capacity() * sizeof(uint64_t) + places_.capacity() * 4; }
  uint64_t key(uint32_t number) const { return keys_[number]; }

 private:
  // Fibonacci hashing: the high bits of a multiplication are spread evenly (Knuth 6.4).
  size_t home(uint64_t key) const { return (key ^ key >> 32) * 0x9E37'79B9'7F4A'7C15 >> shift_; }
  void grow() {
    places_.assign(places_.empty() ? 64 : places_.size() * 2, kNone);
    shift_ = 64 - std::countr_zero(places_.size());
    for (uint32_t number = 0; number < keys_.size(); ++number) {
      size_t place = home(keys_[number]);
      while (places_[place] != kNone) place = (place + 1) & (places_.size() - 1);
      places_[place] = number;
    }
  }

  std::vector<uint64_t> keys_;    // by number
  std::vector<uint32_t> places_;  // numbers; a power of two of them
  int shift_ = 0;                 // 64 less the bits of a place
};

}  // namespace perennial::timeline
