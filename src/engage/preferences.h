// The public preference page: what may be sent to a person, by channel and topic, behind a signed
// link that works without signing in. Each choice becomes a Subscribed or Unsubscribed event with
// its evidence, like any other word on consent.
#pragma once

#include <utility>

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/events.h"
#include "people/people.h"

namespace perennial::engage {

inline constexpr size_t kMaxChannels = 10;
inline constexpr size_t kMaxTopics = 30;
inline constexpr size_t kMaxKeyBytes = 40;     // of a channel's or topic's word
inline constexpr size_t kMaxTitleBytes = 200;  // of a topic, in each language
inline constexpr size_t kMaxFormBytes = 16 * 1024;

struct Topic {
  std::string key, zh, en;
};
// What the page offers: the document "engage.preferences" of the workspace.
struct PreferenceSettings {
  std::vector<std::string> channels = {"email"};
  std::vector<Topic> topics;
};
// kInvalid or kTooLarge, naming the member.
Result<PreferenceSettings> preferences_from_json(const Json& json);
Json to_json(const PreferenceSettings& settings);
Result<PreferenceSettings> load_preferences(store::Connection& c);

std::string preference_token(people::PersonId person, std::string_view secret);
std::optional<people::PersonId> read_preference_token(std::string_view token,
                                                      std::string_view secret);

// A channel, and a topic or "" for the channel as a whole.
using Choice = std::pair<std::string, std::string>;
// The last words on consent among events in the order of time, by channel and topic.
std::map<Choice, bool> words_of(std::span<const events::StoredEvent> events);
// What holds now: a topic that nobody has said anything about goes with its channel, and a channel
// that nobody has said anything about is open.
std::map<Choice, bool> choices_now(const PreferenceSettings& settings,
                                   const std::map<Choice, bool>& said);
// What the form says: a box that is not ticked is not sent. Unknown fields are passed over.
std::map<Choice, bool> choices_of_form(const PreferenceSettings& settings, std::string_view body);
// Events after which `wanted` holds: what changed, and topics without a word of their own that
// would now go with their channel to another answer than was chosen. Name and properties; the
// caller says whose they are.
std::vector<events::Event> events_of(const std::map<Choice, bool>& said,
                                     const std::map<Choice, bool>& wanted);

enum class PreferencePage { kForm, kSaved, kUnknown };
struct PreferenceView {
  PreferencePage page = PreferencePage::kForm;
  std::string language, workspace;
  std::map<Choice, bool> choices;
};
// A self-contained page in "zh" or else English, with a link to the other language.
std::string preference_page(const PreferenceView& view, const PreferenceSettings& settings);

}  // namespace perennial::engage
