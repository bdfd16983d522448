// Referrals in the database.
#pragma once

#include "loyalty/referral.h"

namespace perennial::loyalty {

// Those of which `column` ("friend", "referrer" or "claim") is one of `keys`, by claim.
Result<std::vector<Referral>> read_referrals(store::Connection& c, const Programme& programme,
                                             std::string_view column,
                                             std::span<const int64_t> keys);
Result<std::vector<Referral>> all_referrals(store::Connection& c, const Programme& programme);
Result<void> write_referrals(store::Connection& c, const Programme& programme,
                             std::span<const Referral> referrals);
// A row of kReferralColumns.
inline constexpr std::string_view kReferralColumns =
    "claim, referrer, friend, code, claimed_ms, until_ms, revision, counted, state, reason, "
    "evidence, verdict, order_key, order_ms, order_minor, left_minor, changed_ms, "
    "referrer_granted, referrer_points, referrer_code, friend_granted, friend_points, friend_code";
Referral read_referral(const store::Row& row);

}  // namespace perennial::loyalty
