// Routes of the customer file that say something: joining and separating people, editing traits,
// consents, notes; and what the log says about one person.
#pragma once

#include "people/people.h"

namespace perennial::people {

// A number that changes with what is known of a person: an edit names the one that it was made on.
std::string person_version(const Person& person);
// Follows joins, so that an address that was noted before a join goes on working. kNotFound.
Result<Person> asked_person(store::Connection& c, const http::Request& request);

struct DeskParts {
  store::Database& database;
  events::Log& log;
  std::function<bool(uint64_t seq)> settle;
  Clock clock;
};
void add_identity_routes(http::Router& router, const DeskParts& parts);
void add_desk_routes(http::Router& router, const DeskParts& parts);

}  // namespace perennial::people
