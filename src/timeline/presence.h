// Presence from hits: the way for every selector; the engine takes day bitmaps instead where it has
// them.
#pragma once

#include <vector>

#include "timeline/hits.h"
#include "timeline/periods.h"

namespace perennial::timeline {

// Fills `in` (one crowd a period) and returns who hit before the first period. Everybody counts:
// the kernel looks at Slice::who itself.
Crowd presence_of(const Hits& hits, const Periods& periods, std::vector<Crowd>& in);

}  // namespace perennial::timeline
