// A rule made ready to run on one snapshot of the timeline: for everybody, bucket by bucket, or for
// single people. Both read the same leaves, so that they cannot disagree.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "segments/event_leaf.h"
#include "segments/facts.h"
#include "segments/roster.h"
#include "segments/rule.h"
#include "segments/shared_hits.h"

namespace perennial::segments {

// What a rule reads beside events, all of one moment. The pointers outlive the evaluation.
struct Context {
  Moment moment;
  Today today;
  const Roster::View* roster = nullptr;
  std::function<const People&(const std::string& segment)> members;
  std::function<const FactColumn&(const std::string& fact)> fact;
};

// What one person's leaf showed, for explanations.
struct LeafSeen {
  bool holds = false;
  Seen events;
  std::optional<Instant> turns_at;
};

class Program {
 public:
  // The selectors are cut to what windows can still reach at `moment` or later. `snapshot` may be
  // null: then everybody is without events.
  static Result<std::shared_ptr<const Program>> compile(
      const Definition& definition, std::shared_ptr<const timeline::Snapshot> snapshot,
      const Moment& moment, timeline::Pool& pool, const timeline::Stop& stop);

  struct Whole {
    People members;
    std::vector<Second> turns;  // by bucket: when time alone may change somebody, at the earliest
  };
  // Reads the whole timeline. `only`: of these buckets; the others stay empty.
  Result<Whole> evaluate(const Context& context, timeline::Pool& pool, const timeline::Stop& stop,
                         const std::vector<uint32_t>* only = nullptr) const;

  // For single people, best in the order of their numbers: a bucket is read once for all of it that
  // are asked for one after another. One a thread; the program and the context must outlive it.
  class Personal {
   public:
    // With `shared`, which then holds all who are asked for, nothing else is read; `places` are
    // those of selectors() in it.
    Personal(const Program& program, const Context& context, const SharedHits* shared = nullptr,
             const SharedHits::Places* places = nullptr);
    bool is_member(PersonId person);
    // When time may change the membership of one of those asked for since the last call.
    Second take_turns();
    // What each leaf showed, in the order of the document.
    std::vector<LeafSeen> look(PersonId person);

   private:
    void read(PersonId person);
    bool holds(const Rule& rule, PersonId person, size_t& leaf);
    LeafSeen leaf_of(const Rule& rule, PersonId person, size_t leaf);

    const Program& program_;
    const Context& context_;
    const SharedHits* shared_;
    const SharedHits::Places* places_;
    std::vector<Bounds> bounds_;     // by leaf
    std::vector<Turning> turnings_;  // by leaf, of leaves about events
    Second turns_ = kNever;          // of the others
    std::vector<Hits> of_block_;     // of shared ones
    std::unique_ptr<timeline::BucketReader> reader_;
    std::optional<uint32_t> bucket_;  // that hits_ are of
    uint32_t place_ = 0;              // of the person in it
    std::span<const Hits> hits_;
  };

  const Definition& definition() const { return definition_; }
  const std::vector<timeline::Selector>& selectors() const { return selectors_; }
  const std::set<std::string>& traits() const { return traits_; }
  const std::shared_ptr<const timeline::Snapshot>& snapshot() const { return snapshot_; }

 private:
  struct Leaf {
    std::optional<EventLeaf> events;  // of leaves about events
  };
  class Run;
  bool in_universe(const Context& context, PersonId person) const;
  const People& universe(const Context& context) const;

  Definition definition_;
  std::shared_ptr<const timeline::Snapshot> snapshot_;
  std::vector<timeline::Selector> selectors_;
  std::shared_ptr<const timeline::Plan> plan_;  // null without leaves about events
  std::vector<const Rule*> rules_;              // by leaf
  std::vector<Leaf> leaves_;
  std::set<std::string> traits_;
};

std::set<std::string> traits_of(const Definition& definition);
// The selectors of a definition without their cuts, to tell what the timeline lacks.
std::vector<timeline::Selector> selectors_of(const Definition& definition);

}  // namespace perennial::segments
