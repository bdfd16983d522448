// What both logs share about taking events out.
#pragma once

#include <optional>

#include "events/events.h"

namespace perennial::events {

// kInvalid when nothing is said.
Result<void> check_erase(const Erase& what);
bool is_erased_by(const Erase& what, const StoredEvent& event);
// What stays of an event, with its number and times.
std::optional<StoredEvent> left_of(const Erase& what, const StoredEvent& event);

}  // namespace perennial::events
