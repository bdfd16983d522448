#include "insight/periods.h"

#include <algorithm>

namespace perennial::insight {
namespace {

constexpr int64_t kMaxSteps = 1 << 20;

}  // namespace

PeriodIndex::PeriodIndex(std::span<const Span> periods) {
  INVARIANT(!periods.empty());
  boundaries_.reserve(periods.size() + 1);
  boundaries_.push_back(to_millis(periods.front().from));
  for (const Span& span : periods) {
    INVARIANT(to_millis(span.from) == boundaries_.back() && span.from <= span.to);
    boundaries_.push_back(to_millis(span.to));
  }
  int64_t length = boundaries_.back() - boundaries_.front();
  while ((length >> shift_) > kMaxSteps) ++shift_;
  steps_.resize(static_cast<size_t>(length >> shift_) + 1);
  int32_t period = 0;
  for (size_t k = 0; k < steps_.size(); ++k) {
    int64_t start = boundaries_.front() + (static_cast<int64_t>(k) << shift_);
    while (period + 1 < size() && boundaries_[static_cast<size_t>(period) + 1] <= start) ++period;
    steps_[k] = period;
  }
}

std::vector<Span> cut_at(std::span<const Span> periods, Instant now) {
  std::vector<Span> cut(periods.begin(), periods.end());
  for (Span& span : cut) span = {std::min(span.from, now), std::min(span.to, now)};
  return cut;
}

}  // namespace perennial::insight
