// The people behind one number of an answer.
#pragma once

#include "insight/insight.h"

namespace perennial::insight {

struct SetContext {
  const OrderBook& book;
  Calendar calendar;
  Instant now;
  int window_days;
};
// nullopt unless the words begin with activity, rate or triangle; kInvalid when the rest is wrong.
std::optional<Result<std::vector<PersonId>>> people_of_set(const SetContext& context,
                                                           std::string_view set);
bool is_own_set(std::string_view set);

}  // namespace perennial::insight
