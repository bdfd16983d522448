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

Telling::Telling() {
  std::lock_guard turn(door());
  lock_ = std::shared_lock(telling());
}

Silence::Silence() {
  std::lock_guard turn(door());
  lock_ = std::unique_lock(telling());
}

}  // namespace perennial::people
