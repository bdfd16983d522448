// Which ids the table may hold, from the moment the log is open: the filter of all stored ids is
// filled from the table in the background, which takes seconds for a hundred million, and until it
// is full every id counts as one that may be there and is looked up in the table.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <thread>
#include <vector>

#include "events/id_filter.h"

namespace perennial::events {

// After a filling that failed; twice as long after each further one.
inline constexpr std::chrono::milliseconds kFilterRetry{1'000}, kLongestFilterRetry{60'000};

class KnownIds {
 public:
  // Fills a filter with every id that was stored before it was called; soon fails once it is asked
  // to stop.
  using Load = std::function<Result<IdFilter>(const std::stop_token&)>;
  // Loads on a thread of its own, again and again until it went well.
  explicit KnownIds(Load load, std::chrono::milliseconds retry = kFilterRetry);
  ~KnownIds();  // a load under way is told to stop and waited for
  KnownIds(const KnownIds&) = delete;

  // Of one thread, the writer's.
  void add(std::span<const Fingerprint> ids);
  // False: never stored. True: look it up.
  bool may_contain(Fingerprint id);

  // Of any thread.
  void wait_until_whole() const;  // the filter has been filled
  size_t bytes() const { return bytes_; }

 private:
  void load(const Load& load, std::chrono::milliseconds retry, const std::stop_token& stop);
  bool ready();
  void add_to_filter(Fingerprint id);

  // Of the writer.
  std::optional<IdFilter> filter_;
  std::vector<Fingerprint> since_;  // added while there was no filter

  std::atomic<size_t> bytes_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::optional<IdFilter> loaded_;  // not yet taken by the writer
  std::atomic<bool> whole_ = false;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace perennial::events
