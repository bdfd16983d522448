// What this module forgets when a person is erased (people/erase.h).
#pragma once

#include "people/erase.h"

namespace perennial::engage {

// Addresses and user ids in the send ledger; verdicts and arms stay. `messages` gets the ids of
// messages that were sent, for files that hold them.
Result<void> erase_person(store::Connection& c, people::Erased& erased,
                          std::vector<std::string>& messages);

}  // namespace perennial::engage
