// The portrait of customers (product.md A5): tags that are worked out from what people did, bought
// and told, everybody's at once; the portrait of a group against everybody.
//
//   auto portrait = TRY(Portrait::open({.timeline = *timeline, …}));
//   for (auto& provider : portrait->facts()) segments->add_facts(std::move(provider));
//   portrait->start();
//   auto people = portrait->resolve_set("tag:interest:Lights");
//
// Tags are worked out in passes over people, in the background, and kept in memory with a version
// and its time; every version's coverage stays in the state database. docs/decisions has the
// formulas.
//
// Threads: everything may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"
#include "base/base.h"
#include "events/events.h"
#include "http/http.h"
#include "people/people.h"
#include "segments/segments.h"
#include "store/store.h"
#include "timeline/timeline.h"

namespace perennial::portrait {

using people::PersonId;

inline constexpr std::string_view kSetPrefix = "tag:";
inline constexpr std::chrono::seconds kRenewEvery{60};  // at most, when something has changed
inline constexpr int kRenewRest = 20;                   // and this many times as long as it took
inline constexpr int64_t kKeptVersions = 20;            // coverage of older ones is deleted
inline constexpr size_t kShownWords = 200;              // of a tag in an answer, the largest

class Portrait {
 public:
  struct Wiring {
    timeline::Timeline& timeline;
    events::Log& log;
    store::Database& database;
    access::Settings& settings;
    people::OrderBooks& books;
    // People behind the words of any set; kInvalid if nobody knows them.
    std::function<Result<std::vector<PersonId>>(std::string_view)> resolve_set;
    Clock clock;
    std::function<void(const std::string&)> say = nullptr;  // faults, a line each
  };
  static Result<std::unique_ptr<Portrait>> open(Wiring wiring);
  ~Portrait();
  void start();  // renews in the background from now on
  void stop();   // what is under way is given up
  // Everybody's tags of now, on the caller's thread.
  Result<void> renew(const std::stop_token& stop = {});
  void add_routes(http::Router& router);  // /v1/portrait* of api/openapi.yaml

  // "tag:TAG:KEY", "tag:TAG:KEY:SET" (those of SET who have it); answers carry these words. nullopt
  // for words of other modules.
  std::optional<Result<std::vector<PersonId>>> resolve_set(std::string_view set);
  // "portrait" of a customer file: tags with what they are made of; null before the first version.
  Result<Json> describe_file(const people::Person& person);
  // What people are interested in by what they did, the strongest words of each with their share of
  // all that the person did; kOtherWord is left out.
  struct Interest {
    PersonId person = 0;
    std::string word;
    float share = 0;
  };
  // Somebody's, as the newest version has them; none before the first version.
  std::vector<Interest> interests_of(PersonId person);
  // Everybody's as of another instant, worked out on the caller's thread; by person. kBusy while
  // the timeline is being built.
  Result<std::vector<Interest>> interests_at(Instant at, const std::stop_token& stop = {});
  // Each tag as a fact of rules. Before the first version their columns fail with kBusy.
  std::vector<segments::FactProvider> facts();

 private:
  struct Impl;
  explicit Portrait(Wiring wiring);
  std::shared_ptr<Impl> impl_;
};

// The trait whose values the tag "region" shows; "" when it shows countries alone.
Result<std::string> region_trait(store::Connection& c);

std::span<const store::Migration> migrations();

}  // namespace perennial::portrait
