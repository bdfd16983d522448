// A sum of doubles that does not depend on the order of adding: nothing is rounded before the end.
// Usual amounts are added as a fixed-point number of 128 bits; what does not fit one exactly goes
// to an accumulator as wide as all doubles, in limbs of 32 bits with room for carries (the "small
// superaccumulator" of R. Neal, Fast Exact Summation Using Small and Large Superaccumulators,
// arXiv:1505.05571, 2015).
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace perennial::timeline {

class ExactSum {
 public:
  // A finite number.
  void add(double value) {
    const auto bits = std::bit_cast<uint64_t>(value);
    const int exponent = static_cast<int>(bits >> 52 & 0x7FF);
    const int shift = exponent - kUnitExponent;
    if (shift < 0 || shift > kMaxShift) [[unlikely]] {
      add_unusual(value);
      return;
    }
    const auto units = static_cast<__int128>((bits & kMantissa) | (kMantissa + 1)) << shift;
    near_ += (bits >> 63) != 0 ? -units : units;
  }
  void merge(const ExactSum& other);
  // The double nearest to the exact sum (ties to even); infinite beyond the largest.
  double value() const;

 private:
  static constexpr uint64_t kMantissa = (uint64_t{1} << 52) - 1;
  // Units of 2^-62: a double from 2^-10 on has no digit below, one under 2^32 is under 2^94 units,
  // so that 2^33 of them fit.
  static constexpr int kUnitExponent = 1075 - 62;
  static constexpr int kMaxShift = 1023 + 31 - kUnitExponent;

  void add_unusual(double value);
  void add_wide(uint64_t mantissa, int bit, bool negative);

  __int128 near_ = 0;
  std::vector<int64_t> wide_;  // empty, or limbs of 32 bits from 2^-1074 on
  uint32_t carries_ = 0;       // additions since the limbs were last brought into [0, 2^32)
};

}  // namespace perennial::timeline
