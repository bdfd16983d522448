// Which versions of the tags there were, and how many people had each. docs/formats/portrait.md.
#pragma once

#include "portrait/everyone.h"
#include "store/store.h"

namespace perennial::portrait {

// The number of the version: one more than the newest; those before the last kKeptVersions go.
Result<int64_t> keep_version(store::Connection& c, const Everyone& all);
Result<Json> versions_json(store::Connection& c);  // newest first

}  // namespace perennial::portrait
