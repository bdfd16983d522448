#include "people/identity.h"

#include <algorithm>
#include <array>

namespace perennial::people {
namespace {

// How anonymous ids begin that name a thing and nobody: "$item:product:p1", "$group:company:acme".
constexpr std::string_view kItemPrefix = "$item:";
constexpr std::string_view kGroupPrefix = "$group:";

// What programs send when they have no identifier, in lower case.
constexpr std::array<std::string_view, 21> kJunk = {"null",
                                                    "(null)",
                                                    "nil",
                                                    "none",
                                                    "undefined",
                                                    "unknown",
                                                    "anonymous",
                                                    "guest",
                                                    "nan",
                                                    "n/a",
                                                    "na",
                                                    "-1",
                                                    "true",
                                                    "false",
                                                    "{}",
                                                    "[]",
                                                    "[object object]",
                                                    "not set",
                                                    "(not set)",
                                                    "default",
                                                    "\"\""};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

bool is_junk_id(std::string_view id) {
  id = trim(id);
  // Zeros alone, also as an empty UUID or advertising id.
  if (id.find_first_not_of("0-") == std::string_view::npos) return true;
  return std::ranges::any_of(kJunk, [&](auto junk) { return equal_ignoring_case(junk, id); });
}

bool names_somebody(std::string_view id) {
  if (id.starts_with(kItemPrefix) || id.starts_with(kGroupPrefix)) return false;
  return !id.empty() && id.size() <= kMaxIdentifierBytes && !is_junk_id(id) && is_storable_text(id);
}

bool is_anonymous_order(std::string_view source, std::string_view anonymous_id) {
  return source.starts_with("import:") && anonymous_id.starts_with("order:");
}

std::string_view kind_name(IdentityKind kind) {
  return kind == IdentityKind::kUser ? "user_id" : "anonymous_id";
}

}  // namespace perennial::people
