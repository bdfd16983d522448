// Forgetting a person: what this module holds goes, in the caller's transaction. Orders stay for
// the books, as orders of nobody.
#pragma once

#include "people/people.h"

namespace perennial::people {

// One line of a receipt. `why` is empty for what was removed.
struct ErasedPart {
  std::string store, what;
  int64_t count = 0;
  std::string why;
};
// What other modules need to find their own part, and what they did about it.
struct Erased {
  PersonId person = 0;
  std::vector<std::string> identities;  // as events::identity_of()
  std::vector<std::string> values;      // user ids, anonymous ids, e-mail and phone as last said
  uint64_t up_to_seq = 0;               // events after this one are somebody new
  std::vector<ErasedPart> removed, kept;

  void remove(std::string_view store, std::string_view what, int64_t count) {
    removed.push_back({std::string(store), std::string(what), count, ""});
  }
  void keep(std::string_view store, std::string_view what, int64_t count, std::string_view why) {
    kept.push_back({std::string(store), std::string(what), count, std::string(why)});
  }
};
// kNotFound. Those who follow people hear of it as a move into person 0.
Result<Erased> erase_person(store::Connection& c, PersonId person, Instant now);

// Rows of `table` in which `column` holds one of the values as a JSON text get `replacement`, a
// constant of SQL; with none they are deleted. Values that are too short to tell (below
// kMinSearched bytes) are not searched for. Gives the number of rows.
inline constexpr size_t kMinSearched = 4;
Result<int64_t> scrub_json(store::Connection& c, std::string_view table, std::string_view column,
                           std::span<const std::string> values, std::string_view replacement);

}  // namespace perennial::people
