// What goals and returns ask of other modules.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "goals/goals.h"
#include "store/store.h"

namespace perennial::server {

inline constexpr std::chrono::days kCostsWithoutHoldOut{365};  // before now

// Every programme over the newest hold-out of the programme, else over the newest one across
// everything, with the people whom it did not hold out; without any, what everybody cost in the
// last year. A hold-out keeps people out of all programmes together, and one across everything out
// of campaigns too: then the gain says why it is not the programme's alone.
Result<std::vector<goals::ProgrammeReturn>> programme_returns(
    store::Database& database, const std::vector<proof::Gain>& gains, Instant now,
    const std::function<Result<std::vector<people::PersonId>>(std::string_view)>& resolve_set);

// What answers and complaints are is said once, in the settings of health.
Result<goals::SaidNames> said_names(store::Database& database);

}  // namespace perennial::server
