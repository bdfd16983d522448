// Who has which level, for conditions of segments: "loyalty_level:PROGRAMME" with the codes of its
// levels. Who changed is read alone: the members of a programme are read as a whole once, and when
// somebody was erased.
#pragma once

#include "segments/segments.h"
#include "store/store.h"

namespace perennial::loyalty {

inline constexpr std::string_view kLevelFact = "loyalty_level";

// The database outlives it.
segments::FactFamily level_facts(store::Database& database);

}  // namespace perennial::loyalty
