#include "privacy/receipt.h"

#include <array>

#include <sodium.h>

namespace perennial::privacy {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// What is signed: the members sorted by their names, without blanks.
std::string signed_text(const Json& receipt) {
  nlohmann::json sorted = nlohmann::json::parse(to_text(receipt));
  sorted.erase("signature");
  return sorted.dump();
}

}  // namespace

Signer::Signer(std::string_view secret) {
  std::array<unsigned char, crypto_sign_SEEDBYTES> seed{};
  crypto_hash_sha256(seed.data(), bytes_of(secret), secret.size());
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> open{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> closed{};
  crypto_sign_seed_keypair(open.data(), closed.data(), seed.data());
  public_.assign(open.begin(), open.end());
  private_.assign(closed.begin(), closed.end());
}

std::string Signer::public_key() const { return base64url(public_); }

Json Signer::sign(Json receipt) const {
  receipt["key"] = public_key();
  const std::string text = signed_text(receipt);
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, bytes_of(text),
                       text.size(), bytes_of(private_));
  receipt["signature"] = base64url(signature);
  return receipt;
}

bool Signer::verifies(const Json& receipt) const {
  const Json said = receipt.is_object() ? receipt.value("signature", Json()) : Json();
  if (!said.is_string()) return false;
  const auto& text = said.get_ref<const std::string&>();
  std::array<unsigned char, crypto_sign_BYTES> signature{};
  size_t length = 0;
  if (sodium_base642bin(signature.data(), signature.size(), text.data(), text.size(), nullptr,
                        &length, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      length != signature.size()) {
    return false;
  }
  const std::string content = signed_text(receipt);
  return crypto_sign_verify_detached(signature.data(), bytes_of(content), content.size(),
                                     bytes_of(public_)) == 0;
}

}  // namespace perennial::privacy
