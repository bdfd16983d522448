// One look of the keeper: what is new, and what follows from it. Inside keeper*.cc only.
#pragma once

#include "segments/keeper.h"

namespace perennial::segments {

struct Keeper::Step {
  std::shared_ptr<const timeline::Snapshot> snapshot;
  Instant now;
  Second second = 0;
  Calendar calendar;
  News news;
  std::vector<PersonId> moved;                              // from and into, ascending, each once
  std::map<std::string, std::vector<PersonId>> of_fact;     // whose fact changed
  std::map<std::string, std::vector<PersonId>> of_segment;  // who came to it or left it
  std::set<std::string> replaced;                           // whose members are all new
  std::unique_ptr<SharedHits> shared;                       // null: each rule reads for itself
  std::map<std::string, SharedHits::Places> places;         // by segment
  std::vector<Change> changes;
  bool progressed = false;  // worth writing down although nobody came or went
};

}  // namespace perennial::segments
