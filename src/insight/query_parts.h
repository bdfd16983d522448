// Everything of the event log that a question may look at, whatever passes its answer takes.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "insight/query.h"

namespace perennial::insight {

struct QueryParts {
  std::vector<const NamedSelector*> selectors;
  std::set<std::string> numbers;  // those carried that are not the breakdown
  std::set<std::string> carried;  // properties beside those of conditions
  std::string split;              // the property of a breakdown by events
  bool any_event = false;         // also events that no selector names
  bool from_the_start = false;    // also those long before the range
};
QueryParts parts_of(const Query& query);

}  // namespace perennial::insight
