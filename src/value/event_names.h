// Lists of names of events in settings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/base.h"

namespace perennial::value {

inline constexpr size_t kMaxEventNames = 16;       // of one list
inline constexpr size_t kMaxEventNameBytes = 200;  // of one name

// The list `name` of a document, or `fallback` without one. Fails with kInvalid, naming `path` and
// the member, for what is no list of names.
Result<std::vector<std::string>> event_names_from_json(const Json& json, std::string_view name,
                                                       std::vector<std::string> fallback,
                                                       std::string_view path = "");

}  // namespace perennial::value
