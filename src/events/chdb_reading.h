// What a statement answers, piece by piece: rows, or for those who read millions, columns.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "events/chdb_library.h"
#include "events/events.h"
#include "events/row_binary.h"

namespace perennial::events {

// Streams the rows of a statement through `read`, which takes one row from the reader or returns
// false.
template <class Read, class EndOfPiece>
Result<void> stream_rows(ChdbConnection& connection, std::string_view sql, Read read,
                         EndOfPiece end_of_piece) {
  std::string rest;  // the part of a row that the last piece ended with
  auto went = connection.stream(sql, "RowBinary", [&](std::string_view piece) -> Result<void> {
    if (!rest.empty()) rest += piece;
    RowReader reader(rest.empty() ? piece : std::string_view(rest));
    while (!reader.done() && read(reader)) {
    }
    rest = std::string((rest.empty() ? piece : std::string_view(rest)).substr(reader.consumed()));
    return end_of_piece();
  });
  if (went && !rest.empty()) return fail(Code::kInternal, "the event engine ended inside a row");
  return went;
}

// Calls `each` for every event of the sweep, and stops at its first error.
Result<void> sweep_through(ChdbConnection& connection, const Sweep& what,
                           const std::function<Result<void>(const Glimpse&)>& each);

// Log::split(), by the table's index: it has the first identity of every few thousand events.
Result<std::vector<Sweep>> split_by_index(ChdbConnection& connection, const Sweep& what,
                                          size_t parts);

}  // namespace perennial::events
