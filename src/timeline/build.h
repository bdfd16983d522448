// Building layers: the base from the whole event log, layers from rows, one layer from several.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/base.h"
#include "events/events.h"
#include "store/store.h"
#include "timeline/engine.h"
#include "timeline/intake.h"
#include "timeline/layer.h"
#include "timeline/owners.h"
#include "timeline/scratch.h"

namespace perennial::timeline {

// All days of a zone that a timeline can hold.
Days days_of(Zone zone);

inline constexpr size_t kMaxTextsFromLog = 5'000'000;

// For whoever looks on while millions of rows are read.
struct Progress {
  std::atomic<uint64_t> done = 0, total = 0;
  std::atomic<bool> stop = false;
  Result<void> check() const {
    if (stop) return fail(Code::kBusy, "the program is stopping");
    return {};
  }
};

struct BuildSource {
  events::Log& log;
  store::Database& database;
  OwnersCache* owners = nullptr;  // shared by those who read the log for questions; may be null
  std::shared_ptr<ScratchSpace> scratch;  // of temporary files; build_base() does without
};

// Writes the base of everything that the people stage has applied; temporary files stand beside it.
// Memory: the owners of all identities, the dictionary and what each of two readers has met of it,
// and 2/64 of the events.
Result<void> build_base(const BuildSource& source, const std::string& path, Zone zone,
                        Progress& progress);

// Rows of any order to a layer. `replaced`: people of whom these rows are all there is.
std::shared_ptr<const HeapLayer> layer_of(Rows rows, const People& replaced, const Days* days);

// The rows of consecutive layers, oldest first, as one.
std::shared_ptr<const HeapLayer> merge_layers(
    const std::vector<std::shared_ptr<const Layer>>& layers, const Days* days);
// The same into a base file, buckets without news copied as they are.
Result<void> merge_base(const std::vector<std::shared_ptr<const Layer>>& layers,
                        const Dictionary& dictionary, BaseFacts facts, const std::string& path,
                        const Days& days, const Progress& progress);

// The same with a dictionary that keeps only the texts that rows in the new file use. Nobody may
// add rows meanwhile.
Result<void> renew_base(const std::vector<std::shared_ptr<const Layer>>& layers,
                        Dictionary& dictionary, BaseFacts facts, const std::string& path,
                        const Days& days, const Progress& progress);

// A snapshot of its own, straight from the log, for what the timeline does not hold: only the
// named events in a span, only the named properties. Where they are many they go through temporary
// files, in which the snapshot lies then: memory holds the dictionary and 2/256 of the events.
// Fails as `stop` says, also above the memory that it allows (kTooLarge), and as Scratch::take().
struct FromLog {
  std::vector<EventName> names;  // empty: all
  std::optional<Span> span;
  std::set<std::string> properties;
  Lists lists;
};
Result<Snapshot> read_from_log(const BuildSource& source, const FromLog& what, Zone zone,
                               const Stop& stop);

}  // namespace perennial::timeline
