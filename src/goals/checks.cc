#include "goals/checks.h"

#include <cmath>

namespace perennial::goals {
namespace {

Json number(const std::optional<double>& x) { return x && std::isfinite(*x) ? Json(*x) : Json(); }

}  // namespace

Json check_json(const Month& month, const Progress& progress, size_t index) {
  return {{"value", number(month.value)},
          {"low", number(month.low)},
          {"high", number(month.high)},
          {"numerator", month.numerator ? Json(*month.numerator) : Json()},
          {"denominator", month.denominator ? Json(*month.denominator) : Json()},
          {"expected", number(progress.expected[index])},
          {"target", number(progress.target)},
          {"standing", standing_name(month.value ? progress.standing : Standing::kNoNumber)},
          {"why", month.why}};
}

Result<Checks> checks_of(store::Connection& c, std::string_view goal) {
  Checks checks;
  for (const auto& row : TRY(c.query(
           "SELECT month, document, checked_at FROM goal_checks WHERE goal_id = $1 ORDER BY month",
           {std::string(goal)}))) {
    Json check = parse_stored(row.text(1));
    check["checked_at"] = format_instant(from_millis(row.integer(2)));
    checks.emplace(row.text(0), std::move(check));
  }
  return checks;
}

Result<bool> keep_check(store::Connection& c, std::string_view goal, std::string_view month,
                        const Json& check, Instant now) {
  return TRY(c.execute("INSERT INTO goal_checks (goal_id, month, document, checked_at) "
                       "VALUES ($1, $2, $3, $4) ON CONFLICT (goal_id, month) DO NOTHING",
                       {std::string(goal), std::string(month), to_text(check), to_millis(now)})) >
         0;
}

Result<void> drop_checks(store::Connection& c, std::string_view goal) {
  TRY(c.execute("DELETE FROM goal_checks WHERE goal_id = $1", {std::string(goal)}));
  return {};
}

}  // namespace perennial::goals
