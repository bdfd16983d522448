// The core's accounts, read from the state database and written back.
#pragma once

#include "loyalty/core.h"

namespace perennial::loyalty {

// What a run of commands needs in memory.
struct Wanted {
  std::vector<std::pair<int64_t, PersonId>> open;  // (currency, person): open lots and holds
  // They only earn and spend until then, and spend so much at most: lots that this does not touch
  // stay unread unless something is due.
  std::map<std::pair<int64_t, PersonId>, Points> few;
  int64_t few_until_ms = 0;
  std::vector<std::pair<int64_t, PersonId>> whole;  // everything of them
  std::vector<std::pair<int64_t, std::string>> merges;
  std::vector<std::pair<int64_t, std::string>> spends;  // ended ones too, to tell that they ended
};

Result<Numbers> read_numbers(store::Connection& c);
Result<void> load(store::Connection& c, Core& core, const Wanted& wanted);
// Asserts that lots and balances agree, then writes what changed, the postings and the totals.
Result<void> save(store::Connection& c, Core& core, Instant now);
// The columns of a lot in the order that read_lot() takes them.
extern const std::string_view kLotColumns;
Lot read_lot(const store::Row& row, size_t first);

}  // namespace perennial::loyalty
