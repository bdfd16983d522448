// Models of churn as JSON: in the state database, and parts of Churn of the contract.
#include <algorithm>
#include <array>

#include "value/churn.h"
#include "value/event_names.h"
#include "value/settings_json.h"

namespace perennial::value {
namespace {

constexpr std::array<ChurnLabel, 3> kLabels = {ChurnLabel::kNoOrder, ChurnLabel::kNoActivity,
                                               ChurnLabel::kContractEnded};

Json quality_json(const Quality& q) {
  Json bins = Json::array();
  for (const ReliabilityBin& bin : q.reliability)
    bins.push_back({{"people", bin.rows}, {"expected", bin.expected}, {"actual", bin.actual}});
  return {{"people", q.rows}, {"left", q.ones},
          {"auc", q.auc},     {"pr_auc", q.pr_auc},
          {"brier", q.brier}, {"base_brier", q.base_brier},
          {"lift", q.lift},   {"reliability", std::move(bins)}};
}
Quality quality_of_json(const Json& json) {
  Quality q{.rows = json.at("people"),
            .ones = json.at("left"),
            .auc = json.at("auc"),
            .pr_auc = json.at("pr_auc"),
            .brier = json.at("brier"),
            .base_brier = json.at("base_brier"),
            .lift = json.at("lift")};
  for (const Json& bin : json.at("reliability"))
    q.reliability.push_back(
        {.rows = bin.at("people"), .expected = bin.at("expected"), .actual = bin.at("actual")});
  return q;
}

Result<ChurnModel> read(const Json& json) {
  ChurnModel model{.version = json.at("version")};
  model.trained_at = TRY(parse_instant(json.at("trained_at").get<std::string>()));
  model.learned_at = TRY(parse_instant(json.at("learned_at").get<std::string>()));
  model.tested_at = TRY(parse_instant(json.at("tested_at").get<std::string>()));
  model.settings = TRY(churn_settings_from_json(json.at("settings")));
  model.classifier = TRY(classifier_from_json(json.at("classifier")));
  model.calibration = {.slope = json.at("calibration").at("slope"),
                       .shift = json.at("calibration").at("shift")};
  model.card = {.learned = json.at("card").at("learned"),
                .held_out = json.at("card").at("held_out"),
                .quality = quality_of_json(json.at("card").at("quality")),
                .plain_auc = json.at("card").at("plain_auc"),
                .trees_auc = json.at("card").at("trees_auc"),
                .faults = json.at("card").at("faults")};
  model.columns = json.at("columns").get<std::vector<std::string>>();
  model.spread = json.at("spread").get<std::vector<std::vector<double>>>();
  model.importance = json.at("importance").get<std::vector<double>>();
  return model;
}

}  // namespace

Json to_json(const ChurnSettings& settings) {
  return {{"label", label_name(settings.label)},   {"horizon_days", settings.horizon_days},
          {"activity", settings.activity},         {"contract_ended", settings.contract_ended},
          {"retrain_days", settings.retrain_days}, {"scheduled", settings.scheduled}};
}

Result<ChurnSettings> churn_settings_from_json(const Json& json) {
  TRY(only_settings(json, to_json(ChurnSettings{})));
  ChurnSettings settings;
  const std::string label =
      TRY(json_string_or(json, "label", std::string(label_name(settings.label))));
  const auto meant = std::ranges::find(kLabels, label, label_name);
  if (meant == kLabels.end())
    return fail(Code::kInvalid, "must be no_order, no_activity or contract_ended", "label");
  settings.label = *meant;
  settings.activity = TRY(event_names_from_json(json, "activity", settings.activity));
  settings.contract_ended =
      TRY(event_names_from_json(json, "contract_ended", settings.contract_ended));
  settings.horizon_days =
      TRY(whole_in(json, "horizon_days", settings.horizon_days, kMinHorizonDays, kMaxHorizonDays));
  settings.retrain_days = TRY(whole_in(json, "retrain_days", settings.retrain_days, 1, 365));
  settings.scheduled = TRY(json_bool_or(json, "scheduled", settings.scheduled));
  return settings;
}

Result<Json> to_json(const ChurnModel& model) {
  Json classifier = TRY(model.classifier->json());
  return Json{
      {"version", model.version},
      {"trained_at", format_instant(model.trained_at)},
      {"learned_at", format_instant(model.learned_at)},
      {"tested_at", format_instant(model.tested_at)},
      {"settings", to_json(model.settings)},
      {"kind", model.classifier->kind()},
      {"classifier", std::move(classifier)},
      {"calibration", {{"slope", model.calibration.slope}, {"shift", model.calibration.shift}}},
      {"card",
       {{"learned", model.card.learned},
        {"held_out", model.card.held_out},
        {"quality", quality_json(model.card.quality)},
        {"plain_auc", model.card.plain_auc},
        {"trees_auc", model.card.trees_auc},
        {"faults", model.card.faults}}},
      {"columns", model.columns},
      {"spread", model.spread},
      {"importance", model.importance}};
}

Result<ChurnModel> churn_model_from_json(const Json& json) {
  try {
    return read(json);
  } catch (const Json::exception& e) {
    return fail(Code::kInternal, std::string("a stored model cannot be read: ") + e.what(),
                "value_models", "train the model again");
  }
}

}  // namespace perennial::value
