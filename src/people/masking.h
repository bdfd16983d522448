// Fields of people that a role sees only in part: "a***@shop.cn", "138****5678". Which fields of
// which role is a setting of the workspace (document "people.masking"); administrators see all.
// Answers of this module pass through masked(); what other modules show of people does not.
#pragma once

#include <set>

#include "people/people.h"

namespace perennial::people {

inline constexpr size_t kMaxMasked = 50;  // fields of a role

// "name", "email", "phone", or a trait's name.
struct Mask {
  std::set<std::string, std::less<>> fields;
  bool hides(std::string_view field) const { return fields.contains(field); }
};
Result<Mask> mask_of(store::Connection& c, std::string_view role);
std::string mask_text(std::string_view field, std::string_view text);
// An answer of a route with what the mask hides in part: Customer objects, traits, words on traits,
// identifiers, properties of events; and any text that is an e-mail address or a phone number where
// those are hidden, such as a user id.
Json masked(Json answer, const Mask& mask);
Result<Json> masked(store::Database& database, const http::Request& request, Result<Json> answer);

// /v1/privacy/masking.
void add_masking_routes(http::Router& router, store::Database& database, const Clock& clock);

}  // namespace perennial::people
