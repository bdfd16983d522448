// An event that value/ tells the log of a person.
#pragma once

#include "events/events.h"
#include "value/value.h"

namespace perennial::value {

struct SaidOfPerson {
  PersonId person = 0;  // under any number that they had
  std::string_view source, name;
  std::string message_id;
  Instant at;
  Json properties;
};
// Named by a user id where there is one, else by a visitor's. Nothing for somebody without an
// identity.
Result<std::optional<events::Event>> event_of(store::Connection& c, const SaidOfPerson& said,
                                              Instant received_at);

}  // namespace perennial::value
