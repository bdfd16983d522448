// One rule and one fact: do the conditions hold, and what is it worth.
#pragma once

#include "loyalty/replay.h"

namespace perennial::loyalty {

// The properties of a fact, parsed when first asked for.
class Properties {
 public:
  explicit Properties(const Fact& fact) : fact_(fact) {}
  // A member, "a.b" of a nested one; null if it is missing.
  Json member(std::string_view path);
  bool hold(const std::vector<Condition>& conditions);

 private:
  // "products[].sku": of any element; "ne": of all of them. `brackets` is where they stand.
  bool holds_of_list(const Condition& condition, size_t brackets);

  const Fact& fact_;
  std::optional<Json> parsed_;
};

// The code of the currency that a rule earns.
const std::string& currency_of(const Programme& programme, const Rule& rule);
// Points before multipliers for so much money and so many items.
Points base_points(const Amount& amount, int64_t amount_minor, int64_t items);
// Applied together and rounded down once; at most kMaxPoints.
Points multiplied(Points base, Stacking stacking, std::span<const int64_t> percents);

// Days of a zone as numbers, and the start of a cap's period.
int64_t local_day(const Zone& zone, int64_t at_ms);
int64_t period_start(const Calendar& calendar, Cap::Every every, int64_t at_ms);
// The start of the local day that lies `months` and `days` after the day of `at_ms`; a day that a
// month does not have is its last one.
int64_t day_after(const Zone& zone, int64_t at_ms, int64_t months, int64_t days);

}  // namespace perennial::loyalty
