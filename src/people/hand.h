// What people decide about identities: that two are one person, or that they are not. A decision is
// an event of the log like any other, so that a replay gives the same people; it is nobody's event,
// so it stands on nobody's timeline.
//
//   track "$people_merged" / "$people_separated" of source "console:people" (write keys cannot have
//   a colon in theirs), properties {"a": {"kind": "user_id" | "anonymous_id", "value": …}, "b": …,
//   "by": user of the console, "reason": text}
//
// The last word on two identities by (time, arrival) holds.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "people/identity.h"
#include "store/store.h"

namespace perennial::people {

inline constexpr std::string_view kHandSource = "console:people";
inline constexpr std::string_view kPeopleMerged = "$people_merged";
inline constexpr std::string_view kPeopleSeparated = "$people_separated";
inline constexpr std::string_view kNobody = "$group:people";  // their anonymous id, of nobody
inline constexpr size_t kMaxReasonBytes = 500;

struct Side {
  IdentityKind kind = IdentityKind::kUser;
  std::string value;
  auto operator<=>(const Side&) const = default;
};
struct HandWord {
  Side a, b;  // a < b
  bool merged = false;
  Stamp at;
  std::string by, reason, source, message_id;
};

bool is_hand_event(const events::StoredEvent& event);
// Nothing for what names no two identities.
std::optional<HandWord> read_hand_word(const events::StoredEvent& event);
events::Event hand_event(const HandWord& word, Instant now);

// False when a later word on the two is kept already.
Result<bool> keep_hand_word(store::Connection& c, const HandWord& word);
Result<bool> any_hand_word(store::Connection& c);
// The last words on any of these identities.
Result<std::vector<HandWord>> hand_words_on(store::Connection& c, std::span<const Side> sides);
// Of those words, the one on two identities; null if there is none.
const HandWord* word_on(std::span<const HandWord> words, const Side& one, const Side& other);

}  // namespace perennial::people
