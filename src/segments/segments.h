// Segments: rules about people and what they did, or lists of people. Who is in one is known at any
// moment, after every event and at the second at which a window rolls on, and can be explained
// person by person. docs/formats/segments.md has the tables; SegmentDefinition of api/openapi.yaml
// the documents.
//
//   auto segments = TRY(Segments::open({.timeline = *timeline, …}));
//   segments->add_facts({.name = "lifecycle_stage", …});     // before start()
//   segments->start();
//   auto people = segments->resolve_set("segment:seg_…");    // wherever a set of people is taken
//
// Threads: everything may be called from any thread, but add_facts() and add_family()
// only before start().
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"
#include "base/base.h"
#include "events/events.h"
#include "http/http.h"
#include "insight/insight.h"
#include "people/people.h"
#include "segments/facts.h"  // IWYU pragma: export
#include "store/store.h"
#include "timeline/timeline.h"

namespace perennial::segments {

using people::PersonId;

// Who came and went, in the event log: source "segments", properties segment_id, segment_name and
// reason, message id from the change's number, so that a repeat counts once.
inline constexpr std::string_view kEntered = "Segment Entered";
inline constexpr std::string_view kLeft = "Segment Left";
inline constexpr std::string_view kEventSource = "segments";
inline constexpr std::string_view kSetPrefix = "segment:";

inline constexpr size_t kMaxSample = 50;                // people of a preview
inline constexpr size_t kMaxOverlap = 8;                // segments compared at once
inline constexpr size_t kMaxListIdentifiers = 100'000;  // of one upload
inline constexpr std::chrono::seconds kMaxEvaluation{60};

struct Parts {
  timeline::Timeline& timeline;
  store::Database& database;
  events::Log& log;
  access::Settings& settings;
  // People behind the words of any set; kInvalid if nobody knows them.
  std::function<Result<std::vector<PersonId>>(std::string_view)> resolve_set;
  // Members to add to the Customer objects of samples.
  std::function<Result<std::vector<Json>>(std::span<const people::Person>)> describe;
  people::ListHandlers lists;  // answer with the people of a set
  Clock clock;
  std::function<void(const std::string&)> say = nullptr;  // faults, a line each
  // What the handle of an answer's number counts (insight::Behaviour); null: nobody knows handles.
  std::function<Result<std::optional<insight::FunnelNumber>>(std::string_view)> funnel_number =
      nullptr;
};

class Segments {
 public:
  static Result<std::unique_ptr<Segments>> open(Parts parts);
  ~Segments();
  void add_facts(FactProvider provider);
  void add_family(FactFamily family);
  void start();  // keeps memberships live from now on
  void stop();
  void add_routes(http::Router& router);  // /v1/segments* of api/openapi.yaml

  // The members behind "segment:ID"; nullopt for words of other modules.
  std::optional<Result<std::vector<PersonId>>> resolve_set(std::string_view set);
  // How the segment of "segment:ID" is called; "" for other words and where there is none.
  std::string name_of_set(std::string_view set) const;
  // Puts people on a list in the transaction; those who were not on it before. list_changed() is
  // called once it is committed. kConflict for a segment with a rule.
  Result<std::vector<PersonId>> add_to_list(store::Connection& c, const std::string& id,
                                            std::span<const PersonId> people,
                                            const http::Principal& principal);
  // Waits a moment until what a transaction changed of a list is seen by all who ask.
  void list_changed(const std::string& id);
  // True once memberships hold every event up to `seq`, every change of definitions made before the
  // call, and what the clock told at the call; false when the time is over.
  bool wait_until(uint64_t seq, std::chrono::milliseconds at_most);
  // Takes an erased person out of lists and out of the history of who came and went; sizes stay.
  // Rules look at the person again by themselves. {"lists", "changes"}: how many, also without
  // `take`, when all stay.
  Result<Json> forget(std::span<const PersonId> numbers, bool take);

  struct Impl;

 private:
  explicit Segments(Parts parts);
  std::shared_ptr<Impl> impl_;
};

std::span<const store::Migration> migrations();

}  // namespace perennial::segments
