#include "people/history.h"

#include <algorithm>
#include <array>

#include "people/trait_changes.h"

namespace perennial::people {
namespace {

Json object_of(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  return json.is_object() ? json : Json::object();
}

std::string text_of(const Json& json, std::string_view member) {
  auto found = json.find(std::string(member));
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

constexpr std::array<std::string_view, 3> kChanges = {kSetOnce, kIncrement, kAppend};

}  // namespace

std::vector<Said> trait_history(std::span<const events::StoredEvent> events) {
  std::vector<Said> out;
  std::map<std::string, std::pair<Json, std::string>> last;  // value and source by trait
  for (const events::StoredEvent& event : events) {
    if (event.type != events::Type::kIdentify) continue;
    const Json traits = object_of(event.properties);
    const auto say = [&](const std::string& trait, std::string_view op, const Json& value) {
      out.push_back({.trait = trait,
                     .op = std::string(op),
                     .value = value,
                     .at = event.timestamp,
                     .source = event.source,
                     .message_id = event.message_id});
    };
    for (const auto& [trait, value] : traits.items()) {
      if (std::ranges::find(kChanges, trait) != kChanges.end()) {
        if (!value.is_object()) continue;
        for (const auto& [name, argument] : value.items()) say(name, trait, argument);
        continue;
      }
      std::pair word(value, event.source);
      auto found = last.find(trait);
      if (found != last.end() && found->second == word) continue;
      last.insert_or_assign(trait, std::move(word));
      say(trait, "set", value);
    }
  }
  std::ranges::reverse(out);
  return out;
}

std::vector<ConsentWord> consents(std::span<const events::StoredEvent> events) {
  std::map<std::pair<std::string, std::string>, ConsentWord> last;
  const auto say = [&](const events::StoredEvent& event, std::string channel, std::string topic,
                       bool granted, std::string evidence) {
    last[{channel, topic}] = {.channel = channel,
                              .topic = topic,
                              .granted = granted,
                              .at = event.timestamp,
                              .source = event.source,
                              .message_id = event.message_id,
                              .evidence = std::move(evidence)};
  };
  for (const events::StoredEvent& event : events) {
    const Json said = object_of(event.properties);
    if (event.type == events::Type::kIdentify) {
      auto found = said.find("email_subscribed");
      if (found != said.end() && found->is_boolean()) {
        say(event, "email", "", found->get<bool>(), "trait email_subscribed");
      }
    } else if (event.name == "Subscribed" || event.name == "Unsubscribed") {
      const std::string channel = text_of(said, "channel");
      if (channel.empty()) continue;
      say(event, channel, text_of(said, "topic"), event.name == "Subscribed",
          text_of(said, "evidence"));
    }
  }
  std::vector<ConsentWord> out;
  for (auto& [key, word] : last) out.push_back(std::move(word));
  return out;
}

Json compute(const Computed& what, std::span<const events::StoredEvent> events, Instant now) {
  const Instant from = what.days ? now - Millis(*what.days * int64_t{86'400'000})
                                 : from_millis(events::kEarliestMillis) - Millis(1);
  int64_t count = 0;
  double sum = 0;
  Json last;
  std::map<std::string, std::pair<int64_t, int64_t>> times;  // by value: how often, and when last
  for (const events::StoredEvent& event : events) {
    if (event.type != events::Type::kTrack || event.name != what.event) continue;
    if (event.timestamp > now || event.timestamp <= from) continue;
    const Json said = object_of(event.properties);
    auto found = said.find(what.property);
    const bool has = found != said.end() && !found->is_null();
    if (!what.property.empty() && !has) continue;
    ++count;
    if (!has) continue;
    last = *found;
    if (found->is_number()) sum += found->get<double>();
    auto& [often, when] = times[to_text(*found)];
    ++often;
    when = count;
  }
  switch (what.how) {
    case Computed::How::kCount:
      return count;
    case Computed::How::kSum:
      return sum;
    case Computed::How::kLast:
      return last;
    case Computed::How::kMostFrequent: {
      const auto most =
          std::ranges::max_element(times, {}, [](const auto& one) { return one.second; });
      return most == times.end() ? Json() : Json::parse(most->first, nullptr, false);
    }
  }
  return Json();
}

Result<std::vector<events::StoredEvent>> history_events(store::Database& database, events::Log& log,
                                                        PersonId person,
                                                        std::vector<events::Type> types,
                                                        std::vector<std::string> names) {
  const std::vector<std::string> identities = TRY(
      database.read([&](store::Connection& c) { return identities_of_people(c, {&person, 1}); }));
  if (identities.empty()) return std::vector<events::StoredEvent>();
  auto events = TRY(log.read({.identities = identities,
                              .names = std::move(names),
                              .types = std::move(types),
                              .newest_first = true,
                              .limit = kMaxHistoryEvents}));
  std::ranges::reverse(events);
  return events;
}

}  // namespace perennial::people
