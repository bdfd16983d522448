// Conditions on one person's events. A leaf reads the hits of its selectors and says whether it
// holds at an instant, what it saw, and which events will make it look again as time passes.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "segments/rule.h"
#include "timeline/timeline.h"

namespace perennial::segments {

using timeline::Hits;

// Everything in a leaf that depends on the instant, worked out once for all people.
struct Moment {
  Second now = 0;
  Calendar calendar;
  std::shared_ptr<const timeline::Periods> days;  // all days of the zone
  static Moment of(const Calendar& calendar, Instant now);
};

// What may change with time alone, as seconds of events: their times of leaving and entering the
// window follow from them (window.h), in the same order.
struct Turning {
  Second leaving = kNever;   // the earliest event in the window whose leaving matters
  Second entering = kNever;  // the earliest event behind the window
  Second coming = kNever;    // the earliest event after now that counts from its own second
  void add(const Turning& other) {
    leaving = std::min(leaving, other.leaving);
    entering = std::min(entering, other.entering);
    coming = std::min(coming, other.coming);
  }
};

struct Seen {
  bool holds = false;
  std::optional<double> value;  // what was measured
  uint32_t events = 0;          // in the window
  Second first = kNever, last = kNever;
};

// Places of a leaf's selectors among those of its program.
struct EventLeaf {
  enum class Kind { kMeasure, kValue, kEdge, kSequence };
  Kind kind = Kind::kMeasure;
  EventTest::Measure measure = EventTest::Measure::kCount;
  Compare compare;
  bool last = false;  // of kValue and kEdge: the last event; else the first
  Window window;
  size_t main = 0;
  size_t fitting = 0;  // of kValue: events whose value fits
  std::optional<size_t> since;
  bool since_last = false;
  std::optional<Second> since_within;
  std::vector<size_t> steps, without;
  std::optional<Second> within;

  // Whether the leaf compares a count with a threshold: then the event that reaches the threshold
  // tells all, and hits from before the window do no harm.
  bool by_threshold() const;
  // When time alone may change what holds, at the earliest; kNever if it never does.
  Second turns_at(const Turning& turning, const Calendar& calendar) const;
};

// `hits` are those of all selectors; `place` is the person's in them. `bounds` are the window's at
// the moment.
bool look(const EventLeaf& leaf, std::span<const Hits> hits, uint32_t place, const Bounds& bounds,
          const Moment& moment, Turning& turning, Seen* seen = nullptr);

// The same for everybody of a bucket in `who`.
timeline::Crowd look_all(const EventLeaf& leaf, std::span<const Hits> hits,
                         const timeline::Crowd& who, const Bounds& bounds, const Moment& moment,
                         Turning& turning);

}  // namespace perennial::segments
