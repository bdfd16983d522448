// What this module forgets when a person is erased (people/erase.h).
#pragma once

#include "people/erase.h"

namespace perennial::experiments {

// Which arm a person was in stays, under a made-up identity, so that totals do not change.
Result<void> erase_person(store::Connection& c, people::Erased& erased);

}  // namespace perennial::experiments
