// Rights of the people whose data is kept: erasing one person everywhere, with a signed receipt,
// and keeping events no longer than the workspace says.
//
// An erasure is a durable job. It goes through its stores step by step, each step may be repeated,
// and a stop or a crash at any point is taken up at the next start. Orders, verdicts and postings
// stay under a number that nobody's name belongs to any more, so that totals and results stay.
//
//   auto privacy = TRY(Privacy::open({.database = db, .log = log, .timeline = timeline, …}));
//   privacy->start();  // works off what was asked for
//
// Threads: everything may be called from any thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "access/access.h"
#include "base/base.h"
#include "collect/collect.h"
#include "engage/engage.h"
#include "events/events.h"
#include "http/http.h"
#include "people/people.h"
#include "segments/segments.h"
#include "store/store.h"
#include "timeline/timeline.h"
#include "webhooks/webhooks.h"

namespace perennial::privacy {

inline constexpr size_t kMaxListed = 200;              // erasures of a page
inline constexpr size_t kMaxReceiptBytes = 64 * 1024;  // of a payload to be checked
inline constexpr std::chrono::seconds kLongestPause{
    60};  // before a step that failed is tried again

// By what somebody who is erased is told outside of the state database.
struct Traces {
  std::vector<people::PersonId> numbers;  // the person's own first, then those from before joins
  std::vector<std::string> words;         // identifiers, folded
  std::string name;                       // folded; others may be called the same
};

// A place that holds something of people, in the order in which they are gone through.
struct Place {
  std::string name;  // as the receipt calls it
  // In the transaction that erases the person from people/; may be empty. An object of counts.
  std::function<Result<Json>(store::Connection&, const people::ErasedPerson&)> in_state;
  // After it, outside of it; may be empty. An object of counts. Without `take` nothing goes: what
  // is there is counted, and kept, before any of it is taken, because after a crash that cannot be
  // told any more. Taking is repeated when the log has lost the events, for what was still being
  // written. kBusy: later.
  std::function<Result<Json>(const Traces&, bool take)> beside;
};

class Privacy {
 public:
  struct Wiring {
    store::Database& database;
    events::Log& log;
    timeline::Timeline& timeline;
    access::Settings& settings;
    std::vector<Place> places;
    // Blocks until the stages have passed `seq`; false when they do not get there soon.
    std::function<bool(uint64_t seq)> settle;
    Clock clock;
    std::function<void(const std::string&)> say = nullptr;  // faults, a line each
    std::chrono::milliseconds first_pause{1'000};  // after a failure; twice as long each time
    // That a timeline which cannot go on is waited for; others have their turn then.
    std::chrono::milliseconds timeline_patience{60'000};
  };
  static Result<std::unique_ptr<Privacy>> open(Wiring wiring);
  ~Privacy();
  void add_routes(http::Router& router);  // /v1/privacy/erasures*, receipts*, retention*
  void start();                           // takes up what was not finished
  void stop();                            // between two steps; the next start goes on
  // Until no erasure is under way; false when the time is over.
  bool wait_until_idle(std::chrono::milliseconds at_most);

  struct Impl;

 private:
  explicit Privacy(Wiring wiring);
  std::shared_ptr<Impl> impl_;
};

// What the modules of this program hold.
std::vector<Place> places_of(store::Database& database, collect::Importer& importer,
                             segments::Segments& segments, engage::Engage& engage,
                             webhooks::Webhooks& webhooks, const Clock& clock);

std::span<const store::Migration> migrations();

}  // namespace perennial::privacy
