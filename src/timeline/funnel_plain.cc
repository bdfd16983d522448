#include "timeline/funnel_plain.h"

namespace perennial::timeline {
namespace {

constexpr uint64_t kNoEntry = UINT64_MAX;
constexpr uint32_t kFew = 24;  // up to so many are counted, not searched

// How many of `size` ascending values are below.
template <class Value>
uint32_t values_before(const Value* values, uint32_t size, Value value) {
  uint32_t low = 0;
  while (size > kFew) {
    const uint32_t half = size / 2;
    low = values[low + half - 1] < value ? low + half : low;
    size -= half;
  }
  uint32_t count = 0;
  for (uint32_t i = low; i < low + size; ++i) count += values[i] < value ? 1 : 0;
  return low + count;
}

uint32_t keys_before(const uint64_t* keys, uint32_t size, uint64_t key) {
  return values_before(keys, size, key);
}

// How many of the hits have a key below. Ties within a second are rare: first by second.
uint32_t hits_before(const Hits& hits, uint32_t first, uint32_t size, uint64_t key) {
  uint32_t before = values_before(hits.at + first, size, second_of(key));
  if (before == size || hits.at[first + before] != second_of(key)) [[likely]]
    return before;
  uint32_t end = size;  // by key from here on: a second may have many
  while (before < end) {
    const uint32_t middle = before + (end - before) / 2;
    if (hits.key(first + middle) < key) {
      before = middle + 1;
    } else {
      end = middle;
    }
  }
  return before;
}

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

// Fills next_ with where attempts stand at the hits. `entry_before(key)` is the entry of the last
// attempt that stands before, or kNoEntry; with `last` the first one to come so far will do.
template <class EntryBefore>
void PlainFunnel::move_on(const Hits& hits, uint32_t person, bool last, EntryBefore entry_before) {
  const uint32_t end = hits.last[person];
  next_.clear(hits.count(person));
  for (uint32_t hit = hits.first[person]; hit < end; ++hit) {
    const uint64_t key = hits.key(hit);
    const uint64_t entry = entry_before(key);
    if (entry == kNoEntry || second_of(key) > last_second(second_of(entry), window_)) continue;
    if (next_.size > 0 && next_.entries[next_.size - 1] == entry) continue;
    next_.add(key, entry);
    if (last) return;
  }
}

void PlainFunnel::run_latest(uint32_t person, FunnelAttempt& out) {
  const Hits& entries = hits_[0];
  const uint32_t first = entries.first[person], size = entries.last[person] - first;
  out.level = 1;
  out.key[0] = entries.key(first);
  move_on(hits_[1], person, steps_ == 2, [&](uint64_t key) {
    const uint32_t before = hits_before(entries, first, size, key);
    return before == 0 ? kNoEntry : entries.key(first + before - 1);
  });
  while (next_.size > 0) {
    std::swap(stands_, next_);
    out.key[0] = stands_.entries[0];
    const auto step = static_cast<size_t>(++out.level);
    if (step == steps_) break;
    move_on(hits_[step], person, step + 1 == steps_, [this](uint64_t key) {
      const uint32_t before = keys_before(stands_.keys.data(), stands_.size, key);
      return before == 0 ? kNoEntry : stands_.entries[before - 1];
    });
  }
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
