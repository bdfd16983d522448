#include "portrait/rules.h"

#include <cmath>

namespace perennial::portrait {
namespace {

Result<int> days_in(const Json& json, const char* name, int fallback, int low, int high) {
  const int64_t days = TRY(json_integer_or(json, name, fallback));
  if (days < low || days > high)
    return fail(Code::kInvalid,
                "must be from " + std::to_string(low) + " to " + std::to_string(high), name);
  return static_cast<int>(days);
}

Result<void> read_weight(const Json& weights, const char* name, double& into) {
  if (!weights.contains(name)) return {};
  const Json& given = weights.at(name);
  const double value = given.is_number() ? given.get<double>() : -1;
  if (!(value >= 0 && value <= 100))
    return fail(Code::kInvalid, "must be from 0 to 100", std::string("weights.") + name);
  into = value;
  return {};
}

bool is_name(const Json& json) {
  return json.is_string() && !json.get_ref<const std::string&>().empty() &&
         json.get_ref<const std::string&>().size() <= kMaxNameBytes &&
         is_storable_text(json.get_ref<const std::string&>());
}

// Channels are words of addresses and of rules.
bool is_channel(std::string_view name) {
  return !name.empty() && name.size() <= 40 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

Result<std::map<std::string, std::vector<std::string>>> channels_in(const Json& json) {
  std::map<std::string, std::vector<std::string>> channels;
  if (!json.is_object() || json.size() > kMaxChannels)
    return fail(Code::kInvalid, "must be an object of at most 16 channels", "channels");
  for (const auto& [channel, events] : json.items()) {
    const std::string where = "channels." + channel;
    if (!is_channel(channel))
      return fail(Code::kInvalid, "is no name of a channel", where,
                  "use small letters, digits and _, at most 40");
    if (!events.is_array() || events.size() > kMaxChannelEvents)
      return fail(Code::kInvalid, "must be a list of at most 16 names of events", where);
    auto& names = channels[channel];
    for (const Json& name : events) {
      if (!is_name(name)) return fail(Code::kInvalid, "must hold names of events", where);
      names.push_back(name);
    }
  }
  return channels;
}

}  // namespace

Json to_json(const Rules& rules) {
  return {{"half_life_days", rules.half_life_days},
          {"window_days", rules.window_days},
          {"weights", {{"viewed", rules.viewed}, {"added", rules.added}, {"bought", rules.bought}}},
          {"region_trait", rules.region_trait},
          {"channels", rules.channels}};
}

Result<Rules> rules_from_json(const Json& json) {
  Rules rules;
  if (!json.is_object()) return fail(Code::kInvalid, "must be an object");
  const Json presets = to_json(rules);
  for (const auto& [name, value] : json.items()) {
    if (!presets.contains(name)) return fail(Code::kInvalid, "is no setting", name);
  }
  rules.half_life_days = TRY(days_in(json, "half_life_days", rules.half_life_days, 7, 730));
  rules.window_days = TRY(days_in(json, "window_days", rules.window_days, 30, 1'095));
  if (json.contains("weights")) {
    const Json& weights = json.at("weights");
    if (!weights.is_object()) return fail(Code::kInvalid, "must be an object", "weights");
    for (const auto& [name, value] : weights.items()) {
      if (!presets.at("weights").contains(name))
        return fail(Code::kInvalid, "is no setting", "weights." + name);
    }
    TRY(read_weight(weights, "viewed", rules.viewed));
    TRY(read_weight(weights, "added", rules.added));
    TRY(read_weight(weights, "bought", rules.bought));
  }
  rules.region_trait = TRY(json_string_or(json, "region_trait", ""));
  if (!rules.region_trait.empty() && !is_name(Json(rules.region_trait)))
    return fail(Code::kInvalid, "must be the name of a trait", "region_trait");
  if (json.contains("channels")) rules.channels = TRY(channels_in(json.at("channels")));
  return rules;
}

}  // namespace perennial::portrait
