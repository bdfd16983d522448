#include "events/erasing.h"

#include <algorithm>

namespace perennial::events {
namespace {

template <class T>
bool among(const std::vector<T>& list, const T& item) {
  return list.empty() || std::ranges::find(list, item) != list.end();
}

}  // namespace

Result<void> check_erase(const Erase& what) {
  if (what.identities.empty() && what.of_anonymous.empty() && what.sources.empty() &&
      what.message_ids.empty() && what.names.empty() && what.types.empty() && !what.before) {
    return fail(Code::kInvalid, "nothing says which events are to go", "erase");
  }
  return {};
}

bool is_erased_by(const Erase& what, const StoredEvent& event) {
  return event.seq <= what.up_to_seq && among(what.types, event.type) &&
         among(what.names, event.name) && among(what.of_anonymous, event.anonymous_id) &&
         among(what.sources, event.source) && among(what.message_ids, event.message_id) &&
         (!what.before || event.timestamp < *what.before) &&
         among(what.identities, identity_of(event.user_id, event.anonymous_id));
}

std::optional<StoredEvent> left_of(const Erase& what, const StoredEvent& event) {
  auto stays = what.keep ? what.keep(event) : std::nullopt;
  if (!stays) return std::nullopt;
  INVARIANT(identity_of(stays->user_id, stays->anonymous_id) !=
            identity_of(event.user_id, event.anonymous_id));
  stays->timestamp = event.timestamp;
  stays->received_at = event.received_at;
  return StoredEvent{std::move(*stays), event.seq};
}

}  // namespace perennial::events
