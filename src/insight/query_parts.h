// Everything of the event log that a question may look at, whatever passes its answer takes.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "insight/query.h"

namespace perennial::insight {

struct QueryParts {
  std::vector<const NamedSelector*> selectors;
  std::set<std::string> carried;  // properties beside those of conditions
  bool any_event = false;         // also events that no selector names
  bool from_the_start = false;    // also those long before the range
};
QueryParts parts_of(const Query& query);

}  // namespace perennial::insight
