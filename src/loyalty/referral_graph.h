// Who brought whom to the shop, over all programmes: for those who look at people around somebody.
#pragma once

#include <vector>

#include "people/people.h"
#include "store/store.h"

namespace perennial::loyalty {

// A claim that counts for the friend and was not refused, whatever became of its reward.
struct Brought {
  people::PersonId by = 0, whom = 0;
  int64_t claimed_ms = 0;
  int64_t claim = 0;  // the number of the event
};
// By claim, of claims after `claim`; without people who were erased.
Result<std::vector<Brought>> who_brought_whom(store::Connection& c, int64_t claim = 0);

}  // namespace perennial::loyalty
