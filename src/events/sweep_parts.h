// Where a sweep is parted for several readers.
#pragma once

#include <utility>

#include <cstdint>
#include <string>
#include <vector>

#include "events/events.h"

namespace perennial::events {

// Identities in ascending order, each with how many events lie from it to the next: the sweep in at
// most so many parts of about the same size, each of which begins at one of them.
std::vector<Sweep> parted(const Sweep& what, size_t parts,
                          const std::vector<std::pair<std::string, uint64_t>>& marks);

}  // namespace perennial::events
