// Undoing a join of users: when people say that two user ids are not one person, the person falls
// into the sets of users that aliases and words of hand still connect.
#pragma once

#include "people/hand.h"
#include "people/joiner.h"

namespace perennial::people {

// A user of a person.
struct UserOf {
  int64_t identity = 0;
  std::string value;
};
// The users of a person. Ahead is the one who was there first: whoever else is in a person came by
// a join, and the log of joins names the first user of every number that went.
Result<std::vector<UserOf>> users_of(store::Connection& c, PersonId person);

// Each side keeps its visitors, events, traits and orders, as everything hangs on an identity. The
// side of the user that was there first keeps the number of the person; the others get new ones.
// Tells `joined` whose profiles and figures are to be computed anew.
Result<void> split_person(store::Connection& c, PersonId person, const HandWord& word,
                          Progress& progress, Joined& joined);

}  // namespace perennial::people
