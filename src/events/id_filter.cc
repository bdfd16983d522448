#include "events/id_filter.h"

#include <algorithm>

namespace perennial::events {
namespace {

// Odd constants, one for each word of a block: each picks an independent bit out of the low half of
// the id.
constexpr std::array<uint32_t, 8> kSalts{0x9E3779B1u, 0x85EBCA77u, 0xC2B2AE3Du, 0x27D4EB2Fu,
                                         0x165667B1u, 0xD3A2646Du, 0xFD7046C5u, 0xB55A4F09u};

size_t block_of(Fingerprint id, size_t blocks) {
  return static_cast<size_t>((static_cast<unsigned __int128>(id.high) * blocks) >> 64);
}

uint32_t bit_of(Fingerprint id, size_t word) {
  return 1u << ((static_cast<uint32_t>(id.low) * kSalts[word]) >> 27);
}

}  // namespace

IdFilter::IdFilter(size_t expected) { add_layer(std::max(expected, kFirstFilterIds)); }

void IdFilter::add_layer(size_t capacity) {
  Layer layer;
  layer.capacity = capacity;
  layer.blocks.resize(capacity * filter_bits(capacity) / (8 * sizeof(Block)) + 1);
  layers_.push_back(std::move(layer));
}

void IdFilter::add(Fingerprint id) {
  if (layers_.back().used == layers_.back().capacity) {
    add_layer(std::max(kFirstFilterIds, ids_ / 2));
  }
  Layer& layer = layers_.back();
  Block& block = layer.blocks[block_of(id, layer.blocks.size())];
  for (size_t word = 0; word < block.size(); ++word) block[word] |= bit_of(id, word);
  ++layer.used;
  ++ids_;
}

bool IdFilter::may_contain(Fingerprint id) const {
  for (const Layer& layer : layers_) {
    const Block& block = layer.blocks[block_of(id, layer.blocks.size())];
    bool all = true;
    for (size_t word = 0; word < block.size(); ++word) all &= (block[word] & bit_of(id, word)) != 0;
    if (all) return true;
  }
  return false;
}

size_t IdFilter::bytes() const {
  size_t total = 0;
  for (const Layer& layer : layers_) total += layer.blocks.size() * sizeof(Block);
  return total;
}

}  // namespace perennial::events
