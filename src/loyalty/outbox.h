// What the ledger tells: each change becomes an event of the log, exactly once.
//
// A change and the row that tells of it are one transaction. The teller appends rows to the log and
// deletes them when they are durable there; the row's id is the event's message id, so a row that a
// crash left behind is recognised by the log and stored no second time.
//
//   points.earned, points.spent, points.taken_back, points.given_back, points.expired,
//   points.adjusted, points.transferred   one for each entry, person and direction
//   level.reached, level.lost             up and down
//   coupon.issued, coupon.used, coupon.restored
//   reward.redeemed, reward.cancelled
//   draw.won
//
// In the log they are "Points Earned", "Level Reached", … of the source "loyalty". What took effect
// before the programme's events_from is not told: history that a new rule looks back on would drown
// everything else.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "loyalty/loyalty.h"

namespace perennial::loyalty {

class Core;

inline constexpr std::string_view kEventSource = "loyalty";
inline constexpr size_t kToldAtOnce = 1'000;

struct News {
  std::string_view type;  // one of those above
  PersonId person = 0;
  int64_t at_ms = 0;
  Json properties;
};
Result<void> tell(store::Connection& c, const Programme& programme, std::vector<News> news);
Result<void> tell(store::Connection& c, const Programme& programme, News news);
// What the core's postings say.
Result<void> tell_postings(store::Connection& c, Core& core);

// "Points Earned" of "points.earned".
std::string event_name(std::string_view type);
// Whether an event of this name is one that the ledger tells. No rule earns by them.
bool is_told(std::string_view event_name);

// Who a person is in the log: a user id, or else an anonymous one; neither when they are gone.
struct Who {
  std::string user_id, anonymous_id;
};
Result<Who> who_is(store::Connection& c, PersonId person);

// Appends what waits to the log, at most `limit` rows, and deletes it from the outbox. Returns how
// many rows it was.
Result<size_t> tell_waiting(store::Database& database, events::Log& log, Instant received_at,
                            size_t limit = kToldAtOnce);

// Does that on a thread of its own, from construction to stop().
class Teller {
 public:
  Teller(store::Database& database, events::Log& log, Clock clock);
  ~Teller() { stop(); }
  void stop();
  std::string error() const;  // of the last round; "" when well

 private:
  void loop();

  store::Database& database_;
  events::Log& log_;
  Clock clock_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::string error_;
  std::thread thread_;
};

}  // namespace perennial::loyalty
