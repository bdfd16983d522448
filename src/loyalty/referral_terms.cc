// The terms of referral as JSON and in the database, and the codes of members.
#include <algorithm>

#include "loyalty/fields.h"
#include "loyalty/referral.h"

namespace perennial::loyalty {
namespace {

using store::Value;

constexpr size_t kCodeSymbols = 8;  // and the check: 31^8 codes of a programme
constexpr int kCodeTries = 5;
constexpr std::string_view kPlaceholder = "{code}";

std::unexpected<Error> bad(std::string message, std::string where) {
  return fail(Code::kInvalid, std::move(message), std::move(where));
}

Result<ReferralReward> read_reward(const Json& json, const std::string& field) {
  ReferralReward reward;
  if (!json.contains(field) || json[field].is_null()) return reward;
  const Json& one = json[field];
  if (!one.is_object()) return bad("is an object", field);
  if (one.contains("points") && !one["points"].is_null()) {
    auto points = amount_from_json(one["points"]);
    if (!points) return bad(points.error().message, field + ".points." + points.error().where);
    reward.points = std::move(*points);
  }
  const auto text = [&](const char* name) -> Result<std::string> {
    auto word = read_text(one, name, kMaxWordBytes, false);
    if (!word) return bad(word.error().message, field + "." + name);
    return word;
  };
  reward.currency = TRY(text("currency"));
  reward.batch = TRY(text("batch"));
  return reward;
}

Json reward_json(const ReferralReward& reward) {
  return {{"points", reward.points ? to_json(*reward.points) : Json()},
          {"currency", reward.currency},
          {"batch", reward.batch}};
}

Result<std::vector<std::string>> read_traits(const Json& json) {
  std::vector<std::string> traits;
  if (!json.contains("traits") || json["traits"].is_null()) return traits;
  const Json& list = json["traits"];
  if (!list.is_array() || list.size() > kMaxReferralTraits)
    return bad("is a list of at most 10 names of traits", "traits");
  for (const Json& one : list) {
    if (!one.is_string() || one.get<std::string>().empty() ||
        one.get<std::string>().size() > kMaxNameBytes || !is_storable_text(one.get<std::string>()))
      return bad("is a list of at most 10 names of traits", "traits");
    traits.push_back(one.get<std::string>());
  }
  return traits;
}

Result<std::string> read_link(const Json& json) {
  std::string link = TRY(read_text(json, "link", kMaxReferralLinkBytes, false));
  if (link.empty()) return link;
  const bool web = link.starts_with("https://") || link.starts_with("http://");
  if (!web || link.find(kPlaceholder) == link.npos)
    return bad("is an address with {code} in it, or nothing", "link");
  return link;
}

Result<void> check_reward(store::Connection& c, const Programme& programme,
                          const ReferralReward& reward, const std::string& field) {
  if (!reward.currency.empty() && !programme.find(reward.currency))
    return bad("the programme has no such currency", field + ".currency");
  if (reward.batch.empty()) return {};
  const auto batch = TRY(find_terms(c, programme, reward.batch));
  if (!batch) return fail(Code::kNotFound, "there is no such batch", field + ".batch");
  if (!batch->shared_code.empty())
    return bad("the batch has one code for everybody", field + ".batch");
  return {};
}

}  // namespace

Result<ReferralTerms> referral_from_json(const Json& json, const Zone& zone) {
  if (!json.is_object()) return bad("the terms are an object", "");
  ReferralTerms terms;
  terms.revision = TRY(json_integer_or(json, "revision", 0));
  terms.enabled = TRY(json_bool_or(json, "enabled", true));
  if (json.contains("from") && !json["from"].is_null()) {
    const auto from = parse_instant(TRY(json_string(json, "from")), zone);
    if (!from) return bad(from.error().message, "from");
    terms.from_ms = to_millis(*from);
  }
  terms.claim_event = TRY(read_name(json, "claim_event"));
  terms.code_property = TRY(read_name(json, "code_property"));
  terms.event = TRY(read_name(json, "event"));
  if (terms.event == people::kOrderRefunded || terms.event == people::kOrderLine)
    return bad("is an event by which somebody buys", "event");
  terms.min_minor = TRY(read_bounded(json, "min_minor", 0, kMaxPoints));
  terms.within_days = TRY(read_bounded(json, "within_days", 0, kMaxReferralDays));
  terms.delay_days = TRY(read_bounded(json, "delay_days", 0, kMaxReferralDays));
  terms.new_only = TRY(json_bool_or(json, "new_only", true));
  terms.traits = TRY(read_traits(json));
  terms.max_times = TRY(read_bounded(json, "max_times", 0, kMaxPoints));
  terms.every = TRY(read_every(json, "every"));
  terms.link = TRY(read_link(json));
  terms.referrer = TRY(read_reward(json, "referrer"));
  terms.friend_side = TRY(read_reward(json, "friend"));
  return terms;
}

Json to_json(const ReferralTerms& terms) {
  return {{"revision", terms.revision},
          {"enabled", terms.enabled},
          {"from",
           terms.from_ms == INT64_MIN ? Json() : Json(format_instant(from_millis(terms.from_ms)))},
          {"claim_event", terms.claim_event},
          {"code_property", terms.code_property},
          {"event", terms.event},
          {"min_minor", terms.min_minor},
          {"within_days", terms.within_days},
          {"delay_days", terms.delay_days},
          {"new_only", terms.new_only},
          {"traits", terms.traits},
          {"max_times", terms.max_times},
          {"every", every_name(terms.every)},
          {"link", terms.link},
          {"referrer", reward_json(terms.referrer)},
          {"friend", reward_json(terms.friend_side)}};
}

// Both sides get 1 point per ¥1 of the friend's first order: twice what the order itself earns.
Json preset_referral() {
  const Json per_yuan = {{"kind", "per_money"}, {"points", 1}, {"per_minor", 100}};
  return {{"enabled", true},
          {"claim_event", "Signed Up"},
          {"code_property", "referral_code"},
          {"event", people::kOrderCompleted},
          {"min_minor", 5'000},
          {"within_days", 30},
          {"delay_days", 14},
          {"new_only", true},
          {"traits", {"address", "card_hash"}},
          {"max_times", 10},
          {"every", "month"},
          {"link", ""},
          {"referrer", {{"points", per_yuan}, {"currency", ""}, {"batch", ""}}},
          {"friend", {{"points", per_yuan}, {"currency", ""}, {"batch", ""}}}};
}

Result<std::vector<ReferralTerms>> referral_versions(store::Connection& c,
                                                     const Programme& programme) {
  std::vector<ReferralTerms> versions;
  for (const auto& row :
       TRY(c.query("SELECT definition, revision, from_ms FROM loyalty_referral_terms WHERE "
                   "programme = $1 ORDER BY revision",
                   {programme.id}))) {
    ReferralTerms terms = TRY(referral_from_json(TRY(parse_json(row.text(0))), programme.zone));
    terms.revision = row.integer(1);
    terms.from_ms = row.integer(2);
    versions.push_back(std::move(terms));
  }
  return versions;
}

const ReferralTerms* terms_at(const std::vector<ReferralTerms>& versions, int64_t claimed_ms) {
  // A newer version may reach back before the older one began: then it replaces it.
  const ReferralTerms* found = nullptr;
  for (const ReferralTerms& one : versions) {
    if (one.from_ms <= claimed_ms) found = &one;
  }
  return found && found->enabled ? found : nullptr;
}

Result<ReferralTerms> save_referral(store::Connection& c, const Programme& programme,
                                    ReferralTerms terms, std::string_view by, Instant now) {
  const auto versions = TRY(referral_versions(c, programme));
  if ((versions.empty() ? 0 : versions.back().revision) != terms.revision) {
    return fail(Code::kConflict, "the terms were changed meanwhile", "revision",
                "read them again and repeat the change");
  }
  TRY(check_reward(c, programme, terms.referrer, "referrer"));
  TRY(check_reward(c, programme, terms.friend_side, "friend"));
  if (terms.from_ms == INT64_MIN) terms.from_ms = to_millis(now);
  ++terms.revision;
  TRY(
      c.execute("INSERT INTO loyalty_referral_terms (programme, revision, definition, from_ms, "
                "created_by, created_ms) VALUES ($1, $2, $3, $4, $5, $6)",
                {programme.id, terms.revision, to_text(to_json(terms)), terms.from_ms,
                 std::string(by), to_millis(now)}));
  return terms;
}

Result<std::string> find_referral_code(store::Connection& c, const Programme& programme,
                                       PersonId person) {
  // Somebody who was two people once has two; both work, and the older one is shown.
  const auto rows = TRY(c.query(
      "SELECT code FROM loyalty_referral_codes WHERE person = $1 AND programme = $2 ORDER BY "
      "made_ms, code LIMIT 1",
      {person, programme.id}));
  return rows.empty() ? "" : rows.front().text(0);
}

Result<std::string> referral_code(store::Connection& c, const Programme& programme, PersonId person,
                                  Instant now) {
  std::string known = TRY(find_referral_code(c, programme, person));
  if (!known.empty()) return known;
  for (int attempt = 0; attempt < kCodeTries; ++attempt) {
    std::string code = new_code(kCodeSymbols);
    const int64_t written =
        TRY(c.execute("INSERT INTO loyalty_referral_codes (programme, code, person, made_ms) "
                      "VALUES ($1, $2, $3, $4) ON CONFLICT (programme, code) DO NOTHING",
                      {programme.id, code, person, to_millis(now)}));
    if (written == 1) return code;
  }
  return fail(Code::kInternal, "no free code was found");
}

std::string referral_link(const ReferralTerms& terms, std::string_view code) {
  const size_t at = terms.link.find(kPlaceholder);
  if (at == std::string::npos || code.empty()) return "";
  std::string link = terms.link;
  return link.replace(at, kPlaceholder.size(), code);
}

Result<void> merge_referrals(store::Connection& c, PersonId from, PersonId into) {
  TRY(c.execute("UPDATE loyalty_referrals SET friend = $2 WHERE friend = $1", {from, into}));
  TRY(c.execute("UPDATE loyalty_referrals SET referrer = $2 WHERE referrer = $1", {from, into}));
  return {};
}

// Whose friend somebody is follows from the events of the claims.
Result<void> split_referrals(store::Connection& c, PersonId from, PersonId into) {
  TRY(
      c.execute("UPDATE loyalty_referrals SET referrer = $2 WHERE referrer = $1 AND EXISTS ("
                "SELECT 1 FROM loyalty_referral_codes k WHERE k.programme = "
                "loyalty_referrals.programme AND k.code = loyalty_referrals.code AND "
                "k.person = $2)",
                {from, into}));
  return {};
}

}  // namespace perennial::loyalty
