#include "value/person_event.h"

#include "people/telling.h"

namespace perennial::value {

Result<std::optional<events::Event>> event_of(store::Connection& c, const SaidOfPerson& said,
                                              Instant received_at) {
  const PersonId id = TRY(people::current_person(c, said.person));
  events::Event event;
  for (const people::Identity& identity : TRY(people::identities_of(c, id))) {
    std::string& into = identity.kind == "user_id" ? event.user_id : event.anonymous_id;
    if (into.empty()) into = identity.value;
  }
  if (event.user_id.empty() && event.anonymous_id.empty()) return std::nullopt;
  if (!event.user_id.empty()) event.anonymous_id.clear();
  event.source = said.source;
  event.message_id = said.message_id;
  event.type = events::Type::kTrack;
  event.name = said.name;
  event.timestamp = said.at;
  event.received_at = received_at;
  event.properties = to_text(said.properties);
  return event;
}

Result<size_t> tell_waiting(store::Database& database, events::Log& log, const ToTell& what,
                            Instant received_at) {
  const std::string select =
      std::string(what.select) + "WHERE told = 0 ORDER BY id LIMIT " + std::to_string(kToldAtOnce);
  const std::string mark =
      "UPDATE " + std::string(what.table) + " SET told = 1 WHERE told = 0 AND id <= $1";
  for (size_t told = 0;;) {
    const people::Telling telling;
    int64_t last = 0;
    auto waiting =
        TRY(database.read([&](store::Connection& c) -> Result<std::vector<events::Event>> {
          std::vector<events::Event> events;
          for (const store::Row& row : TRY(c.query(select, {}))) {
            last = row.integer(0);
            if (auto event = TRY(event_of(c, what.said(row), received_at)))
              events.push_back(std::move(*event));
          }
          return events;
        }));
    if (last == 0) return told;
    told += waiting.size();
    if (!waiting.empty()) TRY(log.append_and_wait(std::move(waiting)));
    TRY(database.write([&](store::Connection& c) { return c.execute(mark, {last}); }));
  }
}

Result<int64_t> erase_told(store::Connection& c, std::string_view table, std::string_view blank,
                           std::span<const PersonId> numbers) {
  const std::string of(table);
  int64_t erased = 0;
  for (const PersonId person : numbers) {
    erased += TRY(c.execute(
        "DELETE FROM " + of + " WHERE person = $1 AND id < (SELECT MAX(id) FROM " + of + ")",
        {person}));
    erased += TRY(c.execute(
        "UPDATE " + of + " SET person = 0, told = 1, " + std::string(blank) + " WHERE person = $1",
        {person}));
  }
  return erased;
}

}  // namespace perennial::value
