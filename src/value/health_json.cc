// Health models and their settings as JSON: in the state database, and parts of Health of the
// contract.
#include "value/event_names.h"
#include "value/health.h"
#include "value/settings_json.h"

namespace perennial::value {
namespace {

Json share_json(const Share& share) {
  return {{"people", share.people},
          {"left", share.left},
          {"share", share.share},
          {"low", share.low},
          {"high", share.high}};
}
Share share_of_json(const Json& json) {
  return {.people = json.at("people"),
          .left = json.at("left"),
          .share = json.at("share"),
          .low = json.at("low"),
          .high = json.at("high")};
}

template <class T>
Json by_measure(const std::array<T, kMeasures>& values) {
  Json json = Json::object();
  for (size_t m = 0; m < kMeasures; ++m) json[measure_name(static_cast<Measure>(m))] = values[m];
  return json;
}
template <class T>
std::array<T, kMeasures> of_measures(const Json& json) {
  std::array<T, kMeasures> values{};
  for (size_t m = 0; m < kMeasures; ++m) values[m] = json.at(measure_name(static_cast<Measure>(m)));
  return values;
}

Json card_json(const HealthCard& card) {
  Json lights = Json::object(), bands = Json::array();
  for (size_t k = 0; k < kLights; ++k)
    lights[light_name(static_cast<Light>(k))] = share_json(card.lights[k]);
  for (const Share& share : card.bands) bands.push_back(share_json(share));
  return {{"people", card.people},
          {"left", card.left},
          {"auc", card.auc},
          {"lights", std::move(lights)},
          {"bands", std::move(bands)},
          {"alone_auc", by_measure(card.alone_auc)},
          {"lead",
           {{"left", card.lead.left},
            {"warned", card.lead.warned},
            {"median_days", card.lead.median_days},
            {"early_days", card.lead.early_days},
            {"late_days", card.lead.late_days}}},
          {"faults", card.faults}};
}
HealthCard card_of_json(const Json& json) {
  HealthCard card{.people = json.at("people"), .left = json.at("left"), .auc = json.at("auc")};
  for (size_t k = 0; k < kLights; ++k)
    card.lights[k] = share_of_json(json.at("lights").at(light_name(static_cast<Light>(k))));
  for (size_t k = 0; k < card.bands.size(); ++k)
    card.bands[k] = share_of_json(json.at("bands").at(k));
  card.alone_auc = of_measures<double>(json.at("alone_auc"));
  const Json& lead = json.at("lead");
  card.lead = {.left = lead.at("left"),
               .warned = lead.at("warned"),
               .median_days = lead.at("median_days"),
               .early_days = lead.at("early_days"),
               .late_days = lead.at("late_days")};
  card.faults = json.at("faults");
  return card;
}

Result<HealthModel> read(const Json& json) {
  HealthModel model{.version = json.at("version")};
  model.trained_at = TRY(parse_instant(json.at("trained_at").get<std::string>()));
  model.learned_at = TRY(parse_instant(json.at("learned_at").get<std::string>()));
  model.tested_at = TRY(parse_instant(json.at("tested_at").get<std::string>()));
  model.horizon_days = json.at("horizon_days");
  model.settings = TRY(health_settings_from_json(json.at("settings")));
  model.weights = of_measures<double>(json.at("weights"));
  model.weights_learned = json.at("weights_learned");
  model.present = of_measures<bool>(json.at("present"));
  model.card = card_of_json(json.at("card"));
  return model;
}

// A part of the settings that is an object: its members are checked against those of `defaults`.
Result<Json> part(const Json& json, const char* name, const Json& defaults) {
  if (!json.contains(name)) return Json::object();
  const Json& given = json.at(name);
  if (!given.is_object()) return fail(Code::kInvalid, "must be an object", name);
  for (const auto& [member, value] : given.items()) {
    if (!defaults.contains(member))
      return fail(Code::kInvalid, "is no setting", std::string(name) + "." + member);
  }
  return given;
}

Result<double> number(const Json& json, const std::string& name, double fallback, double low,
                      double high, const std::string& where) {
  if (!json.contains(name)) return fallback;
  const Json& given = json.at(name);
  if (!given.is_number() || given < low || given > high)
    return fail(Code::kInvalid,
                "must be a number from " + std::to_string(static_cast<int>(low)) + " to " +
                    std::to_string(static_cast<int>(high)),
                where);
  return given.get<double>();
}

Json events_json(const HealthEvents& events) {
  return {{"complaint_opened", events.complaint_opened},
          {"complaint_closed", events.complaint_closed},
          {"answered", events.answered},
          {"answer_property", events.answer_property},
          {"answer_best", events.answer_best},
          {"payment_failed", events.payment_failed},
          {"payment_made", events.payment_made}};
}

Result<HealthEvents> events_of_json(const Json& json) {
  HealthEvents events;
  const Json given = TRY(part(json, "events", events_json(events)));
  events.complaint_opened =
      TRY(event_names_from_json(given, "complaint_opened", events.complaint_opened, "events."));
  events.complaint_closed =
      TRY(event_names_from_json(given, "complaint_closed", events.complaint_closed, "events."));
  events.answered = TRY(event_names_from_json(given, "answered", events.answered, "events."));
  events.payment_failed =
      TRY(event_names_from_json(given, "payment_failed", events.payment_failed, "events."));
  events.payment_made =
      TRY(event_names_from_json(given, "payment_made", events.payment_made, "events."));
  events.answer_property = TRY(json_string_or(given, "answer_property", events.answer_property));
  if (events.answer_property.empty() || events.answer_property.size() > 200)
    return fail(Code::kInvalid, "must name a property", "events.answer_property");
  events.answer_best =
      TRY(number(given, "answer_best", events.answer_best, 1, 1000, "events.answer_best"));
  return events;
}

Result<Weights> weights_of_json(const Json& json, const Weights& defaults) {
  Weights weights = defaults;
  const Json given = TRY(part(json, "weights", by_measure(defaults)));
  double sum = 0;
  for (size_t m = 0; m < kMeasures; ++m) {
    const std::string name(measure_name(static_cast<Measure>(m)));
    weights[m] = TRY(number(given, name, weights[m], 0, 100, "weights." + name));
    sum += weights[m];
  }
  if (sum <= 0)
    return fail(Code::kInvalid, "at least one measure needs a weight above 0", "weights");
  return weights;
}

}  // namespace

Json to_json(const HealthSettings& settings) {
  return {{"learned", settings.learned},
          {"weights", by_measure(settings.weights)},
          {"red_below", settings.red_below},
          {"green_from", settings.green_from},
          {"events", events_json(settings.events)},
          {"owner_trait", settings.owner_trait},
          {"retrain_days", settings.retrain_days},
          {"scheduled", settings.scheduled}};
}

Result<HealthSettings> health_settings_from_json(const Json& json) {
  HealthSettings settings;
  TRY(only_settings(json, to_json(settings)));
  settings.learned = TRY(json_bool_or(json, "learned", settings.learned));
  settings.weights = TRY(weights_of_json(json, settings.weights));
  settings.red_below = TRY(number(json, "red_below", settings.red_below, 1, 99, "red_below"));
  settings.green_from = TRY(number(json, "green_from", settings.green_from, 1, 99, "green_from"));
  if (settings.green_from <= settings.red_below)
    return fail(Code::kInvalid, "must be above red_below", "green_from");
  settings.events = TRY(events_of_json(json));
  settings.owner_trait = TRY(json_string_or(json, "owner_trait", settings.owner_trait));
  if (settings.owner_trait.empty() || settings.owner_trait.size() > 200)
    return fail(Code::kInvalid, "must name a trait", "owner_trait");
  const int64_t days = TRY(json_integer_or(json, "retrain_days", settings.retrain_days));
  if (days < 1 || days > 365) return fail(Code::kInvalid, "must be from 1 to 365", "retrain_days");
  settings.retrain_days = static_cast<int>(days);
  settings.scheduled = TRY(json_bool_or(json, "scheduled", settings.scheduled));
  return settings;
}

Json to_json(const HealthModel& model) {
  return {{"version", model.version},
          {"trained_at", format_instant(model.trained_at)},
          {"learned_at", format_instant(model.learned_at)},
          {"tested_at", format_instant(model.tested_at)},
          {"horizon_days", model.horizon_days},
          {"settings", to_json(model.settings)},
          {"weights", by_measure(model.weights)},
          {"weights_learned", model.weights_learned},
          {"present", by_measure(model.present)},
          {"card", card_json(model.card)}};
}

Result<HealthModel> health_model_from_json(const Json& json) {
  try {
    return read(json);
  } catch (const Json::exception& e) {
    return fail(Code::kInternal, std::string("a stored model cannot be read: ") + e.what(),
                "value_models", "train the model again");
  }
}

Result<HealthEvents> health_events(store::Connection& c) {
  const Json document = TRY(access::Settings::document(c, "value.health"));
  if (document.is_null()) return HealthEvents{};
  return TRY(health_settings_from_json(document)).events;
}

Result<SaidEvents> said_events(store::Connection& c) {
  HealthEvents events = TRY(health_events(c));
  SaidEvents said;
  said.answered = std::move(events.answered);
  said.complained = std::move(events.complaint_opened);
  said.score = std::move(events.answer_property);
  return said;
}

}  // namespace perennial::value
