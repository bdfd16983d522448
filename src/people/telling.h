// Events of our own name people by an identity that was read in the state shortly before. Between
// the two an erasure must not take that identity away: the event would bring back who is gone. So
// whoever tells the log holds a Telling from the reading until the log has the event, many at a
// time, and an erasure holds the only Silence while it settles what was told and takes the identity
// away. Both are held outside of transactions, and by no stage: an erasure waits for the stages.
// One for the process, as the event log is.
#pragma once

#include <mutex>
#include <shared_mutex>

namespace perennial::people {

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
