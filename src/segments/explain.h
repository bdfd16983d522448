// Why a person is in a segment or out of it: every part of the rule with what was seen and what
// would be needed.
#pragma once

#include "segments/engine.h"

namespace perennial::segments {

// SegmentReason of api/openapi.yaml. `names` gives the name of a segment.
Json explain(const Program& program, const Context& context, PersonId person,
             const std::function<std::string(const std::string& id)>& names);

}  // namespace perennial::segments
