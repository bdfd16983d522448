// Taking events out of the log for ever: what a person may ask for (PIPL article 47, GDPR article
// 17). Apart from events.h, because one module needs it.
#pragma once

#include "events/events.h"

namespace perennial::events {

struct Erasure {
  std::vector<std::string> identities;  // as identity_of(); all their events go
  // Events of `mentioned_by` whose properties hold one of these texts as a JSON value go too: words
  // of hand on who is who are nobody's events, and name identities.
  std::string mentioned_by;
  std::vector<std::string> mentions;
  uint64_t up_to_seq = 0;  // later events stay
};
bool is_erased(const Erasure& what, const StoredEvent& event);
// What a log does beside Log; both logs of this module do.
class Erases {
 public:
  virtual ~Erases() = default;
  virtual Result<uint64_t> erase(const Erasure& what) = 0;
};
// How many events went; durable, and rewritten on disk, when it returns. Doing it again is nothing.
// An event that is sent again afterwards is a new one.
Result<uint64_t> erase(Log& log, const Erasure& what);

}  // namespace perennial::events
