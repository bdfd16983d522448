#include "value/health_alerts.h"

#include <algorithm>

#include "people/readers.h"
#include "value/interrupt.h"
#include "value/person_event.h"
#include "value/stage_changes.h"

namespace perennial::value {
namespace {

Result<bool> told_before(store::Connection& c, const Raised& raised, Instant at) {
  const std::string alert(alert_name(raised.alert));
  if (raised.alert == Alert::kActivity) {
    auto row =
        TRY(c.query_one("SELECT count(*) FROM value_health_alerts"
                        " WHERE person = $1 AND alert = $2 AND at_ms > $3",
                        {raised.person, alert, to_millis(at - kActivityRest)}));
    return row->integer(0) > 0;
  }
  for (const store::Row& row :
       TRY(c.query("SELECT person FROM value_health_alerts WHERE alert = $1 AND since_ms = $2",
                   {alert, to_millis(raised.since)}))) {
    if (row.integer(0) == raised.person) return true;
    if (TRY(people::current_person(c, row.integer(0))) == raised.person) return true;
  }
  return false;
}

Alert alert_of(std::string_view name) {
  for (size_t k = 0; k < kAlerts; ++k) {
    if (alert_name(static_cast<Alert>(k)) == name) return static_cast<Alert>(k);
  }
  return Alert::kOrderGap;
}

constexpr std::string_view kTable = "value_health_alerts";
constexpr std::string_view kSelect =
    "SELECT id, person, alert, since_ms, at_ms, amount, score FROM value_health_alerts ";

KeptAlert read(const store::Row& row) {
  return {.id = row.integer(0),
          .raised = {.person = row.integer(1),
                     .alert = alert_of(row.text(2)),
                     .since = from_millis(row.integer(3)),
                     .value = row.real(5)},
          .at = from_millis(row.integer(4)),
          .score = row.real(6)};
}

SaidOfPerson said_of(const KeptAlert& alert) {
  return {.person = alert.raised.person,
          .source = kHealthSource,
          .name = kHealthAlert,
          .message_id = "health:" + std::to_string(alert.id),
          .at = alert.at,
          .properties = {{"alert", alert_name(alert.raised.alert)},
                         {"since", format_instant(alert.raised.since)},
                         {"value", alert.raised.value},
                         {"score", alert.score}}};
}

}  // namespace

Result<size_t> keep_alerts(store::Connection& c, std::span<const NewAlert> alerts, Instant at,
                           const std::stop_token& stop) {
  std::vector<PersonId> people;
  for (const NewAlert& alert : alerts) people.push_back(alert.raised.person);
  // Who was erased or joined since the scores were worked out: the next look sees who they are.
  auto present = TRY(people::present_among(c, people));
  std::ranges::sort(present);
  auto newest = TRY(c.query_one("SELECT COALESCE(MAX(id), 0) FROM value_health_alerts"));
  int64_t id = newest->integer(0);
  size_t kept = 0;
  for (const auto& [raised, score] : alerts) {
    if (kept == kMaxRaisedAtOnce) break;
    TRY(unless_stopped(stop));
    if (!std::ranges::binary_search(present, raised.person)) continue;
    if (TRY(told_before(c, raised, at))) continue;
    TRY(
        c.execute("INSERT INTO value_health_alerts"
                  " (id, person, alert, since_ms, at_ms, amount, score, told)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
                  {++id, raised.person, std::string(alert_name(raised.alert)),
                   to_millis(raised.since), to_millis(at), raised.value, score}));
    ++kept;
  }
  return kept;
}

Result<std::vector<KeptAlert>> list_alerts(store::Connection& c, size_t offset, size_t limit) {
  std::vector<KeptAlert> alerts;
  for (const store::Row& row :
       TRY(c.query(std::string(kSelect) + "WHERE person <> 0 ORDER BY id DESC LIMIT $1 OFFSET $2",
                   {static_cast<int64_t>(limit), static_cast<int64_t>(offset)}))) {
    alerts.push_back(read(row));
    alerts.back().raised.person = TRY(people::current_person(c, alerts.back().raised.person));
  }
  return alerts;
}

Result<int64_t> count_alerts(store::Connection& c) {
  return TRY(c.query_one("SELECT count(*) FROM value_health_alerts WHERE person <> 0"))->integer(0);
}

Result<size_t> tell_alerts(store::Database& database, events::Log& log, Instant received_at,
                           const std::stop_token& stop) {
  return tell_waiting(database, log,
                      {.select = kSelect,
                       .table = kTable,
                       .said = [](const store::Row& row) { return said_of(read(row)); }},
                      received_at, stop);
}

Result<Json> erase_person(store::Connection& c, const people::ErasedPerson& erased) {
  const int64_t alerts = TRY(erase_told(
      c, kTable, "alert = '', since_ms = 0, at_ms = 0, amount = 0, score = 0", erased.numbers));
  const int64_t stages = TRY(erase_stages(c, erased.numbers));
  return Json{{"health_alerts", alerts}, {"stage_changes", stages}};
}

}  // namespace perennial::value
