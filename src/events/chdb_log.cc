// The event log in ClickHouse in process.
//
// Writing: GroupWriter hands over groups; commit() drops what is stored already, numbers the rest,
// and inserts it as one part. Whether an id is stored is asked of the Bloom filter first
// (known_ids.h); only ids that it may contain are looked up in the table. Ids of a group enter the
// filter whether its INSERT succeeded or not: being in the filter only means being looked up, so a
// repeat after a failure is answered by what the table really holds.
//
// An INSERT can fail after its rows became visible. The numbers of a failed group are therefore
// remembered, and before the next group they are read back: what is there is published to the
// stages like any other arrival.

#include "events/chdb_log.h"

#include <utility>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <unordered_set>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "events/arrivals.h"
#include "events/chdb_library.h"
#include "events/chdb_reading.h"
#include "events/chdb_schema.h"
#include "events/chdb_sql.h"
#include "events/erasing.h"
#include "events/events.h"
#include "events/group_writer.h"
#include "events/known_ids.h"
#include "events/row_binary.h"

namespace perennial::events {
namespace {

constexpr size_t kHistoryRows = 25'000;  // read at once for a stage that is far behind
constexpr size_t kIdsOfStatement = 5'000;
constexpr size_t kIdleReaders = 4;  // connections kept for the next reader

const std::string kInsert = "INSERT INTO events (" + std::string(kEventColumns) + ")";

// Server-wide. The caches are small because the log's own reads are point look-ups and streams. Two
// threads merge parts, and write those again from which somebody is erased; they stand behind
// others, so that they do not take the cores from requests. No more is begun at once than there are
// threads: what shares one with a merge waits for it.
const std::vector<std::string> kEngineSettings{"--mark_cache_size=67108864",
                                               "--primary_index_cache_size=67108864",
                                               "--index_mark_cache_size=16777216",
                                               "--query_condition_cache_size=8388608",
                                               "--compiled_expression_cache_size=16777216",
                                               "--background_pool_size=2",
                                               "--background_merges_mutations_concurrency_ratio=1",
                                               "--os_threads_nice_value_merge_mutate=5",
                                               "--background_schedule_pool_size=2"};
const std::vector<std::string> kWriterSettings{
    "--max_threads=1", "--max_insert_threads=1", "--input_format_parallel_parsing=0",
    "--max_insert_block_size=1000000", "--max_query_size=67108864"};
const std::vector<std::string> kReaderSettings{"--max_query_size=67108864",
                                               "--max_bytes_before_external_sort=100000000",
                                               "--max_bytes_ratio_before_external_sort=0"};

// An advisory lock on DIR/lock for the life of the object.
class DirectoryLock {
 public:
  static Result<std::unique_ptr<DirectoryLock>> take(const std::string& directory) {
    const std::string path = directory + "/lock";
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
      return fail(errno == ENOSPC ? Code::kFull : Code::kInternal, std::strerror(errno), path);
    }
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
      ::close(file);
      return fail(Code::kConflict, "another process is using this event log", directory,
                  "stop the other process, or ask it through its API");
    }
    return std::unique_ptr<DirectoryLock>(new DirectoryLock(file));
  }
  ~DirectoryLock() { ::close(file_); }

 private:
  explicit DirectoryLock(int file) : file_(file) {}
  int file_;
};

// What the engine says about the log's own statements is never the caller's fault.
Error own_fault(Error error) {
  if (error.code == Code::kInvalid || error.code == Code::kForbidden) error.code = Code::kInternal;
  if (error.code == Code::kTooLarge) error.code = Code::kBusy;
  return error;
}

// As a UInt128 in decimal, in quotes: without them the engine would read a floating-point number.
std::string id_literal(Fingerprint id) {
  auto value = (static_cast<unsigned __int128>(id.high) << 64) | id.low;
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return "'" + std::string(digits.rbegin(), digits.rend()) + "'";
}

class ChdbLog final : public Log {
 public:
  ChdbLog(std::unique_ptr<DirectoryLock> lock, ChdbEngine* engine,
          std::unique_ptr<ChdbConnection> connection, uint64_t last_seq, KnownIds::Load ids,
          std::chrono::milliseconds window, AfterInsert after_insert)
      : lock_(std::move(lock)),
        engine_(engine),
        connection_(std::move(connection)),
        after_insert_(std::move(after_insert)),
        next_seq_(last_seq + 1),
        ids_(std::move(ids)),
        arrivals_(last_seq),
        writer_(window, true, [this](auto group) { commit(std::move(group)); }) {}
  ~ChdbLog() override { writer_.stop(); }

  void append(std::vector<Event> events, Done done) override {
    writer_.append(std::move(events), std::move(done));
  }
  Result<void> scan(const Scan& what,
                    const std::function<Result<void>(const Columns&)>& each) override;
  Result<void> sweep(const Sweep& what,
                     const std::function<Result<void>(const Glimpse&)>& each) override;
  Result<std::vector<Sweep>> split(const Sweep& what, size_t parts) override;
  Result<std::vector<StoredEvent>> read(const Scan& what) override;
  Result<std::vector<StoredEvent>> read_arrivals(uint64_t after, size_t limit) override;
  Result<Arrived> share_arrivals(uint64_t after, size_t limit) override;
  uint64_t last_seq() const override { return arrivals_.last_seq(); }
  uint64_t wait_for_arrivals(uint64_t after, std::chrono::milliseconds at_most) override {
    return arrivals_.wait(after, at_most);
  }
  void wake() override { arrivals_.wake(); }
  Result<Table> sql(std::string_view query, const SqlLimits& limits) override {
    return run_sql(*engine_, query, limits);
  }
  Result<LogStats> stats() override;
  Result<uint64_t> count(const Erase& what) override;
  Result<Erased> erase(const Erase& what) override;

 private:
  using Events = std::vector<StoredEvent>;
  struct Group {  // what of a group is new
    std::string rows;
    Events events;
    std::vector<Appended> answers;  // one for each request
  };
  // Consecutive arrivals read from the table: all with a number above `after` up to `to`.
  struct History {
    uint64_t after = 0;
    uint64_t to = 0;
    Events events;
  };

  void commit(std::vector<Pending> group);
  Result<Group> new_events(std::vector<Pending>& group);
  Result<void> settle_doubt();
  Result<std::unordered_set<Fingerprint>> stored_ids(const std::vector<Pending>& group);
  Result<std::shared_ptr<const History>> history(uint64_t after);
  Result<Arrived> share_history(uint64_t after, size_t limit);
  Result<uint64_t> keep_of(const Erase& what, const std::string& where);
  Result<Erased> take_out(const Erase& what);
  Result<Events> read_statement(std::string_view sql);
  Result<std::unique_ptr<ChdbConnection>> borrow();
  void give_back(std::unique_ptr<ChdbConnection> connection);

  std::unique_ptr<DirectoryLock> lock_;
  ChdbEngine* engine_;
  // Of the writer thread.
  std::unique_ptr<ChdbConnection> connection_;
  const AfterInsert after_insert_;
  uint64_t next_seq_;
  uint64_t doubt_from_ =
      0;  // a failed INSERT may have stored numbers from here to next_seq_ - 1; 0: no doubt
  KnownIds ids_;

  std::atomic<uint64_t> duplicates_ = 0;
  Arrivals arrivals_;
  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<ChdbConnection>> readers_;
  std::mutex erasing_;  // one at a time
  std::mutex history_mutex_;
  std::shared_ptr<const History> history_;
  GroupWriter writer_;  // last: its thread uses all of the above
};

// ---- writing ---------------------------------------------------------------------------------

// The ids are asked in their order, a few thousand at a time: each statement then touches one range
// of the projection, and a group of repeats takes little memory.
Result<std::unordered_set<Fingerprint>> ChdbLog::stored_ids(const std::vector<Pending>& group) {
  std::vector<Fingerprint> asked;
  for (const Pending& request : group) {
    std::ranges::copy_if(request.ids, std::back_inserter(asked),
                         [&](const Fingerprint& id) { return ids_.may_contain(id); });
  }
  std::ranges::sort(asked, {}, [](const Fingerprint& id) { return std::pair(id.high, id.low); });
  std::unordered_set<Fingerprint> out;
  for (size_t at = 0; at < asked.size(); at += kIdsOfStatement) {
    std::string list;
    for (size_t i = at; i < std::min(at + kIdsOfStatement, asked.size()); ++i) {
      list += list.empty() ? "" : ",";
      list += id_literal(asked[i]);
    }
    TRY(stream_rows(
        *connection_,
        "SELECT id FROM events WHERE id IN (" + list +
            ") UNION ALL SELECT id FROM erased_ids WHERE id IN (" + list + ")",
        [&](RowReader& reader) {
          Fingerprint id;
          return reader.read_id(id) && (out.insert(id), true);
        },
        []() -> Result<void> { return {}; }));
  }
  return out;
}

Result<ChdbLog::Group> ChdbLog::new_events(std::vector<Pending>& group) {
  std::unordered_set<Fingerprint> seen = TRY(stored_ids(group));
  Group out;
  size_t events = 0, bytes = 0;
  for (const Pending& request : group) {
    events += request.events.size();
    bytes += request.rows.size();
  }
  seen.reserve(seen.size() + events);
  out.events.reserve(events);
  out.rows.reserve(bytes);
  for (Pending& request : group) {
    Appended answer;
    size_t start = 0;
    for (size_t i = 0; i < request.events.size(); ++i) {
      const size_t end = request.ends[i];
      if (seen.insert(request.ids[i]).second) {
        const size_t at = out.rows.size();
        out.rows.append(request.rows, start, end - start);
        answer.last_seq = next_seq_++;
        ++answer.stored;
        set_seq(out.rows.data() + at, answer.last_seq);
        out.events.push_back({std::move(request.events[i]), answer.last_seq});
      } else {
        ++answer.duplicates;
      }
      start = end;
    }
    request.rows = {};
    out.answers.push_back(answer);
  }
  return out;
}

Result<void> ChdbLog::settle_doubt() {
  if (doubt_from_ == 0) return {};
  arrivals_.publish(TRY(read_statement("SELECT " + std::string(kEventColumns) +
                                       " FROM events WHERE seq >= " + std::to_string(doubt_from_) +
                                       " ORDER BY seq")));
  doubt_from_ = 0;
  return {};
}

void ChdbLog::commit(std::vector<Pending> group) {
  const auto store = [&]() -> Result<Group> {
    TRY(settle_doubt());
    const uint64_t first = next_seq_;
    Group fresh = TRY(new_events(group));
    if (fresh.events.empty()) return fresh;
    auto inserted = connection_->insert(kInsert, "RowBinary", fresh.rows);
    if (after_insert_) inserted = after_insert_(std::move(inserted));
    for (const Pending& request : group) ids_.add(request.ids);
    if (!inserted) {
      doubt_from_ = first;
      return std::unexpected(std::move(inserted).error());
    }
    return fresh;
  };
  Result<Group> stored = store();
  if (!stored) {
    const Error error = own_fault(std::move(stored).error());
    for (Pending& request : group) request.done(std::unexpected(error));
    return;
  }
  arrivals_.publish(std::move(stored->events));
  for (size_t i = 0; i < group.size(); ++i) {
    duplicates_ += stored->answers[i].duplicates;
    group[i].done(stored->answers[i]);
  }
}

// ---- reading ---------------------------------------------------------------------------------

Result<std::unique_ptr<ChdbConnection>> ChdbLog::borrow() {
  {
    std::lock_guard lock(readers_mutex_);
    if (!readers_.empty()) {
      auto connection = std::move(readers_.back());
      readers_.pop_back();
      return connection;
    }
  }
  return engine_->connect(kReaderSettings);
}

void ChdbLog::give_back(std::unique_ptr<ChdbConnection> connection) {
  std::lock_guard lock(readers_mutex_);
  if (readers_.size() < kIdleReaders) readers_.push_back(std::move(connection));
}

Result<void> ChdbLog::scan(const Scan& what,
                           const std::function<Result<void>(const Columns&)>& each) {
  auto connection = TRY(borrow());
  Columns block;
  Result<void> told;  // what `each` said last: its errors are the caller's own
  auto went = stream_rows(
      *connection, scan_statement(kScanColumns, what),
      [&](RowReader& reader) { return reader.read_columns(block); },
      [&]() -> Result<void> {
        if (block.rows() > 0) told = each(std::exchange(block, {}));
        return told;
      });
  if (!told) return told;
  if (!went) return std::unexpected(own_fault(std::move(went).error()));
  give_back(std::move(connection));
  return {};
}

Result<void> ChdbLog::sweep(const Sweep& what,
                            const std::function<Result<void>(const Glimpse&)>& each) {
  auto connection = TRY(borrow());
  Result<void> told;
  const auto went = sweep_through(*connection, what, [&](const Glimpse& glimpse) {
    told = each(glimpse);
    return told;
  });
  if (!told) return told;
  if (!went) return std::unexpected(own_fault(went.error()));
  give_back(std::move(connection));
  return {};
}

Result<std::vector<Sweep>> ChdbLog::split(const Sweep& what, size_t parts) {
  auto connection = TRY(borrow());
  auto out = split_by_index(*connection, what, parts);
  if (!out) return std::unexpected(own_fault(std::move(out).error()));
  give_back(std::move(connection));
  return out;
}

Result<ChdbLog::Events> ChdbLog::read_statement(std::string_view sql) {
  auto connection = TRY(borrow());
  Events out;
  StoredEvent event;
  auto went = stream_rows(
      *connection, sql,
      [&](RowReader& reader) {
        if (!reader.read_event(event)) return false;
        out.push_back(std::move(event));
        return true;
      },
      []() -> Result<void> { return {}; });
  if (!went) return std::unexpected(own_fault(std::move(went).error()));
  give_back(std::move(connection));
  return out;
}

Result<ChdbLog::Events> ChdbLog::read(const Scan& what) {
  return read_statement(scan_statement(kEventColumns, what));
}

// The table is sorted by identity, so a range of numbers touches all of it once parts are merged. A
// stage that catches up therefore reads large ranges, and the last one stays for other stages that
// walk beside it.
Result<std::shared_ptr<const ChdbLog::History>> ChdbLog::history(uint64_t after) {
  std::lock_guard lock(history_mutex_);
  if (history_ && history_->after <= after && after < history_->to) return history_;
  history_ = nullptr;
  const uint64_t last = arrivals_.last_seq();
  History next{.after = after, .to = std::min(after + kHistoryRows, last)};
  const auto statement = [&](uint64_t from, uint64_t to) {
    return "SELECT " + std::string(kEventColumns) + " FROM events WHERE seq > " +
           std::to_string(from) + " AND seq <= " + std::to_string(to) + " ORDER BY seq";
  };
  next.events = TRY(read_statement(statement(after, next.to)));
  if (next.events.empty()) {
    // Nothing but a gap: go on behind it.
    auto behind = TRY(read_statement(
        "SELECT " + std::string(kEventColumns) + " FROM events WHERE seq > " +
        std::to_string(after) + " AND seq <= " + std::to_string(last) + " ORDER BY seq LIMIT 1"));
    next.to = behind.empty() ? last : behind.back().seq;
    next.events = std::move(behind);
  }
  history_ = std::make_shared<const History>(std::move(next));
  return history_;
}

Result<ChdbLog::Events> ChdbLog::read_arrivals(uint64_t after, size_t limit) {
  if (auto recent = arrivals_.read(after, limit)) return std::move(*recent);
  const Arrived old = TRY(share_history(after, limit));
  return Events(old.events.begin(), old.events.end());
}

Result<Arrived> ChdbLog::share_arrivals(uint64_t after, size_t limit) {
  if (auto recent = arrivals_.share(after, limit)) return std::move(*recent);
  return share_history(after, limit);
}

// From the table. Numbers have gaps, also wide ones: an empty piece of history is not its end.
Result<Arrived> ChdbLog::share_history(uint64_t after, size_t limit) {
  const auto read = TRY(history(after));
  Arrived out = part_of({read, &read->events}, after, limit);
  if (out.events.empty() && read->to < arrivals_.last_seq()) return share_arrivals(read->to, limit);
  return out;
}

Result<LogStats> ChdbLog::stats() {
  auto connection = TRY(borrow());
  LogStats out;
  TRY(stream_rows(
      *connection,
      "SELECT toUInt64(sum(rows)), toUInt64(sum(bytes_on_disk)), toUInt64(count()) "
      "FROM system.parts WHERE database = currentDatabase() AND table = 'events' AND active",
      [&](RowReader& reader) {
        return reader.read_number(out.events) && reader.read_number(out.bytes_on_disk) &&
               reader.read_number(out.parts);
      },
      []() -> Result<void> { return {}; }));
  give_back(std::move(connection));
  out.last_seq = arrivals_.last_seq();
  out.pending_rows = writer_.pending_rows();
  out.duplicates = duplicates_;
  out.dedup_bytes = ids_.bytes();
  return out;
}

// ---- erasing ---------------------------------------------------------------------------------

Result<uint64_t> ChdbLog::count(const Erase& what) {
  TRY(check_erase(what));
  auto connection = TRY(borrow());
  uint64_t out = 0;
  auto went = stream_rows(
      *connection, "SELECT count() FROM events WHERE " + erase_condition(what),
      [&](RowReader& reader) { return reader.read_number(out); },
      []() -> Result<void> { return {}; });
  if (!went) return std::unexpected(own_fault(std::move(went).error()));
  give_back(std::move(connection));
  return out;
}

// Writes what stays in the place of events, before those go. Of an earlier try some may be there
// already, known by their numbers.
Result<uint64_t> ChdbLog::keep_of(const Erase& what, const std::string& where) {
  if (!what.keep) return 0;
  Events stay;
  std::unordered_set<std::string> identities;
  std::vector<Fingerprint> ids;
  for (const StoredEvent& event :
       TRY(read_statement("SELECT " + std::string(kEventColumns) + " FROM events WHERE " + where +
                          " ORDER BY seq"))) {
    auto left = left_of(what, event);
    if (!left) continue;
    identities.insert(identity_of(left->user_id, left->anonymous_id));
    stay.push_back(std::move(*left));
    ids.push_back(event_id(event));
  }
  if (stay.empty()) return 0;
  std::unordered_set<uint64_t> there;
  for (const StoredEvent& event :
       TRY(read({.identities = {identities.begin(), identities.end()}}))) {
    there.insert(event.seq);
  }
  std::string rows;
  for (size_t i = 0; i < stay.size(); ++i) {
    if (there.contains(stay[i].seq)) continue;
    const size_t at = rows.size();
    append_row(rows, stay[i], ids[i]);
    set_seq(rows.data() + at, stay[i].seq);
  }
  if (!rows.empty())
    TRY(TRY(engine_->connect(kWriterSettings))->insert(kInsert, "RowBinary", rows));
  return stay.size();
}

// In this order, so that a repeat after a crash at any point ends the same: what stays, the ids,
// how far numbers were given, then the events themselves, by a mutation that the engine finishes
// even after a crash. Parts that hold none of them are left as they are; those that do are written
// again.
Result<Erased> ChdbLog::take_out(const Erase& what) {
  const std::string where = erase_condition(what);
  Erased out;
  out.events = TRY(count(what));
  if (out.events == 0) return out;
  out.kept = TRY(keep_of(what, where));
  auto connection = TRY(engine_->connect(kReaderSettings));
  if (what.remember) {
    TRY(connection->query("INSERT INTO erased_ids SELECT id FROM events WHERE " + where, "TSV"));
  }
  TRY(connection->query(
      "INSERT INTO given_numbers VALUES (" + std::to_string(arrivals_.last_seq()) + ")", "TSV"));
  TRY(connection->query("ALTER TABLE events DELETE WHERE " + where + " SETTINGS mutations_sync = 1",
                        "TSV"));
  return out;
}

// What arrives meanwhile is not concerned: its number may be above the one that is kept.
Result<Erased> ChdbLog::erase(const Erase& asked) {
  TRY(check_erase(asked));
  std::lock_guard one_at_a_time(erasing_);
  Erase what = asked;
  what.up_to_seq = std::min(what.up_to_seq, arrivals_.last_seq());
  auto out = take_out(what);
  if (!out) return std::unexpected(own_fault(std::move(out).error()));
  arrivals_.change([&](const StoredEvent& event) { return is_erased_by(what, event); },
                   [&](const StoredEvent& event) { return left_of(what, event); });
  std::lock_guard lock(history_mutex_);
  history_ = nullptr;
  return out;
}

// The ids of the table, and of what was erased from it and may not come again. Erasing notes ids
// before it deletes them, and the table is read first: so none is missed.
Result<IdFilter> load_filter(ChdbEngine& engine, uint64_t events, const std::stop_token& stop) {
  auto connection = TRY(engine.connect(kReaderSettings));
  // A tenth more than there is, so that the first layer lasts for a while.
  IdFilter filter(events + events / 10);
  for (const char* table : {"events", "erased_ids"}) {
    TRY(stream_rows(
        *connection, std::string("SELECT id FROM ") + table,
        [&](RowReader& reader) {
          Fingerprint id;
          return reader.read_id(id) && (filter.add(id), true);
        },
        [&]() -> Result<void> {
          if (stop.stop_requested()) return fail(Code::kBusy, "the log is being closed");
          return {};
        }));
  }
  return filter;
}

}  // namespace

Result<std::unique_ptr<Log>> open_chdb(const ChdbOptions& options) {
  return open_chdb_with(options, nullptr);
}

Result<std::unique_ptr<Log>> open_chdb_with(const ChdbOptions& options, AfterInsert after_insert) {
  namespace fs = std::filesystem;
  if (!fs::path(options.directory).is_absolute()) {
    return fail(Code::kInvalid, "must be an absolute path", options.directory);
  }
  const std::string library = TRY(find_chdb(options.library));
  const std::string directory = fs::path(options.directory).lexically_normal().string();
  std::error_code error;
  fs::create_directories(directory + "/chdb", error);
  if (error) {
    const bool full = error == std::errc::no_space_on_device;
    return fail(full ? Code::kFull : Code::kInternal, error.message(), directory);
  }
  auto lock = TRY(DirectoryLock::take(directory));
  ChdbEngine* engine = TRY(ChdbEngine::start(library, directory + "/chdb", kEngineSettings));
  auto connection = TRY(engine->connect(kWriterSettings));
  TRY(prepare_table(*connection));
  uint64_t last_seq = 0, events = 0;
  TRY(stream_rows(
      *connection,
      "SELECT max(last), sum(n) FROM (SELECT max(seq) AS last, count() AS n FROM events"
      " UNION ALL SELECT max(seq) AS last, toUInt64(0) AS n FROM given_numbers)",
      [&](RowReader& reader) { return reader.read_number(last_seq) && reader.read_number(events); },
      []() -> Result<void> { return {}; }));
  return std::make_unique<ChdbLog>(
      std::move(lock), engine, std::move(connection), last_seq,
      [engine, events](const std::stop_token& stop) { return load_filter(*engine, events, stop); },
      options.commit_window, std::move(after_insert));
}

}  // namespace perennial::events
