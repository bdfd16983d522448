// For tests: funnels once more, in the naive way. All chains of events are tried.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "timeline/funnel.h"
#include "timeline/testing.h"

namespace perennial::timeline {

// The selectors of a funnel as predicates, in the order of Slice::hits.
struct TwinFunnel {
  FunnelSpec spec;
  std::vector<TestSelector> selectors;
};

struct TwinEvent {
  uint64_t key = 0;
  std::set<int> steps;
  std::set<size_t> exclusions;
  bool any = false;
  int session = 0;
  uint32_t held = 0, group = 0;
  Second at() const { return static_cast<Second>(key >> 8); }
};

// Events of an attempt by their places in the person's events; steps[i] is what event i filled (in
// any order they are not told apart).
struct TwinAttempt {
  std::vector<TwinEvent> events;
  size_t from = 0, to = 0;  // the places of the first and the last
};

class Twin {
 public:
  Twin(const TwinFunnel& funnel, const History& history) : spec_(funnel.spec) {
    for (const TestEvent& event : history) {
      TwinEvent out{
          .key = uint64_t{event.at} << 8 | event.tie, .held = event.held, .group = event.group};
      for (size_t s = 0; s < funnel.selectors.size(); ++s) {
        if (!funnel.selectors[s](event)) continue;
        if (s < static_cast<size_t>(spec_.steps)) {
          out.steps.insert(static_cast<int>(s));
        } else if (s < spec_.any_selector()) {
          out.exclusions.insert(s - static_cast<size_t>(spec_.steps));
        } else {
          out.any = true;
        }
      }
      all_.push_back(out);
    }
    int session = 0;
    std::optional<Second> before;
    for (TwinEvent& event : all_) {
      if (event.steps.empty() && !event.any) continue;
      if (before && event.at() - *before > spec_.session_gap_seconds) ++session;
      event.session = session;
      before = event.at();
    }
  }

  // What counts in total, and by period.
  std::vector<TwinAttempt> total() const {
    std::vector<TwinAttempt> out;
    for (uint32_t held : values()) {
      for (const TwinAttempt& attempt : of_value(held)) out.push_back(attempt);
    }
    if (spec_.count == FunnelCount::kTotals) return out;
    return best_of(out);
  }
  std::vector<TwinAttempt> in_period(int period) const {
    std::vector<TwinAttempt> out;
    const auto in = [&](const TwinAttempt& attempt) {
      return spec_.periods->find(attempt.events[0].at()) == period;
    };
    if (spec_.semantics != FunnelSemantics::kPerDay) {
      for (const TwinAttempt& attempt : total()) {
        if (in(attempt)) out.push_back(attempt);
      }
      return out;
    }
    for (uint32_t held : values()) {
      for (const TwinAttempt& attempt : attempts(held, 0, all_.size())) {
        if (in(attempt)) out.push_back(attempt);
      }
    }
    return best_of(out);
  }

 private:
  static std::vector<TwinAttempt> best_of(const std::vector<TwinAttempt>& attempts) {
    if (attempts.empty()) return {};
    return {*std::ranges::min_element(attempts, before)};
  }
  // The better one first.
  static bool before(const TwinAttempt& a, const TwinAttempt& b) {
    if (a.events.size() != b.events.size()) return a.events.size() > b.events.size();
    if (a.events.back().key != b.events.back().key) {
      return a.events.back().key < b.events.back().key;
    }
    if (a.events[0].key != b.events[0].key) return a.events[0].key > b.events[0].key;
    for (size_t i = a.events.size(); i-- > 0;) {  // then every step as early as can be
      if (a.events[i].key != b.events[i].key) return a.events[i].key < b.events[i].key;
    }
    return false;
  }

  std::set<uint32_t> values() const {
    if (!spec_.held) return {0};
    std::set<uint32_t> out;
    for (const TwinEvent& event : all_) {
      if (event.held != 0) out.insert(event.held);
    }
    return out;
  }
  bool fits(const TwinEvent& event, int step, uint32_t held) const {
    return event.steps.contains(step) && (!spec_.held || event.held == held);
  }
  bool fits_any(const TwinEvent& event, uint32_t held) const {
    return !event.steps.empty() && (!spec_.held || event.held == held);
  }
  bool in_window(const TwinEvent& entry, const TwinEvent& event) const {
    if (spec_.session_gap_seconds != 0) return entry.session == event.session;
    return uint64_t{event.at()} <= uint64_t{entry.at()} + spec_.window_seconds;
  }
  bool may_enter(const TwinEvent& event, uint32_t held) const {
    if (spec_.order == FunnelOrder::kAny) return fits_any(event, held);
    return fits(event, 0, held);
  }

  // Whether the event at `b` can be the step after the one that the event at `a` filled.
  bool may_follow(size_t a, size_t b, int step, uint32_t held) const {
    for (size_t i = a + 1; i < b; ++i) {
      const TwinEvent& between = all_[i];
      if (spec_.order == FunnelOrder::kStrict &&
          (!between.steps.empty() || (spec_.strict_any && between.any))) {
        return false;
      }
      for (size_t x : between.exclusions) {
        const FunnelExclusion& exclusion = spec_.exclusions[x];
        if (exclusion.from < step && step <= exclusion.to &&
            (!spec_.held || between.held == 0 || between.held == held)) {
          return false;
        }
      }
    }
    return true;
  }

  void extend(TwinAttempt attempt, uint32_t held, size_t to, std::vector<TwinAttempt>& out) const {
    out.push_back(attempt);
    const int step = static_cast<int>(attempt.events.size());
    if (step == spec_.steps) return;
    for (size_t i = attempt.to + 1; i < to; ++i) {
      if (!fits(all_[i], step, held) || !in_window(attempt.events[0], all_[i])) continue;
      if (!may_follow(attempt.to, i, step, held)) continue;
      TwinAttempt longer = attempt;
      longer.events.push_back(all_[i]);
      longer.to = i;
      extend(longer, held, to, out);
    }
  }

  // In any order: all sets of steps that the events so far can fill.
  void gather(size_t entry, uint32_t held, size_t to, std::vector<TwinAttempt>& out) const {
    std::set<uint32_t> sets{0};
    TwinAttempt attempt{.events = {}, .from = entry, .to = entry};
    for (size_t i = entry; i < to && in_window(all_[entry], all_[i]); ++i) {
      if (!fits_any(all_[i], held)) continue;
      std::set<uint32_t> more = sets;
      size_t most = 0;
      for (uint32_t set : sets) {
        for (int step : all_[i].steps) more.insert(set | uint32_t{1} << step);
      }
      for (uint32_t set : more) most = std::max<size_t>(most, std::popcount(set));
      sets = more;
      if (most == attempt.events.size()) continue;
      attempt.events.push_back(all_[i]);
      attempt.to = i;
      out.push_back(attempt);
    }
  }

  // All attempts in [from, to), unfinished ones too.
  std::vector<TwinAttempt> attempts(uint32_t held, size_t from, size_t to) const {
    std::vector<TwinAttempt> out;
    for (size_t i = from; i < to; ++i) {
      if (!may_enter(all_[i], held)) continue;
      if (spec_.order == FunnelOrder::kAny) {
        gather(i, held, to, out);
      } else {
        extend({.events = {all_[i]}, .from = i, .to = i}, held, to, out);
      }
    }
    return out;
  }

  std::vector<TwinAttempt> of_value(uint32_t held) const {
    if (spec_.semantics == FunnelSemantics::kFirstEntry) return first_entries(held);
    std::vector<TwinAttempt> out;
    if (spec_.count == FunnelCount::kTotals) {
      without_overlap(held, 0, all_.size(), out);
      return out;
    }
    for (const TwinAttempt& attempt : attempts(held, 0, all_.size())) {
      const Second entry = attempt.events[0].at();
      if (spec_.semantics == FunnelSemantics::kPerDay &&
          (entry < spec_.periods->begin() || entry >= spec_.periods->end())) {
        continue;
      }
      out.push_back(attempt);
    }
    return best_of(out);
  }

  void without_overlap(uint32_t held, size_t from, size_t to, std::vector<TwinAttempt>& out) const {
    const std::vector<TwinAttempt> best = best_of(attempts(held, from, to));
    if (best.empty()) return;
    without_overlap(held, from, best[0].from, out);
    out.push_back(best[0]);
    without_overlap(held, best[0].to + 1, to, out);
  }

  std::vector<TwinAttempt> first_entries(uint32_t held) const {
    std::vector<TwinAttempt> out;
    for (size_t i = 0; i < all_.size(); ++i) {
      if (!may_enter(all_[i], held)) continue;
      std::vector<TwinAttempt> from_here;
      for (const TwinAttempt& attempt : attempts(held, i, all_.size())) {
        if (attempt.from == i) from_here.push_back(attempt);
      }
      out.push_back(best_of(from_here)[0]);
      if (spec_.count == FunnelCount::kPeople) return out;
      if (out.back().events.size() == static_cast<size_t>(spec_.steps)) {
        i = out.back().to;
      } else {
        const TwinEvent entry = all_[i];
        while (i + 1 < all_.size() && in_window_or_idle(entry, all_[i + 1])) ++i;
      }
    }
    return out;
  }
  bool in_window_or_idle(const TwinEvent& entry, const TwinEvent& event) const {
    if (spec_.session_gap_seconds == 0) return in_window(entry, event);
    return (event.steps.empty() && !event.any) || in_window(entry, event);
  }

  const FunnelSpec& spec_;
  std::vector<TwinEvent> all_;
};

}  // namespace perennial::timeline
