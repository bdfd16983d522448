#include "timeline/funnel_plain.h"

namespace perennial::timeline {
namespace {

// Later than every key, and in the window of none.
constexpr uint64_t kNoEntry = UINT64_MAX;

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

// Moves on over the hits of a step before `key`, and those of the steps before it as far as they
// matter. With `first_only` it stops at the first hit that the person's attempts come to.
template <bool kTies>
void PlainFunnel::catch_up(size_t step, uint64_t key, bool first_only, FunnelAttempt& out) {
  const uint32_t end = end_[step];
  uint32_t hit = next_[step];
  if (step == 0) {
    while (hit < end && key_at<kTies>(0, hit) < key) ++hit;
    if (hit != next_[0]) entry_[0] = key_at<kTies>(0, hit - 1);
    next_[0] = hit;
    return;
  }
  for (; hit < end; ++hit) {
    const uint64_t here = key_at<kTies>(step, hit);
    if (here >= key) break;
    catch_up<kTies>(step - 1, here, false, out);
    if (!in_window(entry_[step - 1], here)) continue;
    entry_[step] = entry_[step - 1];
    if (static_cast<size_t>(out.level) > step) continue;
    out.level = static_cast<int>(step) + 1;
    out.key[0] = entry_[step];
    if (first_only) break;
  }
  next_[step] = hit;
}

// The hits of the last step are walked until one completes an attempt; what comes later in time is
// not looked at.
template <bool kTies>
void PlainFunnel::run_latest(uint32_t person, FunnelAttempt& out) {
  for (size_t step = 0; step < steps_; ++step) {
    next_[step] = hits_[step].first[person];
    end_[step] = hits_[step].last[person];
    entry_[step] = kNoEntry;
  }
  out.level = 1;
  out.key[0] = key_at<kTies>(0, next_[0]);
  out.step[0] = 0;
  const size_t last = steps_ - 1;
  for (uint32_t hit = next_[last]; hit < end_[last]; ++hit) {
    const uint64_t key = key_at<kTies>(last, hit);
    catch_up<kTies>(last - 1, key, false, out);
    if (!in_window(entry_[last - 1], key)) continue;
    out.level = static_cast<int>(steps_);
    out.key[0] = entry_[last - 1];
    return;
  }
  for (size_t step = last - 1; step > 0 && static_cast<size_t>(out.level) <= step; --step) {
    catch_up<kTies>(step, kNoEntry, true, out);
  }
}

void PlainFunnel::run_latest(uint32_t person, FunnelAttempt& out) {
  if (ties_) {
    run_latest<true>(person, out);
  } else {
    run_latest<false>(person, out);
  }
  if (events_) fill(person, out);
}

void PlainFunnel::fill(uint32_t person, FunnelAttempt& out) const {
  for (size_t step = 1; step < static_cast<size_t>(out.level); ++step) {
    const Hits& hits = hits_[step];
    const uint32_t hit =
        first_above(hits, hits.first[person], hits.last[person], out.key[step - 1]);
    out.key[step] = hits.key(hit);
    out.step[step] = static_cast<uint8_t>(step);
  }
}

}  // namespace perennial::timeline
