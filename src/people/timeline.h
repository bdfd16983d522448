// What happened with a person, newest first: orders and refunds, events of all their identities,
// and messages. Order events are shown as the order that they make.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "people/people.h"

namespace perennial::people {

inline constexpr size_t kMaxTimelineIdentities = 500;  // the newest; events of more are not shown
inline constexpr size_t kMaxTimelineEvents = 50'000;   // read from the log for one page

struct TimelineQuery {
  std::optional<Instant> before;
  bool orders = true, refunds = true, events = true, messages = true, notes = true;
  std::optional<std::vector<std::string>> sources;  // kinds of Extensions::sources; nothing: all
  size_t limit = 50;
};
struct Timeline {
  std::vector<Json> items;
  std::optional<Instant> next_before;  // for the next page; nothing at the end
};

// A page never parts items of the same instant, so it may be longer than `limit`.
Result<Timeline> read_timeline(store::Database& database, events::Log& log,
                               const Extensions& extensions, PersonId person,
                               const TimelineQuery& query);

Json order_json(const Order& order);
// The same of a row of kSelectOrders, with the refunds that are refused, and why.
Json order_json(const store::Row& row);
Json event_json(const events::StoredEvent& event);

}  // namespace perennial::people
