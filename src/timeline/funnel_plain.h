// Inside of the funnels: the fast way for an ordered funnel of people without held property,
// exclusions or sessions. It walks the hits of the steps where they lie, step by step, and leaves a
// person as soon as a step has no hit.
//
// At every step stands at most one attempt worth following: the one with the latest entry, which
// has the longest time left. The hits of a step are walked only as far as a hit of the next step
// asks for, and the walk ends with the first hit that completes an attempt: most people's later
// events are never looked at.
#pragma once

#include <algorithm>
#include <array>

#include "timeline/funnel_attempt.h"

namespace perennial::timeline {

class PlainFunnel {
 public:
  static bool fits(const FunnelSpec& spec) {
    return spec.order == FunnelOrder::kOrdered && spec.count == FunnelCount::kPeople &&
           (spec.semantics == FunnelSemantics::kLatestEntry ||
            spec.semantics == FunnelSemantics::kFirstEntry) &&
           spec.exclusions.empty() && !spec.held && spec.session_gap_seconds == 0;
  }
  // `events`: fill in all events of attempts, not just the entry.
  PlainFunnel(const FunnelSpec& spec, const Slice& slice, bool events)
      : steps_(static_cast<size_t>(spec.steps)),
        window_(spec.session_gap_seconds == 0 ? spec.window_seconds : kNever),
        first_entry_(spec.semantics == FunnelSemantics::kFirstEntry),
        events_(events),
        ties_(std::ranges::any_of(slice.hits.first(steps_),
                                  [](const Hits& hits) { return hits.tie != nullptr; })),
        hits_(slice.hits.first(steps_)) {}

  // False when the person did not enter.
  bool run(uint32_t person, FunnelAttempt& out) {
    const Hits& first = hits_[0];
    if (first.first[person] == first.last[person]) return false;
    if (first_entry_) {
      run_first(person, out);
    } else {
      run_latest(person, out);
    }
    return true;
  }

  // The highest level; of any funnel in which steps follow one another, a level that it cannot
  // exceed.
  int highest(uint32_t person) {
    if (hits_[0].count(person) == 0) return 0;
    FunnelAttempt attempt;
    run_latest(person, attempt);
    return attempt.level;
  }

 private:
  template <bool kTies>
  uint64_t key_at(size_t step, uint32_t hit) const {
    return kTies ? hits_[step].key(hit) : uint64_t{hits_[step].at[hit]} << 8;
  }
  // Never without an entry.
  bool in_window(uint64_t entry, uint64_t key) const {
    return uint64_t{second_of(key)} - second_of(entry) <= window_;
  }
  template <bool kTies>
  void catch_up(size_t step, uint64_t key, bool first_only, FunnelAttempt& out);
  template <bool kTies>
  void run_latest(uint32_t person, FunnelAttempt& out);
  void run_first(uint32_t person, FunnelAttempt& out) const;
  void run_latest(uint32_t person, FunnelAttempt& out);
  void fill(uint32_t person, FunnelAttempt& out) const;

  size_t steps_;
  Second window_;
  bool first_entry_, events_, ties_;
  std::span<const Hits> hits_;
  // Of each step: the first hit not walked yet, the person's end, and the entry of the attempt that
  // stands there.
  std::array<uint32_t, kMaxFunnelSteps> next_, end_;
  std::array<uint64_t, kMaxFunnelSteps> entry_;
};

}  // namespace perennial::timeline
