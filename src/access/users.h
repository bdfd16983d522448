// Users as rows: what the routes need beside the public functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/access.h"

namespace perennial::access {

Json to_json(const User& user);
// Case-folded form in which e-mail addresses are compared (ASCII letters only: what mail servers
// agree on).
std::string fold_email(std::string_view email);
// By id or e-mail, or kNotFound.
Result<User> find_user(store::Connection& c, std::string_view id_or_email);

struct Credentials {
  User user;
  std::string password_hash;  // "" before the user has set one
};
Result<std::optional<Credentials>> find_credentials(store::Connection& c, std::string_view email);

// Stores a password that was hashed before, ends the user's sessions and voids the links.
Result<void> store_password(store::Connection& c, std::string_view user_id,
                            std::string_view password_hash);

// The enabled user of a link that has neither been used nor expired, or kInvalid.
Result<User> user_of_link(store::Connection& c, std::string_view token, Instant now);
// Sets name (if given) and password hash, and uses the link up. kInvalid as above.
Result<User> claim_link(store::Connection& c, std::string_view token, std::string_view name,
                        std::string_view password_hash, Instant now);

}  // namespace perennial::access
