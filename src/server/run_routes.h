// /healthz, /readyz, /metrics and /v1/stats.
#pragma once

#include "events/events.h"
#include "http/http.h"
#include "server/observe.h"
#include "store/store.h"
#include "timeline/timeline.h"

namespace perennial::server {

void add_run_routes(http::Router& router, store::Database& database, events::Log& log,
                    events::Stages& stages, const timeline::Timeline& timeline,
                    Observation& observation);

}  // namespace perennial::server
