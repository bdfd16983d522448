// Earning rules and levels as data: what they say, and how they are read from JSON.
#pragma once

#include <map>

#include "loyalty/loyalty.h"

namespace perennial::loyalty {

// Compares one property of an event. All conditions of a rule must hold.
struct Condition {
  // A member of the event's properties, "a.b" of a nested one, "a[].b" of any element of a list.
  std::string property;
  enum class Op { kEqual, kNotEqual, kIn, kAtLeast, kAtMost, kExists } op = Op::kEqual;
  Json value;
};

enum class Rounding { kDown, kNearest, kUp };

// How many points an event is worth before multipliers.
struct Amount {
  enum class Kind { kFixed, kPerMoney, kPerItem, kTiered } kind = Kind::kFixed;
  Points points = 0;
  int64_t per_minor = 0;  // kPerMoney: so many points for each that much money
  Rounding rounding = Rounding::kDown;
  struct Tier {
    int64_t from_minor = 0;  // of the whole amount
    Points points = 0;       // for each per_minor, or once when that is 0
    int64_t per_minor = 0;
  };
  std::vector<Tier> tiers;  // ascending; the last one reached counts for the whole amount
};

Result<Amount> amount_from_json(const Json& json);
Json to_json(const Amount& amount);

struct Multiplier {
  enum class Kind {
    kBirthdayMonth,
    kLevel,
    kWindow,
    kFirstOrder,
    kTrait,
    kSegment
  } kind = Kind::kWindow;
  int64_t percent = 100;  // kLevel: the level says
  Span window{};          // kWindow
  std::string trait;      // kTrait; kBirthdayMonth: the trait that holds the day ("birthday")
  Json value;             // kTrait: what it must be; null = any
  std::string segment;    // kSegment: its id; who was in it when the event happened, by what the
                          // segment tells (it has to be one that tells who comes and goes)
};
// How several multipliers that apply come together.
enum class Stacking { kMultiply, kAdd, kBest };

struct Cap {
  std::optional<Points> points;
  std::optional<int64_t> times;
  enum class Every { kDay, kWeek, kMonth, kTotal } every = Every::kTotal;
  bool whole_programme = false;  // all rules of the currency together
  bool everybody = false;        // all people together (budgets.h); else each person
};

struct StreakReward {
  int64_t days = 0;
  Points points = 0;
};
struct Task {
  std::string event;
  std::vector<Condition> when;
  int64_t times = 1;
};

struct Rule {
  std::string id, name;
  int64_t version = 1;
  bool enabled = true;
  int64_t from_ms = INT64_MIN, to_ms = INT64_MAX;  // events of [from, to) are of this version
  std::string event;                               // a name of track, or of a mission nothing
  std::vector<Condition> when;
  std::string currency;  // "" = the first
  Amount amount;
  std::vector<Multiplier> multipliers;
  Stacking stacking = Stacking::kMultiply;
  std::vector<Cap> caps;
  std::string once_per;  // each value of this property counts once for ever
  std::optional<int64_t> delay_days;
  std::optional<Expiry> expiry;
  // Sign-in streaks: rewards when so many days in a row hold the event; with a cycle the count
  // starts again after so many days.
  std::vector<StreakReward> streak;
  int64_t streak_cycle = 0;
  std::string makeup_event;  // {"date": "2026-01-31"} makes up a day
  int64_t makeups_per_month = 0;
  std::vector<Task> tasks;  // a mission: all of them, within one period
  Cap::Every mission_every = Cap::Every::kTotal;
  bool is_mission() const { return !tasks.empty(); }
};
Result<Rule> rule_from_json(const Json& json);
Json to_json(const Rule& rule);

struct Level {
  std::string code, name;
  int64_t threshold = 0;        // of the measure; 0 for the lowest
  int64_t keep_threshold = -1;  // to stay when the validity ends; -1 = threshold
  int64_t multiplier_percent = 100;
  Json privileges = Json::object();
};
struct Levels {
  enum class Measure { kPoints, kSpend, kOrders } measure = Measure::kPoints;
  std::string currency;  // kPoints: points of it that were earned ("growth" is one of its own)
  enum class Window { kTotal, kRolling, kCalendarYear, kAnniversary } window = Window::kRolling;
  int64_t months = 12;           // of kRolling and kAnniversary
  int64_t validity_months = 12;  // 0 = for ever
  int64_t grace_days = 0;
  bool one_step = false;      // downgrade: one level down, or else to what was earned
  std::vector<Level> levels;  // ascending; the first one is everybody's
  int64_t revision = 0;
  bool on() const { return levels.size() > 1; }
};
Result<Levels> levels_from_json(const Json& json);
Json to_json(const Levels& levels);

// Presets of product.md.
Json preset_programme(std::string_view id, std::string_view zone);
std::vector<Json> preset_rules();
Json preset_levels();

}  // namespace perennial::loyalty
