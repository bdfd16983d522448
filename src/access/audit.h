// Reading the audit trail.
#pragma once

#include <vector>

#include "access/access.h"

namespace perennial::access {

// AuditList.entries of the contract: those with an id below `before`, newest first.
Result<std::vector<Json>> list_audit(store::Connection& c, int64_t before, int64_t limit);

}  // namespace perennial::access
