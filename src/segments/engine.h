// What evaluations share: where rules read from, and how a definition becomes a program.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "segments/program.h"
#include "segments/segments.h"

namespace perennial::segments {

using MembersPtr = std::shared_ptr<const People>;
// Members of segments by id.
using MembersOf = std::function<Result<MembersPtr>(const std::string& id)>;

// What one evaluation holds on to: nothing under it changes as long as it lives.
class Reading {
 public:
  const Context& context() const { return context_; }

 private:
  friend class Engine;
  explicit Reading(Roster::View view) : view_(std::move(view)) {}
  Roster::View view_;
  std::map<std::string, MembersPtr> members_;
  std::map<std::string, std::shared_ptr<const FactColumn>> facts_;
  Context context_;
};

class Engine {
 public:
  explicit Engine(const Parts& parts);

  Instant now() const;
  Calendar calendar() const;
  Roster& roster() { return roster_; }
  insight::Names& names() { return names_; }
  timeline::Pool& pool() { return parts_.timeline.pool(); }
  void add_facts(FactProvider provider);
  void add_family(FactFamily family) { families_.push_back(std::move(family)); }
  // Those there are now, by name. Not inside a transaction.
  Result<std::map<std::string, FactProvider>> facts() const;
  // Nothing where there is none of this name. Not inside a transaction.
  Result<std::optional<FactProvider>> find_fact(const std::string& name) const;

  // Parses and checks a definition: names of events, traits and facts, limits, references. `self`
  // is the id of the segment whose definition it is, or "". Not inside a transaction.
  Result<Definition> checked(const Json& json, const std::string& self);
  // That the segments referred to are there, and that none leads back to `self`.
  Result<void> check_references(store::Connection& c, const Definition& definition,
                                const std::string& self);

  // A program on the newest snapshot, or on the event log when the timeline lacks a property or is
  // still being built.
  Result<std::shared_ptr<const Program>> compile(
      const Definition& definition, const timeline::Stop& stop,
      std::shared_ptr<const timeline::Snapshot> snapshot);
  // Whether the timeline holds all that the definition looks at; a snapshot of null holds nothing.
  static bool suffices(const timeline::Snapshot* snapshot, const Definition& definition);

  Result<std::unique_ptr<Reading>> read(const Definition& definition, const MembersOf& members,
                                        Instant now);

 private:
  Result<void> check_names(const Definition& definition);
  Result<std::shared_ptr<const timeline::Snapshot>> from_log(const Definition& definition,
                                                             const timeline::Stop& stop);

  const Parts& parts_;
  Roster roster_;
  insight::Names names_;
  std::map<std::string, FactProvider> facts_;
  std::vector<FactFamily> families_;
};

}  // namespace perennial::segments
