// Identifiers as events carry them: which ones name anybody, and how they are kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/events.h"
#include "people/people.h"
#include "people/stamp.h"

namespace perennial::people {

// Stored as numbers: never renumber.
enum class IdentityKind : int64_t { kUser = 1, kAnonymous = 2 };
std::string_view kind_name(IdentityKind kind);

// Longer identifiers name nobody: they would not fit into a database index.
inline constexpr size_t kMaxIdentifierBytes = 512;

// A user id that more anonymous ids than this were joined to is a default that a client sends for
// everybody: it joins nobody, and devices that it had are nobody's again.
inline constexpr int64_t kMaxDevicesOfUser = 200;

// An imported order without a customer: it has no person.
bool is_anonymous_order(std::string_view source, std::string_view anonymous_id);

// What is stored of an identity. `owner` is the user (as identity) to whom an anonymous identity
// belongs: the one of the earliest joining event, whichever arrived first.
struct IdentityRow {
  int64_t id = 0;  // 0 = not stored yet
  PersonId person = 0;
  int64_t first_ms = kEndOfTime;  // of its own events; kEndOfTime: only another event spoke of it
  int64_t last_ms = kBeforeTime;  // of its own events; kept for anonymous identities with an owner
  int64_t owner = 0;
  Stamp joined;          // of the event that gave it to the owner
  bool shown = false;    // false for what only an alias called so
  bool special = false;  // more than its earliest join decides about it; of users: was joined
};

struct NamedIdentity {
  IdentityKind kind;
  std::string value;
  int64_t first_ms = kEndOfTime;
};

}  // namespace perennial::people
