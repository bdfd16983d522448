// Reading what the decisions about identities left: who was joined to whom and why, the pairs that
// wait for a person, and values that name nobody.
#pragma once

#include <string>
#include <vector>

#include "people/hand.h"
#include "people/people.h"

namespace perennial::people {

// A line of the log of joins.
struct Merge {
  int64_t id = 0;
  PersonId from = 0, into = 0;  // from 0: somebody without events before
  bool whole = false;
  std::string reason;  // "identify", "alias", "hand", or the identifier: "phone", "email", …
  Side side;           // the identity that went
  std::string source, message_id;
  Instant at;
};

// Something that connects two identities of one person, newest first. What a person may undo.
struct Bond {
  Side one, other;    // `other` is a user
  std::string means;  // "identify", "alias", "track_signup", "hand", "email", …
  std::string source, message_id;
  std::optional<Instant> at;
};
// The bonds that hold a person together, at most `limit`.
Result<std::vector<Bond>> bonds_of(store::Connection& c, PersonId person, size_t limit);
// The log of joins of a person, newest first.
Result<std::vector<Merge>> merges_of(store::Connection& c, PersonId person, size_t limit);

// Two users who named the same identifier, and of whom nobody has said what they are.
struct Proposal {
  Side a, b;
  PersonId a_person = 0, b_person = 0;
  std::string kind, value;
};
Result<std::vector<Proposal>> open_proposals(store::Connection& c, size_t offset, size_t limit);
Result<int64_t> count_proposals(store::Connection& c);

struct JunkValue {
  std::string kind, value, source;
  int64_t events = 0;
  Instant first_at, last_at;
};
Result<std::vector<JunkValue>> junk_values(store::Connection& c, size_t limit);

// An identifier that more than kMaxClaimants identities named, or a user id of more than
// kMaxDevicesOfUser devices.
struct SharedValue {
  std::string kind, value;
  int64_t claimants = 0;  // identities, counted up to kMaxClaimants + 1; or devices
  int64_t above = 0;      // the number that it is above
};
Result<std::vector<SharedValue>> shared_values(store::Connection& c, size_t limit);

// The identifiers that the identities of a person named.
struct Named {
  std::string kind, value;
  Instant first_at;
  std::string source;
};
Result<std::vector<Named>> identifiers_of(store::Connection& c, PersonId person, size_t limit);

}  // namespace perennial::people
