// Traits that are changed rather than said: set once, incremented, appended to.
//
// A change is kept with the time of its event beside the last word on its trait, and counts if it
// is later than that. So the order of arrival does not matter, and adding the same changes again
// changes nothing. Of a trait with more than kMaxTraitChanges changes the oldest become part of the
// last word; a change that arrives later than that and happened before it no longer counts.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "people/stamp.h"

namespace perennial::people {

// Members of an identify event's traits that change traits in another way than by saying a value
// (docs/formats/events.md): {"$set_once": {name: value}, "$increment": {name: number}, "$append":
// {name: [value, …]}, "$delete": true}.
inline constexpr std::string_view kSetOnce = "$set_once";
inline constexpr std::string_view kIncrement = "$increment";
inline constexpr std::string_view kAppend = "$append";
inline constexpr std::string_view kDelete = "$delete";

inline constexpr size_t kMaxTraitChanges = 100;

enum class ChangeKind { kSetOnce = 0, kIncrement = 1, kAppend = 2 };  // stored: never renumber

struct TraitChange {
  Stamp at;
  ChangeKind kind = ChangeKind::kSetOnce;
  std::string argument;  // JSON
};
// In the order of time, then kind; no two have both the same.
using TraitChanges = std::vector<TraitChange>;

// Adds a change in its place, unless it is there.
void add_change(TraitChanges& changes, TraitChange change);
// `json` after a change. What does not fit (a number added to a text, a value over `limit` bytes)
// leaves it as it is.
std::string changed(const std::string& json, const TraitChange& change, size_t limit);

// The stored form of the changes of all traits: {"visits": [[ms, seq, kind, argument], …], …}.
using ChangesOf = std::map<std::string, TraitChanges, std::less<>>;
std::string changes_text(const ChangesOf& changes);
ChangesOf parse_changes(std::string_view text);

}  // namespace perennial::people
