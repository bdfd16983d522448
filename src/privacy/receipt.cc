#include "privacy/receipt.h"

#include <array>

#include <sodium.h>

#include "access/access.h"
#include "base/base.h"

namespace perennial::privacy {
namespace {

constexpr std::string_view kSecret = "privacy.receipts";

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Empty for what is not base 64 of that many bytes.
std::string from_base64(std::string_view text, size_t length) {
  std::string out(length, '\0');
  size_t got = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(),
                        text.size(), nullptr, &got, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      got != length) {
    return "";
  }
  return out;
}

}  // namespace

Result<Signer> Signer::load(store::Connection& c) {
  const std::string secret = TRY(access::Settings::secret(c, kSecret));
  std::array<unsigned char, crypto_sign_SEEDBYTES> seed;
  static_assert(crypto_sign_SEEDBYTES == crypto_hash_sha256_BYTES);
  crypto_hash_sha256(seed.data(), bytes(secret), secret.size());
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> open;
  Signer out;
  out.secret_key_.resize(crypto_sign_SECRETKEYBYTES);
  crypto_sign_seed_keypair(open.data(), reinterpret_cast<unsigned char*>(out.secret_key_.data()),
                           seed.data());
  sodium_memzero(seed.data(), seed.size());
  out.public_key_ = base64url({reinterpret_cast<const char*>(open.data()), open.size()});
  return out;
}

std::string Signer::sign(std::string_view payload) const {
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, bytes(payload),
                       payload.size(), bytes(secret_key_));
  return base64url(signature);
}

bool Signer::verify(std::string_view payload, std::string_view signature) const {
  const std::string signed_bytes = from_base64(signature, crypto_sign_BYTES);
  const std::string open = from_base64(public_key_, crypto_sign_PUBLICKEYBYTES);
  return !signed_bytes.empty() && crypto_sign_verify_detached(bytes(signed_bytes), bytes(payload),
                                                              payload.size(), bytes(open)) == 0;
}

}  // namespace perennial::privacy
