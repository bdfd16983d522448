// The member centre: what a customer sees of a programme, on a public page behind a signed link,
// and as JSON for a shop's own pages.
#pragma once

#include "loyalty/assess.h"
#include "loyalty/coupons.h"
#include "loyalty/draws.h"
#include "loyalty/price_rules.h"
#include "loyalty/referral.h"
#include "loyalty/rewards.h"

namespace perennial::loyalty {

inline constexpr int64_t kMaxLinkDays = 400;
inline constexpr size_t kMaxMemberLines = 30;  // of the statement shown
inline constexpr size_t kMaxPutForward = 6;    // rewards that suit the member

// What a link says: whose page it is, and until when it opens.
struct MemberLink {
  std::string programme;
  PersonId person = 0;
  int64_t until_ms = 0;
};
// base64url("PROGRAMME PERSON UNTIL") "." HMAC under `secret`.
std::string sign_member_link(const MemberLink& link, std::string_view secret);
std::optional<MemberLink> read_member_link(std::string_view token, std::string_view secret);

struct MemberBalance {
  std::string code, name;
  bool spendable = true;
  Points points = 0, pending = 0;
  // What expires first.
  Points expiring = 0;
  std::optional<Instant> expires_at;
  // What they pay at the checkout: whole steps of spend_points, in minor units, and how much of a
  // cart at most. 0: they pay nothing.
  int64_t pays_minor = 0, pays_percent = 0;
};
struct MemberReward {
  Reward reward;
  std::string refusal;          // why this person cannot take it now; "" = they can
  std::optional<Suited> suits;  // it is put forward, and why
};
struct MemberDraw {
  Draw draw;
  std::string refusal;
};
// A mission and how far the member has come in its period.
struct MemberMission {
  struct Task {
    std::string event;
    int64_t done = 0, times = 1;
  };
  std::string rule, name;
  std::vector<Task> tasks;
  bool complete = false;
};
// A rule with a streak: signing in.
struct MemberStreak {
  std::string rule, name;
  int64_t days = 0;  // in a row, today or yesterday the last
  bool today = false;
  // The next reward of the streak; 0 = there is none.
  int64_t next_days = 0;
  Points next_points = 0;
};
struct MemberView {
  std::vector<MemberBalance> balances;
  std::string level, next_level;  // names; "" = none
  int64_t missing = 0, measure = 0;
  Levels::Measure measured = Levels::Measure::kPoints;
  std::optional<Instant> level_until;
  std::vector<MemberReward> rewards;  // offered now, newest first; before them what is put forward
  std::vector<MemberDraw> draws;      // open now
  std::vector<OwnedCoupon> coupons;   // neither used nor over
  std::vector<Redemption> redemptions;
  // Where referral is on: the member's code, its link (may be ""), and what it brought.
  std::string referral_code, referral_link;
  ReferralSums referral;
  std::vector<MemberMission> missions;
  std::vector<MemberStreak> streaks;
  std::vector<PriceRule> prices;     // that hold for the member now
  std::vector<StatementLine> lines;  // of the first currency, newest first
};
// `sets` are those that the price rules name.
Result<MemberView> member_view(store::Connection& c, const Programme& programme, PersonId person,
                               Instant now, const Sets& sets = {});
Json to_json(const MemberView& view);
// The products of the rewards that the member can take.
std::vector<std::string> products_to_take(const MemberView& view);
// Puts forward, in the order of `suited` and at most kMaxPutForward, the rewards of these products
// that the member can take. All others keep their order.
void put_forward(MemberView& view, std::span<const Suited> suited);

// A self-contained page without scripts. `said` is the stable word of what was just done, or of why
// it was not; "" = nothing. `form_id` names what its forms do, so that sending one twice does it
// once.
struct MemberPage {
  const Programme& programme;
  std::string_view token, language, workspace, currency, said, form_id;
};
std::string member_page(const MemberView& view, const MemberPage& page);
std::string closed_member_page(std::string_view language, std::string_view workspace);

}  // namespace perennial::loyalty
