// Tokens of links that may be passed on but not made up: what they say, readable, and a signature.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace perennial {

inline constexpr size_t kMaxSignedToken = 300;  // bytes; longer ones are not read

// base64url(payload) "." HMAC under `secret`. A token signed for one purpose is none for another.
std::string sign_token(std::string_view purpose, std::string_view payload, std::string_view secret);
// The payload of a token that sign_token() made; nothing for any other text.
std::optional<std::string> read_token(std::string_view purpose, std::string_view token,
                                      std::string_view secret);

}  // namespace perennial
