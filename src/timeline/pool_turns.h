// Whose chunk a free thread takes next: whoever has had the least time of all who wait, so that a
// small question beside nine large ones takes ten times its own time, not ten times theirs. A
// newcomer starts level with what everybody has had: the virtual time of fair queueing (Demers,
// Keshav and Shenker, SIGCOMM 1989), which goes on whoever is served, so that nobody is passed over
// for ever.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace perennial::timeline {

// One question's account; times in nanoseconds.
struct Turn {
  uint64_t spent = 0;  // since it was level with the others, chunks under way as expected
  uint64_t chunk = 0;  // what its last chunk took, and the next is expected to take
};

class Turns {
 public:
  bool empty() const { return waiting_.empty(); }
  void enter(Turn& turn) {
    turn.spent = level_;
    ++active_;
    waiting_.push_back(&turn);
  }
  // Takes out who is next: the least served, of equals who has waited longest. Not when empty().
  Turn& next() {
    const auto least = std::ranges::min_element(waiting_, {}, &Turn::spent);
    Turn& turn = **least;
    waiting_.erase(least);
    turn.spent += turn.chunk;
    return turn;
  }
  void again(Turn& turn) { waiting_.push_back(&turn); }  // it has more chunks
  void no_more(Turn& turn) { std::erase(waiting_, &turn); }
  // A chunk that next() gave has ended; `expected` is Turn::chunk as it was then.
  void took(Turn& turn, uint64_t expected, uint64_t nanoseconds) {
    turn.spent += nanoseconds - expected;
    turn.chunk = nanoseconds;
    level_ += nanoseconds / active_;
  }
  void leave() { --active_; }  // one has ended

 private:
  std::vector<Turn*> waiting_;  // in the order of coming
  uint64_t active_ = 0;
  uint64_t level_ = 0;
};

}  // namespace perennial::timeline
