#include "loyalty/referral_judge.h"

#include <algorithm>

#include "loyalty/evaluate.h"

namespace perennial::loyalty {
namespace {

constexpr std::string_view kCapped = "referrer_cap";

Points worth(const ReferralReward& reward, int64_t minor) {
  if (!reward.points) return 0;
  return std::min(base_points(*reward.points, minor, 1), kMaxPoints);
}

// Takes what refunds took from orders, oldest fact first; one that names no order that is known
// takes from the newest.
struct Orders {
  std::vector<Qualified> list;

  void take(Qualified& order, int64_t& minor, int64_t at_ms, bool whole = false) {
    const int64_t part = std::min(minor, order.left_minor);
    if (part <= 0 && !(whole && order.amount_minor == 0)) return;
    order.left_minor -= part;
    order.changed_ms = std::max(order.at_ms + (order.amount_minor == 0 ? 1 : 0), at_ms);
    minor -= part;
  }
  void refund(const Fact& fact) {
    int64_t minor = fact.amount_minor;
    const auto named = std::ranges::find(list, fact.key, &Qualified::key);
    if (named != list.end()) return take(*named, minor, fact.at_ms, fact.whole);
    for (auto order = list.rbegin(); order != list.rend() && minor > 0; ++order) {
      if (order->at_ms <= fact.at_ms) take(*order, minor, fact.at_ms);
    }
  }
};

}  // namespace

bool ordered_before(const ReferralTerms& terms, int64_t claimed_ms,
                    const std::vector<Fact>& facts) {
  return std::ranges::any_of(facts, [&](const Fact& fact) {
    const bool buys = fact.kind == Fact::Kind::kOrder || fact.kind == Fact::Kind::kEvent;
    return buys && fact.name == terms.event && fact.at_ms < claimed_ms;
  });
}

int64_t claim_ends(const ReferralTerms& terms, const Zone& zone, int64_t claimed_ms) {
  return day_after(zone, claimed_ms, 0, terms.within_days + 1);
}

std::optional<Qualified> qualified(const ReferralTerms& terms, const Zone& zone, int64_t claimed_ms,
                                   std::vector<Fact> facts, int64_t now_ms) {
  std::ranges::sort(facts, {},
                    [](const Fact& fact) { return std::tie(fact.at_ms, fact.kind, fact.key); });
  Orders orders;
  for (const Fact& fact : facts) {
    const bool buys = fact.kind == Fact::Kind::kOrder ||
                      (fact.kind == Fact::Kind::kEvent && fact.name == terms.event);
    if (!buys || fact.at_ms > now_ms) continue;
    orders.list.push_back({.key = fact.key,
                           .at_ms = fact.at_ms,
                           .amount_minor = fact.amount_minor,
                           .left_minor = fact.amount_minor,
                           .changed_ms = fact.at_ms});
  }
  for (const Fact& fact : facts) {
    if (fact.kind == Fact::Kind::kRefund && fact.at_ms <= now_ms) orders.refund(fact);
  }
  const bool of_orders = terms.event == people::kOrderCompleted;
  const int64_t end = claim_ends(terms, zone, claimed_ms);
  for (const Qualified& one : orders.list) {
    const bool order = one.key.starts_with("order:");
    if (order == of_orders && one.at_ms >= claimed_ms && one.at_ms < end &&
        one.amount_minor >= terms.min_minor)
      return one;
  }
  return std::nullopt;
}

void share_out(const Programme& programme, const std::vector<ReferralTerms>& versions,
               std::vector<Referral>& of_referrer) {
  struct Moment {
    int64_t at_ms;
    bool back;
    Referral* one;
  };
  std::vector<Moment> moments;
  for (Referral& one : of_referrer) {
    if (one.reason == kCapped) one.reason.clear();
    one.referrer_side.granted = one.referrer_side.points = 0;
    one.friend_side.granted = one.friend_side.points = 0;
    if (one.state == ReferralState::kRefused) continue;
    const ReferralTerms* terms = terms_at(versions, one.claimed_ms);
    one.state = ReferralState::kWaiting;
    if (!terms || one.order.empty()) continue;
    const bool stays =
        one.left_minor >= terms->min_minor &&
        (one.left_minor > 0 || (one.order_minor == 0 && one.changed_ms == one.order_ms));
    // Of an order without an amount, that a refund changed it says that it is cancelled.
    one.state = stays ? ReferralState::kRewarded : ReferralState::kTakenBack;
    moments.push_back({one.order_ms, false, &one});
    if (!stays) moments.push_back({one.changed_ms, true, &one});
  }
  std::ranges::sort(moments, {},
                    [](const Moment& m) { return std::tuple(m.at_ms, m.back, m.one->claim); });
  // By kind of period and its start; what was taken back counts no more from then on.
  std::map<std::pair<Cap::Every, int64_t>, int64_t> times;
  for (const Moment& moment : moments) {
    Referral& one = *moment.one;
    const ReferralTerms& terms = *terms_at(versions, one.claimed_ms);
    int64_t& had =
        times[{terms.every, period_start(programme.calendar(), terms.every, one.order_ms)}];
    if (moment.back) {
      had -= one.reason.empty() ? 1 : 0;
      continue;
    }
    const bool stays = one.state == ReferralState::kRewarded;
    one.friend_side.granted = worth(terms.friend_side, one.order_minor);
    if (stays) {
      one.friend_side.points =
          std::min(one.friend_side.granted, worth(terms.friend_side, one.left_minor));
    }
    if (terms.max_times > 0 && had >= terms.max_times) {
      one.reason = kCapped;
      continue;
    }
    ++had;
    one.referrer_side.granted = worth(terms.referrer, one.order_minor);
    if (stays) {
      one.referrer_side.points =
          std::min(one.referrer_side.granted, worth(terms.referrer, one.left_minor));
    }
  }
}

}  // namespace perennial::loyalty
