// Referral: a member's code brings a friend, and the friend's first order that qualifies rewards
// both.
//
// A friend claims a code with an event of theirs (the preset is "Signed Up" with the property
// referral_code). What follows is a function of the facts known of both, as everything that rules
// earn is: the order of arrival makes no difference, and a late event or a join of people changes
// what was given. Per programme:
//
//   - A person is a friend once in their life: of several claims the earliest that names somebody
//     else counts.
//   - The first order at or after the claim, within the time for it, that reaches the smallest
//     amount decides. A refund that takes it below takes both rewards back for good; a smaller one
//     works out rewards by money anew, as it does for every order.
//   - Nobody refers themselves, or somebody who shares an identifier, a device or a trait such as
//     the address with them. Of a ring of people who refer each other the latest claim is refused.
//   - A referrer is rewarded at most so often in a period; the friend's reward stands beside it.
//
// Refused claims stay in the list with their reason, and a person may decide otherwise.
#pragma once

#include <map>
#include <set>

#include "loyalty/coupons.h"
#include "loyalty/rules.h"

namespace perennial::loyalty {

inline constexpr size_t kMaxReferralTraits = 10;
inline constexpr int64_t kMaxReferralDays = 3'650;
inline constexpr size_t kMaxReferralLinkBytes = 500;
// Rules by which the ledger names these awards. No operator can name a rule so.
inline constexpr std::string_view kReferrerRule = "referral:referrer";
inline constexpr std::string_view kFriendRule = "referral:friend";

// ---- terms

struct ReferralReward {
  std::optional<Amount> points;  // of the order that qualified
  std::string currency;          // "" = the first
  std::string batch;             // of coupons, one of which is given; "" = none
};
// One version of the terms. It holds for claims from `from_ms` on, until the next one's.
struct ReferralTerms {
  int64_t revision = 0;
  bool enabled = false;
  int64_t from_ms = INT64_MIN;
  std::string claim_event = "Signed Up", code_property = "referral_code";
  std::string event = "Order Completed";  // what qualifies
  int64_t min_minor = 0;                  // of it
  int64_t within_days = 30;               // after the claim
  int64_t delay_days = 0;                 // until the points can be spent: the return period
  bool new_only = true;                   // a friend has not ordered before
  std::vector<std::string> traits;        // whose equal value refuses
  int64_t max_times = 0;                  // rewards of a referrer in a period; 0 = any number
  Cap::Every every = Cap::Every::kMonth;
  std::string link;  // an address with "{code}" in it; "" = none
  ReferralReward referrer, friend_side;
};
// Fails with kInvalid, naming the field. Times without a zone are the programme's.
Result<ReferralTerms> referral_from_json(const Json& json, const Zone& zone);
Json to_json(const ReferralTerms& terms);
Json preset_referral();

// All versions, oldest first.
Result<std::vector<ReferralTerms>> referral_versions(store::Connection& c,
                                                     const Programme& programme);
// The version for a claim of this instant; nothing if referral was not on.
const ReferralTerms* terms_at(const std::vector<ReferralTerms>& versions, int64_t claimed_ms);
// Saves the next version (`revision` must be the newest one's, 0 for the first).
Result<ReferralTerms> save_referral(store::Connection& c, const Programme& programme,
                                    ReferralTerms terms, std::string_view by, Instant now);

// ---- codes

// The code of a person, made when they have none. Everybody's stays what it is.
Result<std::string> referral_code(store::Connection& c, const Programme& programme, PersonId person,
                                  Instant now);
// The same without making one; "" if there is none.
Result<std::string> find_referral_code(store::Connection& c, const Programme& programme,
                                       PersonId person);
// The terms' link with this code in it; "" if the terms have none.
std::string referral_link(const ReferralTerms& terms, std::string_view code);

// ---- referrals

// Stored: never renumber.
enum class ReferralState : int64_t {
  kWaiting = 1,
  kRewarded = 2,
  kTakenBack = 3,
  kRefused = 4,
  kExpired = 5,  // only read: it waited longer than it may
};
std::string_view state_name(ReferralState state);
std::optional<ReferralState> referral_state(std::string_view word);

// What a person said about a claim. Stored: never renumber.
enum class Verdict : int64_t { kNone = 0, kAccept = 1, kRefuse = 2 };

// One side of a referral.
struct ReferralSide {
  Points granted = 0, points = 0;  // before and after refunds
  std::string code;                // of the coupon given
  bool operator==(const ReferralSide&) const = default;
};
struct Referral {
  int64_t claim = 0;  // the number of the event that claimed the code
  PersonId referrer = 0, friend_id = 0;
  std::string code;
  int64_t claimed_ms = 0, until_ms = 0, revision = 0;
  bool counted = false;  // the claim that counts for the friend
  ReferralState state = ReferralState::kWaiting;
  // Why it was refused or, of a rewarded one, why the referrer got nothing; with what shows it.
  std::string reason, evidence;
  Verdict verdict = Verdict::kNone;
  // The order that qualified.
  std::string order;
  int64_t order_ms = 0, order_minor = 0, left_minor = 0, changed_ms = 0;
  ReferralSide referrer_side, friend_side;
  bool operator==(const Referral&) const = default;
};
Json to_json(const Referral& one);

// Looks at the claims of these people and at those that name them, and writes what became of them.
// Gives everybody whose awards may differ now; their assessment posts it, in the same transaction.
struct Terms;
Result<std::set<PersonId>> follow_referrals(store::Connection& c, const Terms& terms,
                                            std::span<const PersonId> touched, Instant now);
// What these terms make of all claims, without coupons: nothing is written. `late` are events
// beside those of the table of facts.
class LateFacts;
Result<std::vector<Referral>> try_referrals(store::Connection& c, const Terms& terms,
                                            const LateFacts& late, Instant now);
// When two people become one: `from`'s referrals are `into`'s. When they fall apart again: those of
// codes that `into` has now.
Result<void> merge_referrals(store::Connection& c, PersonId from, PersonId into);
Result<void> split_referrals(store::Connection& c, PersonId from, PersonId into);

// A person decides about a claim; kNotFound when there is none, kConflict for a claim that no
// verdict can help (an unknown code, oneself, a second claim, a ring). Gives whom to assess.
Result<std::set<PersonId>> judge_referral(store::Connection& c, const Terms& terms, int64_t claim,
                                          Verdict verdict, Instant now);

struct ReferralFilter {
  std::optional<ReferralState> state;
  PersonId referrer = 0;  // 0 = anybody's
  int64_t offset = 0, limit = 100;
};
struct ReferralPage {
  std::vector<Referral> referrals;  // newest first
  int64_t total = 0;
};
Result<ReferralPage> list_referrals(store::Connection& c, const Programme& programme,
                                    const ReferralFilter& filter, Instant now);
Result<std::optional<Referral>> find_referral(store::Connection& c, const Programme& programme,
                                              int64_t claim);
// What they brought: of all of a programme, or of one referrer.
struct ReferralSums {
  int64_t claims = 0, waiting = 0, rewarded = 0, taken_back = 0, refused = 0, expired = 0;
  int64_t orders_minor = 0;  // of orders that qualified, less refunds
  Points referrer_points = 0, friend_points = 0;
  int64_t coupons = 0;
};
Result<ReferralSums> sum_referrals(store::Connection& c, const Programme& programme,
                                   PersonId referrer, Instant now);
ReferralSums sum_of(std::span<const Referral> referrals, Instant now);
Json to_json(const ReferralSums& sums);

}  // namespace perennial::loyalty
