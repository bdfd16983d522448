// What waits for each webhook, and what became of it.
#pragma once

#include <set>

#include "webhooks/hooks.h"
#include "webhooks/post.h"

namespace perennial::webhooks {

// Stored: never renumber.
enum class DeliveryState : int64_t { kWaiting = 1, kDelivered = 2, kGivenUp = 3 };
std::string_view state_name(DeliveryState state);
std::optional<DeliveryState> delivery_state(std::string_view word);

struct Delivery {
  std::string id, webhook, name, body;
  int64_t seq = 0;  // of the event; below 0: a test
  DeliveryState state = DeliveryState::kWaiting;
  int64_t tries = 0, status = 0;  // of HTTP, of the last try; 0: there was no answer
  std::string error;
  Instant due_at, made_at;
  std::optional<Instant> tried_at;
};
Json to_json(const Delivery& delivery);

// How far the log was read, and how far that is written down: a crash looks at what lies between
// again.
struct Cursor {
  uint64_t read = 0, written = 0;
};
Result<Cursor> load_cursor(store::Connection& c);
// Takes the events after the cursor, at most `limit`, and writes a delivery of each for every
// webhook that wants it, with the cursor, in one transaction.
struct Followed {
  bool more = false;
  size_t deliveries = 0;
};
Result<Followed> follow(store::Database& database, events::Log& log, Cursor& cursor, Instant now,
                        size_t limit);
// Whether any webhook is on; else there is nothing to follow.
Result<bool> any_enabled(store::Connection& c);
// A delivery that tells nothing but that it came.
Result<Delivery> add_test(store::Connection& c, const Webhook& hook, Instant now);

// The delivery that has been due for longest, of no webhook among `busy`.
Result<std::optional<Delivery>> next_due(store::Connection& c, const std::set<std::string>& busy,
                                         Instant now);
// Notes what a try came to: the next one, or the end; and of the webhook, that it works, fails, or
// is switched off.
Result<void> note_try(store::Connection& c, const Delivery& delivery, const Answer& answer,
                      Instant now);
// Makes it due now, as the first try. Nothing when there is no such delivery.
Result<std::optional<Delivery>> redeliver(store::Connection& c, std::string_view webhook,
                                          std::string_view id, Instant now);
// Those that are over and older than kKeepDeliveries.
Result<int64_t> forget_old(store::Connection& c, Instant now);

struct DeliveryPage {
  std::vector<Delivery> deliveries;  // newest first
  int64_t total = 0;
};
Result<DeliveryPage> list_deliveries(store::Connection& c, std::string_view webhook,
                                     std::optional<DeliveryState> state, int64_t offset,
                                     int64_t limit);

}  // namespace perennial::webhooks
