// The birthday gift among the privileges of a level: once for each person and year.
//
// It is given to who holds a level with a gift when their birthday begins in the programme's zone,
// or reaches one in its course; with `late`, also later in that year. A birthday on the 29th of
// February is the 28th in common years. What was given stays given, whatever becomes of the level,
// the birthday or the privilege.
#pragma once

#include "loyalty/assess.h"

namespace perennial::loyalty {

struct BirthdayGift {
  // Stored: never renumber.
  enum class Kind { kPoints = 1, kCoupon = 2, kReward = 3 } kind = Kind::kPoints;
  Points points = 0;
  std::string currency;      // "" = the first
  int64_t expires_days = 0;  // after the day it is given; 0 = as the currency says
  std::string batch, reward;
  int64_t from_ms = INT64_MIN;  // birthdays of before are not looked at
  bool late = false;
};
// The gift of a level; none if the privilege is missing, or data for the shop (true). Fails with
// kInvalid, naming the field below the privileges.
Result<std::optional<BirthdayGift>> birthday_gift_of(const Json& privileges);
// Gives gifts of levels that do not say from when the start of the gift that the level had before,
// or `now`; and looks whether what they give is there.
Result<void> prepare_birthday_gifts(store::Connection& c, const Programme& programme,
                                    Levels& levels, Instant now);

// When the birthday ("1990-05-17" or "05-17") begins in a year of the zone; nothing for what is no
// day.
std::optional<int64_t> birthday_in(std::string_view birthday, int year, const Zone& zone);

// A gift that is due, whether or not it was given.
struct DueGift {
  int year = 0;
  int64_t at_ms = 0;
  const Level* level = nullptr;
  BirthdayGift gift;
};
// The one of a year until `now_ms`, by the history of levels.
std::optional<DueGift> due_gift(const Levels& levels, std::span<const LevelChange> history,
                                std::string_view birthday, int year, const Zone& zone,
                                int64_t now_ms);

// Gives these people, whose standings were just saved, what is due, and keeps when to look again.
// Returns those whose level the gift may change: they are to be assessed once more.
Result<std::vector<PersonId>> give_birthday_gifts(
    store::Connection& c, const Terms& terms, std::span<const std::pair<PersonId, Replay>> replays,
    Instant now);

}  // namespace perennial::loyalty
