#include "loyalty/coupon_cart.h"

#include <algorithm>
#include <numeric>

#include "loyalty/fields.h"

namespace perennial::loyalty {
namespace {

bool listed(const std::vector<std::string>& list, const std::string& word) {
  return std::ranges::find(list, word) != list.end();
}

bool any_listed(const std::vector<std::string>& list, const std::vector<std::string>& words) {
  return std::ranges::any_of(words, [&](const std::string& word) { return listed(list, word); });
}

// Takes `discount` off the lines in proportion to what is left of each: rounded down, and the rest
// minor unit by minor unit from the first line that has some left.
void spread(int64_t discount, const std::vector<bool>& covered, std::vector<int64_t>& left,
            std::vector<int64_t>& by_line) {
  int64_t all = 0;
  for (size_t i = 0; i < left.size(); ++i) all += covered[i] ? left[i] : 0;
  if (all == 0) return;
  int64_t given = 0;
  for (size_t i = 0; i < left.size(); ++i) {
    if (!covered[i]) continue;
    by_line[i] = static_cast<int64_t>(static_cast<__int128>(discount) * left[i] / all);
    given += by_line[i];
  }
  for (size_t i = 0; given < discount; i = (i + 1) % left.size()) {
    if (!covered[i] || by_line[i] == left[i]) continue;
    ++by_line[i];
    ++given;
  }
  for (size_t i = 0; i < left.size(); ++i) left[i] -= by_line[i];
}

// Every set of coupons that may stand together, looked at once.
class Search {
 public:
  Search(const Cart& cart, std::span<const Candidate> candidates)
      : cart_(cart), candidates_(candidates) {}

  Combination run() {
    step(0);
    return std::move(best_);
  }

 private:
  void step(size_t next) {
    consider();
    if (chosen_.size() == kMaxTogether) return;
    for (size_t i = next; i < candidates_.size(); ++i) {
      const bool fits = std::ranges::all_of(chosen_, [&](size_t one) {
        return combine(candidates_[one].batch, candidates_[i].batch);
      });
      if (!fits) continue;
      chosen_.push_back(i);
      step(i + 1);
      chosen_.pop_back();
    }
  }
  void consider() {
    Combination found = apply(cart_, candidates_, chosen_);
    // A coupon that takes off nothing is not used up for it.
    const bool idle = std::ranges::any_of(found.applied, [](const Applied& one) {
      return one.discount_minor == 0 && !one.free_shipping;
    });
    if (idle) return;
    const auto rank = [&](const Combination& one) {
      int64_t ends = 0;
      for (const Applied& applied : one.applied)
        ends = std::max(ends, to_millis(candidates_[applied.candidate].batch.valid.to));
      return std::tuple(-one.discount_minor, !one.free_shipping, one.applied.size(), ends);
    };
    if (rank(found) < rank(best_)) best_ = std::move(found);
  }

  const Cart& cart_;
  std::span<const Candidate> candidates_;
  std::vector<size_t> chosen_;
  Combination best_;
};

}  // namespace

int64_t Cart::amount_minor() const {
  int64_t sum = 0;
  for (const CartLine& line : lines) sum += line.amount_minor;
  return sum;
}

Result<Cart> cart_from_json(const Json& json) {
  const auto bad = [](std::string message, std::string where) {
    return fail(Code::kInvalid, std::move(message), std::move(where));
  };
  Cart cart;
  if (!json.contains("lines") || !json["lines"].is_array() || json["lines"].empty() ||
      json["lines"].size() > kMaxCartLines)
    return bad("is a list of 1 to 200 lines", "lines");
  for (const Json& one : json["lines"]) {
    if (!one.is_object()) return bad("holds objects", "lines");
    CartLine line;
    line.product = TRY(read_text(one, "product", kMaxNameBytes, true));
    line.amount_minor = TRY(read_bounded(one, "amount_minor", 0, kMaxPoints));
    if (one.contains("categories") && !one["categories"].is_null()) {
      if (!one["categories"].is_array() || one["categories"].size() > kMaxCategories)
        return bad("is a list of at most 20 names", "lines.categories");
      for (const Json& name : one["categories"]) {
        if (!name.is_string()) return bad("is a list of at most 20 names", "lines.categories");
        line.categories.push_back(name.get<std::string>());
      }
    }
    cart.lines.push_back(std::move(line));
  }
  cart.shipping_minor = TRY(read_bounded(json, "shipping_minor", 0, kMaxPoints));
  return cart;
}

bool covers(const CartScope& scope, const CartLine& line) {
  if (listed(scope.not_products, line.product) || any_listed(scope.not_categories, line.categories))
    return false;
  if (scope.products.empty() && scope.categories.empty()) return true;
  return listed(scope.products, line.product) || any_listed(scope.categories, line.categories);
}

int64_t covered_minor(const CouponBatch& batch, const Cart& cart) {
  int64_t sum = 0;
  for (const CartLine& line : cart.lines) sum += covers(batch, line) ? line.amount_minor : 0;
  return sum;
}

bool combine(const CouponBatch& a, const CouponBatch& b) {
  if (a.exclusive || b.exclusive || a.id == b.id) return false;
  return a.stack_group.empty() || a.stack_group != b.stack_group;
}

Combination apply(const Cart& cart, std::span<const Candidate> candidates,
                  std::span<const size_t> chosen) {
  std::vector<size_t> order(chosen.begin(), chosen.end());
  const auto rank = [&](size_t i) {
    const CouponBatch::Kind kind = candidates[i].batch.kind;
    const int place = kind == CouponBatch::Kind::kPercent ? 0
                      : kind == CouponBatch::Kind::kFixed ? 1
                                                          : 2;
    return std::pair(place, std::string_view(candidates[i].code));
  };
  std::ranges::sort(order, {}, rank);
  std::vector<int64_t> left;
  for (const CartLine& line : cart.lines) left.push_back(line.amount_minor);
  Combination all;
  for (size_t i : order) {
    const CouponBatch& batch = candidates[i].batch;
    Applied one{.candidate = i, .by_line = std::vector<int64_t>(left.size())};
    std::vector<bool> covered;
    int64_t rest = 0;
    for (size_t k = 0; k < left.size(); ++k) {
      covered.push_back(covers(batch, cart.lines[k]));
      if (!covered[k]) continue;
      one.covered_minor += cart.lines[k].amount_minor;
      rest += left[k];
    }
    if (batch.kind == CouponBatch::Kind::kFreeShipping) {
      one.free_shipping = one.covered_minor > 0 && !all.free_shipping;
      one.discount_minor = one.free_shipping ? cart.shipping_minor : 0;
      all.free_shipping = all.free_shipping || one.free_shipping;
    } else {
      one.discount_minor = discount_of(batch, rest);
      spread(one.discount_minor, covered, left, one.by_line);
    }
    all.discount_minor += one.discount_minor;
    all.applied.push_back(std::move(one));
  }
  return all;
}

Combination best_combination(const Cart& cart, std::span<const Candidate> candidates) {
  INVARIANT(candidates.size() <= kMaxCandidates);
  return Search(cart, candidates).run();
}

}  // namespace perennial::loyalty
