// Identifiers that cannot be guessed, and keyed fingerprints.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace perennial {

// "cmp_" + 26 characters of Crockford base 32 (130 random bits), for a prefix of "cmp".
std::string new_id(std::string_view prefix);

// `bytes` random bytes as URL-safe base 64 without padding: for secrets and tokens.
std::string random_token(size_t bytes = 32);

// 128-bit SipHash-2-4 under a fixed key: the same text always gives the same fingerprint, also
// after a restart. 100 M texts collide with a chance below 10^-22.
struct Fingerprint {
  uint64_t low = 0;
  uint64_t high = 0;
  bool operator==(const Fingerprint&) const = default;
  auto operator<=>(const Fingerprint&) const = default;
  std::string hex() const;
};
Fingerprint fingerprint(std::string_view text);

// HMAC-SHA-256 (RFC 2104) of `text` as URL-safe base 64 without padding.
std::string hmac_token(std::string_view key, std::string_view text);
bool equal_in_constant_time(std::string_view a, std::string_view b);
// SHA-256 (FIPS 180-4) of `text` in hex: what is stored of a secret.
std::string sha256_hex(std::string_view text);

std::string base64url(std::string_view bytes);

}  // namespace perennial

template <>
struct std::hash<perennial::Fingerprint> {
  size_t operator()(const perennial::Fingerprint& f) const noexcept { return f.low; }
};
