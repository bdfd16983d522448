// Deciding about visitors from everything that is kept: all their joins, the identifiers they
// named, and what people said by hand. For the few whose row does not hold what decides.
#include <algorithm>
#include <array>
#include <map>

#include "people/bulk.h"
#include "people/claims.h"
#include "people/identifier.h"
#include "people/joiner.h"

namespace perennial::people {

using store::Row;
using store::Value;

// Words of hand that waited for an identity that this batch brings.
Result<void> Joiner::find_words() {
  for (const uint32_t index : intake_.redo) redo_.insert(index);
  if (!by_hand_) return {};
  std::vector<Side> fresh;
  for (const Subject& subject : intake_.subjects) {
    if (subject.created) fresh.push_back({subject.kind, std::string(subject.value)});
  }
  const size_t first_new = intake_.subjects.size();
  for (const HandWord& word : TRY(hand_words_on(c_, fresh))) {
    const auto subject = [&](const Side& side) {
      return intake_.subject(side.kind, intake_.keep(side.value));
    };
    const uint32_t a = subject(word.a), b = subject(word.b);
    if (word.b.kind == IdentityKind::kAnonymous) {
      if (word.a.kind == IdentityKind::kUser) redo_.insert(b);
    } else if (word.merged) {
      intake_.aliases.push_back(
          {.previous = a,
           .user = b,
           .cause = {"hand", intake_.keep(word.source), intake_.keep(word.message_id), word.at.ms},
           .stored = true});
    }
  }
  return load(first_new);
}

// Visitors whom a claim of this batch concerns become subjects.
Result<void> Joiner::take_claims() {
  if (intake_.claims.empty()) return {};
  Claims claims(c_, intake_, cache_);
  TRY(claims.run());
  std::map<int64_t, uint32_t> known;
  if (!claims.visitors().empty()) {
    for (uint32_t i = 0; i < intake_.subjects.size(); ++i) known[intake_.subjects[i].row.id] = i;
  }
  std::vector<Value> missing;
  for (const int64_t identity : claims.visitors()) {
    auto found = known.find(identity);
    if (found != known.end()) {
      redo_.insert(found->second);
    } else {
      missing.emplace_back(identity);
    }
  }
  const size_t first_new = intake_.subjects.size();
  TRY(each_in(c_, "SELECT value FROM identities WHERE id IN {}", {}, missing,
              [&](const Row& row) -> Result<void> {
                redo_.insert(intake_.subject(IdentityKind::kAnonymous, intake_.keep(row.text(0))));
                return {};
              }));
  TRY(load(first_new));
  for (size_t i = first_new; i < intake_.subjects.size(); ++i) {
    Subject& subject = intake_.subjects[i];
    subject.row.person = now(subject.row.person);
  }
  return {};
}

// The earliest join of each visitor and user, unless the visitor's row says as much.
Result<void> Joiner::write_joins() {
  std::map<std::pair<int64_t, int64_t>, const Join*> earliest;
  for (const Join& join : intake_.joins) {
    const IdentityRow& visitor = intake_.subjects[join.anonymous].row;
    const IdentityRow& user = intake_.subjects[join.user].row;
    const bool known = visitor.owner == user.id && !(join.at < visitor.joined);
    if (known && !visitor.special) continue;
    const Join*& kept = earliest[{visitor.id, user.id}];
    if (kept == nullptr || join.at < kept->at) kept = &join;
  }
  std::vector<std::vector<Value>> rows;
  std::unordered_map<int64_t, int64_t> devices;  // by user, of this batch
  for (const auto& [pair, join] : earliest) {
    ++devices[pair.second];
    rows.push_back(row_of(pair.first, pair.second, join->at.ms, join->at.seq,
                          std::string(join->cause.reason), std::string(join->cause.source),
                          std::string(join->cause.message_id)));
  }
  static constexpr std::array<std::string_view, 7> kColumns = {
      "visitor", "user_identity", "ms", "seq", "reason", "source", "message_id"};
  TRY(c_.insert_many(
      "identity_joins", kColumns, rows,
      "ON CONFLICT (visitor, user_identity) DO UPDATE SET ms = excluded.ms, seq = excluded.seq,"
      " reason = excluded.reason, source = excluded.source, message_id = excluded.message_id"
      " WHERE (excluded.ms, excluded.seq) < (identity_joins.ms, identity_joins.seq)"));
  std::vector<Value> users;
  for (const auto& [user, count] : devices) {
    if (!created_users_.contains(user) || count > kMaxDevicesOfUser) users.emplace_back(user);
  }
  return find_shared_users(users);
}

Result<void> Joiner::find_shared_users(std::span<const Value> users) {
  TRY(each_in(c_, "SELECT identity FROM shared_users WHERE identity IN {}", {}, users,
              [&](const Row& row) -> Result<void> {
                shared_users_.insert(row.integer(0));
                return {};
              }));
  std::vector<Value> others;
  for (const Value& user : users) {
    if (!shared_users_.contains(std::get<int64_t>(user))) others.push_back(user);
  }
  std::vector<Value> fresh;
  const Value most = kMaxDevicesOfUser;
  TRY(each_in(c_,
              "SELECT user_identity FROM identity_joins WHERE user_identity IN {}"
              " GROUP BY user_identity HAVING count(*) > $1",
              {&most, 1}, others, [&](const Row& row) -> Result<void> {
                shared_users_.insert(row.integer(0));
                fresh.emplace_back(row.integer(0));
                return {};
              }));
  return fresh.empty() ? Result<void>() : let_go_devices_of(fresh);
}

// Whoever belongs to them so far is decided about anew, without them.
Result<void> Joiner::let_go_devices_of(std::span<const Value> users) {
  std::vector<std::vector<Value>> rows;
  for (const Value& user : users) rows.push_back({user});
  static constexpr std::array<std::string_view, 1> kColumns = {"identity"};
  TRY(c_.insert_many("shared_users", kColumns, rows, "ON CONFLICT DO NOTHING"));
  const size_t first_new = intake_.subjects.size();
  TRY(each_in(c_, "SELECT value FROM identities WHERE owner IN {}", {}, users,
              [&](const Row& row) -> Result<void> {
                redo_.insert(intake_.subject(IdentityKind::kAnonymous, intake_.keep(row.text(0))));
                return {};
              }));
  TRY(load(first_new));
  for (size_t i = first_new; i < intake_.subjects.size(); ++i) {
    Subject& subject = intake_.subjects[i];
    subject.row.person = now(subject.row.person);
  }
  return {};
}

Result<void> Joiner::redo_visitors() {
  for (const uint32_t index : std::vector<uint32_t>(redo_.begin(), redo_.end())) {
    if (intake_.subjects[index].row.id != 0) TRY(redo(index));
  }
  return {};
}

Result<void> Joiner::redo(uint32_t index) {
  Subject& visitor = intake_.subjects[index];
  const auto candidates = TRY(candidates_of(visitor));
  const Candidate* best = decide_owner(candidates);
  Decision& decision = decisions_[index];
  decision.made = true;
  decision.had_owner = visitor.row.owner != 0;
  // What else could take a visitor from everybody: a word of hand, or a user of too many devices.
  decision.cause = {shared_users_.contains(visitor.row.owner) ? "shared" : "hand", "", "", 0};
  if (best != nullptr) {
    decision.owner = TRY(person_of(best->user));
    decision.cause = {intake_.keep(best->reason), intake_.keep(best->source),
                      intake_.keep(best->message_id), best->at.ms};
  }
  visitor.row.owner = best == nullptr ? 0 : best->user;
  visitor.row.joined = best == nullptr ? Stamp{} : best->at;
  visitor.row.special = std::ranges::any_of(
      candidates, [](const Candidate& one) { return one.means != Means::kJoin || one.separated; });
  visitor.changed = true;
  return {};
}

Result<std::vector<Candidate>> Joiner::candidates_of(const Subject& visitor) {
  std::vector<Candidate> out;
  std::vector<std::string> users;  // beside the candidates: their user ids
  for (const Row& row :
       TRY(c_.query("SELECT j.user_identity, j.ms, j.seq, j.reason, j.source, j.message_id"
                    " FROM identity_joins j WHERE j.visitor = $1"
                    " AND j.user_identity NOT IN (SELECT identity FROM shared_users)",
                    {visitor.row.id}))) {
    out.push_back({.means = Means::kJoin,
                   .user = row.integer(0),
                   .at = {row.integer(1), row.integer(2)},
                   .reason = row.text(3),
                   .source = row.text(4),
                   .message_id = row.text(5)});
  }
  for (const Row& row : TRY(c_.query(
           "SELECT u.identity, v.ms, v.seq, u.ms, u.seq, v.kind, v.source, v.message_id"
           " FROM identity_claims v JOIN identity_claims u ON u.value = v.value AND u.kind = v.kind"
           " AND u.is_user = 1 WHERE v.identity = $1 AND v.kind <> $2"
           " AND u.identity NOT IN (SELECT identity FROM shared_users) AND $3 >="
           " (SELECT count(*) FROM identity_claims n WHERE n.value = v.value AND n.kind = v.kind)",
           {visitor.row.id, static_cast<int64_t>(IdentifierKind::kDevice), kMaxClaimants}))) {
    out.push_back({.means = Means::kClaim,
                   .user = row.integer(0),
                   .at = {row.integer(1), row.integer(2)},
                   .theirs = {row.integer(3), row.integer(4)},
                   .reason = std::string(kind_name(static_cast<IdentifierKind>(row.integer(5)))),
                   .source = row.text(6),
                   .message_id = row.text(7)});
  }
  if (!by_hand_) return out;
  const Side own{IdentityKind::kAnonymous, std::string(visitor.value)};
  for (const HandWord& word : TRY(hand_words_on(c_, {&own, 1}))) {
    const Side& user = word.a == own ? word.b : word.a;
    if (user.kind != IdentityKind::kUser) continue;
    int64_t identity = 0;
    for (const auto& [id, index] : created_users_) {
      if (intake_.subjects[index].value == user.value) identity = id;
    }
    const auto row = TRY(c_.query_one("SELECT id FROM identities WHERE kind = $1 AND value = $2",
                                      {static_cast<int64_t>(user.kind), user.value}));
    if (row) identity = row->integer(0);
    if (identity == 0) continue;
    for (Candidate& one : out) one.separated |= one.user == identity && !word.merged;
    out.push_back({.means = Means::kHand,
                   .user = identity,
                   .at = word.at,
                   .separated = !word.merged,
                   .reason = "hand",
                   .source = word.source,
                   .message_id = word.message_id});
  }
  return out;
}

Result<PersonId> Joiner::person_of(int64_t user_identity) {
  auto fresh = created_users_.find(user_identity);
  if (fresh != created_users_.end()) return intake_.subjects[fresh->second].row.person;
  const auto row =
      TRY(c_.query_one("SELECT person FROM identities WHERE id = $1", {user_identity}));
  INVARIANT(row.has_value());
  return now(row->integer(0));
}

// What is known of users who are joined for the first time, so that a separation can give it back.
Result<void> Joiner::note_last_of_users() {
  std::unordered_map<PersonId, uint32_t> of;
  std::vector<Value> people;
  for (const auto& [person, index] : newly_joined_) {
    if (created_.contains(person)) continue;
    of[person] = index;
    people.emplace_back(person);
  }
  return each_in(c_, "SELECT person, user_last_ms FROM people_seen WHERE person IN {}", {}, people,
                 [&](const Row& row) -> Result<void> {
                   IdentityRow& user = intake_.subjects[of.at(row.integer(0))].row;
                   user.last_ms = std::max(user.last_ms, row.integer(1));
                   return {};
                 });
}

}  // namespace perennial::people
