// The event log: every event for ever, append only, in ClickHouse in process (chDB) or in memory
// for tests; a ClickHouse server will implement the same interface. Also its schema registry, and
// the stages that read the log in arrival order, each with its own cursor.
//
// An event counts once per (source, message_id), whenever and however often it comes again, also
// after a restart. Events are stored under the identity they came with; people/ resolves identities
// when it reads.
//
// Threads: a Log may be used from any thread. Acknowledgements of append() come on the log's writer
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/base.h"
#include "store/store.h"

namespace perennial::events {

inline constexpr std::chrono::milliseconds kCommitWindow{
    20};                                            // how long a group commit gathers, at most
inline constexpr size_t kMaxGroupRows = 20'000;     // a group commit closes at this many events
inline constexpr size_t kMaxPendingRows = 400'000;  // waiting for the writer; above: kBusy
inline constexpr size_t kMaxPendingBytes = 192 * 1024 * 1024;  // the same in bytes
inline constexpr size_t kTailRows =
    50'000;  // newest events kept in memory for stages and live view

// Events outside are refused with kInvalid: what the engine can store as a time (1900-01-01 to
// 2299-12-31).
inline constexpr int64_t kEarliestMillis = -2'208'988'800'000;
inline constexpr int64_t kLatestMillis = 10'413'791'999'999;

// Stored as numbers: never renumber. docs/formats/events.md.
enum class Type : uint8_t {
  kTrack = 1,
  kIdentify = 2,
  kPage = 3,
  kScreen = 4,
  kGroup = 5,
  kAlias = 6
};
std::string_view type_name(Type type);
std::optional<Type> parse_type(std::string_view word);

struct Event {
  std::string source;  // which data source sent it: the name of its write key, or "import:orders"
  std::string message_id;  // unique in its source; never empty
  Type type = Type::kTrack;
  std::string name;     // event name of track; page or screen name; "" for identify, group, alias
  std::string user_id;  // either may be empty, not both
  std::string anonymous_id;
  Instant timestamp;    // when it happened, corrected for the sender's clock
  Instant received_at;  // when the server took it
  std::string properties =
      "{}";  // JSON object: properties of track, page, screen; traits of identify, group
  std::string context = "{}";  // JSON object
};

// Under which an event is stored and scanned: "u:" + user_id, or "a:" + anonymous_id when there is
// none.
std::string identity_of(std::string_view user_id, std::string_view anonymous_id);

struct StoredEvent : Event {
  uint64_t seq = 0;  // position in arrival order, from 1; gaps are possible
};

// Consecutive arrivals that others may be reading too; they live as long as `block` is held.
struct Arrived {
  std::shared_ptr<const std::vector<StoredEvent>> block;
  std::span<const StoredEvent> events;  // of the block
};

// The first of them, up to this number.
std::span<const StoredEvent> up_to(std::span<const StoredEvent> arrivals, uint64_t seq);

struct Appended {
  uint64_t last_seq = 0;  // of the newest event stored; 0 if all were duplicates
  size_t stored = 0;
  size_t duplicates = 0;
};

// Which events to read. Empty lists mean all.
struct Scan {
  std::vector<std::string> identities;  // as identity_of()
  std::vector<std::string> names;
  std::vector<Type> types;
  std::optional<Span> span;
  bool newest_first = false;
  size_t limit = 0;  // 0 = all
};

// A block of a scan as typed columns, all of the same length.
struct Columns {
  std::vector<uint64_t> seq;
  std::vector<std::string> identity;
  std::vector<Type> type;
  std::vector<std::string> name;
  std::vector<int64_t> timestamp_ms;
  std::vector<std::string> properties;
  size_t rows() const { return seq.size(); }
};

// Which events a sweep reads, in no promised order; but events of one identity come in long runs.
struct Sweep {
  std::vector<std::string> identities;  // as identity_of(); empty: all
  std::vector<std::string> names;       // empty: all
  std::vector<Type> types;              // empty: all
  std::optional<Span> span;
  std::vector<std::string> of_anonymous;  // anonymous ids as sent; empty: all
  // Identities from the first on and below the second, by their bytes; "": no end.
  std::string from_identity, below_identity;
  uint64_t after_seq = 0, up_to_seq = UINT64_MAX;
  bool properties = true;      // false: they come as ""
  bool anonymous_ids = false;  // false: they come as ""
};

// Which events go for ever. All that is said holds together; what is empty asks nothing.
struct Erase {
  std::vector<std::string> identities;    // as identity_of()
  std::vector<std::string> of_anonymous;  // anonymous ids as sent
  std::vector<std::string> sources;
  std::vector<std::string> message_ids;
  std::vector<std::string> names;
  std::vector<Type> types;
  std::optional<Instant> before;  // by the time when they happened
  uint64_t up_to_seq = UINT64_MAX;
  // What stays in the place of an event, with its number and its time, under an identity of its
  // own; nothing when it is empty or says nothing.
  std::function<std::optional<Event>(const StoredEvent&)> keep;
  bool remember = true;  // a repeat of an event that went is a duplicate for ever
};
struct Erased {
  uint64_t events = 0;  // that were there
  uint64_t kept = 0;    // in whose place something stays
};

// One event of a sweep. The views end with the call.
struct Glimpse {
  uint64_t seq = 0;
  std::string_view identity, anonymous_id;
  Type type = Type::kTrack;
  std::string_view name;
  int64_t timestamp_ms = 0;
  std::string_view properties;
};

// An answer to SQL: values as text with the column's ClickHouse type; NULL is nullopt.
struct Table {
  std::vector<std::string> columns;
  std::vector<std::string> types;
  std::vector<std::vector<std::optional<std::string>>> rows;
  uint64_t rows_read = 0;
  uint64_t bytes_read = 0;
  std::chrono::microseconds elapsed{0};
  bool truncated = false;  // more rows than SqlLimits::max_rows
};

struct SqlLimits {
  std::chrono::seconds max_time{60};
  uint64_t max_memory_bytes = 4ull << 30;
  size_t max_rows = 10'000;
};

struct LogStats {
  uint64_t events = 0;
  uint64_t last_seq = 0;
  uint64_t bytes_on_disk = 0;
  uint64_t parts = 0;
  uint64_t pending_rows = 0;
  uint64_t duplicates = 0;   // since start
  uint64_t dedup_bytes = 0;  // memory of the duplicate filter
};

class Log {
 public:
  virtual ~Log() = default;

  // Takes events for the next group commit and calls `done` once they are durable (or with the
  // error: nothing of this call was stored, or it is a repeat that will be recognised). kBusy at
  // once when too much is pending; kFull when the disk is full; the log goes on and takes events
  // again when there is space.
  using Done = std::function<void(Result<Appended>)>;
  virtual void append(std::vector<Event> events, Done done) = 0;
  Result<Appended> append_and_wait(std::vector<Event> events);

  // Calls `each` with blocks in timestamp order (by identity first when several are asked without a
  // limit is not promised: the order is by timestamp, then seq). Stops when `each` returns an
  // error, and returns it.
  virtual Result<void> scan(const Scan& what,
                            const std::function<Result<void>(const Columns&)>& each) = 0;
  // Calls `each` for every event asked for, without copying it: for readers of millions.
  virtual Result<void> sweep(const Sweep& what,
                             const std::function<Result<void>(const Glimpse&)>& each) = 0;
  // The same sweep as one or more (at most `parts`) for readers side by side: each event is in one
  // of them, those of an identity in the same. They are of about the same size.
  virtual Result<std::vector<Sweep>> split(const Sweep& what, size_t parts);
  // Whole events in the order of the scan, for timelines and live view.
  virtual Result<std::vector<StoredEvent>> read(const Scan& what) = 0;
  // Whole events with seq > after in arrival order, at most `limit`; from memory when they are
  // recent.
  virtual Result<std::vector<StoredEvent>> read_arrivals(uint64_t after, size_t limit) = 0;
  // The same without a copy where the log holds them in memory, for readers of everything. May give
  // fewer than `limit` though there are more; none only when there are none.
  virtual Result<Arrived> share_arrivals(uint64_t after, size_t limit);
  virtual uint64_t last_seq() const = 0;
  // Blocks until last_seq() > after, the time is over, or wake() is called. Returns last_seq().
  virtual uint64_t wait_for_arrivals(uint64_t after, std::chrono::milliseconds at_most) = 0;
  // Makes every call of wait_for_arrivals() that is under way return.
  virtual void wake() = 0;

  // Read-only ClickHouse SQL over the table `events` (and system tables of functions): one SELECT,
  // WITH, SHOW, DESCRIBE or EXPLAIN. Fails with kInvalid (the engine's message), kTimeout,
  // kTooLarge (memory), kForbidden (anything that writes, reads files or reaches the network).
  virtual Result<Table> sql(std::string_view query, const SqlLimits& limits) = 0;
  virtual Result<LogStats> stats() = 0;

  // How many events erase() would take. kInvalid when nothing is said: that would be all.
  virtual Result<uint64_t> count(const Erase& what);
  // Takes events out of the log and out of memory, and returns when no answer holds them any more.
  // A crash may leave some of it undone; doing it again finishes it. What stages have not read yet
  // and is gone they never see. A log that does not override these refuses.
  virtual Result<Erased> erase(const Erase& what);
};

struct ChdbOptions {
  std::string directory;  // absolute; created if missing
  std::string library;    // path of libchdb.so; "" = PERENNIAL_CHDB, then the usual places (see
                          // chdb_library.h)
  std::chrono::milliseconds commit_window = kCommitWindow;
};
// One per process and directory. Fails with kConflict when another process holds the directory.
Result<std::unique_ptr<Log>> open_chdb(const ChdbOptions& options);
// Writes the rows of a Parquet file (Apache Parquet, file format) as JSON, one object a line, in
// the file's order. Timestamps that the file calls local are written without a zone, the others end
// in "Z". The engine reads the file, so `options` are those of the log that is open in this
// process. Fails with kInvalid and the engine's reason when the file is broken, kFull when `to` has
// no space.
Result<void> parquet_to_json_lines(const ChdbOptions& options, const std::string& from,
                                   const std::string& to);
// The obvious slow twin, for tests: everything in vectors, nothing durable. SQL is refused.
std::unique_ptr<Log> open_memory();

// Stages.

// A reader of the log at its own pace. `apply` writes the effects of a batch, in arrival order, in
// the same state transaction as the stage's cursor: a crash repeats work but never an effect.
struct Stage {
  std::string name;
  std::function<Result<void>(store::Connection&, std::span<const StoredEvent>)> apply;
  // After the commit of a batch; for caches. May be empty.
  std::function<void(uint64_t seq)> committed;
  size_t batch = 10'000;
};

struct StageProgress {
  std::string name;
  uint64_t cursor = 0;
  uint64_t behind = 0;  // last_seq - cursor
  std::string error;    // of the last try, empty when well
};

// Runs each stage on a thread of its own from construction to destruction. A failing batch is tried
// again with growing pauses (at most 5 s) and shows in progress(); the stage never skips an event
// by itself.
class Stages {
 public:
  Stages(Log& log, store::Database& database, std::vector<Stage> stages);
  ~Stages();
  void stop();
  // True once every stage has passed `seq`; false when `at_most` is over.
  bool wait_until(uint64_t seq, std::chrono::milliseconds at_most);
  std::vector<StageProgress> progress() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Schema registry.

struct PropertySchema {
  std::string name;  // "revenue", nested as "address.city", array elements as "products[].sku"
  std::vector<std::string>
      types;  // of "string", "integer", "number", "boolean", "time", "object", "array", "null"
  uint64_t count = 0;
  Instant first_seen, last_seen;  // by received_at
};
struct EventSchema {
  Type type;
  std::string name;
  uint64_t count = 0;
  Instant first_seen, last_seen;
  std::vector<PropertySchema> properties;  // filled by schema_of() only
};
// At most this many properties are registered per event name, and this many event names; the rest
// is counted under "(other)".
inline constexpr size_t kMaxRegisteredProperties = 2'000;
inline constexpr size_t kMaxRegisteredEvents = 5'000;

Stage schema_stage();
Result<std::vector<EventSchema>> list_schema(store::Connection& connection);
Result<EventSchema> schema_of(store::Connection& connection, Type type, std::string_view name);

// The state tables of this module: cursors and the registry.
std::span<const store::Migration> migrations();

}  // namespace perennial::events
