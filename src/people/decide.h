// The one decision about who belongs together. Pure; the stage asks it for whatever brings two
// identities together: identify, alias, track_signup, rows of a file, identifiers named twice, and
// what people decide by hand.
//
//   - A visitor (anonymous id) belongs to one user: the one that a person chose last; else the user
//     of its earliest join; else the first user to name the identifier that the visitor named
//     first. What was separated by hand counts no more. So a shared device stays with its first
//     user.
//   - Two users are one person when an alias or a person says so, and no later word of hand
//     separates them. Nothing else joins users: an identifier that both name makes a proposal.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "people/stamp.h"

namespace perennial::people {

// Stored as numbers in tests and texts only; the order is the order of weakness.
enum class Means { kHand = 0, kJoin = 1, kClaim = 2 };

// One reason why a visitor may belong to a user.
struct Candidate {
  Means means = Means::kJoin;
  int64_t user = 0;  // identity
  Stamp at;          // of the join, the word of hand, or the visitor's naming of the identifier
  Stamp theirs;      // of a claim: when the user named it
  bool separated = false;                  // by the last word of hand on the two
  std::string reason, source, message_id;  // for the log: "identify", "email", "hand", …
};

// Whether `a` decides rather than `b`.
inline bool decides_before(const Candidate& a, const Candidate& b) {
  if (a.separated != b.separated) return b.separated;
  if (a.means != b.means) return a.means < b.means;
  if (a.means == Means::kHand) return std::tie(a.at, a.user) > std::tie(b.at, b.user);
  return std::tie(a.at, a.reason, a.theirs, a.user) < std::tie(b.at, b.reason, b.theirs, b.user);
}

// The candidate that decides; null when the visitor belongs to nobody.
inline const Candidate* decide_owner(std::span<const Candidate> candidates) {
  const Candidate* best = nullptr;
  for (const Candidate& one : candidates) {
    if (one.separated) continue;
    if (best == nullptr || decides_before(one, *best)) best = &one;
  }
  return best;
}

// Whether two users are directly joined. `by_hand`: the last word on the two, if there is one.
inline bool joins_users(bool alias, std::optional<bool> by_hand) { return by_hand.value_or(alias); }

}  // namespace perennial::people
