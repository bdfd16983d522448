#include "timeline/funnel_plain.h"

#include "timeline/hits_search.h"

namespace perennial::timeline {
namespace {

constexpr uint64_t kNoEntry = UINT64_MAX;

uint32_t readable(const Hits& hits) { return hits.last[kBucketPeople - 1]; }

}  // namespace

// The first hit in [low, high) with a key not below `key`, or high.
template <bool kTies>
uint32_t PlainFunnel::first_hit_from(size_t step, uint32_t low, uint32_t high, uint64_t key) const {
  const Hits& hits = hits_[step];
  uint32_t hit = first_from(hits.at, low, high, readable(hits), second_of(key));
  if constexpr (kTies) {
    while (hit < high && hits.key(hit) < key) ++hit;
  }
  return hit;
}

// The latest entry of an attempt that stands before `step` when an event of that step comes; none
// when the chain breaks or leaves the window.
template <bool kTies>
uint64_t PlainFunnel::entry_before(size_t step, uint64_t key) {
  const Second at = second_of(key);
  while (step-- > 0) {
    const uint32_t hit = first_hit_from<kTies>(step, next_[step], end_[step], key);
    next_[step] = hit;
    if (hit == first_[step]) return kNoEntry;
    key = key_at<kTies>(step, hit - 1);
    if (at - second_of(key) > window_) return kNoEntry;
  }
  return key;
}

// Looks for the first hit of a step that an attempt comes to; the steps before were reached.
template <bool kTies>
bool PlainFunnel::climb(size_t step, FunnelAttempt& out) {
  for (uint32_t hit = next_[step]; hit < end_[step]; ++hit) {
    const uint64_t key = key_at<kTies>(step, hit);
    const uint64_t entry = entry_before<kTies>(step, key);
    if (entry == kNoEntry) continue;
    out.level = static_cast<int>(step) + 1;
    out.key[0] = entry;
    out.entry_hit = next_[0] - 1;  // where the chain ended
    next_[step] = hit + 1;
    if (step + 1 == steps_) return true;
    // What goes on from here comes later (without ties, in a later second).
    next_[step + 1] =
        first_hit_from<kTies>(step + 1, first_[step + 1], end_[step + 1], key + (kTies ? 1 : 256));
    return true;
  }
  return false;
}

template <bool kTies>
void PlainFunnel::run_latest(uint32_t person, FunnelAttempt& out) {
  for (size_t step = 0; step < steps_; ++step) {
    first_[step] = next_[step] = hits_[step].first[person];
    end_[step] = hits_[step].last[person];
  }
  out.level = 1;
  out.key[0] = key_at<kTies>(0, first_[0]);
  out.entry_hit = first_[0];
  out.step[0] = 0;
  for (size_t step = 1; step < steps_ && climb<kTies>(step, out);) ++step;
}

void PlainFunnel::run_latest(uint32_t person, FunnelAttempt& out) {
  if (ties_) {
    run_latest<true>(person, out);
  } else {
    run_latest<false>(person, out);
  }
  if (events_) fill(person, out);
}

// The first hit of a person's step with a key above `key`, or its end.
uint32_t PlainFunnel::first_above(size_t step, uint32_t person, uint64_t key) const {
  const Hits& hits = hits_[step];
  return first_hit_from<true>(step, hits.first[person], hits.last[person], key + 1);
}

void PlainFunnel::run_first(uint32_t person, FunnelAttempt& out) const {
  out.level = 1;
  out.entry_hit = hits_[0].first[person];
  out.key[0] = hits_[0].key(out.entry_hit);
  out.step[0] = 0;
  const Second limit = last_second(out.entry(), window_);
  for (size_t step = 1; step < steps_; ++step) {
    const Hits& hits = hits_[step];
    const uint32_t hit = first_above(step, person, out.key[step - 1]);
    if (hit == hits.last[person] || hits.at[hit] > limit) return;
    out.key[step] = hits.key(hit);
    out.step[step] = static_cast<uint8_t>(step);
    ++out.level;
  }
}

void PlainFunnel::fill(uint32_t person, FunnelAttempt& out) const {
  for (size_t step = 1; step < static_cast<size_t>(out.level); ++step) {
    out.key[step] = hits_[step].key(first_above(step, person, out.key[step - 1]));
    out.step[step] = static_cast<uint8_t>(step);
  }
}

}  // namespace perennial::timeline
