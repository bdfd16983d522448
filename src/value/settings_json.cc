#include "value/settings_json.h"

namespace perennial::value {

Result<void> only_settings(const Json& json, const Json& defaults) {
  if (!json.is_object()) return fail(Code::kInvalid, "must be an object");
  for (const auto& [name, value] : json.items()) {
    if (!defaults.contains(name)) return fail(Code::kInvalid, "is no setting", name);
  }
  return {};
}

}  // namespace perennial::value
