// Price rules: what some members pay less for. By level, by a set of people such as a segment, on
// or around their birthday, or for people by name (a personal offer).
//
// Pure where it counts: a cart and the rules that hold in, prices out. Each line gets the one rule
// that takes off most (of equals the one whose id comes first); rules never add up, so a price is
// explained by one name. Coupons see the prices after it.
#pragma once

#include <map>
#include <memory>

#include "loyalty/coupon_cart.h"

namespace perennial::loyalty {

inline constexpr size_t kMaxPriceRules = 200;      // of one programme
inline constexpr size_t kMaxPeopleOfRule = 1'000;  // by name
inline constexpr size_t kMaxSetBytes = 200;

struct PriceRule : CartScope {
  std::string id, name;
  bool enabled = true;
  // What comes off each line that it is for.
  enum class Kind { kPercent, kFixed } kind = Kind::kPercent;
  int64_t percent = 0;       // 1–100
  int64_t amount_minor = 0;  // at most the line's
  // For whom: all that is said must hold.
  std::vector<std::string> levels;  // any of these; empty = all
  std::string set;                  // "segment:…", "stage:silent"; "" = everybody
  std::vector<PersonId> people;     // these alone; empty = everybody
  enum class Birthday { kAny, kDay, kMonth } birthday = Birthday::kAny;
  Span valid{};
  int64_t revision = 0;
};
// Fails with kInvalid, naming the field. Times without a zone are the programme's.
Result<PriceRule> price_rule_from_json(const Json& json, const Zone& zone);
Json to_json(const PriceRule& rule);
// Creates it (revision 0 expected) or changes it; kConflict when somebody changed it meanwhile,
// kNotFound for a level that there is not.
Result<PriceRule> save_price_rule(store::Connection& c, const Programme& programme, PriceRule rule,
                                  Instant now);
// By id.
Result<std::vector<PriceRule>> list_price_rules(store::Connection& c, const Programme& programme);

// Whether `birthday` ("1990-05-17" or "05-17", of a member's traits) is in the month or on the day
// of `now` in this zone. Who was born on February 29 has the 28th in other years.
bool has_birthday(std::string_view birthday, PriceRule::Birthday what, const Zone& zone,
                  Instant now);
// Sets of people by their word, each sorted: those that the rules name.
using Sets = std::map<std::string, std::shared_ptr<const std::vector<PersonId>>, std::less<>>;
// Of `rules` those that hold for this person now.
Result<std::vector<PriceRule>> rules_for(store::Connection& c, const Programme& programme,
                                         std::span<const PriceRule> rules, const Sets& sets,
                                         PersonId person, Instant now);

struct PricedCart {
  Cart cart;                       // at the prices after it
  std::vector<int64_t> off_minor;  // of each line
  std::vector<size_t> rule;        // its place in the list, of each line; SIZE_MAX: none
  int64_t discount_minor = 0;
};
PricedCart price(const Cart& cart, std::span<const PriceRule> rules);
Json to_json(const PricedCart& priced, const Cart& before, std::span<const PriceRule> rules);

}  // namespace perennial::loyalty
