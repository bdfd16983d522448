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

  Second limit_of(const FunnelAttempt& attempt) const {
    for (const FunnelToken& token : tokens_.tokens()) {
      if (token.key == attempt.key[0] && token.held == attempt.held) return token.limit;
    }
    return last_second(attempt.entry(), spec_.window_seconds);
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

}  // namespace

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
  }
  if (out.empty()) out.emplace_back();
  return out;
}

}  // namespace perennial::timeline
