// Reading the audit trail.
#pragma once

#include <vector>

#include "access/access.h"

namespace perennial::access {

// Which entries; what is empty asks nothing.
struct AuditFilter {
  std::string action;  // an action, or the beginning of some up to its dot: "customers."
  std::string actor;   // id of a user or key
  std::string object;  // "customer:17", "settings"
  // A number of a customer: entries about its file, and lists that it was on ("people" in the
  // detail of an entry).
  int64_t customer = 0;
};
// AuditList.entries of the contract: those with an id below `before`, newest first.
Result<std::vector<Json>> list_audit(store::Connection& c, const AuditFilter& filter,
                                     int64_t before, int64_t limit);

}  // namespace perennial::access
