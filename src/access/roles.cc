// The table of rights. A role holds its own row and every row below it.
#include <algorithm>
#include <array>

#include "access/access.h"

namespace perennial::access {
namespace {

constexpr std::array<std::string_view, 12> kAnalyst = {
    "customers.read", "insights.read", "insights.write", "campaigns.read",
    "imports.read",   "events.read",   "sql.read",       "stats.read",
    "metrics.read",   "segments.read", "segments.write", "loyalty.read"};
constexpr std::array<std::string_view, 5> kOperator = {
    "customers.export", "customers.write", "campaigns.write", "imports.write", "loyalty.write"};
constexpr std::array<std::string_view, 6> kAdministrator = {
    "users.write", "keys.write", "audit.read", "settings.write", "loyalty.close", "privacy.erase"};

bool holds(std::span<const std::string_view> rights, std::string_view right) {
  return std::ranges::find(rights, right) != rights.end();
}

}  // namespace

std::optional<Role> parse_role(std::string_view word) {
  for (Role role : {Role::kAdministrator, Role::kOperator, Role::kAnalyst}) {
    if (role_name(role) == word) return role;
  }
  return std::nullopt;
}

std::string_view role_name(Role role) {
  switch (role) {
    case Role::kAdministrator:
      return "administrator";
    case Role::kOperator:
      return "operator";
    case Role::kAnalyst:
      return "analyst";
  }
  return "";
}

bool may(Role role, std::string_view right) {
  if (right == "public" || right == "signed_in") return true;
  if (right == "collect") return false;  // a write key's, whoever else is asking
  if (role == Role::kAdministrator) return true;
  if (role == Role::kOperator && holds(kOperator, right)) return true;
  return holds(kAnalyst, right);
}

std::vector<std::string> rights_of(Role role) {
  std::vector<std::string> rights(kAnalyst.begin(), kAnalyst.end());
  if (role != Role::kAnalyst) rights.insert(rights.end(), kOperator.begin(), kOperator.end());
  if (role == Role::kAdministrator)
    rights.insert(rights.end(), kAdministrator.begin(), kAdministrator.end());
  return rights;
}

}  // namespace perennial::access
