// Events that value/ tells the log of people: rows of a table with id, person and told (0 or 1),
// each of which is one event over any crash, since the event's id follows from the row's number.
#pragma once

#include <functional>
#include <span>
#include <stop_token>

#include "events/events.h"
#include "value/value.h"

namespace perennial::value {

struct SaidOfPerson {
  PersonId person = 0;  // under any number that they had
  std::string_view source, name;
  std::string message_id;
  Instant at;
  Json properties;
};
// Named by a user id where there is one, else by a visitor's. Nothing for somebody without an
// identity, and for who was erased.
Result<std::optional<events::Event>> event_of(store::Connection& c, const SaidOfPerson& said,
                                              Instant received_at);

inline constexpr int64_t kToldAtOnce = 5'000;

struct ToTell {
  std::string_view select, table;  // of the rows up to WHERE, the number first
  std::function<SaidOfPerson(const store::Row&)> said;
};
// Appends an event for each row that was not told yet. Returns how many. Ends early when asked to
// stop; the rest is told by the next call.
Result<size_t> tell_waiting(store::Database& database, events::Log& log, const ToTell& what,
                            Instant received_at, const std::stop_token& stop = {});
// In the transaction of people::erase_person(). The table's newest row stays as a number alone,
// with `blank` as its other columns: numbers are given above it, and each is told of once. Returns
// how many rows were theirs.
Result<int64_t> erase_told(store::Connection& c, std::string_view table, std::string_view blank,
                           std::span<const PersonId> numbers);

}  // namespace perennial::value
