// What a programme cost over some time: for those who set it against what the programme brought.
#pragma once

#include <vector>

#include "base/base.h"
#include "people/people.h"
#include "store/store.h"

namespace perennial::loyalty {

struct Programme;

// Points cost when they are given, so much a point as the programme says, times the share that is
// expected to be redeemed; what was taken back is given back. What was bought with points in the
// mall is in that. Points that paid at checkout and coupons cost what they took off orders: points
// that paid so are not counted a second time.
struct ProgrammeCost {
  double points_minor = 0;
  int64_t checkout_minor = 0, coupons_minor = 0;  // off the orders' amounts already
};
// Of people under the numbers that they have now, ascending; null: of everybody.
Result<ProgrammeCost> programme_cost(store::Connection& c, const Programme& programme, Span span,
                                     const std::vector<people::PersonId>* among);

}  // namespace perennial::loyalty
