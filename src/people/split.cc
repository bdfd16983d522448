#include "people/split.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <numeric>

#include "people/bulk.h"

namespace perennial::people {
namespace {

using store::Row;
using store::Value;

struct User {
  int64_t identity = 0;
  std::string value;
  size_t set = 0;  // the place of the first user of its set
};

class Split {
 public:
  Split(store::Connection& c, PersonId person, const HandWord& word, Progress& progress,
        Joined& joined)
      : c_(c), person_(person), word_(word), progress_(progress), joined_(joined) {}

  Result<void> run() {
    for (const UserOf& user : TRY(users_of(c_, person_))) {
      place_[user.value] = users_.size();
      users_.push_back({user.identity, user.value, users_.size()});
    }
    TRY(connect());
    std::map<size_t, PersonId> number = {{0, person_}};
    for (size_t i = 0; i < users_.size(); ++i) {
      const size_t set = root(i);
      auto [found, added] = number.try_emplace(set, 0);
      if (added) found->second = ++progress_.last_person;
      if (set != 0) TRY(move(users_[i], found->second));
    }
    if (number.size() == 1) return {};
    for (const auto& [set, person] : number) TRY(refresh(person));
    return write_log();
  }

 private:
  size_t root(size_t place) const {
    while (users_[place].set != place) place = users_[place].set;
    return place;
  }
  void unite(const std::string& one, const std::string& other) {
    auto a = place_.find(one), b = place_.find(other);
    if (a == place_.end() || b == place_.end()) return;
    const size_t first = root(a->second), second = root(b->second);
    users_[std::max(first, second)].set = std::min(first, second);
  }

  Result<void> connect() {
    std::vector<Side> sides;
    std::vector<Value> values;
    for (const User& user : users_) {
      sides.push_back({IdentityKind::kUser, user.value});
      values.emplace_back(user.value);
    }
    const auto words = TRY(hand_words_on(c_, sides));
    for (const HandWord& word : words) {
      if (word.merged && word.a.kind == word.b.kind) unite(word.a.value, word.b.value);
    }
    return each_in(c_, "SELECT previous_id, user_id FROM person_aliases WHERE previous_id IN {}",
                   {}, values, [&](const Row& row) -> Result<void> {
                     const HandWord* word = word_on(words, {IdentityKind::kUser, row.text(0)},
                                                    {IdentityKind::kUser, row.text(1)});
                     const auto said = word == nullptr ? std::nullopt : std::optional(word->merged);
                     if (joins_users(true, said)) unite(row.text(0), row.text(1));
                     return {};
                   });
  }

  // A user with its visitors.
  Result<void> move(const User& user, PersonId into) {
    std::vector<Value> moved;
    for (const Row& row :
         TRY(c_.query("SELECT id, kind, value FROM identities WHERE id = $1 OR owner = $1",
                      {user.identity}))) {
      moved.emplace_back(row.integer(0));
      log_.push_back({0, person_, into, int64_t{0}, std::string("hand"), row.integer(1),
                      row.text(2), word_.source, word_.message_id, word_.at.ms});
    }
    const Value person = into;
    TRY(execute_in(c_, "UPDATE identities SET person = $1 WHERE id IN {}", {&person, 1}, moved));
    return execute_in(c_, "UPDATE orders SET person = $1 WHERE identity IN {}", {&person, 1},
                      moved);
  }

  Result<void> refresh(PersonId person) {
    joined_.profiles.insert(person);
    joined_.orders.insert(person);
    TRY(c_.execute(
        "INSERT INTO people_seen (person, last_ms, user_last_ms)"
        " SELECT person, max(last_ms), max(CASE WHEN kind = $2 THEN last_ms ELSE $3 END)"
        " FROM identities WHERE person = $1 GROUP BY person ON CONFLICT (person) DO UPDATE SET"
        " last_ms = excluded.last_ms, user_last_ms = excluded.user_last_ms",
        {person, static_cast<int64_t>(IdentityKind::kUser), kBeforeTime}));
    return {};
  }

  Result<void> write_log() {
    const auto last = TRY(c_.query_one("SELECT COALESCE(max(id), 0) FROM person_merges"));
    int64_t id = last->integer(0);
    for (auto& row : log_) row[0] = ++id;
    static constexpr std::array<std::string_view, 10> kColumns = {
        "id",   "from_person", "into_person", "whole",      "reason",
        "kind", "value",       "source",      "message_id", "at_ms"};
    TRY(c_.insert_many("person_merges", kColumns, log_));
    return {};
  }

  store::Connection& c_;
  const PersonId person_;
  const HandWord& word_;
  Progress& progress_;
  Joined& joined_;
  std::vector<User> users_;
  std::map<std::string, size_t> place_;
  std::vector<std::vector<Value>> log_;
};

}  // namespace

namespace {

// The order in which users came to a number, from the log of moves: whoever was joined as a whole
// came with all who were there then, in their order.
class Arrivals {
 public:
  static Result<Arrivals> of(store::Connection& c, PersonId person) {
    Arrivals all;
    for (const Row& row : TRY(c.query(
             "WITH RECURSIVE brought(person) AS (SELECT CAST($1 AS BIGINT) UNION"
             " SELECT m.from_person FROM person_merges m JOIN brought b ON m.into_person = b.person"
             " WHERE m.whole = 1 AND m.from_person <> 0)"
             " SELECT m.id, m.from_person, m.into_person, m.whole, m.kind, m.value"
             " FROM person_merges m JOIN brought b ON m.into_person = b.person ORDER BY m.id",
             {person}))) {
      const bool user = row.integer(4) == static_cast<int64_t>(IdentityKind::kUser);
      const bool whole = row.integer(3) != 0 && row.integer(1) != 0;
      if (whole || user)
        all.moves_.push_back({row.integer(0), row.integer(1), row.integer(2), whole,
                              user ? row.text(5) : std::string()});
    }
    return all;
  }

  // Of those who were not there when the number began, but for `first`, as it was before a move.
  std::vector<std::string> order(PersonId number, const std::string& first, int64_t before) const {
    std::vector<std::string> users;
    if (!first.empty()) users.push_back(first);
    const auto come = [&](const std::string& user) {
      std::erase(users, user);
      users.push_back(user);
    };
    for (const Move& move : moves_) {
      if (move.id >= before) break;
      if (move.into == number && move.whole) {
        for (const std::string& user : order(move.from, move.user, move.id)) come(user);
      } else if (move.into == number) {
        come(move.user);
      } else if (move.from == number && !move.whole) {
        std::erase(users, move.user);
      }
    }
    return users;
  }

 private:
  struct Move {
    int64_t id;
    PersonId from, into;
    bool whole;
    std::string user;  // of a whole move the first of its number; "" where none was a user
  };
  std::vector<Move> moves_;  // ascending
};

}  // namespace

Result<std::vector<UserOf>> users_of(store::Connection& c, PersonId person) {
  const auto came =
      TRY(Arrivals::of(c, person)).order(person, "", std::numeric_limits<int64_t>::max());
  std::vector<UserOf> users;
  for (const Row& row :
       TRY(c.query("SELECT id, value FROM identities WHERE person = $1 AND kind = $2 ORDER BY id",
                   {person, static_cast<int64_t>(IdentityKind::kUser)})))
    users.push_back({row.integer(0), row.text(1)});
  // Who was there when the number began came by no move, and stands before all others.
  std::ranges::stable_sort(users, {}, [&](const UserOf& user) {
    const auto found = std::ranges::find(came, user.value);
    return found == came.end() ? 0 : found - came.begin() + 1;
  });
  return users;
}

Result<void> split_person(store::Connection& c, PersonId person, const HandWord& word,
                          Progress& progress, Joined& joined) {
  return Split(c, person, word, progress, joined).run();
}

}  // namespace perennial::people
