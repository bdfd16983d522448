// Why an attempt went no further: what happened to the next step after its last event.

#include <algorithm>
#include <optional>

#include "timeline/funnel_scan.h"

namespace perennial::timeline {
namespace {

using Stop = FunnelTrace::Stop;

class Reasons {
 public:
  Reasons(const FunnelSpec& spec, const Slice& slice, uint32_t person)
      : spec_(spec), slice_(slice), person_(person), tokens_(spec) {
    tokens_.build(slice, person, spec.steps);
  }

  Stop stop(const FunnelAttempt& attempt) const {
    if (attempt.level == spec_.steps) return Stop::kCompleted;
    if (spec_.order == FunnelOrder::kAny) return stop_any(attempt);
    const uint64_t last = attempt.key[static_cast<size_t>(attempt.level) - 1];
    const std::optional<uint64_t> next = first_of(attempt.level, last + 1, attempt.held);
    const Second limit = limit_of(attempt);
    const uint64_t reach = next ? std::min(*next, end_of(limit)) : end_of(limit);
    if (!spec_.exclusions.empty()) {
      const uint32_t broken = tokens_.broken(last + 1, reach, attempt.held);
      if ((broken >> (attempt.level - 1) & 1) != 0) return Stop::kExclusion;
    }
    if (!next) {
      return first_of(attempt.level, 0, attempt.held) ? Stop::kOrder : Stop::kNothing;
    }
    return second_of(*next) > limit ? Stop::kWindow : Stop::kOrder;
  }

  Second limit_of(const FunnelAttempt& attempt) const {
    for (const FunnelToken& token : tokens_.tokens()) {
      if (token.key == attempt.key[0] && token.held == attempt.held) return token.limit;
    }
    return last_second(attempt.entry(), spec_.window_seconds);
  }

 private:
  static uint64_t end_of(Second limit) { return (uint64_t{limit} + 1) << 8; }

  // The first event that fits the step, with a key of at least `from` and the held value.
  std::optional<uint64_t> first_of(int step, uint64_t from, uint32_t held) const {
    const Hits& hits = slice_.hits[static_cast<size_t>(step)];
    for (uint32_t hit = hits.first[person_]; hit < hits.last[person_]; ++hit) {
      if (hits.key(hit) < from) continue;
      if (spec_.held && (hits.held == nullptr || hits.held[hit] != held)) continue;
      return hits.key(hit);
    }
    return std::nullopt;
  }

  Stop stop_any(const FunnelAttempt& attempt) const {
    uint32_t done = 0;
    for (size_t i = 0; i < static_cast<size_t>(attempt.level); ++i) {
      done |= uint32_t{1} << attempt.step[i];
    }
    const Second limit = limit_of(attempt);
    Stop out = Stop::kNothing;
    for (const FunnelToken& token : tokens_.tokens()) {
      if (token.held != attempt.held || (token.steps & ~done) == 0) continue;
      // Inside the window it is an event that fills another step already.
      if (token.at() < attempt.entry() || token.at() > limit) out = Stop::kWindow;
    }
    return out;
  }

  const FunnelSpec& spec_;
  const Slice& slice_;
  uint32_t person_;
  FunnelTokens tokens_;
};

struct Seen {
  uint64_t key;
  uint32_t held, fits, exclusions;
};

// Ascending by key, one for each event.
std::vector<Seen> seen_by(const FunnelSpec& spec, const Slice& slice, uint32_t person) {
  std::vector<Seen> seen;
  for (size_t s = 0; s < spec.any_selector(); ++s) {
    const Hits& hits = slice.hits[s];
    const bool step = s < static_cast<size_t>(spec.steps);
    const uint32_t bit = uint32_t{1} << (step ? s : s - static_cast<size_t>(spec.steps));
    for (uint32_t hit = hits.first[person]; hit < hits.last[person]; ++hit) {
      const uint32_t held = spec.held && hits.held != nullptr ? hits.held[hit] : 0;
      seen.push_back({hits.key(hit), held, step ? bit : 0, step ? 0 : bit});
    }
  }
  std::ranges::stable_sort(seen, {}, &Seen::key);
  size_t out = 0;
  for (const Seen& each : seen) {
    if (out > 0 && seen[out - 1].key == each.key && seen[out - 1].held == each.held) {
      seen[out - 1].fits |= each.fits;
      seen[out - 1].exclusions |= each.exclusions;
    } else {
      seen[out++] = each;
    }
  }
  seen.resize(out);
  return seen;
}

uint64_t key_of(const FunnelTrace::Filled& filled) { return uint64_t{filled.at} << 8 | filled.tie; }

using Verdict = FunnelEvent::Verdict;

// Of an event inside the window that filled nothing.
Verdict verdict_inside(const FunnelSpec& spec, const FunnelTrace& attempt, const Seen& event) {
  if (spec.order == FunnelOrder::kAny) return Verdict::kUsed;
  const size_t level = attempt.filled.size();
  bool early = false;
  for (size_t step = 0; step < static_cast<size_t>(spec.steps); ++step) {
    if ((event.fits >> step & 1) == 0) continue;
    const bool filled_before = step < level && key_of(attempt.filled[step]) < event.key;
    if (filled_before) continue;
    const bool due = step > 0 && step <= level && key_of(attempt.filled[step - 1]) < event.key;
    if (due && !spec.exclusions.empty()) return Verdict::kExclusion;
    if (due) return Verdict::kStrict;
    early = true;
  }
  return early ? Verdict::kOrder : Verdict::kUsed;
}

Verdict verdict_of(const FunnelSpec& spec, const FunnelTrace& attempt, const Seen& event) {
  if (event.fits == 0) return Verdict::kExclusion;
  if (spec.held && event.held != attempt.held) return Verdict::kHeld;
  const bool ordered = spec.order != FunnelOrder::kAny;
  const bool after_first = !attempt.filled.empty() && event.key > key_of(attempt.filled[0]);
  const bool may_start = spec.semantics != FunnelSemantics::kFirstEntry || !after_first ||
                         spec.count == FunnelCount::kTotals;
  if (ordered && (event.fits & 1) != 0 && may_start) return Verdict::kStarted;
  if (attempt.filled.empty()) return Verdict::kOrder;
  if (second_of(event.key) > attempt.until) return Verdict::kWindow;
  if (!after_first) return ordered ? Verdict::kOrder : Verdict::kStarted;
  return verdict_inside(spec, attempt, event);
}

}  // namespace

std::vector<FunnelEvent> Funnel::explain(const Slice& slice, uint32_t person,
                                         const FunnelTrace& attempt, size_t most) const {
  std::vector<FunnelEvent> out;
  for (const Seen& event : seen_by(spec_, slice, person)) {
    if (out.size() == most) break;
    FunnelEvent& told = out.emplace_back();
    told = {.at = second_of(event.key),
            .tie = static_cast<uint8_t>(event.key),
            .fits = event.fits,
            .exclusions = event.exclusions};
    const auto filled = std::ranges::find(attempt.filled, event.key, key_of);
    const bool mine = !spec_.held || event.held == attempt.held;
    if (filled != attempt.filled.end() && mine && (event.fits >> filled->step & 1) != 0) {
      told.step = filled->step;
    } else {
      told.verdict = verdict_of(spec_, attempt, event);
    }
  }
  return out;
}

std::vector<FunnelTrace> Funnel::trace(const Slice& slice, uint32_t person) const {
  struct Emit {
    std::vector<FunnelAttempt> total, periods;
    void in_total(uint32_t, const FunnelAttempt& attempt) { total.push_back(attempt); }
    void in_period(uint32_t, int, const FunnelAttempt& attempt) { periods.push_back(attempt); }
  };
  Emit emit;
  Crowd one;
  one.add(person);
  scan_funnel(spec_, slice, one, true, emit);
  const bool per_day = spec_.semantics == FunnelSemantics::kPerDay;
  const Reasons reasons(spec_, slice, person);
  std::vector<FunnelTrace> out;
  for (const FunnelAttempt& attempt : per_day ? emit.periods : emit.total) {
    FunnelTrace& trace = out.emplace_back();
    for (size_t i = 0; i < static_cast<size_t>(attempt.level); ++i) {
      trace.filled.push_back({.step = attempt.step[i],
                              .at = second_of(attempt.key[i]),
                              .tie = static_cast<uint8_t>(attempt.key[i])});
    }
    trace.stop = reasons.stop(attempt);
    trace.until = reasons.limit_of(attempt);
    trace.held = attempt.held;
  }
  if (out.empty()) out.emplace_back();
  return out;
}

}  // namespace perennial::timeline
