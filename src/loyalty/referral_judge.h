// What a referral comes to, as pure functions of facts: which order qualifies, and how much each
// side gets.
#pragma once

#include "loyalty/referral.h"
#include "loyalty/replay.h"

namespace perennial::loyalty {

// The friend's order that decides.
struct Qualified {
  std::string key;
  int64_t at_ms = 0, amount_minor = 0;
  int64_t left_minor = 0;  // after refunds
  int64_t changed_ms =
      0;  // of the last refund that changed it, or at_ms; later than at_ms if it is of no amount
};
// `facts` in any order; those after `now_ms` do not count.
std::optional<Qualified> qualified(const ReferralTerms& terms, const Zone& zone, int64_t claimed_ms,
                                   std::vector<Fact> facts, int64_t now_ms);
// Whether something of what qualifies happened before.
bool ordered_before(const ReferralTerms& terms, int64_t claimed_ms, const std::vector<Fact>& facts);
// The end of the time for it: the start of the day after the last one, in the programme's zone.
int64_t claim_ends(const ReferralTerms& terms, const Zone& zone, int64_t claimed_ms);

// Sets state, points and (where a referrer has had enough) reason of all referrals of one referrer.
// Those that are refused, and those without an order, come to nothing.
void share_out(const Programme& programme, const std::vector<ReferralTerms>& versions,
               std::vector<Referral>& of_referrer);

}  // namespace perennial::loyalty
