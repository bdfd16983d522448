// What referrals gave, as awards and as facts for the level.
#include "loyalty/assess.h"
#include "loyalty/evaluate.h"
#include "loyalty/referral_rows.h"

namespace perennial::loyalty {
namespace {

// For the level, which counts what was earned.
void add_facts_of(const Award& award, const ReferralSide& side, std::vector<Fact>& facts) {
  facts.push_back({.kind = Fact::Kind::kPoints,
                   .at_ms = award.at_ms,
                   .key = award.rule + ":" + award.key,
                   .name = award.currency,
                   .points = side.granted});
  if (side.granted <= side.points) return;
  facts.push_back({.kind = Fact::Kind::kPoints,
                   .at_ms = award.changed_ms,
                   .key = award.rule + ":" + award.key + ":back",
                   .name = award.currency,
                   .points = side.points - side.granted});
}

}  // namespace

void add_referral_award(const Terms& terms, const Referral& one, bool friend_side, Known& known) {
  const Programme& programme = terms.programme;
  const ReferralSide& side = friend_side ? one.friend_side : one.referrer_side;
  const ReferralTerms* version = terms_at(terms.referral, one.claimed_ms);
  if (side.granted <= 0 || !version) return;
  const ReferralReward& reward = friend_side ? version->friend_side : version->referrer;
  const Currency* currency =
      reward.currency.empty() ? &programme.currencies.front() : programme.find(reward.currency);
  if (!currency) return;
  const int64_t active = day_after(programme.zone, one.order_ms, 0, version->delay_days);
  Award award{.rule = std::string(friend_side ? kFriendRule : kReferrerRule),
              .key = "seq:" + std::to_string(one.claim),
              .version = version->revision,
              .currency = currency->code,
              .points = side.points,
              .at_ms = one.order_ms,
              .changed_ms = std::max(one.order_ms, one.changed_ms),
              .activates_ms = version->delay_days > 0 ? active : one.order_ms,
              .expires_ms = expires_at(currency->expiry, programme.zone, one.order_ms)};
  if (award.expires_ms <= award.activates_ms)
    award.expires_ms = expires_at(currency->expiry, programme.zone, award.activates_ms);
  if (known.is_held(award.at_ms) && !known.has_given(award.rule, award.key)) return;
  add_facts_of(award, side, known.facts);
  known.referrals.push_back(std::move(award));
}

Result<void> add_referral_awards(store::Connection& c, const Terms& terms,
                                 std::vector<Known>& people) {
  if (terms.referral.empty()) return {};
  std::map<PersonId, Known*> by_person;
  std::vector<int64_t> keys;
  for (Known& one : people) {
    by_person[one.person] = &one;
    keys.push_back(one.person);
  }
  for (const Referral& one : TRY(read_referrals(c, terms.programme, "referrer", keys)))
    add_referral_award(terms, one, false, *by_person.at(one.referrer));
  for (const Referral& one : TRY(read_referrals(c, terms.programme, "friend", keys)))
    add_referral_award(terms, one, true, *by_person.at(one.friend_id));
  return {};
}

}  // namespace perennial::loyalty
