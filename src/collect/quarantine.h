// Events that could not be taken, kept with their reasons in the state table `quarantine`.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "collect/collect.h"

namespace perennial::collect {

// Entries waiting for the writer; above: kBusy.
inline constexpr size_t kMaxWaitingQuarantine = 20'000;

struct Quarantined {
  int64_t id = 0;
  Instant received_at;
  std::string source;
  Rejected what;
};

// Writes entries on a thread of its own, all that wait in one transaction: a request that brought
// bad events is answered after they are durable, like its good ones, without blocking its
// connection's thread. Thread-safe.
class QuarantineWriter {
 public:
  explicit QuarantineWriter(store::Database& database);
  ~QuarantineWriter();  // writes what waits
  using Done = std::function<void(Result<void>)>;
  void add(std::vector<Quarantined> entries, Done done);

 private:
  struct Waiting {
    std::vector<Quarantined> entries;
    Done done;
  };
  void run();
  Result<void> write(const std::vector<Waiting>& group);

  store::Database& database_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Waiting> waiting_;
  size_t waiting_entries_ = 0;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

// Which entries; empty means all. `reason` is a reason or the beginning of one, as in Group.
struct QuarantineFilter {
  std::string source, reason;
};
struct QuarantinePage {
  std::vector<Quarantined> entries;  // newest first
  int64_t total = 0;                 // of the filter
};
// Entries with an id below `before` (0 = from the newest).
Result<QuarantinePage> list_quarantine(store::Connection& c, const QuarantineFilter& filter,
                                       int64_t before, int64_t limit);
// Oldest first, with an id above `after`.
Result<std::vector<Quarantined>> next_in_quarantine(store::Connection& c,
                                                    const QuarantineFilter& filter, int64_t after,
                                                    int64_t limit);
Result<Quarantined> find_in_quarantine(store::Connection& c, int64_t id);
Result<void> remove_from_quarantine(store::Connection& c, const std::vector<int64_t>& ids);
// The number removed.
Result<int64_t> remove_from_quarantine(store::Connection& c, const QuarantineFilter& filter);

// Entries of one source whose reasons begin alike: up to the first digit or colon.
struct QuarantineGroup {
  std::string source, reason, where;
  int64_t count = 0;
  Instant first_at, last_at;
};
struct QuarantineSummary {
  std::vector<QuarantineGroup> groups;            // the largest first
  std::vector<std::pair<Instant, int64_t>> days;  // start of a day in the zone, entries of it
};
Result<QuarantineSummary> summarize_quarantine(store::Connection& c, const QuarantineFilter& filter,
                                               const Calendar& calendar);

}  // namespace perennial::collect
