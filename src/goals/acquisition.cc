#include "goals/acquisition.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace perennial::goals {
namespace {

constexpr size_t kMaxChannels = 200;  // of a month; further ones are not told apart

Json number(const std::optional<double>& x) { return x && std::isfinite(*x) ? Json(*x) : Json(); }

// "ltv" and "ltv_cac" of a row. What was paid alone is less than they are worth: it is set against
// no cost, as for a goal.
void add_value(Json& row, const std::optional<LifetimeValue>& value,
               const std::optional<double>& cac) {
  row["ltv"] = nullptr;
  row["ltv_cac"] = nullptr;
  if (!value) return;
  row["ltv"] = {{"so_far_minor", value->so_far_minor},
                {"expected_minor", number(value->expected_minor)},
                {"total_minor", value->total()}};
  if (cac && *cac > 0 && value->expected_minor) row["ltv_cac"] = value->total() / *cac;
}

std::string channel_in(std::string_view traits, const std::string& trait) {
  if (traits.find(trait) == std::string_view::npos) return "";
  const auto json = parse_json(traits);
  if (!json || !json->is_object() || !json->contains(trait)) return "";
  const Json& value = json->at(trait);
  return value.is_string() ? value.get<std::string>() : "";
}

// Channels that cost something in a month, or over which somebody came.
Json channels_of(const NewCustomers& month, const AcquisitionInput& in) {
  struct Channel {
    int64_t cost = 0, people = 0;
  };
  std::map<std::string, Channel> channels;
  const std::string prefix = month.label + "\t";
  for (auto at = in.by_channel.lower_bound(prefix);
       at != in.by_channel.end() && at->first.starts_with(prefix); ++at)
    channels[at->first.substr(prefix.size())].cost = at->second;
  for (const std::string& name : month.channel) {
    if (name.empty() || (channels.size() >= kMaxChannels && !channels.contains(name))) continue;
    ++channels[name].people;
  }
  Json rows = Json::array();
  for (const auto& [name, channel] : channels) {
    std::optional<double> cac;
    if (channel.people > 0 && channel.cost > 0)
      cac = static_cast<double>(channel.cost) / static_cast<double>(channel.people);
    Json row = {{"channel", name},
                {"cost_minor", channel.cost},
                {"new_customers", channel.people},
                {"cac_minor", number(cac)}};
    add_value(row,
              lifetime_of(month, in.terms.margin_share,
                          [&](size_t i) { return month.channel[i] == name; }),
              cac);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

Result<void> read_channels(store::Connection& c, AcquisitionInput& in) {
  std::unordered_map<people::PersonId, std::pair<size_t, size_t>> places;  // month, person
  for (size_t m = 0; m < in.months.size(); ++m) {
    auto& month = in.months[m];
    month.channel.assign(month.people.size(), "");
    for (size_t i = 0; i < month.people.size(); ++i)
      places.emplace(month.people[i], std::pair(m, i));
  }
  if (places.empty()) return {};
  return people::each_profile(
      c, [&](people::PersonId id, std::string_view /*country*/, std::string_view traits) {
        const auto place = places.find(id);
        if (place == places.end()) return;
        in.months[place->second.first].channel[place->second.second] =
            channel_in(traits, in.terms.channel_trait);
      });
}

std::optional<LifetimeValue> lifetime_of(const NewCustomers& month, double margin_share,
                                         const std::function<bool(size_t person)>& counts) {
  LifetimeValue value;
  double n = 0, expected = 0;
  for (size_t i = 0; i < month.worth.paid_minor.size(); ++i) {
    if (!counts(i)) continue;
    ++n;
    value.so_far_minor += margin_share * static_cast<double>(month.worth.paid_minor[i]);
    if (month.worth.expected_minor) expected += (*month.worth.expected_minor)[i];
  }
  if (n == 0) return std::nullopt;
  value.so_far_minor /= n;
  if (month.worth.expected_minor) value.expected_minor = expected / n;
  return value;
}

Json acquisition_json(const AcquisitionInput& in) {
  Json rows = Json::array();
  for (const NewCustomers& month : in.months) {
    const auto found = in.by_month.find(month.label);
    Json row = {{"label", month.label},
                {"complete", month.complete},
                {"new_customers", month.count},
                {"set", month.set},
                {"cost_minor", found == in.by_month.end() ? 0 : found->second},
                {"cac_minor", number(month.cac_minor)}};
    add_value(row, lifetime_of(month, in.terms.margin_share, [](size_t) { return true; }),
              month.cac_minor);
    row["channels"] = channels_of(month, in);
    rows.push_back(std::move(row));
  }
  return Json{{"rows", std::move(rows)}, {"terms", to_json(in.terms)}};
}

}  // namespace perennial::goals
