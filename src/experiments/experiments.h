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
#include "segments/segments.h"
#include "store/store.h"

namespace perennial::timeline {
class Timeline;
}

namespace perennial::experiments {

// Hold-outs across campaigns and the loyalty programme.

// What a person is drawn by: the same before and after the state is rebuilt.
std::string unit_of_user(std::string_view user_id);
// Who must not be reached by actions of a kind ("campaigns", "loyalty"): members of the active
// hold-outs, under the number that their person has now, and whoever their draw takes.
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

// Those of these people whom active hold-outs of a kind draw, and from when: who came after it
// began becomes a member here. To be called in the transaction that acts.
struct HeldFrom {
  std::string hold_out;
  people::PersonId person = 0;
  Instant from;
};
Result<std::vector<HeldFrom>> hold_newcomers(store::Connection& c, std::string_view kind,
                                             std::span<const people::PersonId> people, Instant now);

// "hold_out:ID" with the word "held_out" for its members, for conditions of segments. The database
// outlives it.
segments::FactFamily hold_out_facts(store::Database& database);

// What an event costs the shop: `minor` for each, or for each unit of a property. Below 0 it gives
// back what was counted before.
struct NetCost {
  std::string event, property;
  std::vector<std::pair<std::string, std::string>> is;  // properties that must have these values
  std::vector<std::string> set;                         // properties that must be there
  double minor = 0;
};

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
    // What points and messages cost, for net revenue; empty: nothing is known to cost anything.
    std::function<Result<std::vector<NetCost>>()> net_costs = nullptr;
    // Tells the loyalty programme whom it must give nothing from when on, and when that is over,
    // in the transaction in which a hold-out begins or ends. Empty: there is none.
    std::function<Result<void>(store::Connection& c, std::string_view hold_out,
                               std::span<const people::PersonId> people, Instant from)>
        hold_out_of_loyalty = nullptr;
    std::function<Result<void>(store::Connection& c, std::string_view hold_out, Instant at)>
        let_into_loyalty = nullptr;
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
  // The same of one hold-out, running or ended. kNotFound.
  Result<Json> hold_out_json(std::string_view id);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Erases a person, in the transaction of people::erase_person(): arms that were given to identities
// go; members of hold-outs stay as numbers. {"arms", "hold_outs"}: rows.
Result<Json> erase_person(store::Connection& c, const people::ErasedPerson& erased);

std::span<const store::Migration> migrations();

}  // namespace perennial::experiments
