// Ids of people as every way in takes them.
#pragma once

#include <string>
#include <string_view>

#include "collect/collect.h"

namespace perennial::collect {

// Composes an id (NFC, UAX #15), so that the same letters typed on another machine are the same
// person. One that names nobody ("undefined", "0", …), or is written as those of erased people are,
// is emptied, and given back for note_junk().
std::string settle_id(std::string& id);

// Puts {"`member`": `junk`} in front of the members of a context, for the review list of people/.
// Nothing is done without junk.
void note_junk(std::string& context, std::string_view member, std::string_view junk);

}  // namespace perennial::collect
