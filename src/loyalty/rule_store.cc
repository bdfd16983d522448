// Rules and levels in the database. A version of a rule is never changed.
#include <algorithm>

#include "loyalty/assess.h"
#include "segments/segments.h"

namespace perennial::loyalty {

void set_spans(std::vector<Rule>& versions) {
  std::ranges::sort(versions, {}, [](const Rule& rule) { return std::tie(rule.id, rule.version); });
  for (size_t i = 0; i + 1 < versions.size(); ++i) {
    // A newer version may reach back before the older one began: then it replaces it.
    for (size_t k = i + 1; k < versions.size() && versions[k].id == versions[i].id; ++k)
      versions[i].to_ms = std::min(versions[i].to_ms, versions[k].from_ms);
  }
}

Result<std::vector<Rule>> all_versions(store::Connection& c, const Programme& programme) {
  std::vector<Rule> versions;
  for (const auto& row :
       TRY(c.query("SELECT definition, version, from_ms FROM loyalty_rules WHERE programme = $1 "
                   "ORDER BY id, version",
                   {programme.id}))) {
    Rule rule = TRY(rule_from_json(TRY(parse_json(row.text(0)))));
    rule.version = row.integer(1);
    rule.from_ms = row.integer(2);
    versions.push_back(std::move(rule));
  }
  set_spans(versions);
  return versions;
}

std::vector<Rule> newest(const std::vector<Rule>& versions) {
  std::vector<Rule> rules;
  for (const Rule& rule : versions) {
    if (!rules.empty() && rules.back().id == rule.id) {
      rules.back() = rule;
    } else {
      rules.push_back(rule);
    }
  }
  return rules;
}

Result<Rule> save_rule(store::Connection& c, const Programme& programme, Rule rule,
                       std::string_view by, Instant now) {
  const auto rules = newest(TRY(all_versions(c, programme)));
  auto known = std::ranges::find(rules, rule.id, &Rule::id);
  if ((known == rules.end() ? 0 : known->version) != rule.version) {
    return fail(Code::kConflict, "the rule was changed meanwhile", "version",
                "read it again and repeat the change");
  }
  if (known == rules.end() && rules.size() >= kMaxRules)
    return fail(Code::kTooLarge, "there are 200 rules already", "id");
  if (!rule.currency.empty() && !programme.find(rule.currency))
    return fail(Code::kInvalid, "the programme has no such currency", "currency");
  if (rule.from_ms == INT64_MIN) rule.from_ms = to_millis(now);
  ++rule.version;
  TRY(
      c.execute("INSERT INTO loyalty_rules (programme, id, version, definition, from_ms, "
                "created_by, created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                {programme.id, rule.id, rule.version, to_text(to_json(rule)), rule.from_ms,
                 std::string(by), to_millis(now)}));
  return rule;
}

Result<Levels> find_levels(store::Connection& c, const Programme& programme) {
  const auto row =
      TRY(c.query_one("SELECT definition, revision FROM loyalty_level_sets "
                      "WHERE programme = $1",
                      {programme.id}));
  if (!row) return Levels{};
  Levels levels = TRY(levels_from_json(TRY(parse_json(row->text(0)))));
  levels.revision = row->integer(1);
  return levels;
}

Result<Levels> save_levels(store::Connection& c, const Programme& programme, Levels levels) {
  const Levels before = TRY(find_levels(c, programme));
  if (before.revision != levels.revision) {
    return fail(Code::kConflict, "the levels were changed meanwhile", "revision",
                "read them again and repeat the change");
  }
  if (!levels.currency.empty() && !programme.find(levels.currency))
    return fail(Code::kInvalid, "the programme has no such currency", "currency");
  ++levels.revision;
  TRY(
      c.execute("INSERT INTO loyalty_level_sets (programme, definition, revision) "
                "VALUES ($1, $2, $3) ON CONFLICT (programme) DO UPDATE SET "
                "definition = excluded.definition, revision = excluded.revision",
                {programme.id, to_text(to_json(levels)), levels.revision}));
  return levels;
}

Result<Terms> terms_of(store::Connection& c, const Programme& programme) {
  std::vector<Rule> rules = TRY(all_versions(c, programme));
  Levels levels = TRY(find_levels(c, programme));
  std::vector<ReferralTerms> referrals = TRY(referral_versions(c, programme));
  return Terms{programme, std::move(rules), std::move(levels), std::move(referrals)};
}

Result<std::vector<Terms>> all_terms(store::Connection& c) {
  std::vector<Terms> all;
  for (const Programme& programme : TRY(list_programmes(c))) {
    if (programme.takes_events) all.push_back(TRY(terms_of(c, programme)));
  }
  return all;
}

std::set<std::string, std::less<>> event_names(const std::vector<Terms>& terms) {
  std::set<std::string, std::less<>> names;
  for (const Terms& one : terms) {
    for (const Rule& rule : one.rules) {
      if (!rule.event.empty()) names.insert(rule.event);
      if (!rule.makeup_event.empty()) names.insert(rule.makeup_event);
      for (const Task& task : rule.tasks) names.insert(task.event);
      for (const Multiplier& one : rule.multipliers) {
        if (one.kind != Multiplier::Kind::kSegment) continue;
        names.insert(std::string(segments::kEntered));
        names.insert(std::string(segments::kLeft));
      }
    }
    for (const ReferralTerms& referral : one.referral) {
      names.insert(referral.claim_event);
      names.insert(referral.event);
    }
  }
  return names;
}

}  // namespace perennial::loyalty
