#include "timeline/funnel_plain.h"

namespace perennial::timeline {
namespace {

// The first hit in [low, high) with a key above `key`, or high. It is near as a rule.
uint32_t first_above(const Hits& hits, uint32_t low, uint32_t high, uint64_t key) {
  uint32_t stride = 1;
  while (low + stride < high && hits.key(low + stride - 1) <= key) {
    low += stride;
    stride *= 2;
  }
  high = std::min(high, low + stride);
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (hits.key(middle) <= key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

void PlainFunnel::run_first(uint32_t person, FunnelAttempt& out) const {
  out.level = 1;
  out.key[0] = hits_[0].key(hits_[0].first[person]);
  out.step[0] = 0;
  const Second limit = last_second(out.entry(), window_);
  for (size_t step = 1; step < steps_; ++step) {
    const Hits& hits = hits_[step];
    const uint32_t last = hits.last[person];
    const uint32_t hit = first_above(hits, hits.first[person], last, out.key[step - 1]);
    if (hit == last || hits.at[hit] > limit) return;
    out.key[step] = hits.key(hit);
    out.step[step] = static_cast<uint8_t>(step);
    ++out.level;
  }
}

void PlainFunnel::run_latest(uint32_t person, FunnelAttempt& out) {
  const Hits& entries = hits_[0];
  uint32_t size = entries.count(person);
  Stand* stands = room(stands_, size);
  for (uint32_t i = 0; i < size; ++i) {
    const uint64_t key = entries.key(entries.first[person] + i);
    stands[i] = {key, key};
  }
  size_t step = 1;
  for (; step < steps_; ++step) {
    const Hits& hits = hits_[step];
    const uint32_t last = hits.last[person];
    Stand* next = room(next_, hits.count(person));
    uint32_t before = 0, made = 0;  // stands before the hit; stands at this step
    for (uint32_t hit = hits.first[person]; hit < last; ++hit) {
      const uint64_t key = hits.key(hit);
      while (before < size && stands[before].key < key) ++before;
      if (before == 0) continue;
      const uint64_t entry = stands[before - 1].entry;
      if (second_of(key) > last_second(second_of(entry), window_)) continue;
      if (made > 0 && next[made - 1].entry == entry) continue;
      next[made++] = {key, entry};
      if (step + 1 == steps_) break;  // the first one counts
    }
    if (made == 0) break;
    stands_.swap(next_);
    stands = stands_.data();
    size = made;
  }
  out.level = static_cast<int>(step);
  out.key[0] = stands[0].entry;
  if (events_) fill(person, out);
}

void PlainFunnel::fill(uint32_t person, FunnelAttempt& out) const {
  out.step[0] = 0;
  for (size_t step = 1; step < static_cast<size_t>(out.level); ++step) {
    const Hits& hits = hits_[step];
    const uint32_t hit =
        first_above(hits, hits.first[person], hits.last[person], out.key[step - 1]);
    out.key[step] = hits.key(hit);
    out.step[step] = static_cast<uint8_t>(step);
  }
}

}  // namespace perennial::timeline
