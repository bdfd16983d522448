// Inside of the funnels: the fast way for an ordered funnel of people without held property,
// exclusions or sessions. It walks the hits of the steps where they lie, step by step, and leaves a
// person as soon as a step has no hit.
//
// Of every step it keeps the hits at which an attempt stands, with the latest entry of each; hits
// with the same entry as the one before do nothing more and are left out. A hit of the next step
// goes on from the last of them before it. Lists are short as a rule: to count all that lie before,
// without a branch, is faster than to look for the place.
#pragma once

#include <vector>

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
  // Where attempts stand at one step.
  struct Stands {
    std::vector<uint64_t> keys, entries;
    uint32_t size = 0;

    void clear(uint32_t most) {
      size = 0;
      if (keys.size() < most) [[unlikely]] {
        keys.resize(most);
        entries.resize(most);
      }
    }
    void add(uint64_t key, uint64_t entry) {
      keys[size] = key;
      entries[size++] = entry;
    }
  };
  template <class EntryBefore>
  void move_on(const Hits& hits, uint32_t person, bool last, EntryBefore entry_before);
  void run_first(uint32_t person, FunnelAttempt& out) const;
  void run_latest(uint32_t person, FunnelAttempt& out);
  void fill(uint32_t person, FunnelAttempt& out) const;

  size_t steps_;
  Second window_;
  bool first_entry_, events_;
  std::span<const Hits> hits_;
  Stands stands_, next_;
};

}  // namespace perennial::timeline
