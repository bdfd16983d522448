// Stages of everybody at one moment, as the snapshot and the history need them.
#pragma once

#include <span>
#include <vector>

#include "value/value.h"

namespace perennial::value {

inline constexpr int64_t kDayMs = 86'400'000;

// Rows [first, last) of one person in the book.
struct PersonRows {
  PersonId person = 0;
  size_t first = 0, last = 0;
};
// Calls `each(PersonRows)` for every person of the book (but not for 0, no person), ascending. Rows
// at or after `end_ms` are left out; people without any other are too.
template <class Each>
void for_each_person(const OrderBook& book, int64_t end_ms, Each each) {
  size_t row = 0;
  while (row < book.rows() && book.person[row] == 0) ++row;
  while (row < book.rows()) {
    PersonRows rows{.person = book.person[row], .first = row, .last = row};
    for (; row < book.rows() && book.person[row] == rows.person; ++row) {
      if (book.at_ms[row] < end_ms) rows.last = row + 1;
    }
    if (rows.last > rows.first) each(rows);
  }
}

// A buffer for stage_of() over many people, so that nothing is allocated for each.
struct StageWork {
  std::vector<int64_t> times, gaps;
};
// The stage of the orders of one person before `now`.
Stage stage_of_rows(const OrderBook& book, PersonRows rows, Instant now, const StageRules& rules,
                    StageWork& work);

using StageCounts = std::array<int64_t, kStages>;
// People with an order before `now`, by stage. Prospects stay 0: the columns do not tell since when
// somebody is known. `groups` as in take_snapshot().
StageCounts count_stages(const OrderBook& book, Instant now, const ValueRules& rules,
                         std::shared_ptr<const Groups> groups = nullptr);

}  // namespace perennial::value
