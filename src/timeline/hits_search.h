// Searching hits without a branch for each, which would be guessed wrong as often as not: a
// person's for a moment that is near as a rule, eight at a time, and a bucket's for a name.
#pragma once

#include <bit>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "timeline/hits.h"

namespace perennial::timeline {

// How many of eight ascending seconds are before `limit`.
inline uint32_t before_of_eight(const Second* at, Second limit) {
#ifdef __SSE2__
  const __m128i flip = _mm_set1_epi32(INT32_MIN);  // the comparison is of signed numbers
  const __m128i to = _mm_xor_si128(_mm_set1_epi32(static_cast<int>(limit)), flip);
  const auto four = [&](const Second* from) {
    const auto seconds = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    return _mm_cmplt_epi32(_mm_xor_si128(seconds, flip), to);
  };
  const __m128i before = _mm_packs_epi32(four(at), four(at + 4));
  const auto bits = static_cast<uint32_t>(_mm_movemask_epi8(before));  // two for each
  return static_cast<uint32_t>(std::countr_one(bits)) / 2;
#else
  uint32_t count = 0;
  for (uint32_t i = 0; i < 8; ++i) count += at[i] < limit ? 1 : 0;
  return count;
#endif
}

// The first of the ascending hits [low, high) that is not before `limit`, or high. All below
// `readable` may be read, also hits of others behind the person's.
inline uint32_t first_from(const Second* at, uint32_t low, uint32_t high, uint32_t readable,
                           Second limit) {
  while (low + 8 <= readable) {
    const uint32_t before = before_of_eight(at + low, limit);
    low += before;
    if (low >= high) return high;
    if (before < 8) return low;
  }
  while (low < high && at[low] < limit) ++low;
  return low;
}

// Where `wanted` stands in name[from, to), ascending, written to `out`; returns how many. `out`
// must have room for kListed more than there are.
inline constexpr uint32_t kListed = 8;
inline size_t list_places(const uint8_t* name, uint32_t from, uint32_t to, uint8_t wanted,
                          uint32_t* out) {
  uint32_t* const begin = out;
#ifdef __SSE2__
  const __m128i same = _mm_set1_epi8(static_cast<char>(wanted));
  const auto sixteen = [&](uint32_t at) {
    const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(name + at));
    return static_cast<uint64_t>(
        static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, same))));
  };
  for (; from + 64 <= to; from += 64) {
    uint64_t bits = sixteen(from) | sixteen(from + 16) << 16 | sixteen(from + 32) << 32 |
                    sixteen(from + 48) << 48;
    // Eight are written however few there are; what is too much is written over.
    uint32_t* const end = out + std::popcount(bits);
    do {
      for (uint32_t i = 0; i < kListed; ++i, bits &= bits - 1)
        out[i] = from + static_cast<uint32_t>(std::countr_zero(bits));
      out += kListed;
    } while (out < end);
    out = end;
  }
#endif
  for (; from < to; ++from) {
    *out = from;
    out += name[from] == wanted ? 1 : 0;
  }
  return static_cast<size_t>(out - begin);
}

}  // namespace perennial::timeline
