// Trained models in the state database, the newest of each kind and those before it.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/base.h"
#include "store/store.h"

namespace perennial::value {

inline constexpr int64_t kKeptVersions = 20;  // of a kind; older ones are deleted

// The number of the version: one more than the newest. `document` gets it as "version".
Result<int64_t> keep_model(store::Connection& c, std::string_view kind, Instant trained_at,
                           Json document);
Result<std::optional<Json>> newest_model(store::Connection& c, std::string_view kind);
Result<std::vector<Json>> model_versions(store::Connection& c,
                                         std::string_view kind);  // newest first

}  // namespace perennial::value
