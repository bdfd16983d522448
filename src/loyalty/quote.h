// What a cart would earn and how much of it points could pay, and why.
#pragma once

#include "loyalty/assess.h"

namespace perennial::loyalty {

// The contract's Quote for `cart`, an order with the key "quote" that was added to what is known of
// its person.
Result<Json> quote(store::Connection& c, const Terms& terms, const Known& known, const Fact& cart,
                   Instant now);

// Spreads points over lines in proportion to their amounts; parts add up to the whole. What is left
// by rounding goes to the lines with the largest remainders, of equals the first. All amounts 0:
// evenly.
std::vector<Points> spread(Points points, std::span<const int64_t> amounts);

}  // namespace perennial::loyalty
