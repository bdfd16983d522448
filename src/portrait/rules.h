// What the tags are made of: events and their weights, how fast what was done fades, and which
// trait tells the region. Kept in the settings as "portrait".
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/base.h"

namespace perennial::portrait {

inline constexpr size_t kMaxChannels = 16;
inline constexpr size_t kMaxChannelEvents = 16;  // of one channel
inline constexpr size_t kMaxNameBytes = 200;     // of events, traits and channels

struct Rules {
  // What was done this long ago counts half, twice as long ago a quarter.
  int half_life_days = 90;  // 7 to 730
  int window_days = 365;    // nothing older counts; 30 to 1,095
  // What one product says of an interest, 0 to 100.
  double viewed = 1, added = 3, bought = 5;
  // "" takes the country; a trait where it is set and the person has it.
  std::string region_trait;
  // By channel, the events by which somebody answers there. "Message Opened" and "Message Clicked"
  // with the property `channel` count beside them.
  std::map<std::string, std::vector<std::string>> channels = {
      {"call", {"Call Answered"}},
      {"email", {"Email Opened", "Email Link Clicked"}},
      {"in_app", {"In-App Message Clicked"}},
      {"push", {"Push Notification Tapped"}},
      {"sms", {"SMS Link Clicked", "SMS Replied"}},
      {"wechat", {"WeChat Message Opened", "WeChat Message Clicked"}}};
  bool operator==(const Rules&) const = default;
};
Json to_json(const Rules& rules);
// What is not given stays as the preset says. kInvalid names the member.
Result<Rules> rules_from_json(const Json& json);

}  // namespace perennial::portrait
