// The send ledger while a campaign is being sent. The sender makes one commit per message: it
// closes the row of the message just handed over and claims the next in the same transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engage/engage.h"
#include "store/store.h"

namespace perennial::engage {

// A row whose message may be handed over now, and by nobody else.
struct Claim {
  std::string id, campaign_id, user_id, address;
  people::PersonId person = 0;
  int64_t attempts = 0;  // made before
};

// What became of a claimed row.
struct Outcome {
  std::string id;
  std::string verdict;  // "pending" = to be tried again at `due`
  std::string reason;
  Instant at;
  Instant due;
};

struct Step {
  std::optional<Claim> claim;
  std::optional<Instant> next_due;  // without a claim: when the campaign's next row is due
  bool finished = false;            // without a claim: nothing is pending, the campaign is done
  bool strays = false;              // without a claim: another run's claims are left
};

// Closes `outcome`, then claims the next due row of the campaign for `run` (not 0); a campaign
// without pending rows becomes "sent" at `at`.
Result<Step> advance(store::Connection& c, const std::optional<Outcome>& outcome,
                     std::string_view campaign_id, int64_t run, Instant now, Instant at);
Result<void> close(store::Connection& c, const Outcome& outcome);

struct Interrupted {
  Claim claim;
  std::string channel;
};
// Rows that are claimed: by a run that was stopped, if this one holds no claim. A PostgreSQL server
// may still commit a claim for a program that is dead, so this is asked not only at start.
Result<std::vector<Interrupted>> interrupted(store::Connection& c);
// Campaigns being sent, oldest first.
Result<std::vector<std::string>> sending(store::Connection& c);

// Events of what was done, which go to the log after the ledger.

struct Untold {
  std::string key;      // send id, or event id of a suppression
  events::Event event;  // without a message id: the person has no identity to tell it under
};
Result<std::vector<Untold>> untold_sends(store::Connection& c, size_t limit, Instant now);
Result<std::vector<Untold>> untold_unsubscribes(store::Connection& c, size_t limit, Instant now);
Result<void> mark_sends_told(store::Connection& c, const std::vector<Untold>& told);
Result<void> mark_unsubscribes_told(store::Connection& c, const std::vector<Untold>& told);

}  // namespace perennial::engage
