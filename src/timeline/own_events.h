// Tracked events that the program itself writes about people, who did nothing by them: a selector
// has them by their name alone, never as events of any name.
#pragma once

#include <array>
#include <string_view>

namespace perennial::timeline {

inline constexpr std::array<std::string_view, 2> kOwnEvents = {"Segment Entered", "Segment Left"};

}  // namespace perennial::timeline
