#include "value/person_event.h"

#include "people/telling.h"
#include "value/interrupt.h"

namespace perennial::value {

Result<std::optional<events::Event>> event_of(store::Connection& c, const SaidOfPerson& said,
                                              Instant received_at) {
  events::Event event;
  if (!TRY(people::name_event(c, said.person, event))) return std::nullopt;
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
                            Instant received_at, const std::stop_token& stop) {
  const std::string select =
      std::string(what.select) + "WHERE told = 0 ORDER BY id LIMIT " + std::to_string(kToldAtOnce);
  const std::string mark =
      "UPDATE " + std::string(what.table) + " SET told = 1 WHERE told = 0 AND id <= $1";
  for (size_t told = 0;;) {
    TRY(unless_stopped(stop));
    const people::Telling telling;
    int64_t last = 0;
    auto waiting =
        TRY(database.read([&](store::Connection& c) -> Result<std::vector<events::Event>> {
          std::vector<events::Event> events;
          for (const store::Row& row : TRY(c.query(select, {}))) {
            TRY(unless_stopped(stop));  // nothing of these is in the log yet
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
