#include "loyalty/referral_rows.h"

#include <algorithm>
#include <array>

#include "loyalty/fields.h"
#include "loyalty/rows.h"

namespace perennial::loyalty {
namespace {

using store::Row;
using store::Value;

constexpr std::array<std::pair<ReferralState, std::string_view>, 5> kStates = {
    {{ReferralState::kWaiting, "waiting"},
     {ReferralState::kRewarded, "rewarded"},
     {ReferralState::kTakenBack, "taken_back"},
     {ReferralState::kRefused, "refused"},
     {ReferralState::kExpired, "expired"}}};

Json side_json(const ReferralSide& side) {
  return {{"granted", side.granted}, {"points", side.points}, {"coupon", side.code}};
}

// A claim waits until its time is over, which time alone decides.
constexpr std::string_view kStateNow =
    "CASE WHEN state = 1 AND until_ms <= CAST($2 AS BIGINT) THEN 5 ELSE state END";

}  // namespace

std::string_view state_name(ReferralState state) {
  return std::ranges::find(kStates, state, &std::pair<ReferralState, std::string_view>::first)
      ->second;
}

std::optional<ReferralState> referral_state(std::string_view word) {
  const auto found =
      std::ranges::find(kStates, word, &std::pair<ReferralState, std::string_view>::second);
  if (found == kStates.end()) return std::nullopt;
  return found->first;
}

Referral read_referral(const Row& row) {
  Referral one{.claim = row.integer(0),
               .referrer = row.integer(1),
               .friend_id = row.integer(2),
               .code = row.text(3),
               .claimed_ms = row.integer(4),
               .until_ms = row.integer(5),
               .revision = row.integer(6),
               .counted = row.integer(7) != 0,
               .state = static_cast<ReferralState>(row.integer(8)),
               .reason = row.text(9),
               .evidence = row.text(10),
               .verdict = static_cast<Verdict>(row.integer(11)),
               .order = row.text(12),
               .order_ms = row.integer(13),
               .order_minor = row.integer(14),
               .left_minor = row.integer(15),
               .changed_ms = row.integer(16)};
  one.referrer_side = {row.integer(17), row.integer(18), row.text(19)};
  one.friend_side = {row.integer(20), row.integer(21), row.text(22)};
  return one;
}

Result<std::vector<Referral>> read_referrals(store::Connection& c, const Programme& programme,
                                             std::string_view column,
                                             std::span<const int64_t> keys) {
  std::vector<Referral> list;
  const Value fixed = programme.id;
  const std::vector<Value> values(keys.begin(), keys.end());
  TRY(each_in(c,
              "SELECT " + std::string(kReferralColumns) +
                  " FROM loyalty_referrals WHERE programme = $1 AND " + std::string(column) +
                  " IN {}",
              std::span(&fixed, 1), values, [&](const Row& row) -> Result<void> {
                list.push_back(read_referral(row));
                return {};
              }));
  std::ranges::sort(list, {},
                    [](const Referral& one) { return std::pair(one.claimed_ms, one.claim); });
  return list;
}

Result<std::vector<Referral>> all_referrals(store::Connection& c, const Programme& programme) {
  std::vector<Referral> list;
  for (const Row& row : TRY(c.query("SELECT " + std::string(kReferralColumns) +
                                        " FROM loyalty_referrals WHERE programme = $1 ORDER BY "
                                        "claimed_ms, claim",
                                    {programme.id})))
    list.push_back(read_referral(row));
  return list;
}

Result<void> write_referrals(store::Connection& c, const Programme& programme,
                             std::span<const Referral> referrals) {
  static const std::vector<std::string_view> kColumns = {
      "programme",     "claim",          "referrer",      "friend",           "code",
      "claimed_ms",    "until_ms",       "revision",      "counted",          "state",
      "reason",        "evidence",       "verdict",       "order_key",        "order_ms",
      "order_minor",   "left_minor",     "changed_ms",    "referrer_granted", "referrer_points",
      "referrer_code", "friend_granted", "friend_points", "friend_code"};
  static const std::string kTail = [] {
    std::string tail = "ON CONFLICT (programme, claim) DO UPDATE SET ";
    for (size_t i = 2; i < kColumns.size(); ++i) {
      const std::string name(kColumns[i]);
      tail += (i > 2 ? ", " : "") + name + " = excluded." + name;
    }
    return tail;
  }();
  std::vector<std::vector<Value>> rows;
  for (const Referral& one : referrals) {
    rows.push_back({programme.id,
                    one.claim,
                    one.referrer,
                    one.friend_id,
                    one.code,
                    one.claimed_ms,
                    one.until_ms,
                    one.revision,
                    int64_t{one.counted},
                    static_cast<int64_t>(one.state),
                    one.reason,
                    one.evidence,
                    static_cast<int64_t>(one.verdict),
                    one.order,
                    one.order_ms,
                    one.order_minor,
                    one.left_minor,
                    one.changed_ms,
                    one.referrer_side.granted,
                    one.referrer_side.points,
                    one.referrer_side.code,
                    one.friend_side.granted,
                    one.friend_side.points,
                    one.friend_side.code});
  }
  TRY(c.insert_many("loyalty_referrals", kColumns, rows, kTail));
  return {};
}

Json to_json(const Referral& one) {
  const auto time = [](int64_t ms) { return format_instant(from_millis(ms)); };
  constexpr std::string_view kVerdicts[] = {"", "accept", "refuse"};
  return {{"id", one.claim},
          {"referrer", one.referrer == 0 ? Json() : Json(one.referrer)},
          {"friend", one.friend_id},
          {"code", one.code},
          {"claimed_at", time(one.claimed_ms)},
          {"until", time(one.until_ms)},
          {"revision", one.revision},
          {"state", state_name(one.state)},
          {"reason", one.reason},
          {"evidence", one.evidence},
          {"verdict", kVerdicts[static_cast<size_t>(one.verdict)]},
          {"order", one.order},
          {"order_at", one.order.empty() ? Json() : Json(time(one.order_ms))},
          {"order_minor", one.order_minor},
          {"left_minor", one.left_minor},
          {"referrer_side", side_json(one.referrer_side)},
          {"friend_side", side_json(one.friend_side)}};
}

Result<ReferralPage> list_referrals(store::Connection& c, const Programme& programme,
                                    const ReferralFilter& filter, Instant now) {
  const std::string where =
      " FROM loyalty_referrals WHERE programme = $1 AND (CAST($3 AS BIGINT) = 0 OR " +
      std::string(kStateNow) + " = $3) AND (CAST($4 AS BIGINT) = 0 OR referrer = $4)";
  const Value state = filter.state ? static_cast<int64_t>(*filter.state) : int64_t{0};
  ReferralPage page;
  page.total = TRY(c.query_one("SELECT count(*)" + where,
                               {programme.id, to_millis(now), state, filter.referrer}))
                   ->integer(0);
  for (const Row& row : TRY(c.query(
           "SELECT " + std::string(kReferralColumns) + where +
               " ORDER BY claimed_ms DESC, claim DESC LIMIT $5 OFFSET $6",
           {programme.id, to_millis(now), state, filter.referrer, filter.limit, filter.offset}))) {
    Referral one = read_referral(row);
    if (one.state == ReferralState::kWaiting && one.until_ms <= to_millis(now))
      one.state = ReferralState::kExpired;
    page.referrals.push_back(std::move(one));
  }
  return page;
}

Result<std::optional<Referral>> find_referral(store::Connection& c, const Programme& programme,
                                              int64_t claim) {
  auto found = TRY(read_referrals(c, programme, "claim", std::span(&claim, 1)));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<ReferralSums> sum_referrals(store::Connection& c, const Programme& programme,
                                   PersonId referrer, Instant now) {
  ReferralSums sums;
  for (const Row& row :
       TRY(c.query("SELECT " + std::string(kStateNow) +
                       ", count(*), CAST(COALESCE(sum(left_minor), 0) AS BIGINT), "
                       "CAST(COALESCE(sum(referrer_points), 0) AS BIGINT), "
                       "CAST(COALESCE(sum(friend_points), 0) AS BIGINT), "
                       "CAST(COALESCE(sum(CASE WHEN referrer_code <> '' THEN 1 ELSE 0 END + "
                       "CASE WHEN friend_code <> '' THEN 1 ELSE 0 END), 0) AS BIGINT) "
                       "FROM loyalty_referrals WHERE programme = $1 AND "
                       "(CAST($3 AS BIGINT) = 0 OR referrer = $3) GROUP BY 1",
                   {programme.id, to_millis(now), referrer}))) {
    const auto state = static_cast<ReferralState>(row.integer(0));
    sums.claims += row.integer(1);
    if (state == ReferralState::kWaiting) sums.waiting = row.integer(1);
    if (state == ReferralState::kRewarded) sums.rewarded = row.integer(1);
    if (state == ReferralState::kTakenBack) sums.taken_back = row.integer(1);
    if (state == ReferralState::kRefused) sums.refused = row.integer(1);
    if (state == ReferralState::kExpired) sums.expired = row.integer(1);
    if (state == ReferralState::kRewarded) {
      sums.orders_minor += row.integer(2);
      sums.referrer_points += row.integer(3);
      sums.friend_points += row.integer(4);
      sums.coupons += row.integer(5);
    }
  }
  return sums;
}

ReferralSums sum_of(std::span<const Referral> referrals, Instant now) {
  ReferralSums sums;
  for (const Referral& one : referrals) {
    ++sums.claims;
    switch (one.state) {
      case ReferralState::kWaiting:
        ++(one.until_ms <= to_millis(now) ? sums.expired : sums.waiting);
        break;
      case ReferralState::kTakenBack:
        ++sums.taken_back;
        break;
      case ReferralState::kRefused:
        ++sums.refused;
        break;
      case ReferralState::kExpired:
        ++sums.expired;
        break;
      case ReferralState::kRewarded:
        ++sums.rewarded;
        sums.orders_minor += one.left_minor;
        sums.referrer_points += one.referrer_side.points;
        sums.friend_points += one.friend_side.points;
        sums.coupons += !one.referrer_side.code.empty() + !one.friend_side.code.empty();
        break;
    }
  }
  return sums;
}

Json to_json(const ReferralSums& sums) {
  return {{"claims", sums.claims},
          {"waiting", sums.waiting},
          {"rewarded", sums.rewarded},
          {"taken_back", sums.taken_back},
          {"refused", sums.refused},
          {"expired", sums.expired},
          {"orders_minor", sums.orders_minor},
          {"referrer_points", sums.referrer_points},
          {"friend_points", sums.friend_points},
          {"coupons", sums.coupons}};
}

}  // namespace perennial::loyalty
