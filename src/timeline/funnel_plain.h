// Inside of the funnels: the fast way for an ordered funnel of people without held property,
// exclusions or sessions.
//
// Of all attempts that an event can go on with, the one with the latest entry has the longest time
// left, and it is found backwards: the last hit of the step before, the last one of the step before
// that, and so on to the entry. So a hit of step k ends an attempt of level k exactly when the
// entry at the end of this chain is in its window. Levels are climbed one by one: the first hit
// that reaches a level is where the search for the next one begins, and no hit is passed twice.
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
  template <bool kTies>
  uint32_t first_hit_from(size_t step, uint32_t low, uint32_t high, uint64_t key) const;
  template <bool kTies>
  uint64_t entry_before(size_t step, uint64_t key);
  template <bool kTies>
  bool climb(size_t step, FunnelAttempt& out);
  template <bool kTies>
  void run_latest(uint32_t person, FunnelAttempt& out);
  void run_latest(uint32_t person, FunnelAttempt& out);
  void run_first(uint32_t person, FunnelAttempt& out) const;
  void fill(uint32_t person, FunnelAttempt& out) const;
  uint32_t first_above(size_t step, uint32_t person, uint64_t key) const;

  size_t steps_;
  Second window_;
  bool first_entry_, events_, ties_;
  std::span<const Hits> hits_;
  // Of each step: the person's hits, and the first that is not before the hits passed so far.
  std::array<uint32_t, kMaxFunnelSteps> first_, next_, end_;
};

}  // namespace perennial::timeline
