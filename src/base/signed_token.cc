#include "base/signed_token.h"

#include <sodium.h>

#include "base/base.h"

namespace perennial {
namespace {

std::string signature(std::string_view purpose, std::string_view payload, std::string_view secret) {
  return hmac_token(secret, std::string(purpose) + ":" + std::string(payload));
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes(text.size(), '\0');
  size_t length = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &length, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
    return {};
  }
  bytes.resize(length);
  return bytes;
}

}  // namespace

std::string sign_token(std::string_view purpose, std::string_view payload,
                       std::string_view secret) {
  const std::string encoded = base64url(payload);
  return encoded + "." + signature(purpose, encoded, secret);
}

std::optional<std::string> read_token(std::string_view purpose, std::string_view token,
                                      std::string_view secret) {
  const size_t dot = token.find('.');
  if (token.size() > kMaxSignedToken || dot == token.npos) return {};
  const std::string_view encoded = token.substr(0, dot);
  if (!equal_in_constant_time(token.substr(dot + 1), signature(purpose, encoded, secret)))
    return {};
  return from_base64url(encoded);
}

}  // namespace perennial
