// Which lines of a cart something is for: a coupon, a price rule.
#pragma once

#include "loyalty/loyalty.h"

namespace perennial::loyalty {

inline constexpr size_t kMaxRuleWords = 500;  // products or categories of one list

// Lines of these products or categories (both empty: all), without those.
struct CartScope {
  std::vector<std::string> products, categories, not_products, not_categories;
  bool has_product_rules() const {
    return !products.empty() || !categories.empty() || !not_products.empty() ||
           !not_categories.empty();
  }
};
// Reads the four lists into `scope`. Fails with kInvalid, naming the field.
Result<void> read_scope(const Json& json, CartScope& scope);
void add_scope(Json& json, const CartScope& scope);

}  // namespace perennial::loyalty
