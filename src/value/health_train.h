// Weights and the card of the health score, from the timeline and the orders.
#pragma once

#include "timeline/timeline.h"
#include "value/health.h"

namespace perennial::value {

// Weights, where they are to be learned, from two horizons before `now`; the card from one horizon
// before. Fails with kInvalid, saying what is missing, when nobody can be looked at.
Result<HealthModel> train_health(timeline::Timeline& timeline, const OrderBook& book, Instant now,
                                 const HealthSettings& settings, int horizon_days,
                                 Instant trained_at, const std::stop_token& stop = {});

}  // namespace perennial::value
