// Tracked events that the program itself writes about people, who did nothing by them: a selector
// has them by their name alone, never as events of any name.
#pragma once

#include <array>
#include <string_view>

namespace perennial::timeline {

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

}  // namespace perennial::timeline
