#include "engage/preferences.h"

#include <algorithm>
#include <charconv>

#include "access/access.h"
#include "base/signed_token.h"

namespace perennial::engage {
namespace {

constexpr std::string_view kPurpose = "preferences";
constexpr std::string_view kDocument = "engage.preferences";
constexpr std::string_view kSubscribed = "Subscribed";
constexpr std::string_view kUnsubscribed = "Unsubscribed";
constexpr std::string_view kEvidence = "preference page";

// A word of a channel or topic: it stands in forms and events.
bool is_key(const std::string& text) {
  return !text.empty() && text.size() <= kMaxKeyBytes && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Result<std::string> key_of(const Json& json, std::string where) {
  if (!json.is_string() || !is_key(json.get_ref<const std::string&>())) {
    return fail(Code::kInvalid, "expected a word of letters a-z, digits, _ and -",
                std::move(where));
  }
  return json.get<std::string>();
}

Result<std::string> title_of(const Json& json, const char* language, std::string where) {
  const Json title = json.value(language, Json());
  if (!title.is_string() || trim(title.get_ref<const std::string&>()).empty() ||
      title.get_ref<const std::string&>().size() > kMaxTitleBytes ||
      !is_storable_text(title.get_ref<const std::string&>())) {
    return fail(Code::kInvalid, "expected a title of at most 200 bytes",
                std::move(where) + "." + language);
  }
  return title.get<std::string>();
}

int hex_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// application/x-www-form-urlencoded.
std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_of(text[i + 1]) >= 0 &&
        hex_of(text[i + 2]) >= 0) {
      out += static_cast<char>(16 * hex_of(text[i + 1]) + hex_of(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

template <class Each>
void each_choice(const PreferenceSettings& settings, Each each) {
  for (const std::string& channel : settings.channels) {
    each(Choice{channel, ""});
    for (const Topic& topic : settings.topics) each(Choice{channel, topic.key});
  }
}

bool holds(const std::map<Choice, bool>& said, const Choice& choice) {
  auto found = said.find(choice);
  if (found == said.end()) found = said.find({choice.first, ""});
  return found == said.end() || found->second;
}

}  // namespace

Result<PreferenceSettings> preferences_from_json(const Json& json) {
  PreferenceSettings out;
  const Json channels = json.is_object() ? json.value("channels", Json()) : Json();
  if (!channels.is_array() || channels.empty() || channels.size() > kMaxChannels) {
    return fail(Code::kInvalid, "expected a list of 1 to 10 channels", "channels");
  }
  out.channels.clear();
  for (size_t i = 0; i < channels.size(); ++i) {
    const std::string where = "channels[" + std::to_string(i) + "]";
    std::string key = TRY(key_of(channels[i], where));
    if (std::ranges::find(out.channels, key) != out.channels.end()) {
      return fail(Code::kInvalid, "is there twice", where);
    }
    out.channels.push_back(std::move(key));
  }
  const Json topics = json.value("topics", Json::array());
  if (!topics.is_array() || topics.size() > kMaxTopics) {
    return fail(Code::kInvalid, "expected a list of at most 30 topics", "topics");
  }
  for (size_t i = 0; i < topics.size(); ++i) {
    const std::string where = "topics[" + std::to_string(i) + "]";
    if (!topics[i].is_object()) return fail(Code::kInvalid, "expected an object", where);
    Topic topic;
    topic.key = TRY(key_of(topics[i].value("key", Json()), where + ".key"));
    topic.zh = TRY(title_of(topics[i], "zh", where));
    topic.en = TRY(title_of(topics[i], "en", where));
    if (std::ranges::find(out.topics, topic.key, &Topic::key) != out.topics.end()) {
      return fail(Code::kInvalid, "is there twice", where + ".key");
    }
    out.topics.push_back(std::move(topic));
  }
  return out;
}

Json to_json(const PreferenceSettings& settings) {
  Json topics = Json::array();
  for (const Topic& topic : settings.topics) {
    topics.push_back({{"key", topic.key}, {"zh", topic.zh}, {"en", topic.en}});
  }
  return {{"channels", settings.channels}, {"topics", topics}};
}

Result<PreferenceSettings> load_preferences(store::Connection& c) {
  const Json kept = TRY(access::Settings::document(c, kDocument));
  if (!kept.is_object()) return PreferenceSettings{};
  return preferences_from_json(kept);
}

std::string preference_token(people::PersonId person, std::string_view secret) {
  return sign_token(kPurpose, std::to_string(person), secret);
}

std::optional<people::PersonId> read_preference_token(std::string_view token,
                                                      std::string_view secret) {
  const auto said = read_token(kPurpose, token, secret);
  if (!said) return {};
  people::PersonId person = 0;
  const auto read = std::from_chars(said->data(), said->data() + said->size(), person);
  if (read.ec != std::errc() || read.ptr != said->data() + said->size() || person <= 0) return {};
  return person;
}

std::map<Choice, bool> words_of(std::span<const events::StoredEvent> events) {
  std::map<Choice, bool> out;
  for (const events::StoredEvent& event : events) {
    const Json said = Json::parse(event.properties, nullptr, false);
    if (!said.is_object()) continue;
    const auto text = [&](const char* member) {
      const auto found = said.find(member);
      return found != said.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    const std::string channel = text("channel");
    if (!channel.empty()) out[{channel, text("topic")}] = event.name == kSubscribed;
  }
  return out;
}

std::map<Choice, bool> choices_now(const PreferenceSettings& settings,
                                   const std::map<Choice, bool>& said) {
  std::map<Choice, bool> out;
  each_choice(settings, [&](const Choice& choice) { out[choice] = holds(said, choice); });
  return out;
}

std::map<Choice, bool> choices_of_form(const PreferenceSettings& settings, std::string_view body) {
  std::set<std::string> ticked;
  while (!body.empty()) {
    const size_t end = std::min(body.find('&'), body.size());
    const std::string_view field = body.substr(0, end);
    ticked.insert(unescaped(field.substr(0, field.find('='))));
    body.remove_prefix(std::min(end + 1, body.size()));
  }
  std::map<Choice, bool> out;
  each_choice(settings, [&](const Choice& choice) {
    out[choice] = ticked.contains(choice.first + ":" + choice.second);
  });
  return out;
}

std::vector<events::Event> events_of(const std::map<Choice, bool>& said,
                                     const std::map<Choice, bool>& wanted) {
  std::vector<events::Event> out;
  std::map<Choice, bool> then = said;
  // A channel comes before its topics: they are held against what follows from its new word.
  for (const auto& [choice, granted] : wanted) {
    if (holds(then, choice) == granted) continue;
    then[choice] = granted;
    Json properties{{"channel", choice.first}, {"evidence", kEvidence}};
    if (!choice.second.empty()) properties["topic"] = choice.second;
    events::Event event;
    event.name = granted ? kSubscribed : kUnsubscribed;
    event.properties = to_text(properties);
    out.push_back(std::move(event));
  }
  return out;
}

}  // namespace perennial::engage
