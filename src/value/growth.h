// How far people have come into what the shop offers: novice, growing, stable, by milestones that
// the workspace sets: so often such an event, within so many days of the registration.
//
// Of everybody known by a user id. The registration is the first event of the settings'
// `registered`; of who has none the first event under a user id. Somebody is growing who has
// reached all milestones that open it, and stable who has reached those of stable as well; what was
// not reached within its days never is, so a milestone without days asks whether it was done at
// all.
//
// Pure functions but for read_growth().
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "timeline/timeline.h"
#include "value/value.h"

namespace perennial::value {

inline constexpr size_t kMaxMilestones = 10;
inline constexpr int kMaxMilestoneTimes = 1'000;
inline constexpr int kMaxMilestoneDays = 3'650;

struct Milestone {
  Growth opens = Growth::kGrowing;  // never novice
  std::string event;
  int times = 1;
  int days = 0;  // from the registration on; 0: whenever, also before it
};
struct GrowthSettings {
  std::vector<std::string> registered = {"Signed Up"};
  std::vector<Milestone> milestones = {
      {.opens = Growth::kGrowing, .event = std::string(people::kOrderCompleted)},
      {.opens = Growth::kStable, .event = std::string(people::kOrderCompleted), .times = 3}};
};
Json to_json(const GrowthSettings& settings);
Result<GrowthSettings> growth_settings_from_json(const Json& json);

// By person, ascending.
struct GrowthReading {
  std::vector<PersonId> person;
  std::vector<Instant> registered;
  std::vector<uint8_t> said;   // 1: an event of the registration says so
  std::vector<uint32_t> done;  // people × milestones: events that count, at most kMaxMilestoneTimes
  size_t milestones = 0;
  bool reached(size_t row, size_t milestone, const GrowthSettings& settings) const;
};
// Of these people what happened before `at`. kBusy while the timeline is being built.
Result<GrowthReading> read_growth(timeline::Timeline& timeline, const people::KnownSince& known,
                                  const GrowthSettings& settings, Instant at,
                                  const std::stop_token& stop = {});
Growth growth_of(const GrowthReading& reading, size_t row, const GrowthSettings& settings);

}  // namespace perennial::value
