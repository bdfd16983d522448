// What a request says of who asks, read from its headers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/http.h"

namespace perennial::access {

// The token of `Authorization: Bearer …`, or nothing.
std::optional<std::string> bearer_of(const http::Request& request);
// The write key of `Authorization: Basic …` (the user name, RFC 7617) or of X-Write-Key.
std::optional<std::string> write_key_of(const http::Request& request);
// The peer is this machine and no proxy says that it speaks for another.
bool is_from_this_machine(const http::Request& request);

}  // namespace perennial::access
