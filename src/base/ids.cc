#include "base/ids.h"

#include <cstring>

#include <sodium.h>

#include "base/result.h"

namespace perennial {
namespace {

void ensure_sodium() {
  static const int state = sodium_init();
  if (state < 0) die("libsodium cannot be initialised", __FILE__, __LINE__);
}

// Fixed: fingerprints are stored, so this key may never change.
constexpr unsigned char kFingerprintKey[crypto_shorthash_siphashx24_KEYBYTES] = {
    'p', 'e', 'r', 'e', 'n', 'n', 'i', 'a', 'l', '-', 'i', 'd', '-', 'v', '1', 0};

}  // namespace

std::string new_id(std::string_view prefix) {
  static constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
  ensure_sodium();
  std::array<unsigned char, 26> random;
  randombytes_buf(random.data(), random.size());
  std::string id(prefix);
  id += '_';
  for (unsigned char byte : random) id += kAlphabet[byte & 31];
  return id;
}

std::string base64url(std::string_view bytes) {
  ensure_sodium();
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string out(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  out.resize(std::strlen(out.c_str()));
  return out;
}

std::string random_token(size_t bytes) {
  ensure_sodium();
  std::string random(bytes, '\0');
  randombytes_buf(random.data(), random.size());
  return base64url(random);
}

std::string Fingerprint::hex() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (uint64_t half : {high, low}) {
    for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[(half >> shift) & 15];
  }
  return out;
}

Fingerprint fingerprint(std::string_view text) {
  std::array<unsigned char, crypto_shorthash_siphashx24_BYTES> hash;
  crypto_shorthash_siphashx24(hash.data(), reinterpret_cast<const unsigned char*>(text.data()),
                              text.size(), kFingerprintKey);
  Fingerprint result;
  std::memcpy(&result.low, hash.data(), 8);
  std::memcpy(&result.high, hash.data() + 8, 8);
  return result;
}

std::string hmac_token(std::string_view key, std::string_view text) {
  ensure_sodium();
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(key.data()),
                              key.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()),
                                text.size());
  std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(mac.data()));
  return base64url(mac);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string sha256_hex(std::string_view text) {
  ensure_sodium();
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash;
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  std::string out(hash.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), hash.data(), hash.size());
  out.pop_back();
  return out;
}

}  // namespace perennial
