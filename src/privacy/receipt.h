// Signatures of receipts: Ed25519 (RFC 8032) through libsodium.
#pragma once

#include <string>
#include <string_view>

#include "base/base.h"

namespace perennial::privacy {

// The key pair that follows from a secret of the workspace.
class Signer {
 public:
  explicit Signer(std::string_view secret);
  std::string public_key() const;  // base64url, 32 bytes
  // Adds "key" and "signature".
  Json sign(Json receipt) const;
  // Whether it was signed with this key and nothing was changed since.
  bool verifies(const Json& receipt) const;

 private:
  std::string public_, private_;
};

}  // namespace perennial::privacy
