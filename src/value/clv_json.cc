// Models of lifetime value as JSON: in the state database, and parts of Clv of the contract.
#include <cmath>

#include "value/clv.h"
#include "value/settings_json.h"

namespace perennial::value {
namespace {

Json rows_json(const std::vector<CardRow>& rows) {
  Json list = Json::array();
  for (const CardRow& row : rows)
    list.push_back({{"people", row.people}, {"expected", row.expected}, {"actual", row.actual}});
  return list;
}
std::vector<CardRow> rows_of(const Json& list) {
  std::vector<CardRow> rows;
  for (const Json& row : list)
    rows.push_back(
        {.people = row.at("people"), .expected = row.at("expected"), .actual = row.at("actual")});
  return rows;
}

Json fit_json(const Fit& fit, std::span<const std::string_view> names) {
  Json parameters = Json::array();
  for (size_t i = 0; i < fit.parameters.size(); ++i) {
    auto error = fit.standard_errors[i];
    parameters.push_back({{"name", names[i]},
                          {"value", fit.parameters[i]},
                          {"standard_error", error ? Json(*error) : Json(nullptr)}});
  }
  return {{"parameters", std::move(parameters)},
          {"log_likelihood", fit.log_likelihood},
          {"certainty", certainty_name(fit.certainty)}};
}
Fit fit_of(const Json& json) {
  Fit fit{.log_likelihood = json.at("log_likelihood")};
  if (json.at("certainty") == certainty_name(Certainty::kHeld)) fit.certainty = Certainty::kHeld;
  for (const Json& parameter : json.at("parameters")) {
    fit.parameters.push_back(parameter.at("value"));
    const Json& error = parameter.at("standard_error");
    fit.standard_errors.push_back(error.is_null() ? std::nullopt
                                                  : std::optional(error.get<double>()));
  }
  return fit;
}

Instant instant_of(const Json& json, const char* member) {
  return parse_instant(json.at(member).get<std::string>()).value_or(Instant{});
}

// What this program has written itself: anything else is damage.
template <class Read>
auto reading(Read read) -> Result<decltype(read())> {
  try {
    return read();
  } catch (const Json::exception& e) {
    return fail(Code::kInternal, std::string("a stored model cannot be read: ") + e.what(),
                "value_models", "train the model again");
  }
}

Card read_card(const Json& json) {
  Card card{.model = parse_model(json.at("model").get<std::string>()).value_or(PurchaseModel{}),
            .opportunity_days = json.value("opportunity_days", 0),
            .from = instant_of(json, "from"),
            .split = instant_of(json, "split"),
            .to = instant_of(json, "to"),
            .customers = json.at("customers"),
            .expected = json.at("expected"),
            .actual = json.at("actual"),
            .error = json.at("error"),
            .naive_error = json.at("naive_error"),
            .parameters = json.at("parameters"),
            .by_repeats = rows_of(json.at("by_repeats")),
            .calibration = rows_of(json.at("calibration")),
            .faults = json.at("faults")};
  for (const Json& week : json.at("tracking"))
    card.tracking.push_back({.week_end = instant_of(week, "week_end"),
                             .expected = week.at("expected"),
                             .actual = week.at("actual")});
  return card;
}

constexpr std::array<std::string_view, 3> kSpendNames = {"p", "q", "gamma"};

}  // namespace

Json to_json(const ClvSettings& settings) {
  return {{"model", settings.model ? Json(model_name(*settings.model)) : Json("best")},
          {"opportunity_days", settings.opportunity_days},
          {"horizon_months", settings.horizon_months},
          {"margin", settings.margin},
          {"discount_rate", settings.discount_rate},
          {"retrain_days", settings.retrain_days},
          {"scheduled", settings.scheduled}};
}

Result<ClvSettings> clv_settings_from_json(const Json& json) {
  TRY(only_settings(json, to_json(ClvSettings{})));
  ClvSettings settings;
  const std::string model = TRY(json_string_or(json, "model", "best"));
  settings.model = parse_model(model);
  if (model != "best" && !settings.model)
    return fail(Code::kInvalid, "no such model", "model",
                "best, bg_nbd, mbg_nbd, pareto_nbd or bg_bb");
  settings.opportunity_days =
      TRY(whole_in(json, "opportunity_days", settings.opportunity_days, 0, kMaxOpportunityDays));
  const bool too_close =
      settings.opportunity_days > 0 && settings.opportunity_days < kMinOpportunityDays;
  if (too_close || (settings.model == PurchaseModel::kBgBb && settings.opportunity_days == 0))
    return fail(Code::kInvalid, "BG/BB needs the days between opportunities to buy",
                "opportunity_days", "7 at least; 365 where there is one a year");
  auto part = [&](const char* name, double fallback) -> Result<double> {
    if (!json.contains(name)) return fallback;
    const Json& value = json.at(name);
    if (!value.is_number() || !(value >= 0.0 && value <= 1.0))
      return fail(Code::kInvalid, "must be a number from 0 to 1", name, "0.25 is a quarter");
    return value.get<double>();
  };
  settings.horizon_months = TRY(whole_in(json, "horizon_months", settings.horizon_months,
                                         kMinHorizonMonths, kMaxHorizonMonths));
  settings.retrain_days =
      TRY(whole_in(json, "retrain_days", settings.retrain_days, kMinRetrainDays, kMaxRetrainDays));
  settings.margin = TRY(part("margin", settings.margin));
  settings.discount_rate = TRY(part("discount_rate", settings.discount_rate));
  settings.scheduled = TRY(json_bool_or(json, "scheduled", settings.scheduled));
  return settings;
}

Json to_json(const Card& card) {
  Json tracking = Json::array();
  for (const Track& week : card.tracking)
    tracking.push_back({{"week_end", format_instant(week.week_end)},
                        {"expected", week.expected},
                        {"actual", week.actual}});
  return {{"model", model_name(card.model)},
          {"opportunity_days", card.opportunity_days},
          {"from", format_instant(card.from)},
          {"split", format_instant(card.split)},
          {"to", format_instant(card.to)},
          {"customers", card.customers},
          {"expected", card.expected},
          {"actual", card.actual},
          {"error", card.error},
          {"naive_error", card.naive_error},
          {"parameters", card.parameters},
          {"by_repeats", rows_json(card.by_repeats)},
          {"calibration", rows_json(card.calibration)},
          {"tracking", std::move(tracking)},
          {"faults", card.faults}};
}

Result<Card> card_from_json(const Json& json) {
  return reading([&] { return read_card(json); });
}

Json to_json(const ClvModel& model) {
  Json compared = Json::array();
  for (const Card& card : model.compared) compared.push_back(to_json(card));
  return {{"version", model.version},
          {"model", model_name(model.model)},
          {"as_of", format_instant(model.as_of)},
          {"trained_at", format_instant(model.trained_at)},
          {"customers", model.customers},
          {"settings", to_json(model.settings)},
          {"purchases", fit_json(model.purchases, parameter_names(model.model))},
          {"spend", model.spend ? fit_json(*model.spend, kSpendNames) : Json(nullptr)},
          {"card", model.card ? to_json(*model.card) : Json(nullptr)},
          {"compared", std::move(compared)},
          {"faults", model.faults()}};
}

Result<ClvModel> clv_model_from_json(const Json& json) {
  return reading([&] {
    ClvModel model{
        .version = json.at("version"),
        .model = parse_model(json.at("model").get<std::string>()).value_or(PurchaseModel{}),
        .as_of = instant_of(json, "as_of"),
        .trained_at = instant_of(json, "trained_at"),
        .settings = clv_settings_from_json(json.at("settings")).value_or(ClvSettings{}),
        .purchases = fit_of(json.at("purchases")),
        .customers = json.at("customers")};
    if (!json.at("spend").is_null()) model.spend = fit_of(json.at("spend"));
    if (!json.at("card").is_null()) model.card = read_card(json.at("card"));
    for (const Json& card : json.at("compared")) model.compared.push_back(read_card(card));
    return model;
  });
}

}  // namespace perennial::value
