// Funnels as the kernel takes them: for answers and for the trace of one person.
#pragma once

#include "insight/asking.h"
#include "insight/insight.h"
#include "timeline/timeline.h"

namespace perennial::insight {

struct FunnelAsk {
  timeline::FunnelSpec spec;
  std::vector<timeline::Selector> selectors;
};
// Without the groups that are shown. kInvalid when the question's parts do not go together.
Result<FunnelAsk> funnel_ask(const Asking& asking, const FunnelQuery& q);

// What the cell of a funnel's number counts.
FunnelNumber funnel_number_of(const Json& question, const Cell& cell);

}  // namespace perennial::insight
