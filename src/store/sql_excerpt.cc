#include "store/sql_excerpt.h"

#include "base/text.h"

namespace perennial::store {

constexpr size_t kExcerptBytes = 160;

std::string sql_excerpt(std::string_view sql) {
  std::string out;
  for (char c : cut_text(sql, kExcerptBytes)) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!space) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

}  // namespace perennial::store
