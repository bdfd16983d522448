// People put together in groups, for what one person alone tells too little of: by country, or by
// sets of people in the order in which they are listed.
//
// A group is of today: nobody keeps who lived where or was in a segment a year ago.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/store.h"
#include "value/value.h"

namespace perennial::value {

std::string_view grouping_name(Grouping by);  // "all", "tier", "country", "sets"
std::optional<Grouping> parse_grouping(std::string_view word);

struct Groups {
  // "country:DE", "segment:ID"; the first is of those who are in none.
  std::vector<std::string> names = {""};
  std::unordered_map<PersonId, uint16_t> of;  // of names
  uint16_t group(PersonId person) const {
    const auto found = of.find(person);
    return found == of.end() ? 0 : found->second;
  }
};

using ResolveSet = std::function<Result<std::vector<PersonId>>(std::string_view set)>;

// By country or by sets; of kAll and kTier nobody is in a group. A set that nobody knows any more
// holds nobody.
Result<Groups> read_groups(store::Database& database, const ResolveSet& resolve_set,
                           const GroupChoice& choice);

// {NAME: "all" | "country" | …, SETS: ["segment:…"]} of a document; without them the fallback.
// Fails with kInvalid, naming the member under `path`, for other words, for sets where they are
// not asked for, and for none or more than kMaxGroupSets where they are.
Result<GroupChoice> group_choice_from_json(const Json& json, std::string_view name,
                                           std::string_view sets, std::string_view path,
                                           const GroupChoice& fallback);
// Fails with kInvalid, naming `where`, for a set that nobody knows.
Result<void> check_sets(const GroupChoice& choice, const ResolveSet& resolve_set,
                        std::string_view where);

}  // namespace perennial::value
