#include "value/event_names.h"

namespace perennial::value {

Result<std::vector<std::string>> event_names_from_json(const Json& json, std::string_view name,
                                                       std::vector<std::string> fallback,
                                                       std::string_view path) {
  const auto given = json.find(name);
  if (given == json.end()) return fallback;
  const std::string where = std::string(path) + std::string(name);
  if (!given->is_array() || given->size() > kMaxEventNames)
    return fail(Code::kInvalid, "must be a list of at most 16 names of events", where);
  std::vector<std::string> names;
  for (const Json& one : *given) {
    const bool fits = one.is_string() && !one.get_ref<const std::string&>().empty() &&
                      one.get_ref<const std::string&>().size() <= kMaxEventNameBytes &&
                      is_storable_text(one.get_ref<const std::string&>());
    if (!fits) return fail(Code::kInvalid, "must hold names of events", where);
    names.push_back(one);
  }
  return names;
}

}  // namespace perennial::value
