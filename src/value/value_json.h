// Snapshots as JSON: parts of Stages and Rfm of the contract.
#pragma once

#include "value/stages.h"
#include "value/value.h"

namespace perennial::value {

inline constexpr int kHistoryMonths = 12;

Json stage_rows(const Snapshot& s);           // Stages.counts
Json counts_json(const StageCounts& counts);  // Stages.history[].counts, without prospects
// Stages.flow: who was where before and is where now, those who stayed included. Someone who is not
// in `before` was a prospect.
Json flow_rows(const Snapshot& before, const Snapshot& now);
Json rfm_json(const Snapshot& s, std::string_view currency);

}  // namespace perennial::value
