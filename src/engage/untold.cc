// What engage/ did becomes events: each row of the ledger and of the suppressions is told to the
// log after it is committed, and marked after the log has it. A stop between the two tells it
// again, under the same message id, so the log counts it once.
#include "engage/ledger.h"
#include "people/telling.h"

namespace perennial::engage {
namespace {

constexpr std::string_view kSource = "engage";

// Under whom the log keeps an event about a person: the user id that was written to, or who they
// are. False when there is nobody to tell of.
Result<bool> identify(store::Connection& c, events::Event& event, people::PersonId person) {
  return !event.user_id.empty() || TRY(people::name_event(c, person, event));
}

events::Event new_event(std::string name, std::string message_id, int64_t at_ms, Instant now) {
  events::Event event;
  event.source = kSource;
  event.message_id = std::move(message_id);
  event.name = std::move(name);
  event.timestamp = from_millis(at_ms);
  event.received_at = now;
  return event;
}

Result<void> mark(store::Connection& c, std::string_view sql, const std::vector<Untold>& told) {
  for (const auto& row : told) TRY(c.execute(sql, {row.key}));
  return {};
}

}  // namespace

Result<std::vector<Untold>> untold_sends(store::Connection& c, size_t limit, Instant now) {
  std::vector<Untold> untold;
  for (const auto& row : TRY(c.query(
           "SELECT sends.id, campaign_id, user_id, person_id, at, channel FROM sends JOIN "
           "campaigns ON campaigns.id = campaign_id WHERE verdict = 'sent' AND told = 0 LIMIT $1",
           {static_cast<int64_t>(limit)}))) {
    events::Event event = new_event("Message Sent", row.text(0), row.integer(4), now);
    event.user_id = row.text(2);
    event.properties =
        to_text({{"campaign_id", row.text(1)}, {"channel", "email"}, {"carrier", row.text(5)}});
    if (!TRY(identify(c, event, row.integer(3)))) event.message_id.clear();
    untold.push_back({row.text(0), std::move(event)});
  }
  return untold;
}

Result<std::vector<Untold>> untold_unsubscribes(store::Connection& c, size_t limit, Instant now) {
  std::vector<Untold> untold;
  for (const auto& row :
       TRY(c.query("SELECT event_id, campaign_id, user_id, person_id, at FROM suppressions "
                   "WHERE told = 0 LIMIT $1",
                   {static_cast<int64_t>(limit)}))) {
    events::Event event = new_event("Unsubscribed", row.text(0), row.integer(4), now);
    event.user_id = row.text(2);
    event.properties = to_text({{"campaign_id", row.text(1)}, {"channel", "email"}});
    if (!TRY(identify(c, event, row.integer(3)))) event.message_id.clear();
    untold.push_back({row.text(0), std::move(event)});
  }
  return untold;
}

Result<void> mark_sends_told(store::Connection& c, const std::vector<Untold>& told) {
  return mark(c, "UPDATE sends SET told = 1 WHERE id = $1", told);
}

Result<void> mark_unsubscribes_told(store::Connection& c, const std::vector<Untold>& told) {
  return mark(c, "UPDATE suppressions SET told = 1 WHERE event_id = $1", told);
}

}  // namespace perennial::engage
