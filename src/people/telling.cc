#include "people/telling.h"

namespace perennial::people {
namespace {

std::shared_mutex& telling() {
  static std::shared_mutex mutex;
  return mutex;
}

// Before it stands an erasure that waits, so that those who tell one after the other let it in.
std::mutex& door() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

Result<bool> name_event(store::Connection& c, PersonId person, events::Event& event) {
  event.user_id.clear();
  event.anonymous_id.clear();
  for (const Identity& identity : TRY(identities_of(c, TRY(current_person(c, person))))) {
    std::string& into = identity.kind == "user_id" ? event.user_id : event.anonymous_id;
    if (into.empty()) into = identity.value;
  }
  if (event.user_id.starts_with(kErasedPrefix)) return false;
  if (!event.user_id.empty()) event.anonymous_id.clear();
  return !event.user_id.empty() || !event.anonymous_id.empty();
}

Telling::Telling() {
  std::lock_guard turn(door());
  lock_ = std::shared_lock(telling());
}

Silence::Silence() {
  std::lock_guard turn(door());
  lock_ = std::unique_lock(telling());
}

}  // namespace perennial::people
