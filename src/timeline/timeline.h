// Behaviour at memory speed: the events of the log laid out by person, and kernels over them.
#pragma once

#include "timeline/hits.h"      // IWYU pragma: export
#include "timeline/periods.h"   // IWYU pragma: export
#include "timeline/presence.h"  // IWYU pragma: export
