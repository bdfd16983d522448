// ClickHouse's Native format (https://clickhouse.com/docs/interfaces/formats/Native): blocks of
// whole columns, each behind its name and its type; numbers little endian, texts behind their
// length as LEB128. Only what a sweep asks for: a column is copied out of the engine as it lies
// there, where RowBinary is written value by value.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "events/events.h"

namespace perennial::events {

class NativeBlock {
 public:
  // Reads one block from the front of `bytes`, which must outlive its use. Returns how many bytes
  // it takes; 0 when they end before the block does. kInternal when it has columns that no sweep
  // asks for.
  Result<size_t> read(std::string_view bytes);
  size_t rows() const { return rows_; }
  // Columns that the block lacks stay as they are in `out`.
  void glimpse(size_t row, Glimpse& out) const;

 private:
  using Texts = std::vector<std::string_view>;
  class Reader;
  Result<bool> column(Reader& reader);
  bool names(Reader& reader);

  size_t rows_ = 0;
  std::string_view seq_, type_, timestamp_;  // as they lie in the block
  Texts identity_, anonymous_id_, properties_;
  Texts names_;
  std::vector<uint32_t> name_;  // of each row: its place in names_
};

}  // namespace perennial::events
