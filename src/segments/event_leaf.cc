// How many events must leave a window before a count falls below what is asked for is known from
// the count alone; other measures are looked at again whenever their oldest event leaves.
#include "segments/event_leaf.h"

#include <cmath>
#include <mutex>

namespace perennial::segments {
namespace {

using Measure = EventTest::Measure;

// One person's hits of a selector inside a window, and the first behind it.
struct Run {
  const Hits* hits = nullptr;
  uint32_t first = 0, last = 0, end = 0;
  uint32_t count() const { return last - first; }
  Second at(uint32_t i) const { return hits->at[i]; }
  Second behind() const { return last < end ? hits->at[last] : kNever; }
};

uint32_t first_from(const Hits& hits, uint32_t first, uint32_t last, Second limit) {
  if (first == last || hits.at[first] >= limit) return first;
  return static_cast<uint32_t>(std::lower_bound(hits.at + first, hits.at + last, limit) - hits.at);
}

Run run_of(const Hits& hits, uint32_t place, const Bounds& bounds) {
  Run run{&hits, hits.first[place], hits.last[place], hits.last[place]};
  run.first = first_from(hits, run.first, run.last, bounds.from);
  if (run.first < run.last && hits.at[run.last - 1] >= bounds.to)
    run.last = first_from(hits, run.first, run.last, bounds.to);
  return run;
}

// The least count that fits and stays so upwards, when the comparison is such a threshold.
struct Threshold {
  uint32_t count = 0;
  bool below = false;  // what is below it fits
};
std::optional<Threshold> threshold_of(const Compare& compare) {
  const double up = std::ceil(compare.low), above = std::floor(compare.low) + 1;
  const auto clamp = [](double count) {
    return static_cast<uint32_t>(std::clamp(count, 0.0, 4e9));
  };
  switch (compare.op) {
    case Compare::Op::kAtLeast:
      return Threshold{clamp(up), false};
    case Compare::Op::kGreater:
      return Threshold{clamp(above), false};
    case Compare::Op::kAtMost:
      return Threshold{clamp(above), true};
    case Compare::Op::kLess:
      return Threshold{clamp(up), true};
    default:
      return std::nullopt;
  }
}

void tell(Seen* seen, const Run& run) {
  if (seen == nullptr) return;
  seen->events = run.count();
  if (run.count() == 0) return;
  seen->first = run.at(run.first);
  seen->last = run.at(run.last - 1);
}

uint32_t days_of(const Run& run, const timeline::Periods& days) {
  uint32_t count = 0;
  int before = -1;
  for (uint32_t i = run.first; i < run.last; ++i) {
    const int day = days.find(run.at(i));
    count += day != before ? 1 : 0;
    before = day;
  }
  return count;
}

std::optional<double> measured(const EventLeaf& leaf, const Run& run, const Moment& moment) {
  if (leaf.measure == Measure::kCount) return run.count();
  if (leaf.measure == Measure::kDays) return days_of(run, *moment.days);
  double sum = 0, least = INFINITY, most = -INFINITY;
  uint32_t count = 0;
  for (uint32_t i = run.first; i < run.last; ++i) {
    const double number = run.hits->number[i];
    if (std::isnan(number)) continue;
    ++count;
    sum += number;
    least = std::min(least, number);
    most = std::max(most, number);
  }
  if (leaf.measure == Measure::kSum) return sum;
  if (count == 0) return std::nullopt;
  if (leaf.measure == Measure::kAverage) return sum / count;
  return leaf.measure == Measure::kMinimum ? least : most;
}

// Narrows a run to what came after the other event; false when there is none.
bool narrow(const EventLeaf& leaf, std::span<const Hits> hits, uint32_t place, const Moment& moment,
            Run& run, Turning& turning) {
  const Hits& others = hits[*leaf.since];
  const Run other = run_of(others, place, {0, moment.now + 1});
  turning.coming = std::min(turning.coming, other.behind());
  if (other.count() == 0) {
    run.first = run.last;
    return false;
  }
  const uint32_t which = leaf.since_last ? other.last - 1 : other.first;
  const uint64_t key = others.key(which);
  while (run.first < run.last && run.hits->key(run.first) <= key) ++run.first;
  if (!leaf.since_within) return true;
  const uint64_t until = uint64_t{others.at[which]} + *leaf.since_within;
  while (run.first < run.last && run.at(run.last - 1) >= until) --run.last;
  return true;
}

bool look_measure(const EventLeaf& leaf, std::span<const Hits> hits, uint32_t place,
                  const Bounds& bounds, const Moment& moment, Turning& turning, Seen* seen) {
  Run run = run_of(hits[leaf.main], place, bounds);
  turning.entering = std::min(turning.entering, run.behind());
  const bool after = !leaf.since || narrow(leaf, hits, place, moment, run, turning);
  tell(seen, run);
  const auto value = measured(leaf, run, moment);
  if (seen != nullptr) seen->value = value;
  if (run.count() != 0) {
    uint32_t matters = run.first;  // the event whose leaving may change the answer
    const auto threshold =
        leaf.measure == Measure::kCount ? threshold_of(leaf.compare) : std::nullopt;
    // A count below the threshold stays below it; one at it or above falls below when all but
    // threshold − 1 events have left.
    if (threshold)
      matters = run.count() < threshold->count || threshold->count == 0
                    ? run.last
                    : run.first + run.count() - threshold->count;
    if (matters < run.last) turning.leaving = std::min(turning.leaving, run.at(matters));
  }
  return after && value && leaf.compare.fits(*value);
}

bool look_value(const EventLeaf& leaf, std::span<const Hits> hits, uint32_t place,
                const Bounds& bounds, const Moment& moment, Turning& turning, Seen* seen) {
  Run run = run_of(hits[leaf.main], place, bounds);
  Run fitting = run_of(hits[leaf.fitting], place, bounds);
  turning.entering = std::min(turning.entering, run.behind());
  if (leaf.since) {
    narrow(leaf, hits, place, moment, run, turning);
    narrow(leaf, hits, place, moment, fitting, turning);
  }
  tell(seen, run);
  if (run.count() != 0) {
    const Second matters = run.at(leaf.last ? run.last - 1 : run.first);
    turning.leaving = std::min(turning.leaving, matters);
  }
  if (fitting.count() == 0) return false;
  const uint32_t one = leaf.last ? run.last - 1 : run.first;
  const uint32_t other = leaf.last ? fitting.last - 1 : fitting.first;
  return run.hits->key(one) == fitting.hits->key(other);
}

bool look_edge(const EventLeaf& leaf, std::span<const Hits> hits, uint32_t place,
               const Bounds& bounds, const Moment& moment, Turning& turning, Seen* seen) {
  const Run run = run_of(hits[leaf.main], place, {0, moment.now + 1});
  if (leaf.last || run.count() == 0) turning.coming = std::min(turning.coming, run.behind());
  tell(seen, run);
  if (run.count() == 0) return false;
  const Second at = run.at(leaf.last ? run.last - 1 : run.first);
  if (at >= bounds.to) turning.entering = std::min(turning.entering, at);
  if (at < bounds.from || at >= bounds.to) return false;
  turning.leaving = std::min(turning.leaving, at);
  return true;
}

// For each step the latest start of a chain that has come so far: with a limit of the whole time a
// later start is never worse. What must not happen between two steps ends all chains.
class Chains {
 public:
  explicit Chains(const EventLeaf& leaf) : leaf_(leaf), starts_(leaf.steps.size(), kNone) {}
  void take(Second at, uint32_t fits, bool forbidden) {
    const size_t steps = starts_.size();
    if ((fits >> (steps - 1) & 1) != 0 && reaches(steps - 2, at))
      best_ = std::max(best_, starts_[steps - 2]);
    if (forbidden) std::ranges::fill(starts_, kNone);
    for (size_t step = steps - 1; step-- > 1;) {
      if ((fits >> step & 1) != 0 && reaches(step - 1, at))
        starts_[step] = std::max(starts_[step], starts_[step - 1]);
    }
    if ((fits & 1) != 0) starts_[0] = at;
  }
  std::optional<Second> best() const {
    return best_ == kNone ? std::nullopt : std::optional(static_cast<Second>(best_));
  }

 private:
  static constexpr int64_t kNone = -1;
  bool reaches(size_t step, Second at) const {
    if (starts_[step] == kNone) return false;
    if (!leaf_.within) return true;
    // At most so long: the last second counts.
    return at <= starts_[step] + int64_t{*leaf_.within};
  }
  const EventLeaf& leaf_;
  std::vector<int64_t> starts_;
  int64_t best_ = kNone;  // the latest start of a whole chain
};

bool look_sequence(const EventLeaf& leaf, std::span<const Hits> hits, uint32_t place,
                   const Bounds& bounds, Turning& turning, Seen* seen) {
  struct Cursor {
    Run run;
    uint32_t fits;
    bool forbidden;
  };
  std::vector<Cursor> cursors;
  bool possible = true;
  for (size_t i = 0; i < leaf.steps.size(); ++i) {
    cursors.push_back({run_of(hits[leaf.steps[i]], place, bounds), 1u << i, false});
    possible &= cursors.back().run.count() != 0;
  }
  for (size_t selector : leaf.without)
    cursors.push_back({run_of(hits[selector], place, bounds), 0, true});
  for (const Cursor& cursor : cursors)
    turning.entering = std::min(turning.entering, cursor.run.behind());
  tell(seen, cursors.front().run);
  if (!possible) return false;
  Chains chains(leaf);
  for (;;) {
    uint64_t key = UINT64_MAX;
    for (const Cursor& cursor : cursors) {
      if (cursor.run.count() != 0) key = std::min(key, cursor.run.hits->key(cursor.run.first));
    }
    if (key == UINT64_MAX) break;
    uint32_t fits = 0;
    bool forbidden = false;
    for (Cursor& cursor : cursors) {
      if (cursor.run.count() == 0 || cursor.run.hits->key(cursor.run.first) != key) continue;
      fits |= cursor.fits;
      forbidden |= cursor.forbidden;
      ++cursor.run.first;
    }
    chains.take(static_cast<Second>(key >> 8), fits, forbidden);
  }
  const auto best = chains.best();
  if (!best) return false;
  turning.leaving = std::min(turning.leaving, *best);
  return true;
}

}  // namespace

Moment Moment::of(const Calendar& calendar, Instant now) {
  // Days of a zone never change: the last one asked for is kept.
  static std::mutex mutex;
  static std::string name;
  static std::shared_ptr<const timeline::Periods> days;
  std::lock_guard lock(mutex);
  if (days == nullptr || name != calendar.zone.name()) {
    name = calendar.zone.name();
    days = std::make_shared<const timeline::Periods>(timeline::days_of(calendar.zone).days);
  }
  return {.now = timeline::to_second(now), .calendar = calendar, .days = days};
}

bool EventLeaf::by_threshold() const {
  return kind == Kind::kMeasure && measure == Measure::kCount && !since && threshold_of(compare);
}

Second EventLeaf::turns_at(const Turning& turning, const Calendar& calendar) const {
  Second out = turning.coming;
  if (turning.leaving != kNever) out = std::min(out, leaves_at(window, calendar, turning.leaving));
  if (turning.entering != kNever)
    out = std::min(out, enters_at(window, calendar, turning.entering));
  return out;
}

bool look(const EventLeaf& leaf, std::span<const Hits> hits, uint32_t place, const Bounds& bounds,
          const Moment& moment, Turning& turning, Seen* seen) {
  bool holds = false;
  switch (leaf.kind) {
    case EventLeaf::Kind::kMeasure:
      holds = look_measure(leaf, hits, place, bounds, moment, turning, seen);
      break;
    case EventLeaf::Kind::kValue:
      holds = look_value(leaf, hits, place, bounds, moment, turning, seen);
      break;
    case EventLeaf::Kind::kEdge:
      holds = look_edge(leaf, hits, place, bounds, moment, turning, seen);
      break;
    case EventLeaf::Kind::kSequence:
      holds = look_sequence(leaf, hits, place, bounds, turning, seen);
      break;
  }
  if (seen != nullptr) seen->holds = holds;
  return holds;
}

timeline::Crowd look_all(const EventLeaf& leaf, std::span<const Hits> hits,
                         const timeline::Crowd& who, const Bounds& bounds, const Moment& moment,
                         Turning& turning) {
  timeline::Crowd out;
  if (!leaf.by_threshold()) {
    who.for_each([&](uint32_t place) {
      if (look(leaf, hits, place, bounds, moment, turning)) out.add(place);
    });
    return out;
  }
  // Counts against a threshold are most of what is asked: no more is touched than must be.
  const Hits& of = hits[leaf.main];
  const Threshold threshold = *threshold_of(leaf.compare);
  const uint32_t least = threshold.count;
  who.for_each([&](uint32_t place) {
    uint32_t first = of.first[place], last = of.last[place];
    if (first < last && of.at[last - 1] >= bounds.to) {
      const uint32_t cut = first_from(of, first, last, bounds.to);
      turning.entering = std::min(turning.entering, of.at[cut]);
      last = cut;
    }
    // The event that makes the count reach the threshold is inside, or the count is below it.
    const bool reached =
        least == 0 || (last - first >= least && of.at[last - least] >= bounds.from);
    if (reached && least != 0) turning.leaving = std::min(turning.leaving, of.at[last - least]);
    if (reached != threshold.below) out.add(place);
  });
  return out;
}

}  // namespace perennial::segments
