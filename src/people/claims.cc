#include "people/claims.h"

#include <algorithm>
#include <array>
#include <set>

#include "people/bulk.h"
#include "people/identifier.h"

namespace perennial::people {

using store::Value;

Fingerprint claim_key(int64_t kind, std::string_view value, int64_t identity) {
  std::string text = std::to_string(kind) + ' ' + std::to_string(identity) + ' ';
  text += value;
  return fingerprint(text);
}

Result<void> Claims::run() {
  const auto claims = news();
  if (claims.empty()) return {};
  TRY(load(claims));
  for (const Claim* claim : claims) take(*claim);
  TRY(follow());
  return write();
}

std::vector<const Claim*> Claims::news() const {
  std::vector<const Claim*> out;
  for (const Claim& claim : intake_.claims) {
    const int64_t identity = intake_.subjects[claim.subject].row.id;
    const Stamp* known = cache_.claim(claim_key(claim.kind, claim.value, identity));
    if (known == nullptr || claim.at < *known) out.push_back(&claim);
  }
  return out;
}

Result<void> Claims::load(const std::vector<const Claim*>& claims) {
  std::set<std::string> values;
  for (const Claim* claim : claims) {
    all_[{claim->kind, claim->value}];
    values.insert(claim->value);
  }
  const std::vector<Value> keys(values.begin(), values.end());
  return each_in(c_,
                 "SELECT kind, value, identity, is_user, ms, seq FROM identity_claims"
                 " WHERE value IN {}",
                 {}, keys, [&](const store::Row& row) -> Result<void> {
                   auto found = all_.find({row.integer(0), row.text(1)});
                   if (found == all_.end()) return {};
                   found->second.push_back({.identity = row.integer(2),
                                            .user = row.integer(3) != 0,
                                            .at = {row.integer(4), row.integer(5)}});
                   return {};
                 });
}

// Of a value that too many have named no more is kept: it joins nobody, whoever comes still.
void Claims::take(const Claim& claim) {
  const Subject& subject = intake_.subjects[claim.subject];
  const Key key(claim.kind, claim.value);
  auto& claimants = all_.at(key);
  auto found = std::ranges::find(claimants, subject.row.id, &Claimant::identity);
  if (found == claimants.end()) {
    if (claimants.size() > static_cast<size_t>(kMaxClaimants)) return;
    claimants.push_back({.identity = subject.row.id,
                         .user = subject.kind == IdentityKind::kUser,
                         .at = claim.at,
                         .claim = &claim,
                         .fresh = true});
    if (claimants.size() == static_cast<size_t>(kMaxClaimants) + 1) too_many_.push_back(key);
  } else if (claim.at < found->at) {
    found->at = claim.at;
    found->claim = &claim;
  }
}

// Whom the new claims concern.
Result<void> Claims::follow() {
  for (const auto& [key, claimants] : all_) {
    if (rule_of(static_cast<IdentifierKind>(key.first)) != IdentifierRule::kUnique) continue;
    const bool over = claimants.size() > static_cast<size_t>(kMaxClaimants);
    if (over && std::ranges::find(too_many_, key) == too_many_.end()) continue;
    const bool users = std::ranges::any_of(claimants, &Claimant::user);
    const bool users_changed = std::ranges::any_of(
        claimants, [](const Claimant& one) { return one.user && one.claim != nullptr; });
    for (const Claimant& one : claimants) {
      if (one.user) continue;
      if (over || users_changed || (users && one.claim != nullptr)) {
        visitors_.push_back(one.identity);
      }
    }
    if (!over) propose(key, claimants);
  }
  for (const auto& [kind, value] : too_many_) {
    TRY(c_.execute("DELETE FROM merge_proposals WHERE kind = $1 AND value = $2", {kind, value}));
  }
  return {};
}

void Claims::propose(const Key& key, const std::vector<Claimant>& claimants) {
  for (const Claimant& one : claimants) {
    if (!one.user || !one.fresh) continue;
    for (const Claimant& other : claimants) {
      if (!other.user || other.identity == one.identity) continue;
      if (other.fresh && other.identity < one.identity) continue;  // from the other side already
      proposals_.push_back({std::min(one.identity, other.identity),
                            std::max(one.identity, other.identity), key.first, key.second});
    }
  }
}

Result<void> Claims::write() {
  std::vector<std::vector<Value>> rows;
  for (const auto& [key, claimants] : all_) {
    for (const Claimant& one : claimants) {
      if (one.claim == nullptr) continue;
      const Cause& cause = one.claim->cause;
      rows.push_back(row_of(key.first, key.second, one.identity, int64_t{one.user}, one.at.ms,
                            one.at.seq, std::string(cause.source), std::string(cause.message_id)));
    }
  }
  static constexpr std::array<std::string_view, 8> kColumns = {
      "kind", "value", "identity", "is_user", "ms", "seq", "source", "message_id"};
  TRY(c_.insert_many("identity_claims", kColumns, rows,
                     "ON CONFLICT (value, kind, identity) DO UPDATE SET ms = excluded.ms,"
                     " seq = excluded.seq, source = excluded.source,"
                     " message_id = excluded.message_id"));
  static constexpr std::array<std::string_view, 4> kPair = {"a", "b", "kind", "value"};
  TRY(c_.insert_many("merge_proposals", kPair, proposals_, "ON CONFLICT DO NOTHING"));
  return {};
}

}  // namespace perennial::people
