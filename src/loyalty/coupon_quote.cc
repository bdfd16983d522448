#include "loyalty/coupon_quote.h"

#include <algorithm>

#include "loyalty/fields.h"

namespace perennial::loyalty {
namespace {

std::unexpected<Error> bad(std::string message, std::string where) {
  return fail(Code::kInvalid, std::move(message), std::move(where));
}

Result<std::vector<std::string>> read_codes(const Json& json, bool needed) {
  std::vector<std::string> codes;
  if (!needed && (!json.contains("codes") || json["codes"].is_null())) return codes;
  const size_t most = needed ? kMaxTogether : kMaxCandidates;
  if (!json.contains("codes") || !json["codes"].is_array() || json["codes"].size() > most ||
      (needed && json["codes"].empty()))
    return bad("is a list of at most " + std::to_string(most) + " codes", "codes");
  for (const Json& one : json["codes"]) {
    const std::string code = one.is_string() ? normal_code(one.get<std::string>()) : "";
    if (code.empty() || code.size() > kMaxCodeBytes || !is_storable_text(code))
      return bad("holds codes of at most 40 bytes", "codes");
    if (std::ranges::find(codes, code) == codes.end()) codes.push_back(code);
  }
  return codes;
}

Result<PersonId> read_person(const Json& json) {
  const PersonId person = TRY(json_integer(json, "person"));
  if (person < 1) return bad("is no number of a person", "person");
  return person;
}

CouponUse use_of(const std::string& code, PersonId person, const Cart& cart,
                 const std::string& order = "") {
  return {.code = code,
          .order = order,
          .person = person,
          .amount_minor = cart.amount_minor(),
          .cart = &cart};
}

// Those of `all` that take off most by themselves stay; the others are left out unseen.
void keep_the_most_promising(const Cart& cart, CouponQuote& quote) {
  auto& all = quote.candidates;
  if (all.size() <= kMaxCandidates) return;
  const auto worth = [&](const Candidate& one) {
    const size_t only = 0;
    return -apply(cart, std::span(&one, 1), std::span(&only, 1)).discount_minor;
  };
  std::ranges::stable_sort(all, {}, worth);
  for (size_t i = kMaxCandidates; i < all.size(); ++i) {
    quote.left_out.push_back({.code = all[i].code,
                              .batch = all[i].batch.id,
                              .name = all[i].batch.name,
                              .reason = {"not_looked_at", "16 others take off more", "codes"}});
  }
  all.resize(kMaxCandidates);
}

void explain_the_others(CouponQuote& quote) {
  for (size_t i = 0; i < quote.candidates.size(); ++i) {
    const auto used = std::ranges::find(quote.best.applied, i, &Applied::candidate);
    if (used != quote.best.applied.end()) continue;
    const Candidate& one = quote.candidates[i];
    LeftOut left{.code = one.code,
                 .batch = one.batch.id,
                 .name = one.batch.name,
                 .reason = {"not_needed", "the best combination takes off as much without it", ""}};
    for (const Applied& applied : quote.best.applied) {
      const Candidate& other = quote.candidates[applied.candidate];
      if (!combine(one.batch, other.batch)) left.with.push_back(other.code);
    }
    if (!left.with.empty())
      left.reason = {"not_combinable", "it does not go with what takes off more", "codes"};
    quote.left_out.push_back(std::move(left));
  }
}

}  // namespace

Result<QuoteOrder> quote_from_json(const Json& json) {
  if (!json.is_object()) return bad("a cart is an object", "");
  QuoteOrder order;
  order.person = TRY(read_person(json));
  order.cart = TRY(cart_from_json(json));
  order.codes = TRY(read_codes(json, false));
  order.own = TRY(json_bool_or(json, "own", true));
  return order;
}

Result<CouponQuote> quote_coupons(store::Connection& c, const Programme& programme,
                                  const QuoteOrder& order, Instant now) {
  std::vector<std::string> codes = order.codes;
  if (order.own) {
    const PersonId today = TRY(people::current_person(c, order.person));
    for (const OwnedCoupon& owned : TRY(coupons_of(c, programme, today))) {
      if (!owned.used && std::ranges::find(codes, owned.code) == codes.end())
        codes.push_back(owned.code);
    }
  }
  CouponQuote quote;
  for (const std::string& code : codes) {
    auto checked = TRY(check_coupon(c, programme, use_of(code, order.person, order.cart), now));
    if (checked.refusal.code.empty()) {
      quote.candidates.push_back({code, std::move(*checked.batch)});
      continue;
    }
    quote.left_out.push_back({.code = code,
                              .batch = checked.batch ? checked.batch->id : "",
                              .name = checked.batch ? checked.batch->name : "",
                              .reason = std::move(checked.refusal)});
  }
  keep_the_most_promising(order.cart, quote);
  quote.best = best_combination(order.cart, quote.candidates);
  explain_the_others(quote);
  return quote;
}

Json to_json(const CouponQuote& quote, const Cart& cart) {
  Json json = {{"amount_minor", cart.amount_minor()},
               {"shipping_minor", cart.shipping_minor},
               {"discount_minor", quote.best.discount_minor},
               {"pay_minor", cart.amount_minor() + cart.shipping_minor - quote.best.discount_minor},
               {"free_shipping", quote.best.free_shipping},
               {"applied", Json::array()},
               {"left_out", Json::array()}};
  for (const Applied& one : quote.best.applied) {
    const Candidate& candidate = quote.candidates[one.candidate];
    json["applied"].push_back({{"code", candidate.code},
                               {"batch", candidate.batch.id},
                               {"name", candidate.batch.name},
                               {"covered_minor", one.covered_minor},
                               {"discount_minor", one.discount_minor},
                               {"by_line", one.by_line},
                               {"free_shipping", one.free_shipping}});
  }
  for (const LeftOut& one : quote.left_out) {
    json["left_out"].push_back({{"code", one.code},
                                {"batch", one.batch},
                                {"name", one.name},
                                {"reason", one.reason.code},
                                {"detail", one.reason.message},
                                {"with", one.with}});
  }
  return json;
}

Result<CombinedUse> combined_use_from_json(const Json& json) {
  if (!json.is_object()) return bad("a use is an object", "");
  CombinedUse use;
  use.id = TRY(read_text(json, "id", kMaxIdBytes - 10, true));
  use.order = TRY(read_text(json, "order", kMaxIdBytes, false));
  use.person = TRY(read_person(json));
  use.cart = TRY(cart_from_json(json));
  use.codes = TRY(read_codes(json, true));
  use.reserve_seconds = TRY(read_bounded(json, "reserve_seconds", 0, kMaxReserveSeconds));
  return use;
}

Result<CombinedOutcome> use_coupons(store::Connection& c, const Programme& programme,
                                    const CombinedUse& use, Instant now) {
  std::vector<CouponUse> uses;
  for (size_t i = 0; i < use.codes.size(); ++i) {
    uses.push_back(use_of(use.codes[i], use.person, use.cart, use.order));
    uses.back().id = use.id + "/" + std::to_string(i + 1);
    uses.back().reserve_seconds = use.reserve_seconds;
  }
  CombinedOutcome outcome;
  const bool known = TRY(is_known_use(c, programme, uses.front().id));
  if (!known) {
    std::vector<Candidate> candidates;
    for (const CouponUse& one : uses) {
      auto checked = TRY(check_coupon(c, programme, one, now));
      outcome.refusal = std::move(checked.refusal);
      for (const Candidate& other : candidates) {
        if (outcome.done() && !combine(other.batch, checked.batch.value()))
          outcome.refusal = {"not_combinable", one.code + " does not go with " + other.code,
                             "codes"};
      }
      if (!outcome.done()) return outcome;
      candidates.push_back({one.code, std::move(*checked.batch)});
    }
    std::vector<size_t> all;
    for (size_t i = 0; i < candidates.size(); ++i) all.push_back(i);
    for (const Applied& applied : apply(use.cart, candidates, all).applied) {
      const bool shipping =
          candidates[applied.candidate].batch.kind == CouponBatch::Kind::kFreeShipping;
      uses[applied.candidate].discount_minor = shipping ? 0 : applied.discount_minor;
    }
  }
  for (const CouponUse& one : uses) {
    UseOutcome done = TRY(use_coupon(c, programme, one, now));
    // Somebody was faster: none of them is used, which the caller's transaction sees to.
    if (!done.done())
      return fail(Code::kConflict, done.refusal.message, "codes", done.refusal.code);
    outcome.discount_minor += done.discount_minor;
    outcome.free_shipping = outcome.free_shipping || done.free_shipping;
    outcome.uses.emplace_back(one.id, std::move(done));
  }
  outcome.repeated = known;
  return outcome;
}

Json to_json(const CombinedOutcome& outcome) {
  Json json = {{"repeated", outcome.repeated},
               {"discount_minor", outcome.discount_minor},
               {"free_shipping", outcome.free_shipping},
               {"uses", Json::array()}};
  for (const auto& [id, use] : outcome.uses) {
    Json one = to_json(use);
    one["id"] = id;
    json["uses"].push_back(std::move(one));
  }
  return json;
}

}  // namespace perennial::loyalty
