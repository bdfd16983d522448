#include "timeline/funnel_times.h"

#include <algorithm>
#include <bit>

namespace perennial::timeline {
namespace {

constexpr int kExactBits = 9;  // values of so many bits have a bucket of their own
constexpr Second kExactBelow = Second{1} << kExactBits;
constexpr Second kPerOctave = kExactBelow / 2;
constexpr int kMostBits = 26;  // of 400 days
constexpr size_t kBuckets = kExactBelow + (kMostBits - kExactBits) * size_t{kPerOctave};

// Where bins begin among the numbers of so many bits: two at most.
struct Octave {
  uint8_t bin = 0;  // of the least of them
  std::array<uint64_t, 2> next{};
};
constexpr auto kOctaves = [] {
  std::array<Octave, 33> out{};
  for (size_t width = 0; width < out.size(); ++width) {
    const uint64_t least = width == 0 ? 0 : uint64_t{1} << (width - 1);
    out[width].next = {UINT64_MAX, UINT64_MAX};
    size_t found = 0;
    for (size_t bin = 1; bin < kFunnelTimeBins.size(); ++bin) {
      const uint64_t from = kFunnelTimeBins[bin];
      if (from <= least) out[width].bin = static_cast<uint8_t>(bin);
      if (from > least && from < 2 * least) out[width].next.at(found++) = kFunnelTimeBins[bin];
    }
  }
  return out;
}();

size_t bucket_of(Second seconds) {
  if (seconds < kExactBelow) return seconds;
  const int shift = std::bit_width(seconds) - kExactBits;
  return kExactBelow + static_cast<size_t>(shift - 1) * kPerOctave + (seconds >> shift) -
         kPerOctave;
}

// The middle of a bucket.
double value_of(size_t bucket) {
  if (bucket < kExactBelow) return static_cast<double>(bucket);
  const size_t above = bucket - kExactBelow;
  const size_t shift = above / kPerOctave + 1;
  const uint64_t low = uint64_t{above % kPerOctave + kPerOctave} << shift;
  return static_cast<double>(low) + static_cast<double>((uint64_t{1} << shift) - 1) / 2;
}

// By one byte after the other, the lowest first (Knuth 5.2.5): ten times faster than comparing.
void sort_seconds(std::vector<Second>& values) {
  std::vector<Second> other(values.size());
  for (int shift = 0; shift < 32; shift += 8) {
    std::array<size_t, 257> from{};
    for (Second value : values) ++from[(value >> shift & 255) + 1];
    if (std::ranges::count(from, values.size()) != 0) continue;  // one byte for all
    for (size_t byte = 1; byte < from.size(); ++byte) from[byte] += from[byte - 1];
    for (Second value : values) other[from[value >> shift & 255]++] = value;
    values.swap(other);
  }
}

// `value_at(rank)` is the value of a 0-based rank.
template <class ValueAt>
double percentile(uint64_t count, uint64_t percent, ValueAt value_at) {
  // In integers, so that ranks near whole numbers do not depend on rounding.
  const uint64_t scaled = (count - 1) * percent;
  const uint64_t rank = scaled / 100;
  const double low = value_at(rank);
  if (scaled % 100 == 0) return low;
  return low + (value_at(rank + 1) - low) * static_cast<double>(scaled % 100) / 100;
}

template <class ValueAt>
void fill_percentiles(FunnelTimes& out, ValueAt value_at) {
  out.p10 = percentile(out.count, 10, value_at);
  out.p25 = percentile(out.count, 25, value_at);
  out.median = percentile(out.count, 50, value_at);
  out.p75 = percentile(out.count, 75, value_at);
  out.p90 = percentile(out.count, 90, value_at);
  out.p95 = percentile(out.count, 95, value_at);
  out.p99 = percentile(out.count, 99, value_at);
}

}  // namespace

int FunnelTimesSeries::bin_of(Second seconds) {
  const Octave& octave = kOctaves[static_cast<size_t>(std::bit_width(seconds))];
  return octave.bin + (seconds >= octave.next[0] ? 1 : 0) + (seconds >= octave.next[1] ? 1 : 0);
}

void FunnelTimesSeries::add(Second seconds) {
  ++count_;
  sum_ += seconds;
  min_ = std::min(min_, seconds);
  max_ = std::max(max_, seconds);
  ++bins_[static_cast<size_t>(bin_of(seconds))];
  if (!buckets_.empty()) {
    add_to_buckets(seconds);
    return;
  }
  values_.push_back(seconds);
  if (values_.size() > kExactFunnelTimes) use_buckets();
}

void FunnelTimesSeries::add_to_buckets(Second seconds) {
  // A session has no limit; what is longer than 400 days shares the last bucket.
  ++buckets_[std::min(bucket_of(seconds), kBuckets - 1)];
}

void FunnelTimesSeries::use_buckets() {
  if (!buckets_.empty()) return;
  buckets_.resize(kBuckets);
  for (Second value : values_) add_to_buckets(value);
  values_ = {};
}

void FunnelTimesSeries::merge(const FunnelTimesSeries& other) {
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  for (size_t i = 0; i < bins_.size(); ++i) bins_[i] += other.bins_[i];
  if (count_ > kExactFunnelTimes) use_buckets();
  if (buckets_.empty()) {
    values_.insert(values_.end(), other.values_.begin(), other.values_.end());
    return;
  }
  for (Second value : other.values_) add_to_buckets(value);
  for (size_t i = 0; i < other.buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
}

FunnelTimes FunnelTimesSeries::finish() const {
  FunnelTimes out;
  out.count = count_;
  out.exact = buckets_.empty();
  out.histogram = bins_;
  if (count_ == 0) return out;
  out.mean = static_cast<double>(sum_) / static_cast<double>(count_);
  out.min = min_;
  out.max = max_;
  if (out.exact) {
    std::vector<Second> sorted = values_;
    sort_seconds(sorted);
    fill_percentiles(out, [&](uint64_t rank) { return static_cast<double>(sorted[rank]); });
    return out;
  }
  std::vector<uint64_t> upto;  // values in the buckets up to this one
  uint64_t sum = 0;
  for (uint64_t count : buckets_) upto.push_back(sum += count);
  fill_percentiles(out, [&](uint64_t rank) {
    const size_t bucket = static_cast<size_t>(std::ranges::upper_bound(upto, rank) - upto.begin());
    return std::clamp(value_of(bucket), out.min, out.max);
  });
  return out;
}

}  // namespace perennial::timeline
