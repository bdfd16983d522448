#include "timeline/exact_sum.h"

#include <cmath>

namespace perennial::timeline {
namespace {

constexpr size_t kLimbs = 70;               // 2098 bits of a double and room for 2^64 of them
constexpr uint32_t kMaxCarries = 1U << 30;  // each adds less than 2^32 to a limb of 63 bits
constexpr int kNearBit = 1074 - 62;         // where the unit of `near_` lies
constexpr int64_t kLimbMask = 0xFFFF'FFFF;

void carry(std::vector<int64_t>& limbs) {
  for (size_t i = 0; i + 1 < limbs.size(); ++i) {
    limbs[i + 1] += limbs[i] >> 32;
    limbs[i] &= kLimbMask;
  }
}

void add_at(std::vector<int64_t>& limbs, unsigned __int128 units, int bit, bool negative) {
  auto limb = static_cast<size_t>(bit / 32);
  const int offset = bit % 32;
  // The lowest limb takes 32 - offset bits, so that shifting loses none.
  auto piece = static_cast<int64_t>(static_cast<uint64_t>(units) << offset & kLimbMask);
  units >>= 32 - offset;
  for (;;) {
    limbs[limb++] += negative ? -piece : piece;
    if (units == 0) return;
    piece = static_cast<int64_t>(static_cast<uint64_t>(units) & kLimbMask);
    units >>= 32;
  }
}

// The limbs are a number ≥ 0, each in [0, 2^32).
double nearest(const std::vector<int64_t>& limbs) {
  size_t top = limbs.size() - 1;
  while (top > 0 && limbs[top] == 0) --top;
  const size_t base = top < 2 ? 0 : top - 2;
  unsigned __int128 head = 0;
  for (size_t i = top + 1; i-- > base;) head = head << 32 | static_cast<uint64_t>(limbs[i]);
  int exponent = static_cast<int>(base) * 32 - 1074;
  bool rest = false;
  for (size_t i = 0; i < base; ++i) rest |= limbs[i] != 0;
  for (; head >> 64 != 0; head >>= 1, ++exponent) rest |= (head & 1) != 0;
  // What was cut off only matters for telling a tie; then the head has all of its 64 bits.
  return std::ldexp(static_cast<double>(static_cast<uint64_t>(head) | (rest ? 1 : 0)), exponent);
}

}  // namespace

void ExactSum::add_unusual(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  const bool negative = (bits >> 63) != 0;
  int exponent = static_cast<int>(bits >> 52 & 0x7FF);
  uint64_t mantissa = bits & kMantissa;
  if (exponent == 0) {
    exponent = 1;
  } else {
    mantissa |= kMantissa + 1;
  }
  if (mantissa == 0) return;
  const int below = kUnitExponent - exponent;
  if (below > 0 && below <= std::countr_zero(mantissa)) {
    const auto units = static_cast<__int128>(mantissa >> below);
    near_ += negative ? -units : units;
    return;
  }
  add_wide(mantissa, exponent - 1, negative);
}

void ExactSum::add_wide(uint64_t mantissa, int bit, bool negative) {
  if (wide_.empty()) wide_.resize(kLimbs);
  if (++carries_ == kMaxCarries) {
    carry(wide_);
    carries_ = 1;
  }
  add_at(wide_, mantissa, bit, negative);
}

void ExactSum::merge(const ExactSum& other) {
  near_ += other.near_;
  if (other.wide_.empty()) return;
  std::vector<int64_t> theirs = other.wide_;
  carry(theirs);
  if (wide_.empty()) {
    wide_ = std::move(theirs);
  } else {
    carry(wide_);
    for (size_t i = 0; i < kLimbs; ++i) wide_[i] += theirs[i];
  }
  carries_ = 2;
}

double ExactSum::value() const {
  std::vector<int64_t> limbs = wide_;
  limbs.resize(kLimbs);
  carry(limbs);
  const bool near_negative = near_ < 0;
  const auto near = static_cast<unsigned __int128>(near_);
  add_at(limbs, near_negative ? -near : near, kNearBit, near_negative);
  carry(limbs);
  if (limbs.back() >= 0) return nearest(limbs);
  for (int64_t& limb : limbs) limb = -limb;
  carry(limbs);
  return -nearest(limbs);
}

}  // namespace perennial::timeline
