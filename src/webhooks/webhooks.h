// Webhooks: addresses of other systems that are told of events.
//
// A webhook names events of the log by their names. From then on each such event is sent to its
// address as a POST, signed as Standard Webhooks 1.0 says (webhook-id, webhook-timestamp,
// webhook-signature: HMAC-SHA-256 of "ID.TIMESTAMP.BODY"), again and again with growing pauses
// until the other side answers 2xx, or the pauses are used up.
//
//   {"type": "points.earned", "timestamp": "2026-11-29T08:00:00.000Z",
//    "data": {"event": "Points Earned", "user_id": "u1", "properties": {…}, …}}
//
// Threads: Webhooks is thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>

#include "access/access.h"
#include "base/base.h"
#include "events/events.h"
#include "http/http.h"
#include "store/store.h"

namespace perennial::webhooks {

// ---- limits

inline constexpr size_t kMaxWebhooks = 50;
inline constexpr size_t kMaxUrlBytes = 2'000;
inline constexpr size_t kMaxEventNames = 100;  // of one webhook
inline constexpr size_t kMaxNameBytes = 200;
inline constexpr std::chrono::seconds kTryTimeout{15};
// After the first failure, the second, …; after the last one a delivery is given up.
inline constexpr std::array<std::chrono::seconds, 9> kPauses = {
    std::chrono::seconds(5), std::chrono::minutes(5), std::chrono::minutes(30),
    std::chrono::hours(2),   std::chrono::hours(5),   std::chrono::hours(10),
    std::chrono::hours(14),  std::chrono::hours(20),  std::chrono::hours(24)};
inline constexpr std::chrono::hours kOffAfter{5 * 24};         // of nothing but failures
inline constexpr std::chrono::hours kKeepDeliveries{30 * 24};  // those that are over
inline constexpr std::chrono::hours kOldSecretFor{24};         // after a new one is made
inline constexpr std::string_view kAllEvents = "*";

// Which addresses may be called. kPublic keeps a webhook from reaching what only this machine or
// its network may see (server-side request forgery).
enum class Reach { kPublic, kAny };

class Webhooks {
 public:
  struct Wiring {
    store::Database& database;
    events::Log& log;
    Clock clock;
    Reach reach = Reach::kPublic;
  };
  static Result<std::unique_ptr<Webhooks>> open(Wiring wiring);
  virtual ~Webhooks() = default;
  virtual void add_routes(http::Router& router) = 0;  // /v1/webhooks*
  // Follows the log and sends, from here to stop().
  virtual void start() = 0;
  virtual void stop() = 0;
  // Deletes deliveries whose bodies are about somebody who is erased, also those that wait: `about`
  // tells by the body. Without `take` they are only counted. How many. Of events that the log has
  // lost before, none comes afterwards.
  virtual Result<int64_t> forget(const std::function<bool(std::string_view body)>& about,
                                 bool take) = 0;
};

// The tables of this module: docs/formats/webhooks.md.
std::span<const store::Migration> migrations();

}  // namespace perennial::webhooks
