#include "webhooks/signature.h"

#include <vector>

#include <sodium.h>

#include "base/base.h"

namespace perennial::webhooks {
namespace {

constexpr std::string_view kPrefix = "whsec_";

std::string bytes_of(std::string_view text, int variant) {
  std::string bytes(text.size(), '\0');
  size_t length = 0;
  const int read = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                     text.data(), text.size(), nullptr, &length, nullptr, variant);
  INVARIANT(read == 0);
  bytes.resize(length);
  return bytes;
}

std::string base64(std::string_view bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  std::vector<char> out(sodium_base64_encoded_len(bytes.size(), kVariant));
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  return out.data();
}

std::string hmac(std::string_view key, std::string_view text) {
  return bytes_of(hmac_token(key, text), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

}  // namespace

std::string secret_of(std::string_view master, std::string_view webhook, int64_t number) {
  return std::string(kPrefix) +
         base64(hmac(master, std::string(webhook) + ":" + std::to_string(number)));
}

std::string signature(std::string_view secret, std::string_view id, int64_t timestamp_seconds,
                      std::string_view body) {
  INVARIANT(secret.starts_with(kPrefix));
  const std::string key = bytes_of(secret.substr(kPrefix.size()), sodium_base64_VARIANT_ORIGINAL);
  std::string text(id);
  text += "." + std::to_string(timestamp_seconds) + ".";
  text += body;
  return "v1," + base64(hmac(key, text));
}

}  // namespace perennial::webhooks
