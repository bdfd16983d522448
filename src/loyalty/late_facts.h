// Events of the log that no rule has named so far, and so are in no table of facts: what a rule
// that looks back needs, and what a dry run adds to what is known of people.
#pragma once

#include <set>

#include "loyalty/assess.h"

namespace perennial::loyalty {

using EventNames = std::set<std::string, std::less<>>;

// Events of these names, for the table of facts.
Result<std::vector<NewFact>> read_facts(store::Database& database, events::Log& log,
                                        const EventNames& names);

struct LateFact {
  PersonId person = 0;
  int64_t seq = 0, at_ms = 0;
  const std::string* name = nullptr;  // one of LateFacts::names
  std::string properties;             // "" for none
};

// The same kept small and by person, for millions of them.
class LateFacts {
 public:
  static Result<LateFacts> read(store::Database& database, events::Log& log, EventNames names);
  LateFacts() = default;
  LateFacts(LateFacts&&) = default;
  LateFacts& operator=(LateFacts&&) = default;

  std::span<const LateFact> of(PersonId person) const;
  const std::vector<LateFact>& all() const { return list_; }  // by person, then number
  void add_to(std::vector<Fact>& facts, PersonId person, const Needs& needs) const;

 private:
  EventNames names_;
  std::vector<LateFact> list_;
};

}  // namespace perennial::loyalty
