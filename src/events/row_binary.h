// ClickHouse's RowBinary format (https://clickhouse.com/docs/interfaces/formats/RowBinary): rows
// one after the other, integers little endian, strings behind their length as LEB128. Both
// directions, for the columns of the table `events` only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/events.h"

namespace perennial::events {

// The columns in the order in which append_row() writes and read_event() reads them.
inline constexpr std::string_view kEventColumns =
    "seq, id, source, message_id, type, name, identity, user_id, anonymous_id, timestamp, "
    "received_at, properties, context";
// The columns that read_columns() reads.
inline constexpr std::string_view kScanColumns = "seq, identity, type, name, timestamp, properties";

// Appends one row. Its first eight bytes are the sequence number, which set_seq() fills in later.
void append_row(std::string& out, const Event& event, Fingerprint id);
void set_seq(char* row, uint64_t seq);

// Reads rows from a buffer that may end inside a row.
class RowReader {
 public:
  explicit RowReader(std::string_view bytes) : bytes_(bytes) {}
  bool done() const { return at_ == bytes_.size(); }
  size_t consumed() const { return at_; }

  // Each reads a whole row, or returns false and stays where it was when the buffer ends before the
  // row does.
  bool read_event(StoredEvent& out);
  bool read_columns(Columns& out);
  bool read_id(Fingerprint& out);
  bool read_number(uint64_t& out);
  bool read_counted(std::string_view& words, uint64_t& number);

 private:
  template <class Integer>
  bool integer(Integer& out);
  bool text(std::string_view& out);

  std::string_view bytes_;
  size_t at_ = 0;
};

}  // namespace perennial::events
