// What the calendar kernels share: sizes of many sets of people at once, and presence that asks for
// more than one hit in a period.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "timeline/hits.h"
#include "timeline/periods.h"

namespace perennial::timeline {

// out[i] += people of sets[i] that are in `mask`.
void add_sizes(const Crowd& mask, std::span<const Crowd> sets, uint64_t* out);
void add_sizes(const Crowd& mask, std::span<const Crowd* const> sets, uint64_t* out);

// Fills `in` (one crowd a period) with those who have at least `min_count` hits in the period.
// Everybody counts: the kernel looks at Slice::who itself.
void presence_at_least(const Hits& hits, const Periods& periods, uint32_t min_count,
                       std::vector<Crowd>& in);

}  // namespace perennial::timeline
