// What a campaign amounted to: the people of its two arms and their orders after it began.
//
// People are compared by the arm they were drawn into, whatever became of their message (intention
// to treat): leaving out those whose message failed would compare unlike people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"
#include "engage/campaign.h"
#include "people/people.h"
#include "proof/proof.h"

namespace perennial::engage {

struct PersonOutcome {
  people::PersonId person = 0;
  bool held_out = false;
  int64_t orders = 0;          // in the window
  int64_t first_order_ms = 0;  // of the first of them
  int64_t revenue_minor = 0;   // orders less refunds in the window
};

// [started_at, started_at + days × 24 h) of a campaign that was sent.
Result<Span> window_of(const Campaign& campaign, int64_t days);
// Everyone of the two arms, ascending by person. Both the figures and the lists behind them are
// made from this.
Result<std::vector<PersonOutcome>> outcomes(store::Connection& c, const Campaign& campaign,
                                            const people::OrderBook& book, Span window);

// CampaignResult of the contract.
Json result_json(const Campaign& campaign, const std::vector<PersonOutcome>& people, int64_t days,
                 const access::Workspace& workspace, Instant now);
// The revenue that the treated brought beyond what the held out let expect.
proof::Gain gain_of(const Campaign& campaign, const std::vector<PersonOutcome>& people, Span window,
                    Instant now);
// The comparison of order rates alone.
Json headline_json(const std::vector<PersonOutcome>& people);

}  // namespace perennial::engage
