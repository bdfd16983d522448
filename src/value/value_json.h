// Snapshots as JSON: parts of Stages and Rfm of the contract.
#pragma once

#include "value/stages.h"
#include "value/value.h"

namespace perennial::value {

inline constexpr int kHistoryMonths = 12;

Json stage_rows(const Snapshot& s);           // Stages.counts
Json counts_json(const StageCounts& counts);  // Stages.history[].counts, without prospects
Json rfm_json(const Snapshot& s, std::string_view currency);

}  // namespace perennial::value
