// Inside of open_chdb(), for its tests.
#pragma once

#include <functional>
#include <memory>

#include "events/events.h"

namespace perennial::events {

// Sees what each INSERT gave, on the writer thread, and says what the log is to take it for: this
// is how a fault after the rows became visible is tried.
using AfterInsert = std::function<Result<void>(Result<void>)>;

Result<std::unique_ptr<Log>> open_chdb_with(const ChdbOptions& options, AfterInsert after_insert);

}  // namespace perennial::events
