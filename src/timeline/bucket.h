// One bucket of 512 people as one block of bytes: the same in a file and in memory
// (docs/formats/timeline.md). Both orders are kept: every event by person (for sequences of
// anything), and postings per event name with the event's properties beside them (for everything
// else). All numbers are little endian and aligned to their size.
#pragma once

#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "timeline/hits.h"
#include "timeline/periods.h"

namespace perennial::timeline {

// Stored as numbers: never renumber.
enum class ColumnKind : uint32_t {
  kText8 = 1,    // uint8_t codes, 0 = none
  kText16 = 2,   // uint16_t codes
  kInt16 = 3,    // INT16_MIN = none
  kInt32 = 4,    // INT32_MIN = none
  kCents32 = 5,  // hundredths; INT32_MIN = none
  kDouble = 6,   // NaN = none
  kText32 = 7,   // uint32_t codes; only in memory, for questions to the log
};
constexpr bool is_text(ColumnKind kind) {
  return kind == ColumnKind::kText8 || kind == ColumnKind::kText16 || kind == ColumnKind::kText32;
}
enum class WhoKind : uint32_t {
  kSparse = 1,   // uint16_t person of each hit
  kDense16 = 2,  // kBucketPeople + 1 offsets of uint16_t
  kDense32 = 3,  // the same of uint32_t
};

struct BucketHeader {
  Crowd replaced;  // people whose events in older layers do not count
  Crowd people;    // who has events here
  uint32_t events = 0;
  uint32_t names = 0;  // entries at names_at
  uint32_t names_at = 0;
  uint32_t first_at = 0;  // kBucketPeople + 1 offsets of uint32_t into the columns by person
  uint32_t at_at = 0;     // Second[events]
  uint32_t tie_at = 0;    // uint8_t[events]; 0: all ties are 0
  uint32_t name_at = 0;   // index into the names: uint8_t[events], or uint16_t with many names
  uint32_t wide_names = 0;
  int32_t first_day = 0;  // of the strip of days (local days since 1970-01-01)
  uint32_t days = 0;      // 0: no strip
  uint32_t days_at = 0;   // Crowd[days], aligned to 64
  Second min = kNever, max = 0;
  uint32_t bytes = 0;  // of the whole block
  uint32_t unused[2] = {};
};
static_assert(sizeof(BucketHeader) == 192);

struct NameEntry {  // ascending by name
  uint32_t name = 0;
  uint32_t hits = 0;
  WhoKind who = WhoKind::kSparse;
  uint32_t who_at = 0;
  uint32_t at_at = 0;
  uint32_t tie_at = 0;  // 0: all ties are 0
  uint32_t columns = 0, columns_at = 0;
  Second min = kNever, max = 0;
};
struct ColumnEntry {  // ascending by (property, is_text)
  uint32_t property = 0;
  ColumnKind kind = ColumnKind::kDouble;
  uint32_t values_at = 0;
  uint32_t unused = 0;
};

// A bucket's bytes read as what they are. The bytes must be whole (checksums are tested when a file
// is opened) and outlive the view.
class BucketView {
 public:
  BucketView() = default;
  explicit BucketView(const char* bytes) : bytes_(bytes) {}
  explicit operator bool() const { return bytes_ != nullptr; }
  const BucketHeader& header() const { return *at<BucketHeader>(0); }
  std::string_view bytes() const { return {bytes_, header().bytes}; }
  std::span<const NameEntry> names() const {
    return {at<NameEntry>(header().names_at), header().names};
  }
  const NameEntry* find_name(uint32_t name) const;
  std::span<const ColumnEntry> columns(const NameEntry& entry) const {
    return {at<ColumnEntry>(entry.columns_at), entry.columns};
  }
  // Of the kind asked for: a property can have a column of texts and one of numbers.
  const ColumnEntry* find_column(const NameEntry& entry, uint32_t property, bool text) const;

  const uint32_t* first() const { return at<uint32_t>(header().first_at); }
  const Second* at() const { return at<Second>(header().at_at); }
  const uint8_t* tie() const {
    return header().tie_at == 0 ? nullptr : at<uint8_t>(header().tie_at);
  }
  uint32_t name_index(uint32_t event) const {
    return header().wide_names != 0 ? at<uint16_t>(header().name_at)[event]
                                    : at<uint8_t>(header().name_at)[event];
  }
  // Of every event; null when there are too many names for a byte.
  const uint8_t* narrow_names() const {
    return header().wide_names != 0 ? nullptr : at<uint8_t>(header().name_at);
  }
  // out[i] = of_name[name_index(i)] for every event.
  template <class T>
  void map_names(const T* of_name, T* out) const {
    const auto map = [&](const auto* names) {
      for (uint32_t i = 0; i < header().events; ++i) out[i] = of_name[names[i]];
    };
    if (header().wide_names != 0) {
      map(at<uint16_t>(header().name_at));
    } else {
      map(at<uint8_t>(header().name_at));
    }
  }
  const Second* at(const NameEntry& entry) const { return at<Second>(entry.at_at); }
  const uint8_t* tie(const NameEntry& entry) const {
    return entry.tie_at == 0 ? nullptr : at<uint8_t>(entry.tie_at);
  }
  // Fills kBucketPeople + 1 offsets.
  void offsets(const NameEntry& entry, uint32_t* out) const;
  std::span<const Crowd> days() const { return {at<Crowd>(header().days_at), header().days}; }

  // Values [from, to) of a column.
  void read_numbers(const ColumnEntry& column, uint32_t from, uint32_t to, double* out) const;
  void read_codes(const ColumnEntry& column, uint32_t from, uint32_t to, uint32_t* out) const;
  // As they are stored; T is what the column's kind says.
  template <class T>
  std::span<const T> stored(const ColumnEntry& column, size_t values) const {
    return {at<T>(column.values_at), values};
  }
  const double* doubles(const ColumnEntry& column) const { return at<double>(column.values_at); }

 private:
  template <class T>
  const T* at(uint32_t offset) const {
    return reinterpret_cast<const T*>(bytes_ + offset);
  }
  const char* bytes_ = nullptr;
};

// ---- building

struct Value {
  uint32_t property = 0;
  uint32_t code = 0;  // a text, unless 0
  double number = 0;
};
struct Row {
  uint32_t person = 0;  // in all: bucket * kBucketPeople + place
  uint32_t name = 0;
  int64_t at_ms = 0;
  uint64_t order = 0;  // among events of the same millisecond: the sequence number
  uint32_t first_value = 0, values = 0;
  Second at() const { return static_cast<Second>(at_ms / 1000); }
};
struct Rows {
  std::vector<Row> rows;
  std::vector<Value> values;
  void clear() {
    rows.clear();
    values.clear();
  }
};
void sort_rows(std::vector<Row>& rows);  // by person, time, order

// The days of a time zone, for the strips of days.
struct Days {
  int32_t first = 0;  // the number of the first one: local days since 1970-01-01
  Periods days;       // cover all that a bucket holds
};

// The bytes of a bucket. `rows` are sorted and of one bucket; `days` null: no strip.
std::string build_bucket(std::span<const Row> rows, std::span<const Value> values,
                         const Crowd& replaced, const Days* days);
// The rows of a bucket, but for those of people in `hidden`, appended in order. Milliseconds are
// lost; the order inside a second is kept.
void read_rows(BucketView bucket, uint32_t number, const Crowd& hidden, Rows& out);

}  // namespace perennial::timeline
