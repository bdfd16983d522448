#include "access/audit.h"

namespace perennial::access {

Result<void> record(store::Connection& c, const http::Principal& actor, std::string_view action,
                    std::string_view object, const Json& detail, Instant now) {
  auto number =
      TRY(c.query_one("INSERT INTO access_counter (name, value) VALUES ('audit', 1)"
                      " ON CONFLICT (name) DO UPDATE SET value = access_counter.value + 1"
                      " RETURNING value"));
  INVARIANT(number.has_value());
  TRY(
      c.execute("INSERT INTO access_audit (id, at, actor_id, actor, action, object, detail)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                {number->integer(0), to_millis(now), actor.id, actor.name, std::string(action),
                 std::string(object), to_text(detail.is_null() ? Json::object() : detail)}));
  return {};
}

Result<std::vector<Json>> list_audit(store::Connection& c, const AuditFilter& filter,
                                     int64_t before, int64_t limit) {
  std::vector<store::Value> values{before, limit};
  std::string where = " WHERE id < $1";
  const auto add = [&](std::string_view condition, std::string value) {
    values.emplace_back(std::move(value));
    where += " AND " + std::string(condition) + " $" + std::to_string(values.size());
  };
  if (filter.action.ends_with('.')) {
    add("action LIKE", filter.action + "%");
  } else if (!filter.action.empty()) {
    add("action =", filter.action);
  }
  if (!filter.actor.empty()) add("actor_id =", filter.actor);
  if (!filter.object.empty()) add("object =", filter.object);
  if (filter.customer > 0) {
    const std::string number = std::to_string(filter.customer);
    where += " AND (object = 'customer:" + number + "'";
    for (const char* form : {"[%]", "[%,", ",%,", ",%]"}) {
      std::string pattern = form;
      where += " OR (object = 'customers' AND detail LIKE '%" +
               pattern.replace(pattern.find('%'), 1, number) + "%')";
    }
    where += ")";
  }
  auto rows =
      TRY(c.query("SELECT id, at, actor_id, actor, action, object, detail FROM"
                  " access_audit" +
                      where + " ORDER BY id DESC LIMIT $2",
                  std::span<const store::Value>(values)));
  std::vector<Json> entries;
  for (const auto& row : rows) {
    Json detail = TRY(parse_json(row.text(6)));
    entries.push_back({{"id", row.integer(0)},
                       {"at", format_instant(from_millis(row.integer(1)))},
                       {"actor_id", row.text(2)},
                       {"actor", row.text(3)},
                       {"action", row.text(4)},
                       {"object", row.text(5)},
                       {"detail", std::move(detail)}});
  }
  return entries;
}

}  // namespace perennial::access
