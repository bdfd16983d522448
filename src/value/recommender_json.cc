// Cards of recommendations and their settings as JSON: in the state database, and parts of
// Recommendations of the contract.
#include "value/recommender_check.h"
#include "value/settings_json.h"

namespace perennial::value {
namespace {

Json way_json(const WayCheck& check) {
  return {{"way", way_name(check.way)},   {"ndcg", check.ndcg}, {"recall", check.recall},
          {"coverage", check.coverage},   {"more", check.more}, {"more_low", check.more_low},
          {"more_high", check.more_high}, {"wins", check.wins}, {"reach", check.reach},
          {"weight", check.weight}};
}

Json ways_json(const std::vector<WayCheck>& ways) {
  Json rows = Json::array();
  for (const WayCheck& check : ways) rows.push_back(way_json(check));
  return rows;
}

Way way_of(const Json& json) {
  return parse_way(json.get_ref<const std::string&>()).value_or(Way::kPopular);
}

// Cards from before say nothing of weights: one way was used alone.
Mix mix_of(const PeopleCheck& check, bool weighed) {
  if (!weighed) return Mix::only(check.used);
  Mix mix;
  for (const WayCheck& one : check.ways) {
    if (one.way != Way::kBlend) mix.of(one.way) = static_cast<float>(one.weight);
  }
  return mix;
}

PeopleCheck people_check(const Json& json) {
  PeopleCheck check{.checked = json.at("checked"), .used = way_of(json.at("used"))};
  for (const Json& one : json.at("ways"))
    check.ways.push_back({.way = way_of(one.at("way")),
                          .ndcg = one.at("ndcg"),
                          .recall = one.at("recall"),
                          .coverage = one.at("coverage"),
                          .more = one.at("more"),
                          .more_low = one.at("more_low"),
                          .more_high = one.at("more_high"),
                          .wins = one.at("wins"),
                          .reach = one.value("reach", 1.0),
                          .weight = one.value("weight", 0.0)});
  return check;
}

Result<RecommenderModel> read(const Json& json) {
  RecommenderModel model{.version = json.at("version")};
  model.trained_at = TRY(parse_instant(json.at("trained_at").get<std::string>()));
  model.cut = TRY(parse_instant(json.at("cut").get<std::string>()));
  model.to = TRY(parse_instant(json.at("to").get<std::string>()));
  model.settings = TRY(recommender_settings_from_json(json.at("settings")));
  model.people = json.at("people");
  model.items = json.at("items");
  model.all = people_check(json);
  const bool weighed = json.contains("newcomers");
  // Countries were groups then, and are places now.
  if (!weighed && model.all.used == Way::kPopularIn &&
      model.settings.groups.by == Grouping::kCountry)
    model.all.used = Way::kPlace;
  if (weighed) model.newcomers = people_check(json.at("newcomers"));
  model.blend.known = mix_of(model.all, weighed);
  model.blend.newcomers =
      model.newcomers.ways.empty() ? model.blend.known : mix_of(model.newcomers, true);
  model.faults = json.at("faults");
  return model;
}

}  // namespace

Json to_json(const RecommenderSettings& settings) {
  return {{"repeat", settings.repeat},
          {"per_category", settings.per_category},
          {"popular_groups", grouping_name(settings.groups.by)},
          {"popular_segments", settings.groups.sets},
          {"interest_trait", settings.interest_trait},
          {"test_days", settings.test_days},
          {"factors", settings.factors},
          {"retrain_days", settings.retrain_days},
          {"scheduled", settings.scheduled}};
}

Result<RecommenderSettings> recommender_settings_from_json(const Json& json) {
  RecommenderSettings settings;
  TRY(only_settings(json, to_json(settings)));
  settings.repeat = TRY(json_bool_or(json, "repeat", settings.repeat));
  settings.per_category =
      static_cast<size_t>(TRY(whole_in(json, "per_category", 3, 0, kMaxRecommended)));
  settings.groups =
      TRY(group_choice_from_json(json, "popular_groups", "popular_segments", "", settings.groups));
  if (settings.groups.by == Grouping::kTier)
    return fail(Code::kInvalid, "must be all, country or sets", "popular_groups",
                "take sets, and tier:high, tier:middle, tier:low as the sets");
  settings.interest_trait = TRY(json_string_or(json, "interest_trait", settings.interest_trait));
  if (settings.interest_trait.size() > kMaxTraitName)
    return fail(Code::kInvalid, "is longer than " + std::to_string(kMaxTraitName) + " bytes",
                "interest_trait");
  settings.test_days =
      static_cast<int>(TRY(whole_in(json, "test_days", settings.test_days, 7, 180)));
  settings.factors = static_cast<size_t>(TRY(whole_in(json, "factors", 64, 8, kMaxFactors)));
  settings.retrain_days = static_cast<int>(TRY(whole_in(json, "retrain_days", 1, 1, 365)));
  settings.scheduled = TRY(json_bool_or(json, "scheduled", settings.scheduled));
  return settings;
}

Json to_json(const RecommenderModel& model) {
  return {{"version", model.version},
          {"trained_at", format_instant(model.trained_at)},
          {"cut", format_instant(model.cut)},
          {"to", format_instant(model.to)},
          {"settings", to_json(model.settings)},
          {"people", model.people},
          {"items", model.items},
          {"checked", model.all.checked},
          {"ways", ways_json(model.all.ways)},
          {"used", way_name(model.all.used)},
          {"newcomers",
           {{"checked", model.newcomers.checked},
            {"ways", ways_json(model.newcomers.ways)},
            {"used", way_name(model.newcomers.used)}}},
          {"faults", model.faults}};
}

Result<RecommenderModel> recommender_model_from_json(const Json& json) {
  try {
    return read(json);
  } catch (const Json::exception& e) {
    return fail(Code::kInternal, std::string("a stored model cannot be read: ") + e.what(),
                "value_models", "train the model again");
  }
}

}  // namespace perennial::value
