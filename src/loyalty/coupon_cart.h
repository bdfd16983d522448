// Which coupons a cart may use together, what each takes off, and which of them are best.
//
// Pure: terms and lines in, amounts out. Coupons are applied in a fixed order, so that the same
// ones always take off the same: those of a percentage first, then fixed ones, then free shipping;
// within a kind by code. Each sees what the ones before it left of the lines that it covers.
//
//   - At most one coupon of a batch in an order; one of a stack group; an exclusive one stands
//   alone.
//   - A coupon covers the lines that its products and categories let in and do not keep out. Its
//     smallest spend is of those lines, at their prices before any coupon.
#pragma once

#include "loyalty/coupons.h"

namespace perennial::loyalty {

inline constexpr size_t kMaxCartLines = 200;
inline constexpr size_t kMaxCandidates = 16;  // coupons of which the best are sought
inline constexpr size_t kMaxTogether = 5;     // coupons of one order
inline constexpr size_t kMaxCategories = 20;  // of a line

struct CartLine {
  std::string product;
  std::vector<std::string> categories;
  int64_t amount_minor = 0;  // of the whole line
};
struct Cart {
  std::vector<CartLine> lines;
  int64_t shipping_minor = 0;  // what free shipping is worth
  int64_t amount_minor() const;
};
// Reads "lines" and "shipping_minor". Fails with kInvalid, naming the field.
Result<Cart> cart_from_json(const Json& json);

bool covers(const CartScope& scope, const CartLine& line);
int64_t covered_minor(const CouponBatch& batch, const Cart& cart);
// Whether one order may have both.
bool combine(const CouponBatch& a, const CouponBatch& b);

struct Candidate {
  std::string code;
  CouponBatch batch;
};
struct Applied {
  size_t candidate = 0;          // its place in the list
  int64_t covered_minor = 0;     // of its lines, before any coupon
  int64_t discount_minor = 0;    // shipping included
  std::vector<int64_t> by_line;  // of the lines; shipping is in none
  bool free_shipping = false;
};
struct Combination {
  std::vector<Applied> applied;  // in the order of application
  int64_t discount_minor = 0;
  bool free_shipping = false;
};
// What these candidates take off together. They must combine.
Combination apply(const Cart& cart, std::span<const Candidate> candidates,
                  std::span<const size_t> chosen);
// The combination that takes off most; of equals the one with fewer coupons, then the one whose
// coupons end sooner. At most kMaxCandidates.
Combination best_combination(const Cart& cart, std::span<const Candidate> candidates);

}  // namespace perennial::loyalty
