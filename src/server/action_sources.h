// What actions on chosen people ask of other modules.
#pragma once

#include "actions/actions.h"
#include "loyalty/loyalty.h"
#include "segments/segments.h"

namespace perennial::server {

// What is named outlives the actions.
actions::Actions::Wiring action_wiring(
    store::Database& database, events::Log& log, segments::Segments& segments,
    loyalty::Loyalty& loyalty, Clock clock,
    std::function<Result<std::vector<people::PersonId>>(std::string_view)> resolve_set);

}  // namespace perennial::server
