// Signing receipts: Ed25519 (RFC 8032), the key made from a secret of the workspace, so that a
// receipt can be checked by anybody who has the public key, without this program.
#pragma once

#include <string>
#include <string_view>

#include "store/store.h"

namespace perennial::privacy {

class Signer {
 public:
  // Makes the secret on first use: within a transaction that writes.
  static Result<Signer> load(store::Connection& c);
  // Both as URL-safe base 64 without padding.
  const std::string& public_key() const { return public_key_; }
  std::string sign(std::string_view payload) const;
  bool verify(std::string_view payload, std::string_view signature) const;

 private:
  std::string public_key_, secret_key_;  // the secret one as bytes
};

}  // namespace perennial::privacy
