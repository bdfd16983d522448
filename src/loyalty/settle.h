// What time did to the points of some people.
#pragma once

#include "loyalty/loyalty.h"

namespace perennial::loyalty {

// Writes down what is due to these people in any currency at or before `now`, all of it. Called
// before something that happened earlier is posted: it comes after what statements have shown so
// far, whether or not a worker has written that down.
Result<void> settle_people(store::Connection& c, const Programme& programme,
                           std::span<const PersonId> people, Instant now);

}  // namespace perennial::loyalty
