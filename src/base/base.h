// The vocabulary that every module shares: results, time, money, text and identifiers.
// Pure: no I/O (but the system's random source in ids.h) and no word of the product's domain.
#pragma once

#include "base/ids.h"     // IWYU pragma: export
#include "base/json.h"    // IWYU pragma: export
#include "base/money.h"   // IWYU pragma: export
#include "base/result.h"  // IWYU pragma: export
#include "base/text.h"    // IWYU pragma: export
#include "base/time.h"    // IWYU pragma: export
