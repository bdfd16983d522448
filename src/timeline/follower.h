// What the following thread keeps: the layers, the newest rows, and how far it has come. Not for
// use from several threads, but for dictionary() and days().
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "people/people.h"
#include "timeline/build.h"
#include "timeline/intake.h"
#include "timeline/layer.h"

namespace perennial::timeline {

inline constexpr size_t kSmallRows = 65'536;
inline constexpr size_t kArrivalsAtOnce = 8'000;
// People whose histories are looked up in the log at once. Of more, when the look-ups would read
// more than the log holds, the log is swept.
inline constexpr size_t kRereadAtOnce = 500;

class Follower {
 public:
  Follower(BuildSource source, Base base, Zone zone, uint64_t sweep_events);

  struct Step {
    bool changed = false;  // a new snapshot is worth publishing
    bool more = false;     // more is waiting
  };
  // Reads at most kArrivalsAtOnce events that the people stage has applied, or sweeps when far
  // behind.
  Result<Step> step(const Progress& progress);
  Snapshot snapshot();
  // With the next step the histories of these people are read anew: the log holds other events of
  // them than it did.
  void reread_later(const std::vector<people::PersonId>& people);

  uint64_t seq() const { return seq_; }
  int64_t last_move() const { return last_move_; }
  const BaseFacts& facts() const { return facts_; }
  Zone zone() const { return zone_; }
  const Days& days() const { return days_; }
  const Dictionary* dictionary() const { return dictionary_.get(); }
  uint64_t events_above_base() const;
  // Nobody's history waits to be read anew: what is held is what the log holds up to seq().
  bool settled() const { return unsettled_.empty(); }
  size_t layer_bytes() const;

  // For a new base: everything so far as layers, which are not merged with later ones until
  // replace_base() puts the new base in their place, or thaw().
  std::vector<std::shared_ptr<const Layer>> freeze();
  void replace_base(Base base, size_t layers);
  void thaw() { frozen_ = 1; }
  // Writes a base of everything so far to `path` and stands on it: without rows that were replaced,
  // and without texts that no row uses.
  Result<void> renew(const std::string& path, const Progress& progress);

 private:
  // One consistent look at people: what has been applied, what moved, whose the identities are.
  struct Look {
    people::Reached reached;
    std::vector<people::Move> moves;
    events::Arrived shared;
    std::span<const events::StoredEvent> arrivals;  // of the shared ones: what people/ knows
    std::vector<uint32_t> owners;                   // of the arrivals
  };
  Result<Look> look();
  Result<std::vector<uint32_t>> owners_of(store::Connection& c,
                                          std::span<const events::StoredEvent> arrivals);
  Result<Step> sweep(const people::Reached& reached, const Progress& progress);
  void apply_moves(const std::vector<people::Move>& moves);
  void take(const events::StoredEvent& event, uint32_t person);
  bool meets_older(uint32_t person, Second at) const;
  Result<void> reread(const Progress& progress);
  Result<void> reread(const std::vector<people::PersonId>& people);
  Result<void> reread_many(const Progress& progress);
  void forget(const std::unordered_set<uint32_t>& people);
  Result<std::shared_ptr<const Layer>> missing(const Owners& owners, const people::Reached& upto,
                                               const Progress& progress);
  void replace(uint32_t person);
  void settle();  // makes a layer of the rows
  void make_newest();
  void compact();

  const BuildSource source_;
  const uint64_t sweep_events_;
  const Zone zone_;
  const Days days_;
  BaseFacts facts_;
  std::shared_ptr<Dictionary> dictionary_;
  std::unique_ptr<Intake> intake_;
  std::vector<std::shared_ptr<const Layer>> layers_;  // base first
  std::atomic<size_t> frozen_ = 1;                    // layers that may not be merged with others
  Rows rows_;                                         // newer than all layers
  People replaced_;                                   // whose rows are all there is of them
  std::shared_ptr<const HeapLayer> newest_;           // of the rows, unless they are newer
  bool newer_rows_ = false;
  uint64_t seq_ = 0;
  int64_t last_move_ = 0;
  int64_t erasures_ = 0;                              // that owners_ knows of
  std::unordered_map<std::string, uint32_t> owners_;  // of identities seen lately
  std::unordered_map<uint32_t, uint32_t> moved_;      // people who went to others as a whole
  std::unordered_set<uint32_t> unsettled_;            // people to be read anew
};

}  // namespace perennial::timeline
