// What goals and returns ask of other modules.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "goals/goals.h"
#include "loyalty/programme_cost.h"
#include "store/store.h"

namespace perennial::server {

inline constexpr std::chrono::days kCostsWithoutHoldOut{365};  // before now

// What a programme cost `people` who were treated beyond what it cost as many of those held out:
// treated − people ÷ held_out × control, as the gain is the difference of the arms' means times
// `people` (difference of means of a randomised design: Imbens, Rubin, "Causal Inference for
// Statistics, Social, and Biomedical Sciences", chapter 6). Without a control, `treated` as it is.
loyalty::ProgrammeCost cost_beside(const loyalty::ProgrammeCost& treated, int64_t people,
                                   const loyalty::ProgrammeCost& control, int64_t held_out);

// Every programme over the newest hold-out of the programme, else over the newest one across
// everything, with the people whom it did not hold out beyond those whom it did; without any, what
// everybody cost in the last year. A hold-out keeps people out of all programmes together, and one
// across everything out of campaigns too: then the gain says why it is not the programme's alone.
Result<std::vector<goals::ProgrammeReturn>> programme_returns(
    store::Database& database, const std::vector<proof::Gain>& gains, Instant now,
    const std::function<Result<std::vector<people::PersonId>>(std::string_view)>& resolve_set);

// What answers and complaints are is said once, in the settings of health.
Result<goals::SaidNames> said_names(store::Database& database);

}  // namespace perennial::server
