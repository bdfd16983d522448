#include "loyalty/hands.h"

#include <algorithm>
#include <set>

namespace perennial::loyalty {
namespace {

const Currency* paying(const Programme& programme) {
  const auto found = std::ranges::find_if(programme.currencies, [](const Currency& one) {
    return one.spendable && one.spend_minor != 0 && one.spend_points != 0;
  });
  return found == programme.currencies.end() ? nullptr : &*found;
}

Points capped(__int128 points) {
  return points > kMaxPoints ? kMaxPoints : static_cast<Points>(points);
}

}  // namespace

Result<bool> within_limit(store::Connection& c, const Programme& programme, const ByHand& hand,
                          Instant now) {
  if (hand.points == 0) return true;
  if (hand.points > programme.approval_limit) return false;
  const int64_t since = to_millis(now - kHandsDay);
  const std::set<PersonId> people(hand.people.begin(), hand.people.end());
  for (const PersonId person : people) {
    const auto sum = TRY(c.query_one(
        "SELECT CAST(COALESCE(sum(points), 0) AS BIGINT) FROM loyalty_by_hand WHERE programme = $1 "
        "AND done_by = $2 AND person = $3 AND at_ms >= $4 AND id <> $5",
        {programme.id, hand.by, person, since, hand.id}));
    if (sum->integer(0) > programme.approval_limit - hand.points) return false;
  }
  TRY(c.execute("DELETE FROM loyalty_by_hand WHERE programme = $1 AND at_ms < $2",
                {programme.id, since}));
  // The same id with a larger number, while the first is still under way, counts as the larger.
  for (const PersonId person : people) {
    TRY(c.execute(
        "INSERT INTO loyalty_by_hand (programme, done_by, person, id, points, at_ms) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (programme, done_by, person, id) DO UPDATE "
        "SET points = CASE WHEN excluded.points > loyalty_by_hand.points THEN excluded.points ELSE "
        "loyalty_by_hand.points END, at_ms = excluded.at_ms",
        {programme.id, hand.by, person, hand.id, hand.points, to_millis(now)}));
  }
  return true;
}

Points points_worth(const Programme& programme, std::optional<int64_t> minor) {
  if (!minor) return kMaxPoints;
  const Currency* currency = paying(programme);
  if (currency == nullptr) return *minor;
  return capped(
      (static_cast<__int128>(*minor) * currency->spend_points + currency->spend_minor - 1) /
      currency->spend_minor);
}

bool pays_more(const Programme& before, const Programme& after) {
  const Currency* reckoned = paying(before);
  return std::ranges::any_of(after.currencies, [&](const Currency& one) {
    if (!one.spendable || one.spend_minor == 0 || one.spend_points == 0) return false;
    const Currency* was = before.find(one.code);
    if (was == nullptr || !was->spendable || was->spend_minor == 0) was = reckoned;
    // Where nothing paid, a point counts as a minor unit.
    const int64_t minor = was ? was->spend_minor : 1, points = was ? was->spend_points : 1;
    return static_cast<__int128>(one.spend_minor) * points >
           static_cast<__int128>(minor) * one.spend_points;
  });
}

int64_t money_limit(const Programme& programme) {
  const Currency* currency = paying(programme);
  if (currency == nullptr) return programme.approval_limit;
  return capped(static_cast<__int128>(programme.approval_limit) * currency->spend_minor /
                currency->spend_points);
}

}  // namespace perennial::loyalty
