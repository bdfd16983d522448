// How e-mail leaves: the settings document "engage.email" and the channels made from it.
//
// The password is kept sealed (libsodium secretbox: XSalsa20-Poly1305) under a random key in a file
// beside the outbox folder, so that neither a copy of the state database nor a backup of it gives
// the password away. It is in no answer, log or audit record.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engage/engage.h"

namespace perennial::engage {

inline constexpr std::string_view kEmailDocument = "engage.email";

// The key file, made at first use with mode 0600. Thread-safe between processes: the first wins.
class Seal {
 public:
  static Result<Seal> open(const std::string& key_file);
  std::string close(std::string_view secret) const;
  // kConflict if it was sealed under another key or changed.
  Result<std::string> reveal(std::string_view sealed) const;

 private:
  explicit Seal(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

// Defaults when nothing was set. A password that cannot be opened any more reads as none.
Result<EmailSettings> load_email(store::Connection& c, const Seal& seal);
Result<void> save_email(store::Connection& c, const EmailSettings& settings, const Seal& seal);

// EmailChannel of the contract, without the password.
Json to_json(const EmailSettings& settings, std::string_view outbox_directory);
// A change as the API takes it; fields that are left out keep their value. A kept password goes to
// no other server: changing host, port, security or user asks for it again.
Result<EmailSettings> email_from_json(const Json& json, const EmailSettings& before);

std::unique_ptr<Channel> open_channel(const EmailSettings& settings,
                                      const std::string& outbox_directory);

}  // namespace perennial::engage
