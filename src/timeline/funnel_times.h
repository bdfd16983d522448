// Time to convert: many durations in bounded memory.
//
// Up to kExactFunnelTimes durations (at most 400 days long) are kept as they are, and percentiles
// are exact. Beyond, they are counted in buckets: exact below 512 seconds, and 1/256 of the value
// wide above. Mean, minimum, maximum and histogram are exact always. What comes out depends on the
// durations alone, not on the order in which they came or were merged.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "timeline/hits.h"

namespace perennial::timeline {

inline constexpr size_t kExactFunnelTimes = 10'000;

// Lower ends of the histogram's bins, in seconds; the last bin has no upper end.
inline constexpr std::array<Second, 21> kFunnelTimeBins = {
    0,       10,        30,        60,        300,       600,        1'800,
    3'600,   10'800,    21'600,    43'200,    86'400,    172'800,    259'200,
    604'800, 1'209'600, 2'592'000, 5'184'000, 7'776'000, 15'552'000, 31'536'000};

// In seconds; NaN when nothing was measured. Percentiles are interpolated between the two nearest
// ranks, rank (n - 1) p of the sorted values (type 7 of Hyndman and Fan, 1996).
struct FunnelTimes {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  uint64_t count = 0;
  bool exact = true;  // of median and percentiles
  double mean = kNone, min = kNone, max = kNone;
  double p10 = kNone, p25 = kNone, median = kNone, p75 = kNone, p90 = kNone, p95 = kNone,
         p99 = kNone;
  std::array<uint64_t, kFunnelTimeBins.size()> histogram{};
};

class FunnelTimesSeries {
 public:
  static int bin_of(Second seconds);

  void add(Second seconds);
  void merge(const FunnelTimesSeries& other);
  FunnelTimes finish() const;

 private:
  void add_to_buckets(Second seconds);
  void use_buckets();

  uint64_t count_ = 0, sum_ = 0;
  Second min_ = kNever, max_ = 0;
  std::array<uint64_t, kFunnelTimeBins.size()> bins_{};
  std::vector<Second> values_;     // until there are too many,
  std::vector<uint64_t> buckets_;  // and from then on
};

}  // namespace perennial::timeline
