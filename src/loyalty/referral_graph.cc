#include "loyalty/referral_graph.h"

#include <algorithm>

#include "loyalty/referral.h"
#include "people/readers.h"

namespace perennial::loyalty {

Result<std::vector<Brought>> who_brought_whom(store::Connection& c, int64_t claim) {
  std::vector<Brought> all;
  std::vector<people::PersonId> named;
  for (const store::Row& row :
       TRY(c.query("SELECT referrer, friend, claimed_ms, claim FROM loyalty_referrals"
                   " WHERE counted = 1 AND referrer <> 0 AND state <> $1 AND claim > $2"
                   " ORDER BY claim, programme",
                   {static_cast<int64_t>(ReferralState::kRefused), claim}))) {
    all.push_back({.by = row.integer(0),
                   .whom = row.integer(1),
                   .claimed_ms = row.integer(2),
                   .claim = row.integer(3)});
    named.push_back(all.back().by);
    named.push_back(all.back().whom);
  }
  std::ranges::sort(named);
  const auto again = std::ranges::unique(named);
  named.erase(again.begin(), again.end());
  auto there = TRY(people::present_among(c, named));
  std::ranges::sort(there);
  std::erase_if(all, [&](const Brought& one) {
    return !std::ranges::binary_search(there, one.by) ||
           !std::ranges::binary_search(there, one.whom);
  });
  return all;
}

}  // namespace perennial::loyalty
