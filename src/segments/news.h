// What happened since memberships were last right, by person: which events arrived, whose traits
// may have changed, who was joined to whom.
#pragma once

#include <utility>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "events/events.h"
#include "people/people.h"
#include "segments/program.h"
#include "segments/saved.h"

namespace perennial::segments {

inline constexpr uint64_t kMaxNews = 100'000;  // events; with more everybody is looked at again
inline constexpr size_t kNewsAtOnce = 20'000;

using EventKey = std::pair<events::Type, std::string>;

void sort_once(std::vector<PersonId>& people);
// Both ascending, each person once.
void add_sorted(std::vector<PersonId>& people, const std::vector<PersonId>& more);

// After add_events() and the keeper's look every list of people is ascending, each once.
struct News {
  bool too_much = false;
  uint64_t seq = 0;       // events up to this are in it
  int64_t last_move = 0;  // and moves
  std::map<EventKey, std::vector<PersonId>> did;
  std::vector<PersonId> somebody;  // did anything
  std::vector<PersonId> changed;   // traits or identities; look at everything
  std::vector<people::Move> moves;
  bool empty() const { return did.empty() && changed.empty() && !too_much; }
};

// Up to what the snapshot holds: the moves, then what the events say.
Result<News> read_moves(store::Database& database, const Progress& progress,
                        const timeline::Snapshot& snapshot);
Result<void> add_events(store::Database& database, events::Log& log, const Progress& progress,
                        const timeline::Snapshot& snapshot, News& news);

// What a definition looks at.
struct Interest {
  std::set<EventKey> names;
  std::set<events::Type> types;  // of any name
  bool anything = false;
  bool traits = false;  // or whether somebody is known
  static Interest of(const Definition& definition);
};
// Who may have come or gone, ascending and each once; all of them when `all`.
std::vector<PersonId> concerned(const News& news, const Interest& interest);

}  // namespace perennial::segments
