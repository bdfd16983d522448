// Caps over all people shared out in the order of time, for a dry run: it knows everything at once,
// so who was first is served first, whenever the ledger learned of it.
//
// How much an award may have depends on the awards of everybody before it, and what it is cut to
// changes what its person earns later (own caps, levels). So it goes in rounds: serve() hands out
// to all in the order of time what they asked for, and says who was cut otherwise than before;
// those are replayed under their limits() and asked again. What a replay asks for depends on what
// came before it alone, so in each round at least the first award that was served wrongly is right
// from then on: the rounds end, in what the ledger would have if each fact had come at its time.
//
//   Shares shares(terms);
//   for (people) shares.note(person, trail, steps);
//   shares.put({}, steps);
//   while (!(again = shares.serve()).empty()) { …note() those anew…; shares.put(again, steps); }
//
// Not thread-safe, but for calls of what is const.
#pragma once

#include "loyalty/budgets.h"

namespace perennial::loyalty {

class Shares {
 public:
  // Something that a budget gives, or that a refund gives back to it.
  struct Step {
    int64_t at_ms = 0;
    PersonId person = 0;
    Points points = 0;  // asked for; of a refund, the most that is left
    int64_t asked_ms = 0;
    uint32_t asked = 0;  // place in the person's trail
    uint32_t rule = 0;   // place among the terms' rules
    bool refund = false;
  };

  // Refers to the terms, which must outlive it.
  explicit Shares(const Terms& terms);

  bool any() const { return terms_.any(); }
  // Adds what a person's replay asked for to `steps`.
  void note(PersonId person, const Trail& trail, std::vector<Step>& steps) const;
  // Takes steps in place of those that there are of these people (ascending).
  void put(std::span<const PersonId> people, std::vector<Step> steps);
  // Who is cut otherwise than after the last round, ascending.
  std::vector<PersonId> serve();
  bool cuts(PersonId person) const { return cuts_.contains(person); }
  // What a person's awards are cut to; `trail` is of any replay of theirs.
  AwardLimits limits(PersonId person, const Trail& trail) const;

 private:
  struct Cut {
    uint32_t asked = 0;
    Points allowed = 0;
    bool operator==(const Cut&) const = default;
  };
  using Cuts = std::map<PersonId, std::vector<Cut>>;

  // What the budgets of a step have given in the period of what was asked.
  std::vector<BudgetUse*> uses_of(const Step& step);
  Points served(const Step& step);

  BudgetTerms terms_;
  const std::vector<Rule>& rules_;
  std::vector<std::vector<BudgetTerms::Bound>> bounds_;   // by rule
  std::vector<Step> steps_;                               // in the order of time
  std::map<std::pair<size_t, int64_t>, BudgetUse> used_;  // by budget and start of its period
  Cuts cuts_;
};

}  // namespace perennial::loyalty
