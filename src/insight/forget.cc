#include <algorithm>
#include <set>

#include "insight/insight.h"

namespace perennial::insight {
namespace {

using Needles = std::set<std::string, std::less<>>;

// Values and the names of members: a breakdown may make either of them.
bool holds(const Json& json, const Needles& words) {
  if (json.is_string()) return words.contains(fold_for_search(json.get_ref<const std::string&>()));
  if (json.is_array()) {
    return std::ranges::any_of(json, [&](const Json& one) { return holds(one, words); });
  }
  if (!json.is_object()) return false;
  for (const auto& [name, value] : json.items()) {
    if (words.contains(fold_for_search(name)) || holds(value, words)) return true;
  }
  return false;
}

}  // namespace

Result<int64_t> forget_answers(store::Connection& c, const std::vector<std::string>& words,
                               bool take) {
  const Needles set(words.begin(), words.end());
  std::vector<std::string> found;
  TRY(c.each("SELECT report_id, answer FROM insight_answers", {},
             [&](const store::Row& row) -> Result<void> {
               const Json answer = Json::parse(row.text(1), nullptr, false);
               if (holds(answer, set)) found.push_back(row.text(0));
               return {};
             }));
  for (const std::string& id : found) {
    if (take) TRY(c.execute("DELETE FROM insight_answers WHERE report_id = $1", {id}));
  }
  return static_cast<int64_t>(found.size());
}

}  // namespace perennial::insight
