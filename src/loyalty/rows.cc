#include "loyalty/rows.h"

#include <algorithm>
#include <bit>

namespace perennial::loyalty {
namespace {

constexpr size_t kMaxKeys = 128;  // of one statement

}  // namespace

Result<void> each_in(store::Connection& c, std::string_view sql,
                     std::span<const store::Value> fixed, std::span<const store::Value> keys,
                     const std::function<Result<void>(const store::Row&)>& each) {
  const size_t hole = sql.find("{}");
  INVARIANT(hole != std::string_view::npos);
  while (!keys.empty()) {
    const size_t taken = std::min(keys.size(), kMaxKeys);
    const size_t places = std::bit_ceil(taken);  // filled up with copies of the last key
    std::vector<store::Value> parameters(fixed.begin(), fixed.end());
    std::string text(sql.substr(0, hole));
    for (size_t i = 0; i < places; ++i) {
      parameters.push_back(keys[std::min(i, taken - 1)]);
      text += (i == 0 ? "($" : ", $") + std::to_string(parameters.size());
    }
    text += ")";
    text += sql.substr(hole + 2);
    for (const store::Row& row : TRY(c.query(text, parameters))) TRY(each(row));
    keys = keys.subspan(taken);
  }
  return {};
}

}  // namespace perennial::loyalty
