// The second step of the stage: finds or makes the identities and people that a batch speaks of,
// joins them, and writes identities and joins.
//
// A person is a set of identities: user ids that aliases connect, and the anonymous ids that belong
// to one of them; or one anonymous id that belongs to nobody. Two rules make this independent of
// the order of arrival:
//   - an anonymous id belongs to the user of its earliest joining event (a shared device stays with
//     its first user); when an earlier one arrives late, the identity moves;
//   - an alias connects two user ids once both have events of their own, however late that is.
#pragma once

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "people/cache.h"
#include "people/intake.h"
#include "store/store.h"

namespace perennial::people {

// Where the stage and its numbering stand: the row of people_progress.
struct Progress {
  int64_t applied_seq = 0;
  int64_t last_person = 0, last_identity = 0;
  int64_t orders_seq = 0, profiles_seq = 0;  // of the last batch that changed orders, profiles
  std::string currency;
};

struct Seen {
  int64_t last_ms = kBeforeTime;
  int64_t user_last_ms = kBeforeTime;  // of events with a user id; these never move elsewhere
  void add(const Seen& other) {
    last_ms = std::max(last_ms, other.last_ms);
    user_last_ms = std::max(user_last_ms, other.user_last_ms);
  }
};

struct Joined {
  std::unordered_set<PersonId> profiles;  // people whose identities or first sight changed
  std::unordered_set<PersonId> orders;    // people who got or lost orders by joins
  std::unordered_set<PersonId> poorer;    // people who lost an identity
  std::unordered_map<PersonId, Seen> seen;
  std::vector<std::pair<PersonId, PersonId>> merged;  // (from, into) of people with user ids
};

class Joiner {
 public:
  Joiner(store::Connection& c, Intake& intake, IdentityCache& cache, Progress& progress)
      : c_(c), intake_(intake), cache_(cache), progress_(progress) {}
  // Fills Subject::row of every subject that exists, also of new ones.
  Result<Joined> run();

 private:
  // An identity, or (whole) everything of a person who is no more, goes to another person.
  struct Move {
    PersonId from = 0, into = 0;
    bool whole = false;
    uint32_t subject = 0;  // whose identity it is about
    Cause cause;
  };
  struct Decision {
    const Join* join = nullptr;  // what decides the owner now, if that is new
    bool had_owner = false;
  };

  Result<void> load(size_t first);
  Result<void> load_kind(IdentityKind kind, size_t first);
  void create(Subject& subject, PersonId person);
  void create_users();
  Result<void> find_old_aliases();
  void connect_users();
  void choose_owners();
  void place_visitors();
  void move_visitor(uint32_t index);
  Result<void> take_over_seen();
  void note_events();
  void note_events_of(Subject& subject);
  Result<void> write_moves();
  Result<void> move_orders();
  Result<void> write_aliases();
  Result<void> write_log();
  Result<void> write_identities();
  PersonId now(PersonId person) const;
  PersonId new_person() {
    const PersonId person = ++progress_.last_person;
    created_.insert(person);
    joined_.profiles.insert(person);
    return person;
  }

  store::Connection& c_;
  Intake& intake_;
  IdentityCache& cache_;
  Progress& progress_;
  Joined joined_;
  std::unordered_set<PersonId> created_;
  std::unordered_map<PersonId, PersonId> into_;  // people merged in this batch
  std::vector<Move> moves_;
  std::vector<Decision> decisions_;  // by subject
};

}  // namespace perennial::people
