// What one person gave or took by hand in a day: many small things are a large one (approvals.h).
//
// It is counted in the transaction that looks whether it may be done, before it is done: requests
// side by side cannot pass the limit together. What a second person agreed to is never counted;
// what the ledger then refused is.
#pragma once

#include "loyalty/approvals.h"

namespace perennial::loyalty {

inline constexpr std::chrono::hours kHandsDay{24};

struct ByHand {
  std::string by;  // the principal's id
  // Who gets or loses it; 0: whoever will have the code.
  std::vector<PersonId> people;
  // The same thing again counts once; begins with what it is, as ids of commands and of gifts are
  // chosen by whoever sends them.
  std::string id;
  Points points = 0;  // for each of them; money as points_worth() has it
};
// Whether it stays within the programme's limit with what they did by hand in the day until `now`,
// for each of the people; then it counts, for all of them, else for nobody.
Result<bool> within_limit(store::Connection& c, const Programme& programme, const ByHand& hand,
                          Instant now);
// As many points as pay so much at the checkout, rounded up; the number itself where none do. Of
// what has no limit (worth_of()), more than any limit.
Points points_worth(const Programme& programme, std::optional<int64_t> minor);
// Whether a point of some currency pays more at the checkout than it did, or a new one more than
// the one that limits of money are reckoned by.
bool pays_more(const Programme& before, const Programme& after);
// The programme's limit in minor units, by what its points pay at the checkout.
int64_t money_limit(const Programme& programme);

}  // namespace perennial::loyalty
