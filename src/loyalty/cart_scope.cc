#include "loyalty/cart_scope.h"

#include <array>

#include "loyalty/fields.h"

namespace perennial::loyalty {
namespace {

constexpr std::array<std::pair<std::vector<std::string> CartScope::*, std::string_view>, 4> kLists =
    {{{&CartScope::products, "products"},
      {&CartScope::categories, "categories"},
      {&CartScope::not_products, "not_products"},
      {&CartScope::not_categories, "not_categories"}}};

}  // namespace

Result<void> read_scope(const Json& json, CartScope& scope) {
  for (const auto& [list, name] : kLists) {
    const std::string field(name);
    if (!json.contains(field) || json[field].is_null()) continue;
    if (!json[field].is_array() || json[field].size() > kMaxRuleWords)
      return fail(Code::kInvalid, "is a list of at most 500 names", field);
    for (const Json& one : json[field]) {
      const std::string word = one.is_string() ? one.get<std::string>() : "";
      if (word.empty() || word.size() > kMaxNameBytes || !is_storable_text(word))
        return fail(Code::kInvalid, "holds names of 1 to 200 bytes", field);
      (scope.*list).push_back(word);
    }
  }
  return {};
}

void add_scope(Json& json, const CartScope& scope) {
  for (const auto& [list, name] : kLists) json[std::string(name)] = scope.*list;
}

}  // namespace perennial::loyalty
