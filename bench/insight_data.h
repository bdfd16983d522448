// The seeded data of `./run bench insight`: the same rows for every engine, made person by person,
// so that nobody has to hold them all. README.md of the project tells the recipe.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace perennial::bench {

inline constexpr uint32_t kDay = 86'400, kWeek = 7 * kDay;
inline constexpr uint32_t kDays = 365;
inline constexpr uint32_t kBegin = 1'735'516'800;  // Monday 2024-12-30, 00:00 UTC
inline constexpr uint32_t kEnd = kBegin + kDays * kDay;
inline constexpr uint32_t kWeeks = kDays / 7;  // whole ones
inline constexpr uint32_t kNames = 40, kChannels = 8;

// Names that questions ask for; the number is the rank of its frequency, from 0.
enum Name : uint8_t {
  kPageViewed = 0,
  kProductViewed = 1,
  kVisit = 2,  // carries a channel
  kProductAdded = 3,
  kCheckoutStarted = 4,
  kOrderCompleted = 5,  // carries an amount
};
std::string name_of(uint32_t name);
std::string channel_of(uint32_t channel);  // from 1

struct Event {
  uint32_t at = 0;  // no two of a person are equal
  uint8_t name = 0;
  uint8_t channel = 0;  // 1 … kChannels of a visit, else 0
  int32_t cents = 0;    // of an order, else 0
};
// Replaces `out` by a person's events in the order of time. Persons are counted from 0.
void make_person(uint32_t person, std::vector<Event>& out);

}  // namespace perennial::bench
