// What changed rules or levels would have done: the history of everybody, replayed twice.
#pragma once

#include "loyalty/assess.h"

namespace perennial::loyalty {

struct DryRun {
  std::vector<Rule> rules;       // each replaces the rule of its id from span.from on, or is new
  std::optional<Levels> levels;  // instead of the programme's
  Span span{};                   // awards of facts in it are counted
};
// Reads facts from the database and, for events that no rule has named so far, from the log.
// Nothing is written. Answers the contract's DryRunResult.
Result<Json> dry_run(store::Database& database, events::Log& log, const Terms& terms,
                     const DryRun& change, Instant now);

// Copies events of these names from the log to the facts, for rules that look back.
Result<std::vector<NewFact>> read_facts(store::Database& database, events::Log& log,
                                        const std::set<std::string, std::less<>>& names);

}  // namespace perennial::loyalty
