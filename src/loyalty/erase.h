// What this module forgets when a person is erased (people/erase.h).
#pragma once

#include "people/erase.h"

namespace perennial::loyalty {

// Facts of the person's events and notes on redemptions. Postings, lots and levels hold a number
// that leads to nobody any more; they stay, or the ledger would not add up.
Result<void> erase_person(store::Connection& c, people::Erased& erased);

}  // namespace perennial::loyalty
