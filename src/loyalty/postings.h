// Postings of a programme over all people, looked for by what they are about, newest first.
//
// A search goes along one index: postings of an order, event or command, of a person, of who sent
// them, of a rule, and else of each kind. What else is asked for is tested on the way, so that a
// search for amounts alone may read much of the ledger.
#pragma once

#include "loyalty/loyalty.h"

namespace perennial::loyalty {

// The place of a posting in the order of a search: newest first.
struct PostingPlace {
  int64_t at_ms = 0, entry = 0, line = 0;
  auto operator<=>(const PostingPlace&) const = default;
};
std::string to_text(const PostingPlace& place);
// Fails with kInvalid, naming the parameter "after".
Result<PostingPlace> place_from_text(std::string_view text);

struct PostingSearch {
  std::vector<int64_t> currencies;  // of the programme; at least one
  std::vector<CommandKind> kinds;   // empty: all
  PersonId person = 0;              // with all numbers that are this person's today; 0: everybody
  std::string reference;            // the id of a command, order or event
  std::string rule, by;
  Points min = 0, max = INT64_MAX;                 // of the amount
  int64_t from_ms = INT64_MIN, to_ms = INT64_MAX;  // [from, to) of when it took effect
  std::optional<PostingPlace> after;               // only what is older
  size_t limit = 50;
};
struct FoundPosting {
  StatementLine line;
  int64_t number = 0;  // of the line in its entry
  int64_t currency = 0;
  PersonId person = 0;  // as it was posted; 0: only the programme's
  Instant recorded_at;
  std::string by, by_name;
};
// At most `limit`, the newest first; `after` is not set.
Result<std::vector<FoundPosting>> find_postings(store::Connection& c, const Programme& programme,
                                                const PostingSearch& search);
// All postings of an entry, in order; none if the programme has no such entry.
Result<std::vector<FoundPosting>> postings_of_entry(store::Connection& c,
                                                    const Programme& programme, int64_t entry);

}  // namespace perennial::loyalty
