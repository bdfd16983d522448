// Passwords as Argon2id hashes (RFC 9106) by libsodium, with the parameters that OWASP's password
// storage cheat sheet gives as its minimum: 19 MiB, two passes. At most kHashesAtOnce run at a
// time, so that a flood of sign-ins neither fills the memory nor takes every worker's core.
#pragma once

#include <string>
#include <string_view>

#include "base/base.h"

namespace perennial::access {

inline constexpr int kHashesAtOnce = 2;
inline constexpr size_t kHashMemoryBytes = 19 * 1024 * 1024;
inline constexpr unsigned kHashPasses = 2;

// kInvalid unless it has kMinPasswordLength characters and at most kMaxPasswordLength bytes.
Result<void> check_password(std::string_view password);
// The hash with its parameters and salt, as stored. kBusy when its turn does not come.
Result<std::string> hash_password(std::string_view password);
// Takes the same time for every password; an empty `hash` fits none, after the same work.
Result<bool> fits(std::string_view hash, std::string_view password);

}  // namespace perennial::access
