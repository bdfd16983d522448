// What is done at once to people chosen from a list: /v1/actions* of api/openapi.yaml.
//
//   auto done = TRY(actions.take({.id = "r1", .kind = Kind::kPoints, .people = {3, 4}, …}, by));
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"
#include "base/base.h"
#include "events/events.h"
#include "http/http.h"
#include "people/people.h"
#include "store/store.h"

namespace perennial::actions {

using people::PersonId;

inline constexpr size_t kMaxPeople = 10'000;  // of one request
inline constexpr size_t kMaxIdBytes = 100;
inline constexpr size_t kMaxWordBytes = 200;  // of programmes, batches and segments
inline constexpr size_t kMaxTextBytes = 500;  // of reasons and follow-ups
inline constexpr int64_t kMaxPoints = 1'000'000;
inline constexpr std::string_view kTaken = "Action Taken";
inline constexpr std::string_view kSource = "actions";

enum class Kind { kList, kCoupon, kPoints, kFollowUp };
std::string_view kind_name(Kind kind);  // "list", "coupon", "points", "follow_up"

struct Request {
  std::string id;  // the client's
  Kind kind = Kind::kList;
  std::vector<PersonId> people;
  std::string set;               // the words of a set, in place of people
  std::string segment;           // of kList
  std::string programme, batch;  // of kCoupon, kPoints
  int64_t points = 0;
  std::string text;  // a reason, or what is to be done
  Instant due;       // of kFollowUp
  bool dry_run = false;
};

// kInvalid for nobody, kTooLarge for more than kMaxPeople; `where` says which member names them.
Result<void> unless_too_many(std::span<const PersonId> people, const char* where);

// Whom it reached. asked = done + held_out + skipped + refused.
struct Outcome {
  int64_t asked = 0;
  int64_t done = 0;
  int64_t held_out = 0;
  int64_t skipped = 0;  // have it already: a code of the batch, a place on the list
  int64_t refused = 0;  // by the ledger, or nobody of that number is known (any more)
  bool repeated = false;
};

// Those of the people asked about who got it; others have it already or were refused.
struct Given {
  std::vector<PersonId> done;
  int64_t skipped = 0, refused = 0;
};

// Thread-safe; one request is worked on at a time.
class Actions {
 public:
  struct Wiring {
    store::Database& database;
    events::Log& log;
    std::function<Result<std::vector<PersonId>>(std::string_view set)> resolve_set;
    Clock clock;
    // Gives everybody a code of a batch, in the transaction; not to those who have one.
    std::function<Result<Given>(store::Connection&, const Request&, std::span<const PersonId>,
                                const http::Principal&)>
        coupons;
    // Gives points by commands whose ids follow from the request's and the person: again does
    // nothing again.
    std::function<Result<Given>(const Request&, std::span<const PersonId>, const http::Principal&)>
        points;
    // Puts people on a list, in the transaction; not those who are on it.
    std::function<Result<Given>(store::Connection&, const Request&, std::span<const PersonId>,
                                const http::Principal&)>
        list;
    std::function<void(const std::string& list)> list_changed;  // after the transaction
    // Writes a follow-up for each, in the transaction.
    std::function<Result<Given>(store::Connection&, const Request&, std::span<const PersonId>,
                                const http::Principal&)>
        follow_up;
  };
  explicit Actions(Wiring wiring);
  ~Actions();
  void add_routes(http::Router& router);
  Result<Outcome> take(const Request& request, const http::Principal& by);
  // Tells the log of what a crash left untold: at a start, and before each request.
  Result<void> tell_waiting();

 private:
  struct Impl;
  Wiring wiring_;
  std::unique_ptr<Impl> impl_;
};

std::span<const store::Migration> migrations();

}  // namespace perennial::actions
