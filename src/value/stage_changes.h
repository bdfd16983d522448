// Changes of lifecycle stage: kept in the state database once each, then told as events.
//
// A look compares everybody's stage with the one that is kept of them. What differs is kept with
// the new stage in one transaction and told afterwards, so that over any crash each change is one
// event of the log: its id follows from the row's number. The first look tells nothing, and neither
// does one that stands before the last one, as after the workspace's date was set back: they only
// keep what is. Of somebody seen for the first time it is told that they are new if they ordered
// since the last look; a history that is imported is no news.
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
inline constexpr size_t kStagesAtOnce =
    5'000;  // people of one transaction, and events told at once

struct StageChange {
  int64_t id = 0;
  PersonId person = 0;
  std::optional<Stage> from;  // none: seen for the first time
  Stage to = Stage::kProspect;
  Instant at;            // of the look
  Instant since;         // when they were first seen in `from`; `at` without one
  std::string_view why;  // a word of the event's `reason`
};
// "ordered": they ordered since they were seen in the old stage; "silence": they did not for too
// long; "time": neither, such as a new customer's first month that is over, or other rules.
std::string_view reason_of_change(Stage to, Instant last_order, Instant since);

// Keeps what has changed up to the snapshot, and returns how many people that were. Ends early when
// asked to stop; the rest is found by the next look.
Result<size_t> keep_stages(store::Database& database, const Snapshot& all,
                           const std::stop_token& stop = {});
// Appends an event for each change that was not told yet. Returns how many.
Result<size_t> tell_stages(store::Database& database, events::Log& log, Instant received_at);
Result<std::vector<StageChange>> list_stage_changes(store::Connection& c, PersonId person);
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
