// What a cart may save: the person's coupons and those that were typed in, the best of them
// together, and why each of the others is left out; and the same used in one transaction.
#pragma once

#include "loyalty/coupon_cart.h"

namespace perennial::loyalty {

struct QuoteOrder {
  PersonId person = 0;
  Cart cart;
  std::vector<std::string> codes;  // typed in; those given to the person come by themselves
  bool own = true;                 // whether they do
};
Result<QuoteOrder> quote_from_json(const Json& json);

struct LeftOut {
  std::string code, batch, name;
  // A refusal of use_coupon(); no_covered_products; not_combinable (with: what it does not go
  // with); or not_needed: the best combination takes off as much without it.
  Refusal reason;
  std::vector<std::string> with;
};
struct CouponQuote {
  std::vector<Candidate> candidates;  // those that may be used
  Combination best;
  std::vector<LeftOut> left_out;
};
// Fails with kTooLarge when more than kMaxCandidates could be used.
Result<CouponQuote> quote_coupons(store::Connection& c, const Programme& programme,
                                  const QuoteOrder& order, Instant now);
Json to_json(const CouponQuote& quote, const Cart& cart);

// Uses these codes together, or none of them.
struct CombinedUse {
  std::string id;  // the client's; the uses are called ID/1, ID/2, …
  std::string order;
  PersonId person = 0;
  Cart cart;
  std::vector<std::string> codes;
  int64_t reserve_seconds = 0;
};
Result<CombinedUse> combined_use_from_json(const Json& json);
struct CombinedOutcome {
  Refusal refusal;
  bool repeated = false;
  int64_t discount_minor = 0;
  bool free_shipping = false;
  std::vector<std::pair<std::string, UseOutcome>> uses;  // by the id of each
  bool done() const { return refusal.code.empty(); }
};
Json to_json(const CombinedOutcome& outcome);
Result<CombinedOutcome> use_coupons(store::Connection& c, const Programme& programme,
                                    const CombinedUse& use, Instant now);

}  // namespace perennial::loyalty
