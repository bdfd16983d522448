// From claims to referrals: who referred whom, whether it counts, and what became of it.
//
// Three looks, each at more than the one before: at the claims of the people touched; at the rings
// they close or open, found by walking from friend to referrer; and at all referrals of each
// referrer concerned, because of the limit on how often one is rewarded.
#include <algorithm>

#include "loyalty/assess.h"
#include "loyalty/held_out.h"
#include "loyalty/late_facts.h"
#include "loyalty/referral_judge.h"
#include "loyalty/referral_rows.h"
#include "loyalty/rows.h"

namespace perennial::loyalty {
namespace {

using store::Row;
using store::Value;

constexpr size_t kMaxChain = 1'000;  // people from friend to referrer to theirs …
constexpr size_t kMaxClaimCode = 40;

// Reasons that a person's verdict may overrule are those not listed here.
constexpr std::string_view kFinal[] = {"unknown_code", "self", "claimed_before", "cycle"};

std::string code_of(const std::string& properties, const std::string& name) {
  const auto json = parse_json(properties);
  if (!json || !json->is_object() || !json->contains(name) || !(*json)[name].is_string()) return "";
  std::string code = normal_code((*json)[name].get<std::string>());
  return code.size() <= kMaxClaimCode ? code : "";
}

// The form in which values of a trait are compared; "" for what says nothing.
std::string comparable(const std::string& trait, const Json& traits) {
  if (!traits.is_object() || !traits.contains(trait)) return "";
  const Json& value = traits[trait];
  if (value.is_null() || value.is_boolean()) return "";
  if (value.is_object() && trait == "address" &&
      (!value.contains("street") || value["street"] == ""))
    return "";  // a country or a town is shared by many
  // Members sorted, so that their order makes no difference.
  const std::string text = people::normal_text(value.is_string() ? value.get<std::string>()
                                                                 : nlohmann::json(value).dump());
  std::string out;
  for (char c : text) {
    if (c == ' ' || c == ',' || c == '.') continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

class Follow {
 public:
  // `late`: events beside those of the table of facts; null when there are none.
  Follow(store::Connection& c, const Terms& terms, Instant now, const LateFacts* late = nullptr)
      : c_(c),
        terms_(terms),
        programme_(terms.programme),
        now_ms_(to_millis(now)),
        now_(now),
        late_(late) {}

  // Works everything out in memory.
  Result<void> look(std::span<const PersonId> touched);
  // Gives and takes coupons and writes what differs. Gives whom it concerns.
  Result<std::set<PersonId>> keep();
  std::vector<Referral> all() const;

 private:
  Result<void> load(std::string_view column, std::span<const int64_t> keys);
  Result<void> read_claims(std::span<const PersonId> touched);
  Result<void> find_referrers();
  void count_claims();
  Result<PersonId> edge(PersonId person, bool before);
  Result<std::vector<PersonId>> ring(PersonId person, bool before);
  Result<void> look_at_rings(std::span<const PersonId> touched);
  Result<void> find_marks();
  void judge(Referral& one);
  Result<void> qualify();
  Result<void> share();
  Result<void> settle_coupons();
  Result<void> settle_coupon(bool given, const std::string& batch, PersonId person,
                             std::string& code);
  void take_claim(std::map<int64_t, Referral>& claims, int64_t seq, PersonId person, int64_t at_ms,
                  std::string_view name, const std::string& properties) const;
  bool differs(const Referral& one) const {
    auto was = before_.find(one.claim);
    return was == before_.end() || !(was->second == one);
  }

  store::Connection& c_;
  const Terms& terms_;
  const Programme& programme_;
  int64_t now_ms_;
  Instant now_;
  const LateFacts* late_;
  std::map<int64_t, Referral> before_, rows_;  // by claim: as stored, and as it will be
  std::set<PersonId> touched_;
  std::map<PersonId, PersonId> edges_before_, edges_;  // friend → referrer; 0: nobody
  std::set<int64_t> closing_;                          // the claim of a ring that is refused
  std::map<std::pair<PersonId, PersonId>, std::pair<std::string, std::string>> marks_;
};

Result<void> Follow::load(std::string_view column, std::span<const int64_t> keys) {
  for (Referral& one : TRY(read_referrals(c_, programme_, column, keys))) {
    before_.emplace(one.claim, one);
    rows_.emplace(one.claim, std::move(one));
  }
  return {};
}

void Follow::take_claim(std::map<int64_t, Referral>& claims, int64_t seq, PersonId person,
                        int64_t at_ms, std::string_view name, const std::string& properties) const {
  const ReferralTerms* terms = terms_at(terms_.referral, at_ms);
  if (!terms || terms->claim_event != name || at_ms > now_ms_) return;
  std::string code = code_of(properties, terms->code_property);
  if (code.empty()) return;
  claims[seq] = {.claim = seq,
                 .friend_id = person,
                 .code = std::move(code),
                 .claimed_ms = at_ms,
                 .until_ms = claim_ends(*terms, programme_.zone, at_ms),
                 .revision = terms->revision};
}

Result<void> Follow::read_claims(std::span<const PersonId> touched) {
  std::set<std::string> names;
  for (const ReferralTerms& one : terms_.referral) names.insert(one.claim_event);
  const std::vector<Value> keys(touched.begin(), touched.end());
  std::map<int64_t, Referral> claims;
  for (const std::string& name : names) {
    const Value fixed = name;
    TRY(each_in(c_,
                "SELECT seq, person, at_ms, properties FROM loyalty_facts WHERE name = $1 AND "
                "person IN {}",
                std::span(&fixed, 1), keys, [&](const Row& row) -> Result<void> {
                  take_claim(claims, row.integer(0), row.integer(1), row.integer(2), name,
                             row.text(3));
                  return {};
                }));
  }
  for (const LateFact& fact : late_ ? std::span(late_->all()) : std::span<const LateFact>()) {
    if (names.contains(*fact.name) && touched_.contains(fact.person))
      take_claim(claims, fact.seq, fact.person, fact.at_ms, *fact.name, fact.properties);
  }
  std::vector<int64_t> numbers;
  for (const auto& [number, claim] : claims) numbers.push_back(number);
  TRY(load("claim", numbers));
  for (auto& [number, claim] : claims) {
    auto [known, fresh] = rows_.emplace(number, claim);
    if (fresh) continue;
    // What else is known of it stays until it is worked out.
    Referral& one = known->second;
    one.friend_id = claim.friend_id;
    one.code = std::move(claim.code);
    one.claimed_ms = claim.claimed_ms;
    one.until_ms = claim.until_ms;
    one.revision = claim.revision;
  }
  return {};
}

Result<void> Follow::find_referrers() {
  std::vector<Value> codes;
  for (const auto& [number, one] : rows_) {
    if (touched_.contains(one.friend_id)) codes.emplace_back(one.code);
  }
  std::map<std::string, PersonId> whose;
  const Value fixed = programme_.id;
  TRY(each_in(c_,
              "SELECT code, person FROM loyalty_referral_codes WHERE programme = $1 AND code IN {}",
              std::span(&fixed, 1), codes, [&](const Row& row) -> Result<void> {
                whose[row.text(0)] = row.integer(1);
                return {};
              }));
  for (auto& [number, one] : rows_) {
    if (!touched_.contains(one.friend_id)) continue;
    auto found = whose.find(one.code);
    one.referrer = found == whose.end() ? 0 : found->second;
  }
  return {};
}

// The earliest claim of a person that names somebody else is the one that counts.
void Follow::count_claims() {
  std::map<PersonId, Referral*> first;
  for (auto& [number, one] : rows_) {
    if (!touched_.contains(one.friend_id)) continue;
    one.counted = false;
    if (one.referrer == 0 || one.referrer == one.friend_id) continue;
    Referral*& best = first[one.friend_id];
    if (!best || std::pair(one.claimed_ms, one.claim) < std::pair(best->claimed_ms, best->claim))
      best = &one;
  }
  for (auto& [person, one] : first) one->counted = true;
  for (PersonId person : touched_) edges_[person] = 0;
  for (auto& [person, one] : first) edges_[person] = one->referrer;
}

Result<PersonId> Follow::edge(PersonId person, bool before) {
  auto& edges = before ? edges_before_ : edges_;
  if (auto known = edges.find(person); known != edges.end()) return known->second;
  const auto rows = TRY(c_.query(
      "SELECT referrer FROM loyalty_referrals WHERE friend = $1 AND programme = $2 AND counted = 1 "
      "ORDER BY claimed_ms, claim LIMIT 1",
      {person, programme_.id}));
  return edges[person] = rows.empty() ? 0 : rows.front().integer(0);
}

// The ring that a person is in; empty if there is none.
Result<std::vector<PersonId>> Follow::ring(PersonId person, bool before) {
  std::vector<PersonId> path = {person};
  std::set<PersonId> seen = {person};
  PersonId next = TRY(edge(person, before));
  while (next != 0 && path.size() < kMaxChain && seen.insert(next).second) {
    path.push_back(next);
    next = TRY(edge(next, before));
  }
  if (next != person) path.clear();
  return path;
}

Result<void> Follow::look_at_rings(std::span<const PersonId> touched) {
  std::set<PersonId> members;
  for (PersonId person : touched) {
    for (PersonId one : TRY(ring(person, true))) members.insert(one);
  }
  for (auto& [number, one] : std::map(rows_)) {
    if (!one.counted) continue;
    for (PersonId member : TRY(ring(one.friend_id, false))) members.insert(member);
  }
  TRY(load("friend", std::vector<int64_t>(members.begin(), members.end())));
  std::map<PersonId, const Referral*> counted;
  for (const auto& [number, one] : rows_) {
    if (one.counted) counted[one.friend_id] = &one;
  }
  for (PersonId person : members) {
    const Referral* latest = nullptr;
    for (PersonId one : TRY(ring(person, false))) {
      auto found = counted.find(one);
      if (found == counted.end()) continue;
      const Referral* claim = found->second;
      if (!latest ||
          std::pair(claim->claimed_ms, claim->claim) > std::pair(latest->claimed_ms, latest->claim))
        latest = claim;
    }
    if (latest) closing_.insert(latest->claim);
  }
  return {};
}

// What friends share with their referrers, by (referrer, friend): the reason and what shows it.
Result<void> Follow::find_marks() {
  std::map<PersonId, std::vector<PersonId>> friends;
  std::set<PersonId> all;
  for (const auto& [number, one] : rows_) {
    if (!one.counted) continue;
    friends[one.referrer].push_back(one.friend_id);
    all.insert({one.referrer, one.friend_id});
  }
  std::map<PersonId, Json> traits;
  const std::vector<PersonId> list(all.begin(), all.end());
  for (const auto& person : TRY(people::find_people(c_, list))) {
    auto parsed = parse_json(person.traits);
    if (parsed) traits[person.id] = std::move(*parsed);
  }
  for (const auto& [number, one] : rows_) {
    const ReferralTerms* terms = terms_at(terms_.referral, one.claimed_ms);
    if (!one.counted || !terms) continue;
    for (const std::string& trait : terms->traits) {
      const std::string mine = comparable(trait, traits[one.friend_id]);
      if (!mine.empty() && mine == comparable(trait, traits[one.referrer]))
        marks_[{one.referrer, one.friend_id}] = {"same_trait", trait};
    }
  }
  for (const auto& [referrer, people] : friends) {
    for (const people::SharedMark& mark : TRY(people::shared_marks(c_, referrer, people))) {
      const bool device = mark.kind == "device_id" || mark.kind == people::kSharedVisitor;
      auto& kept = marks_[{referrer, mark.other}];
      if (kept.first != "same_identifier")
        kept = {device ? "same_device" : "same_identifier", mark.kind};
    }
  }
  return {};
}

// All reasons but those that need the friend's orders.
void Follow::judge(Referral& one) {
  one.reason.clear();
  one.evidence.clear();
  if (one.referrer == 0) {
    one.reason = "unknown_code";
  } else if (one.referrer == one.friend_id) {
    one.reason = "self";
  } else if (!one.counted) {
    one.reason = "claimed_before";
  } else if (closing_.contains(one.claim)) {
    one.reason = "cycle";
  } else if (one.verdict == Verdict::kRefuse) {
    one.reason = "by_hand";
  } else if (auto mark = marks_.find({one.referrer, one.friend_id});
             mark != marks_.end() && one.verdict != Verdict::kAccept) {
    one.reason = mark->second.first;
    one.evidence = mark->second.second;
  }
}

Result<void> Follow::qualify() {
  std::set<PersonId> wanted;
  std::vector<Referral*> looked;
  for (auto& [number, one] : rows_) {
    const Referral was = one;
    judge(one);
    const bool was_refused = was.state == ReferralState::kRefused;
    if (!one.reason.empty()) {
      one.state = ReferralState::kRefused;
    } else if (touched_.contains(one.friend_id) || (was_refused && was.reason != "not_new")) {
      wanted.insert(one.friend_id);
      looked.push_back(&one);
    } else {
      one.reason = was.reason;
    }
  }
  const std::vector<PersonId> friends(wanted.begin(), wanted.end());
  std::map<PersonId, std::vector<Fact>> facts;
  for (Known& known : TRY(load_known(c_, programme_, Levels{}, friends)))
    facts[known.person] = std::move(known.facts);
  for (PersonId person : late_ ? friends : std::vector<PersonId>())
    late_->add_to(facts[person], person, Needs{});
  for (Referral* one : looked) {
    const ReferralTerms* terms = terms_at(terms_.referral, one->claimed_ms);
    const auto& known = facts[one->friend_id];
    one->state = ReferralState::kWaiting;
    one->order.clear();
    one->order_ms = one->order_minor = one->left_minor = one->changed_ms = 0;
    if (!terms) continue;
    if (terms->new_only && one->verdict != Verdict::kAccept &&
        ordered_before(*terms, one->claimed_ms, known)) {
      one->state = ReferralState::kRefused;
      one->reason = "not_new";
      continue;
    }
    const auto order = qualified(*terms, programme_.zone, one->claimed_ms, known, now_ms_);
    if (!order) continue;
    one->order = order->key;
    one->order_ms = order->at_ms;
    one->order_minor = order->amount_minor;
    one->left_minor = order->left_minor;
    one->changed_ms = order->changed_ms;
  }
  return {};
}

Result<void> Follow::share() {
  std::set<PersonId> referrers;
  for (const auto& [number, one] : rows_) {
    // Whose claims were somebody else's before a join have them together now.
    if (touched_.contains(one.referrer)) referrers.insert(one.referrer);
    if (!differs(one)) continue;
    referrers.insert(one.referrer);
    if (auto was = before_.find(number); was != before_.end())
      referrers.insert(was->second.referrer);
  }
  // Of codes that nobody has, there is nothing to share.
  referrers.erase(0);
  TRY(load("referrer", std::vector<int64_t>(referrers.begin(), referrers.end())));
  std::map<PersonId, std::vector<Referral>> by_referrer;
  for (const auto& [number, one] : rows_) by_referrer[one.referrer].push_back(one);
  for (auto& [referrer, list] : by_referrer) {
    if (referrer != 0 && !referrers.contains(referrer)) continue;
    share_out(programme_, terms_.referral, list);
    for (Referral& one : list) rows_[one.claim] = one;
  }
  return {};
}

// Gives a coupon of the batch once; what was given is taken away unless it was used, and comes back
// with the reward.
Result<void> Follow::settle_coupon(bool given, const std::string& batch, PersonId person,
                                   std::string& code) {
  if (code.empty()) {
    if (!given || batch.empty()) return {};
    const auto terms = TRY(find_terms(c_, programme_, batch));
    if (!terms || !terms->shared_code.empty()) return {};
    code = TRY(make_codes(c_, programme_, *terms, 1)).front();
    return give_code(c_, programme_, code, person, now_);
  }
  TRY(
      c_.execute("UPDATE loyalty_coupons SET max_uses = $3 WHERE programme = $1 AND code = $2 AND "
                 "uses = 0",
                 {programme_.id, code, int64_t{given}}));
  return {};
}

// Who was held out when the order qualified gets none, as no points; what was given is theirs.
Result<void> Follow::settle_coupons() {
  std::set<PersonId> people;
  for (const auto& [number, one] : rows_) {
    if (differs(one)) people.insert({one.referrer, one.friend_id});
  }
  const auto held = TRY(held_spans(c_, std::vector<PersonId>(people.begin(), people.end())));
  const auto may_have = [&](const Referral& one, PersonId person, const std::string& code) {
    const auto spans = held.find(person);
    return !code.empty() || spans == held.end() || !is_held(spans->second, one.order_ms);
  };
  for (auto& [number, one] : rows_) {
    if (!differs(one)) continue;
    const ReferralTerms* terms = terms_at(terms_.referral, one.claimed_ms);
    if (!terms) continue;
    const bool rewarded = one.state == ReferralState::kRewarded;
    TRY(settle_coupon(rewarded && may_have(one, one.friend_id, one.friend_side.code),
                      terms->friend_side.batch, one.friend_id, one.friend_side.code));
    TRY(settle_coupon(
        rewarded && one.reason.empty() && may_have(one, one.referrer, one.referrer_side.code),
        terms->referrer.batch, one.referrer, one.referrer_side.code));
  }
  return {};
}

Result<std::set<PersonId>> Follow::keep() {
  TRY(settle_coupons());
  std::set<PersonId> concerned;
  std::vector<Referral> changed;
  for (const auto& [number, one] : rows_) {
    if (!differs(one)) continue;
    changed.push_back(one);
    concerned.insert({one.referrer, one.friend_id});
    if (auto was = before_.find(number); was != before_.end())
      concerned.insert({was->second.referrer, was->second.friend_id});
  }
  TRY(write_referrals(c_, programme_, changed));
  concerned.erase(0);
  return concerned;
}

std::vector<Referral> Follow::all() const {
  std::vector<Referral> list;
  for (const auto& [number, one] : rows_) list.push_back(one);
  return list;
}

Result<void> Follow::look(std::span<const PersonId> touched) {
  touched_.insert(touched.begin(), touched.end());
  TRY(load("friend", touched));
  TRY(load("referrer", touched));
  TRY(read_claims(touched));
  if (rows_.empty()) return {};
  TRY(find_referrers());
  count_claims();
  TRY(look_at_rings(touched));
  TRY(find_marks());
  TRY(qualify());
  return share();
}

}  // namespace

Result<std::set<PersonId>> follow_referrals(store::Connection& c, const Terms& terms,
                                            std::span<const PersonId> touched, Instant now) {
  if (terms.referral.empty() || touched.empty()) return std::set<PersonId>{};
  Follow follow(c, terms, now);
  TRY(follow.look(touched));
  return follow.keep();
}

Result<std::vector<Referral>> try_referrals(store::Connection& c, const Terms& terms,
                                            const LateFacts& late, Instant now) {
  std::set<PersonId> people;
  for (const Referral& one : TRY(all_referrals(c, terms.programme)))
    people.insert({one.referrer, one.friend_id});
  std::set<std::string> names;
  for (const ReferralTerms& one : terms.referral) names.insert(one.claim_event);
  for (const std::string& name : names) {
    for (const Row& row :
         TRY(c.query("SELECT DISTINCT person FROM loyalty_facts WHERE name = $1", {name})))
      people.insert(row.integer(0));
  }
  for (const LateFact& fact : late.all()) {
    if (names.contains(*fact.name)) people.insert(fact.person);
  }
  people.erase(0);
  Follow follow(c, terms, now, &late);
  TRY(follow.look(std::vector<PersonId>(people.begin(), people.end())));
  return follow.all();
}

Result<std::set<PersonId>> judge_referral(store::Connection& c, const Terms& terms, int64_t claim,
                                          Verdict verdict, Instant now) {
  const auto found = TRY(read_referrals(c, terms.programme, "claim", std::span(&claim, 1)));
  if (found.empty()) return fail(Code::kNotFound, "there is no such referral", "referral");
  const Referral& one = found.front();
  if (verdict == Verdict::kAccept && std::ranges::find(kFinal, one.reason) != std::end(kFinal)) {
    return fail(Code::kConflict, "a claim refused for " + one.reason + " cannot be accepted",
                "verdict");
  }
  TRY(c.execute("UPDATE loyalty_referrals SET verdict = $3 WHERE programme = $1 AND claim = $2",
                {terms.programme.id, claim, static_cast<int64_t>(verdict)}));
  auto concerned = TRY(follow_referrals(c, terms, std::span(&one.friend_id, 1), now));
  concerned.insert(one.friend_id);
  return concerned;
}

}  // namespace perennial::loyalty
