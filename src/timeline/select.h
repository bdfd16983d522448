// What a question reads: selectors of events, conditions on their properties and on people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/events.h"
#include "timeline/hits.h"

namespace perennial::timeline {

inline constexpr size_t kMaxConditionDepth = 16;
inline constexpr size_t kMaxConditionTests = 256;  // comparisons in one condition
inline constexpr size_t kMaxSelectors = 64;        // of one question
inline constexpr size_t kMaxEventsOfSelector = 32;

// One comparison with a property. A property can hold texts (booleans are the texts "true" and
// "false") and numbers; a comparison with a text never fits a number, and the other way round.
// The negative operators are the exact opposite of the positive ones: they also fit where the
// property is missing.
struct Test {
  enum class Op {
    kIs,  // equals one of `texts` or `numbers`
    kIsNot,
    kContains,  // one of `texts` is inside, letter for letter
    kNotContains,
    kStartsWith,
    kLess,  // than numbers[0]
    kAtMost,
    kGreater,
    kAtLeast,
    kBetween,  // numbers[0] ≤ value < numbers[1]
    kIsSet,
    kIsNotSet,
  };
  std::string property;  // path: "revenue", nested "address.city"
  Op op = Op::kIsSet;
  std::vector<std::string> texts;
  std::vector<double> numbers;
  bool operator==(const Test&) const = default;
};

// A tree of and / or / not over comparisons. The default fits everything.
struct Condition {
  enum class Kind { kAll, kAny, kNot, kTest };  // kAll of nothing is true, kAny of nothing false
  Kind kind = Kind::kAll;
  std::vector<Condition> parts;  // exactly one of kNot, none of kTest
  Test test;                     // of kTest
  bool always() const { return kind == Kind::kAll && parts.empty(); }
  bool operator==(const Condition&) const = default;
};

// Event names as questions say them: what was tracked, or a page or screen with its name.
struct EventName {
  events::Type type = events::Type::kTrack;
  std::string name;
  auto operator<=>(const EventName&) const = default;
};

struct EventSelector {
  std::optional<events::Type> type = events::Type::kTrack;  // nullopt: of any type
  std::optional<std::string> name;                          // nullopt: of any name
  Condition where;                                          // on the event's properties
  bool operator==(const EventSelector&) const = default;
};

struct Selector {
  std::vector<EventSelector> any_of;  // an event fits if it fits one of them
  Second from = 0, to = kNever;       // half-open
  // Hits before `from` may be given too, where leaving them out would take a search for each
  // person: for those who look at the times themselves.
  bool open_start = false;
  uint32_t at_least = 1;  // hits in a period, for Presence
  // What hits carry (see Hits); "" carries nothing.
  std::string number;       // a property read as a number
  std::string group, held;  // properties read as texts; codes of one property mean the same in
                            // all selectors of a question that carry it
  double group_step = 0;    // numbers of the group are put together in [k × step, (k + 1) × step)
  bool group_is_name = false;      // the group is the event's name instead (Snapshot::event_name)
  bool names_as_they_lie = false;  // and the kernel also takes Hits::name for it
  bool operator==(const Selector&) const = default;
};

}  // namespace perennial::timeline
