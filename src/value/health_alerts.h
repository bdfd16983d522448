// Alerts of the health score: kept in the state database once each, then told as events.
//
// What an alert is about (an order, a complaint, an answer, a failed payment) is told once in the
// life of the person, through joins too; a fall of activity once in kActivityRest. The event's id
// follows from the row's number: a repeat after a crash counts once in the log.
#pragma once

#include <stop_token>
#include <vector>

#include "value/health.h"

namespace perennial::value {

inline constexpr std::string_view kHealthAlert = "Health Alert";  // {alert, since, value, score}
inline constexpr std::string_view kHealthSource = "health";
inline constexpr std::chrono::days kActivityRest{30};
inline constexpr size_t kMaxRaisedAtOnce = 20'000;  // the rest at the next look

struct KeptAlert {
  int64_t id = 0;
  Raised raised;
  Instant at;
  double score = 0;
};
struct NewAlert {
  Raised raised;
  double score = 0;
};
// Keeps those that were not kept before, of people who are there; returns how many. Keeps none when
// asked to stop; the next look finds them again.
Result<size_t> keep_alerts(store::Connection& c, std::span<const NewAlert> alerts, Instant at,
                           const std::stop_token& stop = {});
// Newest first; people who were joined since are told as who they are now.
Result<std::vector<KeptAlert>> list_alerts(store::Connection& c, size_t offset, size_t limit);
Result<int64_t> count_alerts(store::Connection& c);
// Appends an event for each that was not told yet. Returns how many.
Result<size_t> tell_alerts(store::Database& database, events::Log& log, Instant received_at,
                           const std::stop_token& stop = {});

}  // namespace perennial::value
