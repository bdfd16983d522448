#include "timeline/periods.h"

#include <algorithm>
#include <bit>

namespace perennial::timeline {

Periods::Periods(std::vector<Second> borders) : borders_(std::move(borders)) {
  INVARIANT(borders_.size() >= 2 && std::ranges::is_sorted(borders_));
  const uint32_t width = borders_.back() - borders_.front();
  // Steps about as long as a mean period: a look-up passes one border or two.
  const uint32_t mean = width / static_cast<uint32_t>(size());
  shift_ = mean < 2 ? 0 : std::bit_width(mean) - 1;
  int period = 0;
  for (uint64_t offset = 0; offset < width; offset += uint64_t{1} << shift_) {
    while (uint64_t{borders_[static_cast<size_t>(period) + 1]} <= borders_.front() + offset) {
      ++period;
    }
    steps_.push_back(period);
  }
}

Periods Periods::of(std::span<const Span> spans) {
  INVARIANT(!spans.empty());
  std::vector<Second> borders;
  for (const Span& span : spans) borders.push_back(to_second(span.from));
  borders.push_back(to_second(spans.back().to));
  return Periods(std::move(borders));
}

Second to_second(Instant t) {
  const int64_t ms = to_millis(t);
  const int64_t seconds = ms >= 0 ? ms / 1000 : -1;
  return static_cast<Second>(std::clamp<int64_t>(seconds, 0, int64_t{kNever} - 1));
}

Instant to_instant(Second at) { return from_millis(int64_t{at} * 1000); }

}  // namespace perennial::timeline
