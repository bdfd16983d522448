// Inside of the funnels: the fast way for an ordered funnel of people without held property,
// exclusions or sessions. It walks the hits of the steps where they lie, step by step, and leaves a
// person as soon as a step has no hit.
//
// Of every step it keeps the hits at which an attempt stands, with the latest entry of each; hits
// with the same entry as the one before do nothing more and are left out. A hit of the next step
// goes on from the last of them before it.
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
        window_(spec.window_seconds),
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

 private:
  struct Stand {
    uint64_t key, entry;
  };
  void run_first(uint32_t person, FunnelAttempt& out) const;
  void run_latest(uint32_t person, FunnelAttempt& out);
  void fill(uint32_t person, FunnelAttempt& out) const;
  Stand* room(std::vector<Stand>& stands, uint32_t size) {
    if (stands.size() < size) [[unlikely]]
      stands.resize(size);
    return stands.data();
  }

  size_t steps_;
  Second window_;
  bool first_entry_, events_;
  std::span<const Hits> hits_;
  std::vector<Stand> stands_, next_;
};

}  // namespace perennial::timeline
