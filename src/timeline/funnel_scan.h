// Inside of the funnels: one pass over a bucket tells an Emit which attempts count. The counts,
// the lists of people and the traces come from the same pass, so that they cannot differ.
//
// An Emit has
//   void in_total(uint32_t person, const FunnelAttempt& attempt);
//   void in_period(uint32_t person, int period, const FunnelAttempt& attempt);
// `kEvents` says whether it looks at attempts beyond level and entry.
#pragma once

#include <vector>

#include "timeline/funnel_attempt.h"
#include "timeline/funnel_plain.h"
#include "timeline/funnel_window.h"

namespace perennial::timeline {

// Whether one attempt beats another of the same person.
inline bool better(const FunnelAttempt& a, const FunnelAttempt& b) {
  if (a.level != b.level) return a.level > b.level;
  if (a.level == 0) return false;
  const auto last = static_cast<size_t>(a.level) - 1;
  if (a.key[last] != b.key[last]) return a.key[last] < b.key[last];
  return a.key[0] > b.key[0];
}

template <FunnelOrder kOrder, class Emit>
class FunnelScan {
 public:
  FunnelScan(const FunnelSpec& spec, Emit& emit)
      : spec_(spec), emit_(emit), tokens_(spec), search_(spec, tokens_) {}

  // `bound`: the person has no attempt of a higher level.
  void person(const Slice& slice, uint32_t person, int bound) {
    tokens_.build(slice, person, bound);
    person_ = person;
    bound_ = bound;
    found_.clear();
    const std::span<const FunnelToken> all = tokens_.tokens();
    for (const auto& [from, to] : tokens_.groups()) {
      if (from == to) continue;
      if (spec_.semantics == FunnelSemantics::kPerDay) {
        each_period(all, from, to);
      } else if (spec_.semantics == FunnelSemantics::kFirstEntry) {
        first_entries(all, from, to);
      } else if (spec_.count == FunnelCount::kTotals) {
        without_overlap(from, to, bound_);
      } else {
        keep({from, to, from, to, bound_});
      }
    }
    if (!found_.empty()) tell();
  }

 private:
  bool enters(const FunnelToken& token) const {
    return kOrder == FunnelOrder::kAny || (token.steps & 1) != 0;
  }

  bool keep(const FunnelRange& range, FunnelFound* out = nullptr) {
    const FunnelFound found = search_.template best<kOrder>(range);
    if (out != nullptr) *out = found;
    if (found.level == 0) return false;
    found_.emplace_back();
    search_.template fill<kOrder>(found, found_.back());
    return true;
  }

  void each_period(std::span<const FunnelToken> all, uint32_t from, uint32_t to) {
    const Periods& periods = *spec_.periods;
    for (uint32_t i = from; i < to;) {
      const int period = periods.find(all[i].at());
      if (period == periods.size()) break;
      const Second end = period < 0 ? periods.begin() : periods.to(period);
      uint32_t next = i;
      while (next < to && all[next].at() < end) ++next;
      if (period >= 0) keep({i, to, i, next, bound_});
      i = next;
    }
  }

  // For kTotals one after the other: the next begins where this one is complete, or after its
  // window.
  void first_entries(std::span<const FunnelToken> all, uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to; ++i) {
      if (!enters(all[i])) continue;
      FunnelFound found;
      keep({i, to, i, i + 1, bound_}, &found);
      if (spec_.count == FunnelCount::kPeople) return;
      if (found.level == spec_.steps) {
        i = found.end;
      } else {
        while (i + 1 < to && all[i + 1].at() <= all[found.entry].limit) ++i;
      }
    }
  }

  // The attempts of `level` from left to right; between them those of lower levels.
  void without_overlap(uint32_t from, uint32_t to, int level) {
    while (from < to) {
      const FunnelFound found = search_.template best<kOrder>({from, to, from, to, level});
      if (found.level == 0) return;
      if (found.level < level) {
        level = found.level;  // there is nothing higher in the rest
        continue;
      }
      if (level > 1) without_overlap(from, found.entry, level - 1);
      found_.emplace_back();
      search_.template fill<kOrder>(found, found_.back());
      from = found.end + 1;
    }
  }

  int period_of(const FunnelAttempt& attempt) const {
    const int period = spec_.periods ? spec_.periods->find(attempt.entry()) : -1;
    return spec_.periods && period < spec_.periods->size() ? period : -1;
  }

  void tell() {
    if (spec_.count == FunnelCount::kTotals) {
      std::ranges::sort(found_, {}, [](const FunnelAttempt& a) { return a.key[0]; });
      for (const FunnelAttempt& attempt : found_) tell_one(attempt);
      return;
    }
    if (spec_.semantics == FunnelSemantics::kPerDay) {
      // Held values have attempts in the same period.
      std::ranges::stable_sort(found_, {}, [this](const FunnelAttempt& a) { return period_of(a); });
      for (size_t i = 0; i < found_.size();) {
        size_t best = i, next = i + 1;
        const int period = period_of(found_[i]);
        for (; next < found_.size() && period_of(found_[next]) == period; ++next) {
          if (better(found_[next], found_[best])) best = next;
        }
        emit_.in_period(person_, period, found_[best]);
        i = next;
      }
    }
    size_t best = 0;
    for (size_t i = 1; i < found_.size(); ++i) {
      if (better(found_[i], found_[best])) best = i;
    }
    if (spec_.semantics == FunnelSemantics::kPerDay) {
      emit_.in_total(person_, found_[best]);
    } else {
      tell_one(found_[best]);
    }
  }

  void tell_one(const FunnelAttempt& attempt) {
    emit_.in_total(person_, attempt);
    if (const int period = period_of(attempt); period >= 0) {
      emit_.in_period(person_, period, attempt);
    }
  }

  const FunnelSpec& spec_;
  Emit& emit_;
  FunnelTokens tokens_;
  FunnelSearch search_;
  std::vector<FunnelAttempt> found_;
  uint32_t person_ = 0;
  int bound_ = 0;
};

template <class Emit>
void tell_funnel(const FunnelSpec& spec, uint32_t person, const FunnelAttempt& attempt,
                 Emit& emit) {
  emit.in_total(person, attempt);
  if (!spec.periods) return;
  const int period = spec.periods->find(attempt.entry());
  if (period >= 0 && period < spec.periods->size()) emit.in_period(person, period, attempt);
}

template <FunnelOrder kOrder, class Emit>
void scan_tokens(const FunnelSpec& spec, const Slice& slice, const Crowd& who, Emit& emit) {
  FunnelScan<kOrder, Emit> scan(spec, emit);
  if constexpr (kOrder == FunnelOrder::kAny) {
    who.for_each([&](uint32_t person) { scan.person(slice, person, spec.steps); });
    return;
  }
  // Nobody comes farther than without exclusions and the like, and most not beyond the first step.
  PlainFunnel plain(spec, slice, false);
  who.for_each([&](uint32_t person) {
    if (const int bound = plain.highest(person); bound > 0) scan.person(slice, person, bound);
  });
}

template <class Emit>
void scan_funnel(const FunnelSpec& spec, const Slice& slice, const Crowd& who, bool events,
                 Emit& emit) {
  if (spec.semantics == FunnelSemantics::kWindowFunnel) {
    WindowFunnel funnel(spec);
    FunnelAttempt attempt;
    who.for_each([&](uint32_t person) {
      if (funnel.run(slice, person, attempt)) tell_funnel(spec, person, attempt, emit);
    });
  } else if (PlainFunnel::fits(spec)) {
    PlainFunnel funnel(spec, slice, events);
    FunnelAttempt attempt;
    who.for_each([&](uint32_t person) {
      if (funnel.run(person, attempt)) tell_funnel(spec, person, attempt, emit);
    });
  } else if (spec.order == FunnelOrder::kOrdered) {
    scan_tokens<FunnelOrder::kOrdered>(spec, slice, who, emit);
  } else if (spec.order == FunnelOrder::kStrict) {
    scan_tokens<FunnelOrder::kStrict>(spec, slice, who, emit);
  } else {
    scan_tokens<FunnelOrder::kAny>(spec, slice, who, emit);
  }
}

}  // namespace perennial::timeline
