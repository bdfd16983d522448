// Tracked events that the program itself writes about people, who did nothing by them: a selector
// has them by their name alone, never as events of any name, and nobody was seen by them.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "events/events.h"

namespace perennial::people {

inline constexpr std::array<std::string_view, 20> kOwnEvents = {
    "Segment Entered",    "Segment Left",      "Points Earned",   "Points Spent",
    "Points Taken Back",  "Points Given Back", "Points Expired",  "Points Adjusted",
    "Points Transferred", "Level Reached",     "Level Lost",      "Coupon Issued",
    "Coupon Used",        "Coupon Restored",   "Reward Redeemed", "Reward Cancelled",
    "Draw Won",           "Health Alert",      "Stage Changed",   "Action Taken"};

// Events about people that the program writes too, which a selector of any event has: they were
// meant for them. Whoever asks what people did by themselves leaves these out.
inline constexpr std::array<std::string_view, 2> kMeantForThem = {"Message Sent",
                                                                  "Experiment Viewed"};

// Under which sources it writes them: events of the same names of others are those of a shop.
inline constexpr std::array<std::string_view, 6> kOwnSources = {"loyalty", "segments", "stages",
                                                                "health",  "actions",  "engage"};
inline bool is_told_by_us(const events::Event& event) {
  const auto among = [](const auto& words, const std::string& word) {
    return std::ranges::find(words, word) != words.end();
  };
  return event.type == events::Type::kTrack && among(kOwnSources, event.source) &&
         (among(kOwnEvents, event.name) || among(kMeantForThem, event.name));
}

}  // namespace perennial::people
