// One person's replay while it runs; replay.cc has how rules earn, replay_explain.cc what a quote
// is told of it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "loyalty/evaluate.h"
#include "loyalty/level_track.h"
#include "loyalty/replay.h"

namespace perennial::loyalty::replaying {

struct Used {
  Points points = 0;
  int64_t times = 0;
};

// An award with what is needed to work it out again for a smaller amount.
struct Given {
  Award award;
  const Rule* rule = nullptr;
  Points granted = 0;
  std::vector<int64_t> percents;
  size_t asked = 0;  // its place in the trail
};

// A mission in one period.
struct MissionState {
  const Rule* rule = nullptr;  // the version that it is counted by
  std::vector<int64_t> done;   // by task; also beyond the times that are needed
  bool complete = false;
  std::optional<size_t> given;  // its award among given_, if it gave points
};

struct Order {
  const Fact* fact = nullptr;
  int64_t refunded = 0;
  bool cancelled = false;  // all of it went back
  std::vector<size_t> given;
  // What goes with the order when all of it is refunded: the tasks that it counted for, and what it
  // used up of rules that count once per value.
  std::vector<std::pair<MissionState*, size_t>> tasks;
  std::vector<std::pair<std::string, std::string>> once;
  int64_t left() const { return fact->amount_minor - refunded; }
};

struct StreakState {
  std::set<int64_t> days;
  std::map<int64_t, int64_t> makeups;                // by start of month
  std::map<int64_t, std::vector<int64_t>> rewarded;  // day it was reached → reward days
};

constexpr Cap::Every kAllEvery[] = {Cap::Every::kDay, Cap::Every::kWeek, Cap::Every::kMonth,
                                    Cap::Every::kTotal};

class Run {
 public:
  Run(const Programme& programme, std::span<const Rule> rules, const Levels& levels,
      std::string_view traits, const AwardLimits& limits, Trail* trail)
      : programme_(programme),
        limits_(limits),
        trail_(trail),
        calendar_(programme.calendar()),
        rules_(rules),
        levels_(levels),
        track_(levels, programme.zone) {
    auto parsed = parse_json(traits);
    traits_ = parsed && parsed->is_object() ? std::move(*parsed) : Json::object();
    for (const Rule& rule : rules) {
      for (const Cap& cap : rule.caps) capped_.insert(cap.every);
    }
  }

  Replay run(std::vector<Fact>& facts, int64_t now_ms);

 private:
  void order(const Fact& fact);
  void event(const Fact& fact);
  void refund(const Fact& fact);
  void points(const Fact& fact);
  void take_from(Order& order, int64_t minor, bool whole, int64_t at_ms);
  void earn(const Rule& rule, const Fact& fact, Properties& properties, Order* order);
  void cancel(Order& order, int64_t at_ms);
  void leave(Given& given, Points most, int64_t at_ms);
  // The place of the award among given_; nothing if it is of no points.
  std::optional<size_t> give(const Rule& rule, const Fact& fact, const std::string& key,
                             Points base, Order* order, bool streak = false);
  std::vector<int64_t> percents(const Rule& rule, const Fact& fact, bool of_order) const;
  Points within_caps(const Rule& rule, const std::string& currency, int64_t at_ms, Points points,
                     bool streak);
  void count_caps(const Rule& rule, const std::string& currency, int64_t at_ms, Points points,
                  int64_t times, bool streak);
  void sign_in(const Rule& rule, const Fact& fact);
  void make_up(const Rule& rule, const Fact& fact, Properties& properties);
  void reward_run(const Rule& rule, const Fact& fact, StreakState& state, int64_t day);
  void mission(const Rule& rule, const Fact& fact, Properties& properties, Order* order);
  bool counts_points(const std::string& currency) const {
    return levels_.measure == Levels::Measure::kPoints &&
           currency ==
               (levels_.currency.empty() ? programme_.currencies.front().code : levels_.currency);
  }
  // What the rule is about to make of the order.
  void explain(const Rule& rule, const Fact& fact, Properties& properties);
  std::string nothing_before_amounts(const Rule& rule, const Fact& fact, Properties& properties,
                                     std::string& where);
  void explain_amounts(const Fact& fact, Explained& one);
  void report(Replay& replay, int64_t now_ms) const;
  bool concerns(const Rule& rule, const Fact& fact) const;

  const Programme& programme_;
  const AwardLimits& limits_;
  Trail* trail_;
  Calendar calendar_;
  std::span<const Rule> rules_;
  const Levels& levels_;
  LevelTrack track_;
  Json traits_;
  int64_t level_percent_ = 100;  // of the level held when the fact happened
  std::set<Cap::Every> capped_;
  std::vector<Given> given_;
  std::unordered_map<std::string, Order> orders_;
  std::vector<std::string> order_keys_;  // as they happened
  std::set<std::string> known_orders_;
  std::map<std::string, std::vector<const Fact*>> early_refunds_;
  // By rule id (or currency, for the whole programme), kind of period and its start.
  std::map<std::tuple<std::string, Cap::Every, int64_t>, Used> used_, used_by_currency_;
  std::set<std::string> segments_in_;  // when the fact happened
  std::map<std::string, std::set<std::string>> once_;
  std::map<std::string, StreakState> streaks_;
  std::map<std::pair<std::string, int64_t>, MissionState> missions_;  // by rule and period
  // Of who was held out: when a version of a rule gave something the last time. What led to it
  // counts.
  std::map<std::pair<std::string, int64_t>, int64_t> given_until_;
};

}  // namespace perennial::loyalty::replaying
