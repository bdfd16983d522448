#include "people/joiner.h"

#include <algorithm>
#include <array>

#include "people/bulk.h"
#include "people/split.h"

namespace perennial::people {

using store::Value;

Result<Joined> Joiner::run() {
  TRY(load(0));
  create_users();
  TRY(find_old_aliases());
  create_visitors();
  TRY(find_words());
  TRY(connect_users());
  TRY(take_claims());
  TRY(write_joins());
  choose_owners();
  TRY(redo_visitors());
  place_visitors();
  TRY(note_last_of_users());
  TRY(take_over_seen());
  note_events();
  TRY(write_moves());
  TRY(write_aliases());
  TRY(write_log());
  TRY(write_identities());
  note_fresh();
  return std::move(joined_);
}

// The person that `person` has become by the joins of this batch.
PersonId Joiner::now(PersonId person) const {
  for (auto next = into_.find(person); next != into_.end(); next = into_.find(person)) {
    person = next->second;
  }
  return person;
}

Result<void> Joiner::load(size_t first) {
  TRY(load_kind(IdentityKind::kUser, first));
  return load_kind(IdentityKind::kAnonymous, first);
}

// Rows of the subjects from index `first` on.
Result<void> Joiner::load_kind(IdentityKind kind, size_t first) {
  std::vector<Value> missing;
  for (size_t i = first; i < intake_.subjects.size(); ++i) {
    Subject& subject = intake_.subjects[i];
    if (subject.kind != kind) continue;
    if (const IdentityRow* known = cache_.find(subject.key)) {
      subject.row = *known;
    } else {
      missing.emplace_back(std::string(subject.value));
    }
  }
  const Value kind_value = static_cast<int64_t>(kind);
  return each_in(c_,
                 "SELECT value, id, person, first_ms, last_ms, owner, joined_ms, joined_seq, shown,"
                 " special FROM identities WHERE kind = $1 AND value IN {}",
                 {&kind_value, 1}, missing, [&](const store::Row& row) -> Result<void> {
                   // The subject is there already, so nothing is added for the view.
                   Subject& subject = intake_.subjects[intake_.subject(kind, row.text(0))];
                   subject.row = {.id = row.integer(1),
                                  .person = row.integer(2),
                                  .first_ms = row.integer(3),
                                  .last_ms = row.integer(4),
                                  .owner = row.integer(5),
                                  .joined = {row.integer(6), row.integer(7)},
                                  .shown = row.integer(8) != 0,
                                  .special = row.integer(9) != 0};
                   return {};
                 });
}

void Joiner::create(Subject& subject, PersonId person) {
  subject.row.id = ++progress_.last_identity;
  subject.row.person = person;
  subject.created = true;
  if (person != 0) joined_.profiles.insert(person);
}

// A user exists from the first event with that user id on; an alias alone makes none.
void Joiner::create_users() {
  for (Subject& subject : intake_.subjects) {
    if (subject.kind == IdentityKind::kUser && subject.seen && subject.row.id == 0) {
      create(subject, new_person());
      created_users_[subject.row.id] = static_cast<uint32_t>(&subject - intake_.subjects.data());
    }
  }
}

// A visitor exists from its first event or join on. Whose it is comes later.
void Joiner::create_visitors() {
  std::unordered_set<uint32_t> joining;
  for (const Join& join : intake_.joins) joining.insert(join.anonymous);
  for (uint32_t i = 0; i < intake_.subjects.size(); ++i) {
    Subject& subject = intake_.subjects[i];
    if (subject.kind != IdentityKind::kAnonymous || subject.row.id != 0) continue;
    if (subject.seen || joining.contains(i)) create(subject, 0);
  }
}

// Aliases of earlier batches that waited for a user who is new in this one.
Result<void> Joiner::find_old_aliases() {
  std::vector<Value> new_users;
  for (const Subject& subject : intake_.subjects) {
    if (subject.kind == IdentityKind::kUser && subject.created) {
      new_users.emplace_back(std::string(subject.value));
    }
  }
  const size_t first_new = intake_.subjects.size();
  TRY(each_in(c_,
              "SELECT previous_id, user_id, source, message_id, at_ms FROM person_aliases"
              " WHERE previous_id IN {}",
              {}, new_users, [&](const store::Row& row) -> Result<void> {
                const auto subject = [&](int column) {
                  return intake_.subject(IdentityKind::kUser, intake_.keep(row.text(column)));
                };
                intake_.aliases.push_back({.previous = subject(0),
                                           .user = subject(1),
                                           .cause = {"alias", intake_.keep(row.text(2)),
                                                     intake_.keep(row.text(3)), row.integer(4)},
                                           .stored = true});
                return {};
              }));
  return load(first_new);
}

void Joiner::mark_joined_user(uint32_t index) {
  Subject& user = intake_.subjects[index];
  if (user.row.special) return;
  user.row.special = user.changed = true;
  newly_joined_.emplace_back(user.row.person, index);
}

// The user with whom a number of this batch began; `named` of an older one, of which write_moves()
// finds out.
uint32_t Joiner::first_of(PersonId gone, uint32_t named) const {
  if (!created_.contains(gone) || intake_.subjects[named].row.person == gone) return named;
  for (const auto& [id, index] : created_users_) {
    if (intake_.subjects[index].row.person == gone) return index;
  }
  return named;
}

Result<void> Joiner::connect_users() {
  std::vector<HandWord> words;
  if (by_hand_) {
    std::vector<Side> sides;
    for (const Alias& alias : intake_.aliases) {
      sides.push_back({IdentityKind::kUser, std::string(intake_.subjects[alias.previous].value)});
    }
    words = TRY(hand_words_on(c_, sides));
  }
  for (const Alias& alias : intake_.aliases) {
    const Subject& previous = intake_.subjects[alias.previous];
    const Subject& user = intake_.subjects[alias.user];
    if (previous.row.id == 0 || user.row.id == 0) continue;
    if (by_hand_) {
      const HandWord* word = word_on(words, {IdentityKind::kUser, std::string(previous.value)},
                                     {IdentityKind::kUser, std::string(user.value)});
      const auto by_hand = word == nullptr ? std::nullopt : std::optional(word->merged);
      if (!joins_users(true, by_hand)) continue;
    }
    const PersonId a = now(previous.row.person), b = now(user.row.person);
    if (a == b) continue;
    mark_joined_user(alias.previous);
    mark_joined_user(alias.user);
    const PersonId survivor = std::min(a, b), gone = std::max(a, b);
    into_[gone] = survivor;
    moves_.push_back({.from = gone,
                      .into = survivor,
                      .whole = true,
                      .subject = first_of(gone, gone == a ? alias.previous : alias.user),
                      .cause = alias.cause});
    joined_.profiles.insert(survivor);
    if (!created_.contains(gone)) joined_.merged.emplace_back(gone, survivor);
  }
  for (Subject& subject : intake_.subjects) {
    if (subject.row.id == 0 || subject.row.person == 0) continue;
    const PersonId person = now(subject.row.person);
    subject.changed |= person != subject.row.person;
    subject.row.person = person;
  }
  return {};
}

void Joiner::choose_owners() {
  decisions_.assign(intake_.subjects.size(), {});
  for (const Join& join : intake_.joins) take_join(join);
}

void Joiner::take_join(const Join& join) {
  Subject& visitor = intake_.subjects[join.anonymous];
  const Subject& user = intake_.subjects[join.user];
  const bool owned = visitor.row.owner != 0;
  const bool known = visitor.row.owner == user.row.id && !(join.at < visitor.row.joined);
  if (shared_users_.contains(user.row.id)) return;
  if (known || redo_.contains(join.anonymous)) return;
  if (visitor.row.special) {
    redo_.insert(join.anonymous);
    return;
  }
  if (owned && !(join.at < visitor.row.joined)) return;
  Decision& decision = decisions_[join.anonymous];
  if (!decision.made) decision.had_owner = owned;
  decision.made = true;
  decision.owner = user.row.person;
  decision.cause = join.cause;
  visitor.row.owner = user.row.id;
  visitor.row.joined = join.at;
  visitor.changed = true;
}

void Joiner::place_visitors() {
  for (uint32_t i = 0; i < intake_.subjects.size(); ++i) {
    Subject& subject = intake_.subjects[i];
    if (subject.kind != IdentityKind::kAnonymous || subject.row.id == 0) continue;
    const Decision& decision = decisions_[i];
    if (subject.row.person == 0) {
      subject.row.person = decision.owner != 0 ? decision.owner : new_person();
      joined_.profiles.insert(subject.row.person);
    } else if (decision.made) {
      move_visitor(i);
    }
  }
}

void Joiner::move_visitor(uint32_t index) {
  Subject& visitor = intake_.subjects[index];
  const Decision& decision = decisions_[index];
  const PersonId before = visitor.row.person;
  if (decision.owner == before || (decision.owner == 0 && !decision.had_owner)) return;
  const PersonId after = decision.owner != 0 ? decision.owner : new_person();
  visitor.row.person = after;
  visitor.changed = true;
  moves_.push_back({.from = before,
                    .into = after,
                    .whole = !decision.had_owner,
                    .subject = index,
                    .cause = decision.cause});
  joined_.profiles.insert(after);
  if (!decision.had_owner) return;
  joined_.profiles.insert(before);
  joined_.poorer.insert(before);
}

// When people were last seen goes with them.
Result<void> Joiner::take_over_seen() {
  std::vector<Value> gone;
  std::unordered_map<PersonId, const Move*> move_of;
  for (const Move& move : moves_) {
    if (move.whole && !created_.contains(move.from)) {
      gone.emplace_back(move.from);
      move_of[move.from] = &move;
    } else if (!move.whole) {
      joined_.seen[move.into].add({.last_ms = intake_.subjects[move.subject].row.last_ms});
    }
  }
  return each_in(c_, "SELECT person, last_ms, user_last_ms FROM people_seen WHERE person IN {}", {},
                 gone, [&](const store::Row& row) -> Result<void> {
                   const Move& move = *move_of.at(row.integer(0));
                   Subject& subject = intake_.subjects[move.subject];
                   if (subject.kind == IdentityKind::kAnonymous) {
                     subject.row.last_ms = std::max(subject.row.last_ms, row.integer(1));
                   }
                   joined_.seen[now(move.into)].add({row.integer(1), row.integer(2)});
                   return {};
                 });
}

void Joiner::note_events() {
  for (Subject& subject : intake_.subjects) {
    if (subject.row.id != 0) note_events_of(subject);
  }
}

void Joiner::note_events_of(Subject& subject) {
  IdentityRow& row = subject.row;
  if (subject.shown && !row.shown) {
    row.shown = subject.changed = true;
    joined_.profiles.insert(row.person);
  }
  if (!subject.seen) return;
  if (subject.first_ms < row.first_ms) {
    row.first_ms = subject.first_ms;
    subject.changed = true;
    joined_.profiles.insert(row.person);
  }
  const bool is_user = subject.kind == IdentityKind::kUser;
  joined_.seen[row.person].add({subject.last_ms, is_user ? subject.last_ms : kBeforeTime});
  if ((is_user ? row.special : row.owner != 0) && subject.last_ms > row.last_ms) {
    row.last_ms = subject.last_ms;
    subject.changed = true;
  }
}

// An identity of before this batch may have facts that are stored.
void Joiner::note_fresh() {
  std::unordered_set<PersonId> older;
  for (uint32_t i = 0; i < intake_.subjects.size(); ++i) {
    const Subject& subject = intake_.subjects[i];
    if (subject.row.id == 0 || !created_.contains(subject.row.person)) continue;
    joined_.fresh[subject.row.person].push_back(i);
    if (!subject.created) older.insert(subject.row.person);
  }
  for (const PersonId person : older) joined_.fresh.erase(person);
}

Result<void> Joiner::write_moves() {
  TRY(move_orders());
  std::vector<Value> gone;
  for (Move& move : moves_) {
    if (!move.whole || created_.contains(move.from)) continue;
    gone.emplace_back(move.from);
    if (intake_.subjects[move.subject].kind == IdentityKind::kAnonymous) continue;
    const auto users = TRY(users_of(c_, move.from));
    if (!users.empty()) move.first_user = users.front().value;
    TRY(c_.execute("UPDATE identities SET person = $1 WHERE person = $2",
                   {now(move.into), move.from}));
  }
  TRY(execute_in(c_, "DELETE FROM people WHERE id IN {}", {}, gone));
  return execute_in(c_, "DELETE FROM people_seen WHERE person IN {}", {}, gone);
}

Result<void> Joiner::move_orders() {
  std::vector<Value> from;
  for (const Move& move : moves_) {
    if (!created_.contains(move.from)) from.emplace_back(move.from);
  }
  std::unordered_set<PersonId> with_orders;
  TRY(each_in(c_, "SELECT DISTINCT person FROM orders WHERE person IN {}", {}, from,
              [&](const store::Row& row) -> Result<void> {
                with_orders.insert(row.integer(0));
                return {};
              }));
  for (const Move& move : moves_) {
    if (!with_orders.contains(move.from)) continue;
    const PersonId into = now(move.into);
    with_orders.insert(into);  // what came by this move may go on by the next
    if (move.whole) {
      TRY(c_.execute("UPDATE orders SET person = $1 WHERE person = $2", {into, move.from}));
    } else {
      TRY(c_.execute("UPDATE orders SET person = $1 WHERE person = $2 AND identity = $3",
                     {into, move.from, intake_.subjects[move.subject].row.id}));
      joined_.orders.insert(move.from);
    }
    joined_.orders.insert(into);
  }
  return {};
}

Result<void> Joiner::write_aliases() {
  std::vector<std::vector<Value>> rows;
  for (const Alias& alias : intake_.aliases) {
    if (alias.stored) continue;
    rows.push_back({std::string(intake_.subjects[alias.previous].value),
                    std::string(intake_.subjects[alias.user].value),
                    std::string(alias.cause.source), std::string(alias.cause.message_id),
                    alias.cause.at_ms});
  }
  static constexpr std::array<std::string_view, 5> kColumns = {"previous_id", "user_id", "source",
                                                               "message_id", "at_ms"};
  TRY(c_.insert_many("person_aliases", kColumns, rows, "ON CONFLICT DO NOTHING"));
  return {};
}

Result<void> Joiner::write_log() {
  if (moves_.empty()) return {};
  const auto last = TRY(c_.query_one("SELECT COALESCE(max(id), 0) FROM person_merges"));
  int64_t id = last->integer(0);
  std::vector<std::vector<Value>> rows;
  for (const Move& move : moves_) {
    const Subject& subject = intake_.subjects[move.subject];
    const PersonId from = created_.contains(move.from) ? 0 : move.from;
    rows.push_back({++id, from, now(move.into), int64_t{move.whole}, std::string(move.cause.reason),
                    static_cast<int64_t>(subject.kind),
                    move.first_user.empty() ? std::string(subject.value) : move.first_user,
                    std::string(move.cause.source), std::string(move.cause.message_id),
                    move.cause.at_ms});
  }
  static constexpr std::array<std::string_view, 10> kColumns = {
      "id",   "from_person", "into_person", "whole",      "reason",
      "kind", "value",       "source",      "message_id", "at_ms"};
  TRY(c_.insert_many("person_merges", kColumns, rows));
  return {};
}

Result<void> Joiner::write_identities() {
  std::vector<std::vector<Value>> rows;
  for (const Subject& subject : intake_.subjects) {
    const IdentityRow& row = subject.row;
    if (row.id == 0 || (!subject.created && !subject.changed)) continue;
    rows.push_back(row_of(row.id, static_cast<int64_t>(subject.kind), std::string(subject.value),
                          row.person, row.first_ms, row.last_ms, row.owner, row.joined.ms,
                          row.joined.seq, int64_t{row.shown}, int64_t{row.special}));
  }
  static constexpr std::array<std::string_view, 11> kColumns = {
      "id",    "kind",      "value",      "person", "first_ms", "last_ms",
      "owner", "joined_ms", "joined_seq", "shown",  "special"};
  TRY(c_.insert_many(
      "identities", kColumns, rows,
      "ON CONFLICT (id) DO UPDATE SET person = excluded.person, first_ms = excluded.first_ms,"
      " last_ms = excluded.last_ms, owner = excluded.owner, joined_ms = excluded.joined_ms,"
      " joined_seq = excluded.joined_seq, shown = excluded.shown, special = excluded.special"));
  return {};
}

}  // namespace perennial::people
