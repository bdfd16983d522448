// What points and messages cost, for revenue that is net of them.
#pragma once

#include <vector>

#include "experiments/experiments.h"
#include "goals/goals.h"
#include "store/store.h"

namespace perennial::server {

// Points cost when they are earned: so much a point as the programme says, times the share that is
// expected to be redeemed; what is taken back is given back. Points that pay at checkout are off
// the order's amount already, so that their cost is given back there. Messages cost what the terms
// of returns say. What costs nothing is left out.
Result<std::vector<experiments::NetCost>> net_costs(store::Database& database, goals::Goals& goals);

}  // namespace perennial::server
