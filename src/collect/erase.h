// What this module forgets when a person is erased (people/erase.h).
#pragma once

#include "people/erase.h"

namespace perennial::collect {

// Quarantined events that name the person, and the sample rows of imports that do.
Result<void> erase_person(store::Connection& c, people::Erased& erased);

}  // namespace perennial::collect
