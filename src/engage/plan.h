// Who of an audience can be reached, who is held out, and the rows of the ledger that say so.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engage/campaign.h"
#include "people/people.h"
#include "store/store.h"

namespace perennial::engage {

// One person that a campaign considered. Whether they can be reached is decided before the arm is
// drawn: only people who could have got the message take part in the comparison.
struct Considered {
  people::PersonId person = 0;
  std::string user_id, address;
  std::string_view arm;      // "treated", "held_out", "none"
  std::string_view verdict;  // "pending", "held_out", "no_address", "no_consent", …
  std::string_view reason;   // a stable word, "" for the two arms
  std::string hold_out;      // the hold-out across campaigns that keeps them, "" for none
};

// In the order of `members`, which is ascending: of several people with one address the first
// stands for all. People who are gone by now are left out.
Result<std::vector<Considered>> consider(store::Connection& c,
                                         std::span<const people::PersonId> members,
                                         std::string_view salt, double hold_out_percent);

// Turns a draft into a campaign that is being sent, and writes its ledger, in the caller's
// transaction. kConflict if it is no draft.
Result<void> write_plan(store::Connection& c, const Campaign& campaign,
                        std::span<const Considered> considered, std::string_view channel,
                        bool really_sends, Instant now);

// Stops a campaign that is being sent: people not reached yet get the verdict cancelled. kConflict
// if it is not being sent.
Result<void> cancel_campaign(store::Connection& c, std::string_view id, Instant now);

}  // namespace perennial::engage
