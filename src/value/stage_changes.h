// Changes of lifecycle stage: kept in the state database once each, then told as events.
//
// A look compares everybody's stage and number of orders with what is kept of them. What differs is
// kept with the new stage in one transaction and told afterwards, so that over any crash each
// change is one event of the log: its id follows from the row's number. The first look tells
// nothing, and neither does one that stands before the last one, as after the workspace's date was
// set back: they only keep what is.
//
// What only came to be known is no news: a history that is imported, and a join, which brings
// orders that were counted of somebody else. Told is what time did, and orders that were placed up
// to kStageLate before the last look: more orders than were placed since then are a history. Such a
// change has the time of the last order, however late that came; never a time before the change
// that was told before it.
#pragma once

#include <mutex>
#include <stop_token>

#include "events/events.h"
#include "value/value.h"

namespace perennial::value {

inline constexpr std::string_view kStageChanged = "Stage Changed";  // {from, to, since, reason}
inline constexpr std::string_view kStageSource = "stages";
inline constexpr std::string_view kStageChangesKind = "stage_changes";  // of the trainer's work
inline constexpr std::chrono::minutes kStagesEvery{5};
inline constexpr std::chrono::hours kStageLate{48};  // a night's file of orders is still news
inline constexpr size_t kStagesAtOnce = 5'000;       // people of one transaction

// Keeps what has changed up to the snapshot, and returns how many people that were. Ends early when
// asked to stop; the rest is found by the next look.
Result<size_t> keep_stages(store::Database& database, const Snapshot& all,
                           const std::stop_token& stop = {});
// Appends an event for each change that was not told yet. Returns how many.
Result<size_t> tell_stages(store::Database& database, events::Log& log, Instant received_at,
                           const std::stop_token& stop = {});
// In the transaction of people::erase_person().
Result<int64_t> erase_stages(store::Connection& c, std::span<const PersonId> numbers);

// The work of looking, for the trainer. Thread-safe.
class StageDesk {
 public:
  explicit StageDesk(const ModelParts& parts) : parts_(parts) {}
  Result<bool> due(Instant now);
  Result<void> look(const std::stop_token& stop);

 private:
  ModelParts parts_;
  std::mutex mutex_;  // of what follows
  std::optional<Instant> looked_at_;
};

}  // namespace perennial::value
