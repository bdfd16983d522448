#include "people/merges.h"

#include <algorithm>
#include <map>

#include "people/bulk.h"
#include "people/identifier.h"

namespace perennial::people {
namespace {

using store::Row;
using store::Value;

std::string identifier_name(int64_t kind) {
  return std::string(kind_name(static_cast<IdentifierKind>(kind)));
}

// Pairs of users of different people on whom nobody has spoken.
constexpr std::string_view kOpen =
    " FROM merge_proposals p JOIN identities a ON a.id = p.a JOIN identities b ON b.id = p.b"
    " WHERE a.person <> b.person AND NOT EXISTS (SELECT 1 FROM hand_links h WHERE h.a_kind = 1"
    " AND h.b_kind = 1 AND ((h.a_value = a.value AND h.b_value = b.value)"
    " OR (h.a_value = b.value AND h.b_value = a.value)))";

struct Member {
  Side side;
  int64_t owner = 0;
  Stamp joined;
};

}  // namespace

Result<std::vector<Merge>> merges_of(store::Connection& c, PersonId person, size_t limit) {
  std::vector<Merge> out;
  for (const Row& row :
       TRY(c.query("SELECT id, from_person, into_person, whole, reason, kind, value, source,"
                   " message_id, at_ms FROM person_merges WHERE into_person = $1 OR"
                   " from_person = $1 ORDER BY id DESC LIMIT $2",
                   {person, static_cast<int64_t>(limit)}))) {
    out.push_back({.id = row.integer(0),
                   .from = row.integer(1),
                   .into = row.integer(2),
                   .whole = row.integer(3) != 0,
                   .reason = row.text(4),
                   .side = {static_cast<IdentityKind>(row.integer(5)), row.text(6)},
                   .source = row.text(7),
                   .message_id = row.text(8),
                   .at = from_millis(row.integer(9))});
  }
  return out;
}

Result<std::vector<Bond>> bonds_of(store::Connection& c, PersonId person, size_t limit) {
  std::map<int64_t, Member> members;
  std::vector<Value> users;
  for (const Row& row :
       TRY(c.query("SELECT id, kind, value, owner, joined_ms, joined_seq FROM identities"
                   " WHERE person = $1 AND shown = 1 ORDER BY id LIMIT $2",
                   {person, static_cast<int64_t>(limit)}))) {
    const auto kind = static_cast<IdentityKind>(row.integer(1));
    members[row.integer(0)] = {{kind, row.text(2)}, row.integer(3), {row.integer(4), 0}};
    if (kind == IdentityKind::kUser) users.emplace_back(row.text(2));
  }
  std::vector<Bond> out;
  for (const auto& [id, member] : members) {
    auto owner = members.find(member.owner);
    if (owner == members.end()) continue;
    Bond bond{.one = member.side,
              .other = owner->second.side,
              .means = "identifier",
              .at = from_millis(member.joined.ms)};
    const auto join =
        TRY(c.query_one("SELECT reason, source, message_id, ms FROM identity_joins"
                        " WHERE visitor = $1 AND user_identity = $2",
                        {id, member.owner}));
    if (join && join->integer(3) == member.joined.ms) {
      bond.means = join->text(0);
      bond.source = join->text(1);
      bond.message_id = join->text(2);
    }
    out.push_back(std::move(bond));
  }
  std::vector<Side> sides;
  for (const auto& [id, member] : members) sides.push_back(member.side);
  const auto words = TRY(hand_words_on(c, sides));
  TRY(each_in(c,
              "SELECT previous_id, user_id, source, message_id, at_ms FROM person_aliases"
              " WHERE previous_id IN {}",
              {}, users, [&](const Row& row) -> Result<void> {
                const Side one{IdentityKind::kUser, row.text(0)};
                const Side other{IdentityKind::kUser, row.text(1)};
                if (std::ranges::find(sides, other) == sides.end()) return {};
                if (const HandWord* word = word_on(words, one, other); word) return {};
                out.push_back(
                    {one, other, "alias", row.text(2), row.text(3), from_millis(row.integer(4))});
                return {};
              }));
  for (const HandWord& word : words) {
    const bool mine = std::ranges::find(sides, word.a) != sides.end() &&
                      std::ranges::find(sides, word.b) != sides.end();
    if (!word.merged || !mine) continue;
    std::erase_if(out, [&](const Bond& bond) {
      return word_on({&word, 1}, bond.one, bond.other) != nullptr;
    });
    out.push_back({word.b, word.a, "hand", word.source, word.message_id, from_millis(word.at.ms)});
  }
  std::ranges::sort(out, [](const Bond& a, const Bond& b) { return b.at < a.at; });
  return out;
}

Result<std::vector<Proposal>> open_proposals(store::Connection& c, size_t offset, size_t limit) {
  std::vector<Proposal> out;
  for (const Row& row : TRY(c.query("SELECT a.value, b.value, a.person, b.person, p.kind, p.value" +
                                        std::string(kOpen) +
                                        " ORDER BY p.a, p.b, p.kind, p.value LIMIT $1 OFFSET $2",
                                    {static_cast<int64_t>(limit), static_cast<int64_t>(offset)}))) {
    out.push_back({.a = {IdentityKind::kUser, row.text(0)},
                   .b = {IdentityKind::kUser, row.text(1)},
                   .a_person = row.integer(2),
                   .b_person = row.integer(3),
                   .kind = identifier_name(row.integer(4)),
                   .value = row.text(5)});
  }
  return out;
}

Result<int64_t> count_proposals(store::Connection& c) {
  return TRY(c.query("SELECT count(*)" + std::string(kOpen))).at(0).integer(0);
}

Result<std::vector<JunkValue>> junk_values(store::Connection& c, size_t limit) {
  std::vector<JunkValue> out;
  for (const Row& row :
       TRY(c.query("SELECT kind, value, source, events, first_ms, last_ms FROM junk_values"
                   " ORDER BY events DESC, kind, value LIMIT $1",
                   {static_cast<int64_t>(limit)}))) {
    out.push_back({.kind = row.text(0),
                   .value = row.text(1),
                   .source = row.text(2),
                   .events = row.integer(3),
                   .first_at = from_millis(row.integer(4)),
                   .last_at = from_millis(row.integer(5))});
  }
  return out;
}

Result<std::vector<SharedValue>> shared_values(store::Connection& c, size_t limit) {
  std::vector<SharedValue> out;
  for (const Row& row :
       TRY(c.query("SELECT kind, value, count(*) FROM identity_claims WHERE kind <> $3"
                   " GROUP BY value, kind HAVING count(*) > $1 ORDER BY kind, value LIMIT $2",
                   {kMaxClaimants, static_cast<int64_t>(limit),
                    static_cast<int64_t>(IdentifierKind::kDevice)}))) {
    out.push_back({identifier_name(row.integer(0)), row.text(1), row.integer(2), kMaxClaimants});
  }
  for (const Row& row :
       TRY(c.query("SELECT i.value, (SELECT count(*) FROM identity_joins j WHERE j.user_identity ="
                   " s.identity) FROM shared_users s JOIN identities i ON i.id = s.identity"
                   " ORDER BY i.value LIMIT $1",
                   {static_cast<int64_t>(limit)}))) {
    out.push_back({std::string(kind_name(IdentityKind::kUser)), row.text(0), row.integer(1),
                   kMaxDevicesOfUser});
  }
  return out;
}

Result<std::vector<Named>> identifiers_of(store::Connection& c, PersonId person, size_t limit) {
  std::vector<Named> out;
  for (const Row& row :
       TRY(c.query("SELECT k.kind, k.value, min(k.ms), max(k.source) FROM identity_claims k"
                   " JOIN identities i ON i.id = k.identity WHERE i.person = $1"
                   " GROUP BY k.kind, k.value ORDER BY k.kind, min(k.ms) LIMIT $2",
                   {person, static_cast<int64_t>(limit)}))) {
    out.push_back({.kind = identifier_name(row.integer(0)),
                   .value = row.text(1),
                   .first_at = from_millis(row.integer(2)),
                   .source = row.text(3)});
  }
  return out;
}

}  // namespace perennial::people
