// Behaviour at memory speed: the events of the log laid out by person, and kernels over them.
//
// A timeline is derived: a mapped file of everybody (the base), and layers in memory of what
// arrived since, which become a new base in the background. Lose it and it is built again from the
// log; until then questions are answered from the log itself. Whose an event is comes from people/:
// when people are joined, their histories are read anew from the log.
//
//   auto timeline = TRY(Timeline::open({.directory = dir, .log = log, .database = db, .zone =
//   zone})); auto snapshot = timeline->snapshot();             // null while the first base is
//   built auto plan = TRY(compile(*snapshot, ask, timeline->pool(), stop)); auto answer =
//   TRY(run(*plan, Funnel(spec), timeline->pool(), stop)).finish();
//
// Threads: everything may be called from any thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "timeline/attribution.h"           // IWYU pragma: export
#include "timeline/build.h"                 // IWYU pragma: export
#include "timeline/distribution.h"          // IWYU pragma: export
#include "timeline/engine.h"                // IWYU pragma: export
#include "timeline/formula.h"               // IWYU pragma: export
#include "timeline/funnel.h"                // IWYU pragma: export
#include "timeline/group_slots.h"           // IWYU pragma: export
#include "timeline/hits.h"                  // IWYU pragma: export
#include "timeline/interval.h"              // IWYU pragma: export
#include "timeline/lifecycle.h"             // IWYU pragma: export
#include "timeline/lifecycle_active.h"      // IWYU pragma: export
#include "timeline/lifecycle_stickiness.h"  // IWYU pragma: export
#include "timeline/pair_sizes.h"            // IWYU pragma: export
#include "timeline/paths.h"                 // IWYU pragma: export
#include "timeline/periods.h"               // IWYU pragma: export
#include "timeline/presence.h"              // IWYU pragma: export
#include "timeline/retention.h"             // IWYU pragma: export
#include "timeline/rfm.h"                   // IWYU pragma: export
#include "timeline/select.h"                // IWYU pragma: export
#include "timeline/sessions.h"              // IWYU pragma: export
#include "timeline/trends.h"                // IWYU pragma: export

namespace perennial::timeline {

// A new base is written when the layers above it hold this many events, or an eighth of the base.
inline constexpr uint64_t kRewriteEvents = 200'000;

// Behind by more than this, the log is swept instead of read in the order of arrival.
inline constexpr uint64_t kSweepEvents = 100'000;

struct Options {
  std::string directory;  // absolute; created if missing
  events::Log& log;
  store::Database& database;
  std::function<Zone()> zone;  // of the workspace; another one means building anew
  unsigned threads = 2;        // that answer questions
  uint64_t rewrite_events = kRewriteEvents;
  uint64_t sweep_events = kSweepEvents;
  std::function<void(const std::string&)> say = nullptr;  // builds and faults, a line each
};

struct Stats {
  enum class Phase { kOpening, kBuilding, kReady } phase = Phase::kOpening;
  uint64_t done = 0, total = 0;  // events of the build under way
  uint64_t seq = 0;              // every event up to this is in the answers
  uint64_t events = 0, outside = 0, nobody = 0;
  uint64_t base_bytes = 0;   // of the mapped file, on disk and at most in memory
  uint64_t layer_bytes = 0;  // of the layers above it, in memory
  uint64_t layers = 0;
  uint64_t dictionary_bytes = 0;
  double build_seconds = 0;  // of the last build from the log since the start; 0: none
  std::string error;         // of the last try to go on; empty when well
};

class Timeline {
 public:
  // Maps what is there, and waits for that: there is a snapshot then. Builds in the background when
  // there is nothing, or it is damaged.
  static Result<std::unique_ptr<Timeline>> open(Options options);
  ~Timeline();
  // What is under way is given up. Where much lies above the base a new one is written first, which
  // takes seconds for a hundred million events: the next start then goes on from there.
  void stop();

  std::shared_ptr<const Snapshot> snapshot() const;
  Pool& pool();
  // To be called when the people stage has committed a batch.
  void people_committed();
  // True once a snapshot holds everything up to `seq`; false when the time is over.
  bool wait_until(uint64_t seq, std::chrono::milliseconds at_most) const;
  // The log has lost events of these people: what they did is read anew, and a new base is written,
  // so that neither rows nor texts of what is gone remain on disk. With nobody named it has lost
  // events of anybody, and the base is built from the whole log. Answers go on meanwhile from what
  // was there. Gives the number by which forgotten() is asked; requests that wait together are met
  // by one base. Lost when the program stops: ask again.
  uint64_t forget(std::vector<people::PersonId> people);
  // True once that base is in use and the old file is gone; false when the time is over.
  bool forgotten(uint64_t request, std::chrono::milliseconds at_most) const;
  Stats stats() const;
  BuildSource source() const;

 private:
  explicit Timeline(Options options);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace perennial::timeline
