#include "proof/hashing.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace perennial::proof {
namespace {

constexpr uint32_t kOffsetBasis = 2'166'136'261, kPrime = 16'777'619;

// Feeds one UTF-16 code unit as a whole, which differs from feeding its two bytes.
void feed(uint32_t& hash, uint32_t unit) { hash = (hash ^ unit) * kPrime; }

void feed_text(uint32_t& hash, std::string_view utf8) {
  for (size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t point = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (size_t k = 1; k < length && i + k < utf8.size(); ++k) {
      point = point << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3FU);
    }
    i += length;
    if (point < 0x10000) {
      feed(hash, point);
    } else {
      feed(hash, 0xD800 + ((point - 0x10000) >> 10));
      feed(hash, 0xDC00 + ((point - 0x10000) & 0x3FF));
    }
  }
}

uint32_t fnv(std::string_view a, std::string_view b) {
  uint32_t hash = kOffsetBasis;
  feed_text(hash, a);
  feed_text(hash, b);
  return hash;
}

}  // namespace

std::optional<double> hash_place(std::string_view seed, std::string_view value, int version) {
  if (version == 1) return (fnv(value, seed) % 1'000) / 1'000.0;
  if (version == 2) return (fnv(std::to_string(fnv(seed, value)), "") % 10'000) / 10'000.0;
  return std::nullopt;
}

std::vector<Range> bucket_ranges(std::span<const double> weights, double coverage) {
  coverage = std::clamp(coverage, 0.0, 1.0);
  std::vector<Range> ranges;
  double from = 0;
  for (double weight : weights) {
    ranges.emplace_back(from, from + coverage * weight);
    from += weight;
  }
  return ranges;
}

std::optional<size_t> choose_arm(double place, std::span<const Range> ranges) {
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (place >= ranges[i].first && place < ranges[i].second) return i;
  }
  return std::nullopt;
}

bool in_namespace(std::string_view name, std::string_view value, double from, double to) {
  const double place = *hash_place("__" + std::string(name), value, 1);
  return place >= from && place < to;
}

}  // namespace perennial::proof
