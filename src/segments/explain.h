// Why a person is in a segment or out of it: every part of the rule with what was seen and what
// would be needed.
#pragma once

#include "segments/engine.h"

namespace perennial::segments {

// What the rule alone does not say.
struct Known {
  std::function<std::string(const std::string& id)> segment;  // how it is called
  std::map<std::string, std::string> consents;  // what the person said last, by path of condition
};
// SegmentReason of api/openapi.yaml.
Json explain(const Program& program, const Context& context, PersonId person, const Known& known);

}  // namespace perennial::segments
