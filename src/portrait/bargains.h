// Who buys when it is cheap. A line of an order is cheap when its price is at least a tenth below
// the usual one of its item: the median of all lines of that item within the window. An order
// without lines is cheap when it carries a discount or a coupon.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "portrait/affinity.h"

namespace perennial::portrait {

inline constexpr double kCheap = 0.9;        // of the usual price, and below
inline constexpr size_t kLeastPrices = 5;    // lines of an item, for a usual price
inline constexpr uint32_t kLeastBought = 3;  // lines and orders of a person, for the tag

// Prices of each item, by code of Hits::group; reads one selector, of lines.
class PriceScan {
 public:
  explicit PriceScan(const Decay& decay) : decay_(decay) {}
  void add(const timeline::Slice& slice);
  void merge(const PriceScan& other);
  uint64_t bytes() const { return count_ * sizeof(float); }
  // Medians (of an even number the lower one); 0 where there are too few.
  std::vector<double> finish() &&;

 private:
  Decay decay_;
  std::vector<std::vector<float>> prices_;
  uint64_t count_ = 0;
};

struct Bargains {
  PersonId person = 0;
  uint32_t cheap = 0, bought = 0;
};
// Reads three selectors: lines, orders without lines, those of them with a discount or a coupon.
class BargainScan {
 public:
  BargainScan(const Decay& decay, std::shared_ptr<const std::vector<double>> usual)
      : decay_(decay), usual_(std::move(usual)) {}
  void add(const timeline::Slice& slice);
  void merge(const BargainScan& other);
  uint64_t bytes() const { return found_.size() * sizeof(Bargains); }
  std::vector<Bargains> finish() && { return std::move(found_); }

 private:
  Decay decay_;
  std::shared_ptr<const std::vector<double>> usual_;
  std::vector<Bargains> found_;
};

// "seldom" below a tenth, "sometimes" below a third, "often" below two thirds, "mostly" from there.
uint16_t bargain_word(uint32_t cheap, uint32_t bought);

}  // namespace perennial::portrait
