// Experiments and hold-outs: who gets which arm, who must not be reached, and what the arms did,
// from exposures in the event log, the timeline and the order book. The statistics are those of
// proof/.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "access/access.h"
#include "base/base.h"
#include "events/events.h"
#include "http/http.h"
#include "people/people.h"
#include "proof/proof.h"
#include "store/store.h"

namespace perennial::timeline {
class Timeline;
}

namespace perennial::experiments {

// Hold-outs across campaigns, journeys and programmes.

// What a person is drawn by: the same before and after the state is rebuilt.
std::string unit_of_user(std::string_view user_id);
// Who must not be reached by actions of a kind ("campaigns", "journeys", "loyalty"): members of the
// active hold-outs, under the number that their person has now, and whoever their draw takes.
class HeldOut {
 public:
  static Result<HeldOut> load(store::Connection& c, std::string_view kind);
  // The id of the hold-out that holds a person, "" for none.
  std::string_view by(people::PersonId person, std::string_view user_id) const;
  bool empty() const { return parts_.empty(); }

 private:
  struct Part {
    std::string id, salt;
    double share = 0;
    std::unordered_set<people::PersonId> members;
  };
  std::vector<Part> parts_;
};
// To be called, in the transaction that acts, with the people whom HeldOut::by() named: they become
// members if they were none.
struct HeldPerson {
  std::string hold_out;
  people::PersonId person = 0;
  std::string user_id;
};
Result<void> keep_members(store::Connection& c, std::span<const HeldPerson> people, Instant now);

// The module's service: experiments, the assignment API, hold-outs and their results. Thread-safe.
class Experiments {
 public:
  struct Wiring {
    store::Database& database;
    events::Log& log;
    access::Settings& settings;
    timeline::Timeline& timeline;
    people::OrderBooks& books;
    // People behind the words of any set: the audiences of experiments.
    std::function<Result<std::vector<people::PersonId>>(std::string_view)> resolve_set;
    Clock clock;
    // When a campaign began to be sent; empty: none is known here.
    std::function<Result<Instant>(std::string_view campaign)> campaign_sent = nullptr;
  };
  explicit Experiments(Wiring wiring);
  ~Experiments();
  void add_routes(
      http::Router& router);  // /v1/experiments*, /v1/assign, /v1/hold-outs*, /v1/uplift*
  // The people behind "experiment:…", "hold_out:…" and "uplift:…"; nullopt for words of other
  // modules.
  std::optional<Result<std::vector<people::PersonId>>> resolve_set(std::string_view set);
  // The revenue that arms gained: of experiments that measure it, each arm beside the control, and
  // of hold-outs, everybody else beside their members.
  Result<std::vector<proof::Gain>> gains();
  // The newest running hold-out across everything and the difference of its first measure, as
  // GoalHoldOut of the contract; null if there is none.
  Result<Json> whole_hold_out_json();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::span<const store::Migration> migrations();

}  // namespace perennial::experiments
