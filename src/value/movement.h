// Who moved from which stage, or from which RFM cell, to which other between two moments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "value/groups.h"
#include "value/value.h"

namespace perennial::value {

// The name of the group that row `row` is in.
using GroupOf = std::string_view (*)(const Snapshot& s, size_t row);
std::string_view stage_group(const Snapshot& s, size_t row);
std::string_view cell_group(const Snapshot& s, size_t row);  // "none" without an order

// Calls each(person, from, to) for everyone in `now`. Someone who is not in `before` comes from
// `absent`.
template <class Each>
void each_move(const Snapshot& before, const Snapshot& now, GroupOf group, std::string_view absent,
               Each each) {
  size_t row = 0;
  for (size_t i = 0; i < now.person.size(); ++i) {
    while (row < before.person.size() && before.person[row] < now.person[i]) ++row;
    const bool found = row < before.person.size() && before.person[row] == now.person[i];
    each(now.person[i], found ? group(before, row) : absent, group(now, i));
  }
}

// The moves with their numbers and sets of people "PREFIX:FROM:TO"; those who stayed are included.
Json move_rows(const Snapshot& before, const Snapshot& now, GroupOf group, std::string_view absent,
               const std::string& prefix);
std::vector<PersonId> people_moved(const Snapshot& before, const Snapshot& now, GroupOf group,
                                   std::string_view absent, std::string_view from,
                                   std::string_view to);

Json tier_rows(const Snapshot& s);
// Customers by tier, as groups "tier:high", ….
Groups tier_groups(const Snapshot& s);

}  // namespace perennial::value
