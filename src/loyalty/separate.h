// People who were one and fall apart: each side has again what it brought.
//
// Every number of a person that was ever joined to another belongs to the user who was the first of
// it. It has accounts of its own in the ledger, below those of whom it was joined to, and it is
// known of every coupon, card, code, redemption and play by which join it first came to somebody
// else. So each finds its side after any chain of joins and separations.
#pragma once

#include <set>

#include "loyalty/assess.h"

namespace perennial::loyalty {

// Identities ("u:ann") that went from one person to another together.
struct Separation {
  people::Move split;  // the first of their moves
  std::set<std::string, std::less<>> identities;
};

// The accounts of the numbers that go leave those of `split.from` for those of `split.into`. A hold
// made since keeps the points that it uses, and all that came with them, where they are.
Result<void> separate_accounts(store::Connection& c, const Programme& programme,
                               const Separation& separation, Instant now);
// A table of things that are somebody's, and the column that names the thing within a programme.
using Owned = std::pair<std::string_view, std::string_view>;
// Things that came with these identities.
Result<void> separate_owned(store::Connection& c, std::span<const Owned> tables,
                            const Separation& separation);
// What budgets have cut of the events of either side goes with the events.
Result<void> separate_cuts(store::Connection& c, const Programme& programme,
                           const Separation& separation);

// Runs the merge of one person's accounts into another's. It brings no new points, so only an error
// stands in its way; two who are one already are none.
Result<void> must_merge(store::Connection& c, const Programme& programme, const Command& merge,
                        Instant now);

}  // namespace perennial::loyalty
