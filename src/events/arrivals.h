// The newest events in arrival order, in memory, for stages and live view; and the place to wait
// for more.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "events/events.h"

namespace perennial::events {

inline constexpr size_t kTailBytes = 96 * 1024 * 1024;  // large events shorten the tail

// Memory that an event takes, roughly.
size_t memory_of(const StoredEvent& event);

// The events of a block after `after`, at most `limit`.
Arrived part_of(std::shared_ptr<const std::vector<StoredEvent>> block, uint64_t after,
                size_t limit);
// All of these, as a block of their own.
Arrived whole(std::vector<StoredEvent> events);

class Arrivals {
 public:
  // Nothing is held; events up to `last_seq` must be read elsewhere. 0 rows in `keep_rows` means
  // all.
  explicit Arrivals(uint64_t last_seq = 0, size_t keep_rows = kTailRows);

  // Makes `events` (ascending, above all earlier ones) known to readers, and wakes those who wait.
  void publish(std::vector<StoredEvent> events);
  // The events after `after`, at most `limit`; nothing if some of them are no longer here.
  std::optional<std::vector<StoredEvent>> read(uint64_t after, size_t limit) const;
  // The same, perhaps fewer: those of one block are not copied.
  std::optional<Arrived> share(uint64_t after, size_t limit) const;

  // Puts what `change` makes of each event in its place, under the same number; nothing: it goes.
  // Readers who hold a block go on seeing it.
  using Change = std::function<std::optional<StoredEvent>(const StoredEvent&)>;
  void change(const std::function<bool(const StoredEvent&)>& concerns, const Change& change);

  uint64_t last_seq() const;
  uint64_t wait(uint64_t after, std::chrono::milliseconds at_most);
  void wake();

 private:
  using Block = std::shared_ptr<const std::vector<StoredEvent>>;
  struct Held {
    Block block;
    size_t bytes;
  };
  const size_t keep_rows_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Held> blocks_;
  size_t rows_ = 0;
  size_t bytes_ = 0;
  uint64_t floor_;  // every event after this number is in blocks_
  uint64_t last_seq_;
  uint64_t wakes_ = 0;
};

}  // namespace perennial::events
