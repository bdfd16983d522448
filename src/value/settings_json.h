// What the settings of models, and what is asked of them, have in common as JSON.
#pragma once

#include <utility>

#include "base/base.h"

namespace perennial::value {

// kInvalid unless `json` is an object that has no members but those of `defaults`.
Result<void> only_settings(const Json& json, const Json& defaults);
// A whole number from `low` to `high`, `fallback` where there is none; kInvalid for another. The
// type, which a literal as `fallback` makes an int, must hold `high`.
template <class Integer>
Result<Integer> whole_in(const Json& json, const char* name, Integer fallback, int64_t low,
                         int64_t high) {
  INVARIANT(std::in_range<Integer>(low) && std::in_range<Integer>(high));
  const int64_t value = TRY(json_integer_or(json, name, static_cast<int64_t>(fallback)));
  if (value < low || value > high)
    return fail(Code::kInvalid,
                "must be from " + std::to_string(low) + " to " + std::to_string(high), name);
  return static_cast<Integer>(value);
}

}  // namespace perennial::value
