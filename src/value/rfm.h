// Quintiles and cells of RFM: recency, frequency and money in fifths, as in Hughes, "Strategic
// Database Marketing" (Probus, 1994). The cells are those of value.h.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "value/value.h"

namespace perennial::value {

// limits[s - 2] is the lowest value that scores s, for s from 2 to 5.
using Limits = std::array<int64_t, 4>;
// A score s takes values that at least (s − 1) fifths of all values lie below: equal values score
// the same, and 1 is never empty. A limit that no value reaches is one above the greatest. Takes
// the values in any order; all limits are 0 when there are none.
Limits quintile_limits(std::vector<int64_t> values);
uint8_t score_of(int64_t value, const Limits& limits);

}  // namespace perennial::value
