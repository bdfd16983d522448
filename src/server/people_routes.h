// Routes of other modules than people/ whose answers show people: what a role sees in part is
// masked in them, and who saw whom is written down.
#pragma once

#include <string_view>

namespace perennial {

inline constexpr std::string_view kLiveEvents = "/v1/events/recent";
inline constexpr std::string_view kProgrammeRoutes = "/v1/loyalty/programmes/{programme}/";

// Lists of people and what is said of one of them.
bool shows_people(std::string_view path);
// The same below kProgrammeRoutes.
bool shows_members(std::string_view path);

}  // namespace perennial
