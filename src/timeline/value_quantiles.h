// Percentiles of numbers, kept in a way that gives the same answer in whatever order they came and
// were merged. Exact while the numbers are kept; after sketch() they are only counted in bins: 64
// equal ones from each power of two to the next, the bins of an HDR histogram, with the guarantee
// of DDSketch (Masson, Rim, Lee: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error
// Guarantees, PVLDB 12, 2019, whose logarithm they approximate by straight lines): what is answered
// for the number at a rank differs from it by less than 1 %. Numbers below 1e-307 count as 0.
//
// The percentile q of n numbers lies at rank (n − 1) q of the sorted list, in a straight line
// between neighbours (type 7 of Hyndman & Fan, Sample Quantiles in Statistical Packages, 1996).
#pragma once

#include <bit>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace perennial::timeline {

// A kernel keeps so many numbers in all its cells together; with one more, all cells turn to
// sketches. (A rule about the whole does not depend on which thread saw what.)
inline constexpr uint64_t kMaxExactValues = 1'000'000;
inline constexpr double kSketchError = 0.01;  // relative

class ValueQuantiles {
 public:
  void add(double value) {  // finite
    ++n_;
    if (value < min_) min_ = value;
    if (value > max_) max_ = value;
    if (sketched_) {
      add_to_bin(bin_of(value), 1);
    } else {
      values_.push_back(value);
    }
  }
  // From here on numbers are counted in bins, those so far too.
  void sketch();
  // Sketched if one of the two is.
  void merge(const ValueQuantiles& other);

  uint64_t size() const { return n_; }
  bool sketched() const { return sketched_; }
  double min() const { return min_; }  // only with numbers
  double max() const { return max_; }
  // The percentiles for ascending shares in [0, 1]; only with numbers. `whole` says that all
  // numbers are whole: then what a bin answers is too (exactly, up to 128).
  std::vector<double> at(std::span<const double> shares, bool whole = false) const;

 private:
  struct Window {
    int32_t from = 0;
    std::vector<uint64_t> counts;
  };
  static int32_t bin_of(double value) {
    const auto bits = std::bit_cast<uint64_t>(value);
    const auto bin = static_cast<int32_t>(bits >> 46 & 0x1FFFF);
    if (bin < 64) return 0;
    return (bits >> 63) != 0 ? -bin : bin;
  }
  void add_to_bin(int32_t bin, uint64_t count) {
    Window& window = bin < 0 ? below_ : above_;
    const auto place = static_cast<uint32_t>((bin < 0 ? -bin : bin) - window.from);
    if (place < window.counts.size()) [[likely]] {
      window.counts[place] += count;
    } else {
      add_outside(window, bin, count);
    }
  }
  void add_outside(Window& window, int32_t bin, uint64_t count);
  std::vector<std::pair<int32_t, uint64_t>> bins() const;
  double answer(int32_t bin, bool whole) const;

  uint64_t n_ = 0;
  double min_ = std::bit_cast<double>(uint64_t{0x7FF0} << 48);  // infinity
  double max_ = -min_;
  bool sketched_ = false;
  std::vector<double> values_;
  Window below_, above_;               // of negative and other numbers, by the size of the bin
  std::map<int32_t, uint64_t> stray_;  // far from the windows, and zeros
};

}  // namespace perennial::timeline
