// What the log says about one person, read when it is asked for: how each trait came to its value,
// consents with their evidence, and traits computed from events.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "people/people.h"

namespace perennial::people {

inline constexpr size_t kMaxHistoryEvents = 50'000;  // newest ones of a person that are read

// One word on a trait. `op` is "set", or "$set_once", "$increment", "$append" for a change.
struct Said {
  std::string trait, op;
  Json value;  // null: it was taken away
  Instant at;
  std::string source, message_id;
};
// Newest first; a word that only repeats the value before it from the same source is left out.
std::vector<Said> trait_history(std::span<const events::StoredEvent> events);

// The last word on a channel and topic ("" is every topic), with its evidence.
struct ConsentWord {
  std::string channel, topic;
  bool granted = false;
  Instant at;
  std::string source, message_id, evidence;
};
// By channel, then topic. From Subscribed and Unsubscribed {channel, topic, evidence}, and the
// trait email_subscribed.
std::vector<ConsentWord> consents(std::span<const events::StoredEvent> events);

// A trait computed from a person's events: the count of an event, or the sum, last or most frequent
// value of a property of it, in the last `days` (nothing: ever).
struct Computed {
  enum class How { kCount, kSum, kLast, kMostFrequent } how = How::kCount;
  std::string event, property;  // no property: of the count
  std::optional<int64_t> days;
};
// Null when there is nothing to compute from. Ties of the most frequent go to the latest value.
Json compute(const Computed& what, std::span<const events::StoredEvent> events, Instant now);

// Events of a person of these types in the order of time, the newest kMaxHistoryEvents.
Result<std::vector<events::StoredEvent>> history_events(store::Database& database, events::Log& log,
                                                        PersonId person,
                                                        std::vector<events::Type> types,
                                                        std::vector<std::string> names = {});

}  // namespace perennial::people
