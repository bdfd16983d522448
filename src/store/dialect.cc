#include "store/dialect.h"

namespace perennial::store {
namespace {

std::string replaced(std::string_view text, std::string_view old, std::string_view by) {
  std::string out;
  for (size_t at; (at = text.find(old)) != text.npos; text.remove_prefix(at + old.size())) {
    out += text.substr(0, at);
    out += by;
  }
  out += text;
  return out;
}

}  // namespace

std::string script_for_sqlite(std::string_view script) {
  return replaced(script, "BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY");
}

std::string script_for_postgres(std::string_view script) {
  return replaced(script, ") WITHOUT ROWID", ")");
}

}  // namespace perennial::store
