// What changed rules, levels or terms of referral would have done: the history of everybody,
// replayed twice.
#pragma once

#include "loyalty/assess.h"

namespace perennial::loyalty {

inline constexpr size_t kMaxMovedListed = 1'000;  // people from one level to another

struct DryRun {
  std::vector<Rule> rules;       // each replaces the rule of its id from span.from on, or is new
  std::optional<Levels> levels;  // instead of the programme's
  std::optional<ReferralTerms> referral;  // for claims from span.from on
  Span span{};                            // awards of facts in it are counted
};
// Reads facts from the database and, for events that no rule has named so far, from the log.
// Nothing is written. Answers the contract's DryRunResult. Caps over all people serve who was first
// in time, before and after alike, whenever the ledger learned of it. Takes as many threads as
// there are cores, at most three.
// The liability is that of today and what it would be: outstanding points of the ledger, and these
// with what the change would have given or not given and what would not have expired by now.
Result<Json> dry_run(store::Database& database, events::Log& log, const Terms& terms,
                     const DryRun& change, Instant now);

}  // namespace perennial::loyalty
