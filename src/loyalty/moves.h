// People who are joined, and people who fall apart again: what each has goes with them.
#pragma once

#include <set>

#include "loyalty/assess.h"

namespace perennial::loyalty {

// Follows the moves of people since the last time. Adds to `touched` whoever is to be assessed, and
// takes out who is nobody any more.
//
// A join moves everything. When it is undone, each side has again what it brought, by however many
// joins: the lots that are left of its own, its codes, coupons, cards, redemptions and plays. What
// came by commands while they were one stays with who keeps the number; what rules and referrals
// gave follows the events.
Result<void> follow_moves(store::Connection& c, const std::vector<Terms>& all,
                          std::set<PersonId>& touched, Instant now);

}  // namespace perennial::loyalty
