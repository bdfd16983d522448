// Fields of people that a role sees only in part: "a***@shop.cn", "138****5678". Which fields of
// which role is a setting of the workspace (document "people.masking"); administrators see all.
// Answers of this module pass through masked(); those of other modules that show people pass
// through masked_answer() of people.h.
#pragma once

#include "people/people.h"

namespace perennial::people {

inline constexpr size_t kMaxMasked = 50;  // fields of a role

std::string mask_text(std::string_view field, std::string_view text);
// An answer of a route with what the mask hides in part: Customer objects, traits, words on traits,
// identifiers, properties of events; and any text that is an e-mail address or a phone number where
// those are hidden, such as a user id. With a request about one person, what is hidden of them is
// so in sentences too: "Hello 王***".
Json masked(Json answer, const Mask& mask);
Result<Json> masked(store::Database& database, const http::Request& request, Result<Json> answer);

// /v1/privacy/masking.
void add_masking_routes(http::Router& router, store::Database& database, const Clock& clock);

}  // namespace perennial::people
