// Taking events out of quarantine again: as they came, after a rule has changed, or mended by hand.
#pragma once

#include <optional>
#include <string>

#include "collect/quarantine.h"

namespace perennial::collect {

inline constexpr int64_t kReplayBatch = 500;

struct Replayed {
  int64_t stored = 0, duplicates = 0;  // events
  int64_t entries = 0;                 // that left the quarantine
  int64_t still_bad = 0;               // that stay
  int64_t last_id = 0;                 // of the newest entry that was tried
  bool more = false;                   // there are newer ones that match
};

// The entry's event decoded again, as if its request had brought `body` in place of what it was.
// Fails with kInvalid, saying what is wrong and where, if it still cannot be taken. Ids of events
// without one of their own are the same whenever the entry is replayed, so that nothing counts
// twice when a replay is cut short.
Result<std::vector<events::Event>> decode_again(const Quarantined& entry, std::string_view body);

// Stores the events of one entry and then removes it.
Result<Replayed> replay_one(store::Database& database, events::Log& log, int64_t id,
                            const std::optional<std::string>& body);
// The oldest kReplayBatch entries that match and have an id above `after`.
Result<Replayed> replay_some(store::Database& database, events::Log& log,
                             const QuarantineFilter& filter, int64_t after);

}  // namespace perennial::collect
