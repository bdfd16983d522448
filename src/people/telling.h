// Events of our own name people by an identity that was read in the state shortly before. Between
// the two an erasure must not take that identity away: the event would bring back who is gone. So
// whoever tells the log holds a Telling from the reading until the log has the event, many at a
// time, and an erasure holds the only Silence while it settles what was told and takes the identity
// away. Both are held outside of transactions, and by no stage: an erasure waits for the stages.
// One for the process, as the event log is.
#pragma once

#include <mutex>
#include <shared_mutex>

#include "people/people.h"

namespace perennial::people {

// Puts into an event of our own whom it is about, as who they are now: a user id where there is
// one, else a visitor's. False for somebody without an identity, and for who was erased: nothing is
// told of them.
Result<bool> name_event(store::Connection& c, PersonId person, events::Event& event);

class Telling {
 public:
  Telling();

 private:
  std::shared_lock<std::shared_mutex> lock_;
};

class Silence {
 public:
  Silence();

 private:
  std::unique_lock<std::shared_mutex> lock_;
};

}  // namespace perennial::people
