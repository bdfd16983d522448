// Commands as text: the contract's JSON, and the payload that is kept to tell a repeated command
// from another one under the same id.
#pragma once

#include "loyalty/loyalty.h"

namespace perennial::loyalty {

// All that decides what the command does, as one line of JSON.
std::string payload_of(const Command& command);
// The first field in which two payloads differ; "" if they are the same.
std::string differing_field(std::string_view a, std::string_view b);
// The command of a payload.
Result<Command> command_of_payload(std::string_view payload, std::string id);

}  // namespace perennial::loyalty
