// Erasing one person from the state of this module. Orders stay, without whose they are, so that
// totals stay: under one identity without a name ("erased:" and the number of the erasure), which
// keeps the person's number. Everything else goes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "people/people.h"

namespace perennial::people {

// What an order of an erased person is called: it can be told apart from others, and is not found
// by the id that the shop knows.
std::string erased_order_id(std::string_view key, std::string_view order_id);

}  // namespace perennial::people
