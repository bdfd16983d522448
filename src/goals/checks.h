// The monthly check of a goal: what its figure was, and how the goal stood, when a month was over.
// Written once and never changed; the month itself is worked out anew each time it is shown.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "goals/goal.h"
#include "goals/progress.h"
#include "store/store.h"

namespace perennial::goals {

// Figures wait this long for the last events of a month.
inline constexpr std::chrono::hours kCheckAfter{1};

// GoalCheck of the contract, without its time.
Json check_json(const Month& month, const Progress& progress, size_t index);

// By the label of the month, each with its time.
using Checks = std::map<std::string, Json, std::less<>>;
Result<Checks> checks_of(store::Connection& c, std::string_view goal);
// True when it was written, false when the month had its check already.
Result<bool> keep_check(store::Connection& c, std::string_view goal, std::string_view month,
                        const Json& check, Instant now);
Result<void> drop_checks(store::Connection& c, std::string_view goal);

}  // namespace perennial::goals
