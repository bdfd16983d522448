#include "access/passwords.h"

#include <algorithm>
#include <chrono>
#include <semaphore>

#include <sodium.h>

#include "access/access.h"

namespace perennial::access {
namespace {

constexpr std::chrono::seconds kTurnTimeout{5};

class Turn {
 public:
  Turn() : taken_(turns().try_acquire_for(kTurnTimeout)) {}
  ~Turn() {
    if (taken_) turns().release();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool taken() const { return taken_; }

 private:
  static std::counting_semaphore<kHashesAtOnce>& turns() {
    static std::counting_semaphore<kHashesAtOnce> semaphore(kHashesAtOnce);
    return semaphore;
  }
  bool taken_;
};

std::unexpected<Error> busy() {
  return fail(Code::kBusy, "too many people are signing in at this moment");
}

// What is compared for a user who does not exist or has no password, so that the answer takes as
// long as for one who has.
const std::string& nobodys_hash() {
  static const std::string hash = [] {
    char out[crypto_pwhash_STRBYTES];
    std::string password = random_token();
    if (crypto_pwhash_str(out, password.data(), password.size(), kHashPasses, kHashMemoryBytes))
      die("no memory for a password hash", __FILE__, __LINE__);
    return std::string(out);
  }();
  return hash;
}

}  // namespace

Result<void> check_password(std::string_view password) {
  auto characters = std::ranges::count_if(password, [](char c) { return (c & 0xc0) != 0x80; });
  if (static_cast<size_t>(characters) < kMinPasswordLength)
    return fail(Code::kInvalid, "must have at least 10 characters", "password");
  if (password.size() > kMaxPasswordLength)
    return fail(Code::kInvalid, "must have at most 1024 bytes", "password");
  return {};
}

Result<std::string> hash_password(std::string_view password) {
  Turn turn;
  if (!turn.taken()) return busy();
  char out[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str(out, password.data(), password.size(), kHashPasses, kHashMemoryBytes))
    return fail(Code::kBusy, "no memory for a password hash");
  return std::string(out);
}

Result<bool> fits(std::string_view hash, std::string_view password) {
  Turn turn;
  if (!turn.taken()) return busy();
  const std::string stored(hash.empty() ? std::string_view(nobodys_hash()) : hash);
  // A longer password fits no hash, as none was ever taken; it is cut, not skipped, to keep the
  // time the same.
  bool equal = crypto_pwhash_str_verify(stored.c_str(), password.data(),
                                        std::min(password.size(), kMaxPasswordLength)) == 0;
  return equal && !hash.empty() && password.size() <= kMaxPasswordLength;
}

}  // namespace perennial::access
