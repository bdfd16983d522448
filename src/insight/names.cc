#include "insight/names.h"

#include <algorithm>
#include <set>

namespace perennial::insight {

using events::EventSchema;
using events::PropertySchema;

bool Names::fresh(Instant read_at, std::chrono::seconds at_most_old) const {
  const Instant now = clock_();
  return read_at <= now && now - read_at < at_most_old;
}

Result<Names::Events> Names::events(std::chrono::seconds at_most_old) {
  {
    std::lock_guard lock(mutex_);
    if (events_ && fresh(events_->read_at, at_most_old)) return events_->list;
  }
  const Instant now = clock_();
  auto list = std::make_shared<const std::vector<EventSchema>>(
      TRY(database_.read([](store::Connection& c) { return events::list_schema(c); })));
  std::lock_guard lock(mutex_);
  events_ = {now, list};
  return list;
}

Result<Names::Properties> Names::properties(events::Type type, const std::string& name,
                                            std::chrono::seconds at_most_old) {
  const std::pair key(type, name);
  {
    std::lock_guard lock(mutex_);
    auto found = properties_.find(key);
    if (found != properties_.end() && fresh(found->second.read_at, at_most_old))
      return found->second.list;
  }
  const Instant now = clock_();
  auto schema =
      database_.read([&](store::Connection& c) { return events::schema_of(c, type, name); });
  if (!schema && schema.error().code != Code::kNotFound)
    return std::unexpected(std::move(schema).error());
  std::vector<PropertySchema> found;
  if (schema) found = std::move(schema->properties);
  std::ranges::stable_sort(found, std::greater{}, &PropertySchema::count);
  auto list = std::make_shared<const std::vector<PropertySchema>>(std::move(found));
  std::lock_guard lock(mutex_);
  if (properties_.size() >= kMaxCachedProperties) properties_.clear();
  properties_[key] = {now, list};
  return list;
}

Result<Names::Properties> Names::properties_of_any(std::optional<events::Type> type, bool& all) {
  std::map<std::string, PropertySchema> together;
  size_t searched = 0;
  all = true;
  for (const EventSchema& event : *TRY(events())) {
    if (type ? event.type != *type : event.type == events::Type::kIdentify) continue;
    if (++searched > kMaxEventsSearched) {
      all = false;
      break;
    }
    for (const PropertySchema& property : *TRY(properties(event.type, event.name))) {
      auto [place, added] = together.try_emplace(property.name, property);
      if (added) continue;
      PropertySchema& sum = place->second;
      sum.count += property.count;
      for (const auto& word : property.types) {
        if (std::ranges::find(sum.types, word) == sum.types.end()) sum.types.push_back(word);
      }
    }
  }
  std::vector<PropertySchema> list;
  for (auto& [name, property] : together) list.push_back(std::move(property));
  std::ranges::stable_sort(list, std::greater{}, &PropertySchema::count);
  return std::make_shared<const std::vector<PropertySchema>>(std::move(list));
}

Result<Names::Properties> Names::person_properties() {
  auto traits = TRY(properties(events::Type::kIdentify, ""));
  if (std::ranges::find(*traits, kCountryProperty, &PropertySchema::name) != traits->end())
    return traits;
  auto list = std::make_shared<std::vector<PropertySchema>>(*traits);
  PropertySchema& country = list->emplace_back();
  country.name = kCountryProperty;
  country.types = {"string"};
  return list;
}

Result<void> choose_value(Query& query, Names& names) {
  auto* rfm = std::get_if<RfmQuery>(&query.analysis);
  if (rfm == nullptr || !rfm->value_property.empty()) return {};
  std::set<std::string_view> numbers;
  std::vector<Names::Properties> lists;
  for (const auto& event : rfm->select.select.any_of) {
    if (!event.type || !event.name) continue;
    lists.push_back(TRY(names.properties(*event.type, *event.name)));
    for (const PropertySchema& property : *lists.back()) {
      if (std::ranges::any_of(property.types, [](std::string_view type) {
            return type == "number" || type == "integer";
          }))
        numbers.insert(property.name);
    }
  }
  const auto* found = std::ranges::find_if(
      kValueProperties, [&](std::string_view name) { return numbers.contains(name); });
  if (found != kValueProperties.end()) rfm->value_property = *found;
  return {};
}

}  // namespace perennial::insight
