#include "value/value_rules.h"

#include <algorithm>

#include "value/groups.h"

namespace perennial::value {
namespace {

constexpr int kMaxDays = 3'650;
constexpr int64_t kMaxCut = 1'000'000'000'000;

Result<Json> part(const Json& json, const char* name, const Json& defaults) {
  if (!json.contains(name) || json.at(name).is_null()) return Json::object();
  const Json& given = json.at(name);
  if (!given.is_object()) return fail(Code::kInvalid, "must be an object", name);
  for (const auto& [member, value] : given.items()) {
    if (!defaults.contains(member))
      return fail(Code::kInvalid, "is no rule", std::string(name) + "." + member);
  }
  return given;
}

Result<double> number(const Json& json, const char* name, double fallback, double low, double high,
                      bool whole) {
  if (!json.contains(name)) return fallback;
  const Json& given = json.at(name);
  const bool fits = given.is_number() && (!whole || given.is_number_integer());
  if (!fits || given.get<double>() < low || given.get<double>() > high)
    return fail(Code::kInvalid,
                std::string("must be a ") + (whole ? "whole " : "") + "number from " +
                    std::to_string(static_cast<int>(low)) + " to " +
                    std::to_string(static_cast<int>(high)),
                std::string("stages.") + name);
  return given.get<double>();
}

Json stages_json(const StageRules& rules) {
  return {
      {"new_days", rules.new_days},           {"loyal_orders", rules.loyal_orders},
      {"silent_days", rules.silent_days},     {"churned_days", rules.churned_days},
      {"rhythm_orders", rules.rhythm_orders}, {"silent_gaps", rules.silent_gaps},
      {"churned_gaps", rules.churned_gaps},   {"max_churned_days", rules.max_churned_days},
      {"prior_gaps", rules.prior_gaps},       {"gap_groups", grouping_name(rules.gap_groups.by)},
      {"gap_segments", rules.gap_groups.sets}};
}

Result<StageRules> stages_of(const Json& json) {
  StageRules rules;
  const Json given = TRY(part(json, "stages", stages_json(rules)));
  const auto days = [&](const char* name, int& into, int low) -> Result<void> {
    into = static_cast<int>(TRY(number(given, name, into, low, kMaxDays, true)));
    return {};
  };
  TRY(days("new_days", rules.new_days, 0));
  TRY(days("loyal_orders", rules.loyal_orders, 1));
  TRY(days("silent_days", rules.silent_days, 1));
  TRY(days("churned_days", rules.churned_days, 1));
  TRY(days("rhythm_orders", rules.rhythm_orders, 2));
  TRY(days("max_churned_days", rules.max_churned_days, 1));
  rules.silent_gaps = TRY(number(given, "silent_gaps", rules.silent_gaps, 1, 100, false));
  rules.churned_gaps = TRY(number(given, "churned_gaps", rules.churned_gaps, 1, 100, false));
  rules.prior_gaps = TRY(number(given, "prior_gaps", rules.prior_gaps, 0, 100, false));
  rules.gap_groups =
      TRY(group_choice_from_json(given, "gap_groups", "gap_segments", "stages.", rules.gap_groups));
  for (const std::string& set : rules.gap_groups.sets) {
    // Other sets may be made of stages, which would then be made of themselves.
    if (!set.starts_with("segment:"))
      return fail(Code::kInvalid, "must be saved segments: segment:ID", "stages.gap_segments");
  }
  if (rules.churned_days < rules.silent_days)
    return fail(Code::kInvalid, "must not be below silent_days", "stages.churned_days");
  if (rules.churned_gaps < rules.silent_gaps)
    return fail(Code::kInvalid, "must not be below silent_gaps", "stages.churned_gaps");
  return rules;
}

// Four limits of the scores 2 to 5, each further than the one before.
Result<std::array<int64_t, 4>> limits(const Json& given, const char* name, bool falling) {
  const std::string where = std::string("cuts.") + name;
  std::array<int64_t, 4> cuts{};
  if (!given.contains(name) || !given.at(name).is_array() || given.at(name).size() != cuts.size())
    return fail(Code::kInvalid, "must be four numbers, the limits of the scores 2 to 5", where);
  for (size_t k = 0; k < cuts.size(); ++k) {
    const Json& one = given.at(name).at(k);
    if (!one.is_number_integer() || one < 0 || one > kMaxCut)
      return fail(Code::kInvalid, "must be whole numbers from 0 on", where);
    cuts[k] = one;
    const bool further = k == 0 || (falling ? cuts[k] < cuts[k - 1] : cuts[k] > cuts[k - 1]);
    if (!further)
      return fail(Code::kInvalid, falling ? "must fall: fewer days score more" : "must rise",
                  where);
  }
  return cuts;
}

}  // namespace

Json to_json(const ValueRules& rules) {
  Json cuts = nullptr;
  if (rules.cuts)
    cuts = {{"recency_days", rules.cuts->recency_days},
            {"frequency", rules.cuts->frequency},
            {"monetary_minor", rules.cuts->monetary_minor}};
  return {{"stages", stages_json(rules.stages)}, {"cuts", std::move(cuts)}};
}

Result<ValueRules> value_rules_from_json(const Json& json) {
  if (!json.is_object()) return fail(Code::kInvalid, "must be an object");
  for (const auto& [name, value] : json.items()) {
    if (name != "stages" && name != "cuts") return fail(Code::kInvalid, "is no rule", name);
  }
  ValueRules rules;
  rules.stages = TRY(stages_of(json));
  if (!json.contains("cuts") || json.at("cuts").is_null()) return rules;
  const Json names = {{"recency_days", 0}, {"frequency", 0}, {"monetary_minor", 0}};
  const Json given = TRY(part(json, "cuts", names));
  RfmCuts cuts;
  cuts.recency_days = TRY(limits(given, "recency_days", true));
  cuts.frequency = TRY(limits(given, "frequency", false));
  cuts.monetary_minor = TRY(limits(given, "monetary_minor", false));
  rules.cuts = cuts;
  return rules;
}

}  // namespace perennial::value
