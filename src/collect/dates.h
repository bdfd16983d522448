// Times as files write them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/base.h"

namespace perennial::collect {

// Reads times of one format: "iso" (2011-12-09 12:50:00, 2011/12/9, 2011年12月9日, offsets),
// "dmy" (9/12/2011 12:50), "mdy" (12/9/2011 12:50 PM) or "yyyymmdd" (20111209). The time of day may
// be missing; years of two digits are 1970–2069. Times without an offset are read in `zone`.
// Cheap for runs of near times. Not thread-safe.
class DateReader {
 public:
  DateReader(std::string_view format, Zone zone);
  std::optional<Instant> read(std::string_view text);

 private:
  enum class Order { kIso, kDayFirst, kMonthFirst, kCompact };
  Instant to_instant(int64_t local_ms);

  Order order_;
  Zone zone_;
  int64_t cached_hour_ = INT64_MIN;  // local; within it the offset below holds
  int64_t cached_offset_ms_ = 0;
};

struct DateGuess {
  std::string format;      // "" if none fits
  bool ambiguous = false;  // days and months cannot be told apart; `format` is "" then
  double share = 0;        // of the non-empty samples that it reads
};
// At least `least_share` of the filled samples have to be readable: high where the cells decide
// whether a column holds times at all, low where that is known and bad cells are to be rejected one
// by one.
inline constexpr double kShareToBeTimes = 0.9;
inline constexpr double kShareOfKnownTimes = 0.5;
DateGuess guess_date_format(std::span<const std::string_view> samples,
                            double least_share = kShareToBeTimes);

}  // namespace perennial::collect
