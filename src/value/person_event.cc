#include "value/person_event.h"

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

}  // namespace perennial::value
