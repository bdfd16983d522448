// The second step of the stage: finds or makes the identities and people that a batch speaks of,
// joins them, and writes identities and joins.
//
// A person is a set of identities: user ids that aliases connect, and the anonymous ids that belong
// to one of them; or one anonymous id that belongs to nobody. Two rules make this independent of
// the order of arrival:
//   - an anonymous id belongs to the user of its earliest joining event (a shared device stays with
//     its first user); when an earlier one arrives late, the identity moves;
//   - an alias connects two user ids once both have events of their own, however late that is.
// A user id of too many devices (kMaxDevicesOfUser) joins nobody, from the first of them on.
// decide.h says it whole, with identifiers and with what people decide by hand. The rows of most
// visitors hold all that decides about them, their earliest join; the others are `special`, and
// joiner_redo.cc decides about them from everything that is kept.
#pragma once

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "people/cache.h"
#include "people/decide.h"
#include "people/hand.h"
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
  // People who began with this batch, as all their identities did: the subjects of those.
  std::unordered_map<PersonId, std::vector<uint32_t>> fresh;
};

class Joiner {
 public:
  // `by_hand`: whether people have decided anything so far.
  Joiner(store::Connection& c, Intake& intake, IdentityCache& cache, Progress& progress,
         bool by_hand)
      : c_(c), intake_(intake), cache_(cache), progress_(progress), by_hand_(by_hand) {}
  // Fills Subject::row of every subject that exists, also of new ones.
  Result<Joined> run();

 private:
  // An identity, or (whole) everything of a person who is no more, goes to another person.
  struct Move {
    PersonId from = 0, into = 0;
    bool whole = false;
    uint32_t subject = 0;  // whose identity it is about
    Cause cause;
    std::string first_user;  // of a whole person with users: the one the log is to name
  };
  struct Decision {
    bool made = false;  // in this batch
    bool had_owner = false;
    PersonId owner = 0;  // the owner's person; 0: it belongs to nobody
    Cause cause;
  };

  Result<void> load(size_t first);
  Result<void> load_kind(IdentityKind kind, size_t first);
  void create(Subject& subject, PersonId person);
  void create_users();
  void create_visitors();
  Result<void> find_old_aliases();
  Result<void> find_words();
  Result<void> connect_users();
  void mark_joined_user(uint32_t index);
  uint32_t first_of(PersonId gone, uint32_t named) const;
  Result<void> take_claims();
  Result<void> write_joins();
  Result<void> find_shared_users(std::span<const store::Value> users);
  Result<void> let_go_devices_of(std::span<const store::Value> users);
  void choose_owners();
  void take_join(const Join& join);
  Result<void> redo_visitors();
  Result<void> redo(uint32_t index);
  Result<std::vector<Candidate>> candidates_of(const Subject& visitor);
  Result<PersonId> person_of(int64_t user_identity);
  void place_visitors();
  void move_visitor(uint32_t index);
  Result<void> note_last_of_users();
  Result<void> take_over_seen();
  void note_events();
  void note_events_of(Subject& subject);
  Result<void> write_moves();
  Result<void> move_orders();
  Result<void> write_aliases();
  Result<void> write_log();
  Result<void> write_identities();
  void note_fresh();
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
  const bool by_hand_;
  std::unordered_set<int64_t> shared_users_;                 // of those who join in this batch
  std::unordered_set<uint32_t> redo_;                        // subjects
  std::vector<std::pair<PersonId, uint32_t>> newly_joined_;  // users, with who they were
  std::unordered_map<int64_t, uint32_t> created_users_;      // subject by identity
};

}  // namespace perennial::people
