#include "events/chdb_reading.h"

#include "events/chdb_schema.h"
#include "events/native_block.h"
#include "events/sweep_parts.h"

namespace perennial::events {
namespace {

// Streams the blocks of a statement through `each`.
Result<void> stream_blocks(ChdbConnection& connection, std::string_view sql,
                           const std::function<Result<void>(const NativeBlock&)>& each) {
  std::string rest;  // the part of a block that the last piece ended with
  NativeBlock block;
  auto went = connection.stream(sql, "Native", [&](std::string_view piece) -> Result<void> {
    if (!rest.empty()) rest += piece;
    std::string_view left = rest.empty() ? piece : std::string_view(rest);
    while (!left.empty()) {
      const size_t took = TRY(block.read(left));
      if (took == 0) break;
      TRY(each(block));
      left.remove_prefix(took);
    }
    rest = std::string(left);
    return {};
  });
  if (went && !rest.empty()) return fail(Code::kInternal, "the event engine ended inside a block");
  return went;
}

}  // namespace

Result<void> sweep_through(ChdbConnection& connection, const Sweep& what,
                           const std::function<Result<void>(const Glimpse&)>& each) {
  Glimpse glimpse;
  return stream_blocks(connection, sweep_statement(what),
                       [&](const NativeBlock& block) -> Result<void> {
                         for (size_t row = 0; row < block.rows(); ++row) {
                           block.glimpse(row, glimpse);
                           TRY(each(glimpse));
                         }
                         return {};
                       });
}

Result<std::vector<Sweep>> split_by_index(ChdbConnection& connection, const Sweep& what,
                                          size_t parts) {
  if (parts < 2) return std::vector{what};
  std::vector<std::pair<std::string, uint64_t>> marks;  // and how many events lie behind each
  TRY(stream_rows(
      connection,
      "SELECT identity, toUInt64(sum(rows_in_granule)) FROM mergeTreeIndex(currentDatabase(), "
      "'events') GROUP BY identity ORDER BY identity",
      [&](RowReader& reader) {
        std::string_view identity;
        uint64_t events = 0;
        if (!reader.read_counted(identity, events)) return false;
        marks.emplace_back(identity, events);
        return true;
      },
      []() -> Result<void> { return {}; }));
  return parted(what, parts, marks);
}

}  // namespace perennial::events
