// The queue in front of the log's one writer thread. append() checks events, fingerprints and
// encodes them on the caller's thread; the writer takes what has gathered and commits it as a
// group, so that the cost of making rows durable is shared.
//
// A window opens when a request finds the queue empty. The group closes when the window ends, or
// earlier when enough rows are there. Requests that arrive while a group is being committed have
// their window running meanwhile: under load the writer never idles.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "events/events.h"

namespace perennial::events {

inline constexpr size_t kMaxGroupBytes =
    64 * 1024 * 1024;  // a group closes at this many encoded bytes

// One call of append(), ready to be committed.
struct Pending {
  std::vector<Event> events;
  std::vector<Fingerprint> ids;  // of each event
  std::string rows;              // RowBinary, if the writer wants it
  std::vector<size_t> ends;      // where the row of each event ends in `rows`
  Log::Done done;
  std::chrono::steady_clock::time_point since;
  size_t bytes = 0;
};

// The fingerprint under which an event counts once.
Fingerprint event_id(const Event& event);

class GroupWriter {
 public:
  // `commit` gets at least one request and must call every `done`. It runs on the writer thread.
  using Commit = std::function<void(std::vector<Pending>)>;
  GroupWriter(std::chrono::milliseconds window, bool encode, Commit commit);
  ~GroupWriter();
  // Commits what is waiting, then ends the writer thread. append() then fails with kBusy.
  void stop();

  void append(std::vector<Event> events, Log::Done done);
  size_t pending_rows() const;

 private:
  bool has_room(size_t rows, size_t bytes) const;  // under mutex_
  void run();
  std::vector<Pending> next_group(std::unique_lock<std::mutex>& lock);

  const std::chrono::milliseconds window_;
  const bool encode_;
  const Commit commit_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Pending> queue_;
  size_t queued_rows_ = 0;  // in queue_
  size_t queued_bytes_ = 0;
  size_t pending_rows_ = 0;  // in queue_ and in the group under way
  size_t pending_bytes_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace perennial::events
