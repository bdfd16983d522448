// The slow, separate model of earning rules, for tests: every award that anybody got is kept in one
// list, and caps, streaks and missions are counted anew from it and from what happened whenever
// somebody asks. People are taken together, in the order of time. Written from
// docs/formats/ledger.md and the terms in api/openapi.yaml; shares nothing with the engine but
// their plain data.
#pragma once

#include <map>
#include <set>

#include "loyalty/level_model_testing.h"

namespace perennial::loyalty::model {

struct Happening {
  enum class Kind { kOrder, kRefund, kEvent, kGiven } kind = Kind::kEvent;
  int64_t at = 0;
  int person = 0;
  std::string key;   // of an order or an event; of a refund, the order's
  std::string name;  // of the event; kGiven: the currency
  Json properties = Json::object();
  int64_t minor = 0, items = 1;
  Points points = 0;  // kGiven: by a command; negative: taken
};

struct Award {
  int person = 0;
  const Rule* rule = nullptr;
  std::string key, currency;
  int64_t at = 0, changed = 0, activates = 0, expires = kNever;
  Points given = 0, points = 0;
  std::vector<int64_t> percents;
  int64_t streak_day = -1, streak_days = 0;  // the day that completed the run, and its reward
  size_t item = SIZE_MAX;                    // among what counts for the level
};

class RulesModel {
 public:
  RulesModel(const Programme& programme, const std::vector<Rule>& rules, const Levels& levels,
             const std::vector<Json>& traits)
      : programme_(programme), rules_(rules), levels_(levels), days_{programme.zone} {
    for (const Json& one : traits) people_.emplace_back(Person{one, {levels, programme.zone}});
  }

  // Happenings that are not over at `now` are left out.
  void run(std::vector<Happening> happenings, int64_t now) {
    happenings_ = std::move(happenings);
    std::erase_if(happenings_, [&](const Happening& one) { return one.at > now; });
    std::ranges::stable_sort(happenings_, {}, &Happening::at);
    for (const Happening& one : happenings_) {
      Person& person = people_[one.person];
      person.level.pass(one.at);
      percent_ = person.level.on() ? person.level.terms().multiplier_percent : 100;
      if (one.kind == Happening::Kind::kOrder) order(person, one);
      if (one.kind == Happening::Kind::kEvent) event(person, one);
      if (one.kind == Happening::Kind::kRefund) refund(person, one);
      if (one.kind == Happening::Kind::kGiven) given(person, one);
    }
    for (Person& person : people_) person.level.pass(now);
  }
  const std::vector<Award>& awards() const { return awards_; }
  std::string level(int person, int64_t now) const { return people_[person].level.text(now); }

  // How far missions and streaks are, of the rules that hold now.
  std::string progress(int number, int64_t now) const {
    const Person& person = people_[number];
    std::string missions, streaks;
    for (const Rule* rule : rules_at(now)) {
      if (rule->is_mission()) {
        const int64_t when = period(rule->mission_every, now);
        const auto mission = person.missions.find({rule->id, when});
        const bool complete = mission != person.missions.end() && mission->second.complete;
        missions += rule->id + (complete ? " complete" : " open");
        for (size_t task = 0; task < rule->tasks.size(); ++task)
          missions += " " + std::to_string(
                                std::min(done(person, *rule, when, task), rule->tasks[task].times));
        missions += "\n";
      } else if (!rule->streak.empty()) {
        // In a row until today or yesterday.
        const auto found = person.signed_days.find(rule->id);
        const std::set<int64_t> days =
            found == person.signed_days.end() ? std::set<int64_t>() : found->second;
        int64_t last = days_.of(now), run = 0;
        if (!days.contains(last)) --last;
        while (days.contains(last - run)) ++run;
        streaks += rule->id + " days " + std::to_string(run) + "\n";
      }
    }
    return missions + streaks;
  }
  int64_t period(Cap::Every every, int64_t at) const {
    const int64_t day = days_.of(at);
    if (every == Cap::Every::kTotal) return 0;
    if (every == Cap::Every::kDay) return day;
    if (every == Cap::Every::kMonth) return Days::month_of(day);
    // 1970-01-01 was a Thursday; no test goes before it.
    const int64_t shift = programme_.week_start == WeekStart::kMonday   ? 3
                          : programme_.week_start == WeekStart::kSunday ? 4
                                                                        : 5;
    return (day + shift) / 7;
  }
  int64_t expires(const Expiry& expiry, int64_t at) const {
    if (expiry.kind == Expiry::Kind::kNever) return kNever;
    const int64_t day = days_.of(at), month = Days::month_of(day);
    if (expiry.kind == Expiry::Kind::kDays || expiry.unit == Expiry::Unit::kDay)
      return days_.start(day + expiry.count + 1);
    const int64_t months = expiry.unit == Expiry::Unit::kMonth     ? 1
                           : expiry.unit == Expiry::Unit::kQuarter ? 3
                                                                   : 12;
    return days_.start(Days::first_of_month(month - month % months + (expiry.count + 1) * months));
  }

 private:
  struct Order {
    const Happening* told = nullptr;
    int64_t left = 0;
    bool over = false;  // all of it went back
    std::vector<size_t> awards;
    size_t item = SIZE_MAX;
  };
  // What counted for one task of a mission in one period.
  struct Step {
    std::string rule;
    int64_t period = 0;
    size_t task = 0;
    std::string order;  // "" for an event
  };
  struct Mission {
    bool complete = false;
    size_t award = SIZE_MAX;
  };
  struct Person {
    Json traits;
    LevelModel level;
    std::vector<Order> orders;  // as they happened
    std::set<std::string> segments;
    std::map<std::pair<std::string, std::string>, std::string> once;  // rule, value → key
    std::map<std::string, std::set<int64_t>> signed_days;
    std::map<std::pair<std::string, int64_t>, int64_t> makeups;  // rule, month
    std::vector<Step> steps;
    std::map<std::pair<std::string, int64_t>, Mission> missions;
    std::vector<const Happening*> early;  // refunds of orders that come later
  };

  // ---- the version of each rule that holds at an instant

  std::vector<const Rule*> rules_at(int64_t at) const {
    std::map<std::string, const Rule*> newest;
    for (const Rule& rule : rules_) {
      const Rule*& one = newest[rule.id];
      if (rule.from_ms <= at && (!one || one->version < rule.version)) one = &rule;
    }
    std::vector<const Rule*> list;
    for (const auto& [id, rule] : newest) {
      if (rule && rule->enabled) list.push_back(rule);
    }
    return list;
  }

  // ---- conditions

  static void values(const Json& json, const std::string& path, std::vector<Json>& found) {
    const size_t dot = path.find('.');
    std::string name = path.substr(0, dot);
    const std::string rest = dot == std::string::npos ? "" : path.substr(dot + 1);
    const bool each = name.ends_with("[]");
    if (each) name.resize(name.size() - 2);
    const Json member = json.is_object() && json.contains(name) ? json[name] : Json();
    if (each) {
      for (const Json& one : member.is_array() ? member : Json::array()) {
        if (rest.empty()) found.push_back(one);
        if (!rest.empty()) values(one, rest, found);
      }
      if (!member.is_array() || member.empty()) found.emplace_back();
    } else if (rest.empty()) {
      found.push_back(member);
    } else {
      values(member, rest, found);
    }
  }
  static bool holds(const Condition& condition, const Json& value) {
    using Op = Condition::Op;
    const bool numbers = value.is_number() && condition.value.is_number();
    if (condition.op == Op::kExists) return !value.is_null();
    if (condition.op == Op::kEqual) return value == condition.value;
    if (condition.op == Op::kNotEqual) return value != condition.value;
    if (condition.op == Op::kAtLeast) return numbers && value >= condition.value;
    if (condition.op == Op::kAtMost) return numbers && value <= condition.value;
    for (const Json& one : condition.value) {
      if (one == value) return true;
    }
    return false;
  }
  static bool hold(const std::vector<Condition>& conditions, const Json& properties) {
    for (const Condition& condition : conditions) {
      std::vector<Json> found;
      values(properties, condition.property, found);
      size_t fit = 0;
      for (const Json& one : found) fit += holds(condition, one);
      const bool all = condition.op == Condition::Op::kNotEqual;
      if (all ? fit != found.size() : fit == 0) return false;
    }
    return true;
  }

  // ---- amounts

  static Points for_each(Points points, int64_t part, Rounding rounding, int64_t minor) {
    int64_t parts = 0;
    while (minor >= part) minor -= part, ++parts;
    if (minor > 0 && rounding == Rounding::kUp) ++parts;
    if (minor > 0 && rounding == Rounding::kNearest && 2 * minor >= part) ++parts;
    return parts * points;
  }
  static Points base(const Amount& amount, int64_t minor, int64_t items) {
    switch (amount.kind) {
      case Amount::Kind::kFixed:
        return amount.points;
      case Amount::Kind::kPerItem:
        return items * amount.points;
      case Amount::Kind::kPerMoney:
        return for_each(amount.points, amount.per_minor, amount.rounding, minor);
      case Amount::Kind::kTiered:
        break;
    }
    Points points = 0;
    for (const Amount::Tier& tier : amount.tiers) {
      if (minor < tier.from_minor || minor <= 0) continue;
      points = tier.per_minor == 0 ? tier.points
                                   : for_each(tier.points, tier.per_minor, amount.rounding, minor);
    }
    return points;
  }
  static Points stacked(Points points, Stacking stacking, const std::vector<int64_t>& percents) {
    if (percents.empty()) return points;
    int64_t whole = 100, parts = 100;  // points × parts ÷ whole
    if (stacking == Stacking::kBest) parts = *std::ranges::max_element(percents);
    for (const int64_t percent : percents) {
      if (stacking == Stacking::kAdd) parts += percent - 100;
      if (stacking == Stacking::kMultiply) parts *= percent, whole *= 100;
    }
    return std::max<Points>(0, points * parts / whole);
  }
  std::vector<int64_t> multipliers(const Person& person, const Rule& rule, const Happening& what,
                                   bool first_order) const {
    using Kind = Multiplier::Kind;
    std::vector<int64_t> percents;
    for (const Multiplier& one : rule.multipliers) {
      const Json trait = person.traits.contains(one.trait) ? person.traits[one.trait] : Json();
      bool applies = false;
      if (one.kind == Kind::kLevel) percents.push_back(percent_);
      if (one.kind == Kind::kWindow)
        applies = to_millis(one.window.from) <= what.at && what.at < to_millis(one.window.to);
      if (one.kind == Kind::kFirstOrder) applies = first_order;
      if (one.kind == Kind::kTrait)
        applies = one.value.is_null() ? !trait.is_null() : trait == one.value;
      if (one.kind == Kind::kSegment) applies = person.segments.contains(one.segment);
      if (one.kind == Kind::kBirthdayMonth && trait.is_string()) {
        std::string day = trait.get<std::string>();
        if (day.size() == 10) day = day.substr(5);
        applies = std::stoi(day) == Days::month_of(days_.of(what.at)) % 12 + 1;
      }
      if (applies) percents.push_back(one.percent);
    }
    return percents;
  }

  // ---- caps

  Points within(const Cap& cap, const Award& wanted, Points points) const {
    const bool streak = wanted.streak_days > 0;
    // A day's own points have used the caps of the rule already; a budget of all is no such cap.
    if (streak && !cap.whole_programme && !cap.everybody) return points;
    Points used = 0;
    int64_t times = 0;
    for (const Award& one : awards_) {
      if (!cap.everybody && one.person != wanted.person) continue;
      if (cap.whole_programme
              ? one.currency != wanted.currency
              : one.rule->id != wanted.rule->id || (one.streak_days > 0 && !cap.everybody))
        continue;
      if (period(cap.every, one.at) != period(cap.every, wanted.at)) continue;
      used += one.points;
      times += one.points > 0;
    }
    if (cap.times && times >= *cap.times) return 0;
    return cap.points ? std::min(points, std::max<Points>(0, *cap.points - used)) : points;
  }

  // The number of the award; SIZE_MAX if it is of no points.
  size_t give(Person& person, const Rule& rule, const Happening& what, Award award, Points points) {
    award.person = what.person;
    award.rule = &rule;
    award.currency = rule.currency.empty() ? programme_.currencies[0].code : rule.currency;
    award.at = award.changed = what.at;
    const Currency& currency = *programme_.find(award.currency);
    points = stacked(points, rule.stacking, award.percents);
    for (const Cap& cap : rule.caps) points = std::min(points, within(cap, award, points));
    if (points <= 0) return SIZE_MAX;
    constexpr int64_t kDayMs = 24LL * 3600 * 1000;
    award.activates = what.at + rule.delay_days.value_or(currency.delay_days) * kDayMs;
    const Expiry& expiry = rule.expiry ? *rule.expiry : currency.expiry;
    award.expires = expires(expiry, what.at);
    if (award.expires <= award.activates) award.expires = expires(expiry, award.activates);
    award.given = award.points = points;
    if (counts(award.currency)) award.item = person.level.add(what.at, points);
    awards_.push_back(std::move(award));
    return awards_.size() - 1;
  }
  bool counts(const std::string& currency) const {
    return levels_.measure == Levels::Measure::kPoints &&
           currency ==
               (levels_.currency.empty() ? programme_.currencies[0].code : levels_.currency);
  }
  void leave(size_t number, Points most, int64_t at) {
    Award& award = awards_[number];
    const Points gone = award.points - std::min(award.given, most);
    if (gone <= 0) return;
    award.points -= gone;
    award.changed = at;
    if (award.item != SIZE_MAX) people_[award.person].level.take(award.item, gone, at);
  }

  // ---- what happens

  void order(Person& person, const Happening& what) {
    const bool first = person.orders.empty();  // whatever becomes of it
    Order order{.told = &what, .left = what.minor};
    if (levels_.measure == Levels::Measure::kSpend)
      order.item = person.level.add(what.at, what.minor);
    if (levels_.measure == Levels::Measure::kOrders) order.item = person.level.add(what.at, 1);
    person.orders.push_back(order);
    for (const Rule* rule : rules_at(what.at)) {
      if (rule->is_mission()) mission(person, *rule, what);
      if (rule->event != what.name) continue;
      const size_t award = earn(person, *rule, what, first);
      if (award != SIZE_MAX) person.orders.back().awards.push_back(award);
    }
    for (const Happening* early : person.early) {
      if (early->key == what.key) take_from(person, person.orders.back(), early->minor, what.at);
    }
  }
  void event(Person& person, const Happening& what) {
    if (what.name == "Segment Entered") person.segments.insert(what.properties["segment_id"]);
    if (what.name == "Segment Left") person.segments.erase(what.properties["segment_id"]);
    for (const Rule* rule : rules_at(what.at)) {
      if (rule->is_mission()) mission(person, *rule, what);
      if (rule->event == what.name) earn(person, *rule, what, false);
      if (!rule->makeup_event.empty() && rule->makeup_event == what.name)
        make_up(person, *rule, what);
    }
  }
  size_t earn(Person& person, const Rule& rule, const Happening& what, bool first_order) {
    if (!hold(rule.when, what.properties)) return SIZE_MAX;
    if (!rule.once_per.empty()) {
      std::vector<Json> value;
      values(what.properties, rule.once_per, value);
      if (value[0].is_null()) return SIZE_MAX;
      if (!person.once.emplace(std::pair(rule.id, to_text(value[0])), what.key).second)
        return SIZE_MAX;
    }
    Award award{.key = what.key, .percents = multipliers(person, rule, what, first_order)};
    const size_t number =
        give(person, rule, what, std::move(award), base(rule.amount, what.minor, what.items));
    if (!rule.streak.empty()) sign(person, rule, what, days_.of(what.at));
    return number;
  }
  void given(Person& person, const Happening& what) {
    if (!counts(what.name)) return;
    if (what.points > 0) person.level.add(what.at, what.points);
    if (what.points < 0) person.level.lose(what.at, -what.points);
  }

  // A day is signed: what the run of days around it has reached and not had.
  void sign(Person& person, const Rule& rule, const Happening& what, int64_t day) {
    std::set<int64_t>& days = person.signed_days[rule.id];
    if (!days.insert(day).second) return;
    int64_t first = day, last = day;
    while (days.contains(first - 1)) --first;
    while (days.contains(last + 1)) ++last;
    for (const StreakReward& reward : rule.streak) {
      int64_t due = 0, had = 0;
      for (int64_t one = first; one <= last; ++one) {
        const int64_t place = one - first;  // from 0, and from 0 again with each cycle
        due += (rule.streak_cycle > 0 ? place % rule.streak_cycle : place) + 1 == reward.days;
      }
      for (const int64_t one : had_[{what.person, rule.id, reward.days}])
        had += one >= first && one <= last;
      for (; had < due; ++had) {
        had_[{what.person, rule.id, reward.days}].push_back(day);
        give(person, rule, what, {.key = what.key, .streak_day = day, .streak_days = reward.days},
             reward.points);
      }
    }
  }
  void make_up(Person& person, const Rule& rule, const Happening& what) {
    const auto date = what.properties.contains("date") && what.properties["date"].is_string()
                          ? what.properties["date"].get<std::string>()
                          : "";
    if (date.size() != 10) return;
    const int64_t day = Days::number(std::stoi(date.substr(0, 4)), std::stoi(date.substr(5, 2)) - 1,
                                     unsigned(std::stoi(date.substr(8, 2))));
    int64_t& used = person.makeups[{rule.id, period(Cap::Every::kMonth, what.at)}];
    if (day >= days_.of(what.at) || used >= rule.makeups_per_month ||
        person.signed_days[rule.id].contains(day))
      return;
    ++used;
    sign(person, rule, what, day);
  }

  int64_t done(const Person& person, const Rule& rule, int64_t period, size_t task) const {
    return std::ranges::count_if(person.steps, [&](const Step& step) {
      return step.rule == rule.id && step.period == period && step.task == task;
    });
  }
  void mission(Person& person, const Rule& rule, const Happening& what) {
    const int64_t when = period(rule.mission_every, what.at);
    for (size_t task = 0; task < rule.tasks.size(); ++task) {
      if (rule.tasks[task].event != what.name || !hold(rule.tasks[task].when, what.properties))
        continue;
      const bool of_order = what.kind == Happening::Kind::kOrder;
      person.steps.push_back({rule.id, when, task, of_order ? what.key : ""});
    }
    Mission& mission = person.missions[{rule.id, when}];
    if (mission.complete) return;
    for (size_t task = 0; task < rule.tasks.size(); ++task) {
      if (done(person, rule, when, task) < rule.tasks[task].times) return;
    }
    mission.complete = true;
    mission.award = give(person, rule, what,
                         {.key = what.key, .percents = multipliers(person, rule, what, false)},
                         base(rule.amount, what.minor, what.items));
  }

  // ---- refunds

  void refund(Person& person, const Happening& what) {
    for (Order& order : person.orders) {
      if (order.told->key == what.key) return take_from(person, order, what.minor, what.at);
    }
    for (const Happening& one : happenings_) {
      if (one.kind == Happening::Kind::kOrder && one.key == what.key && one.person == what.person) {
        person.early.push_back(&what);
        return;
      }
    }
    // It names no order that is known: the newest ones are what went back.
    int64_t left = what.minor;
    for (size_t i = person.orders.size(); i-- > 0 && left > 0;) {
      const int64_t part = std::min(left, person.orders[i].left);
      if (part > 0) take_from(person, person.orders[i], part, what.at);
      left -= part;
    }
  }
  void take_from(Person& person, Order& order, int64_t minor, int64_t at) {
    const int64_t part = std::min(minor, order.left);
    if (order.over || (part <= 0 && order.left > 0)) return;
    order.left -= part;
    order.over = order.left <= 0;
    const int64_t counted = levels_.measure == Levels::Measure::kSpend ? part : order.over;
    if (order.item != SIZE_MAX) person.level.take(order.item, counted, at);
    for (const size_t number : order.awards) {
      const Award& award = awards_[number];
      const Points most = stacked(base(award.rule->amount, order.left, order.told->items),
                                  award.rule->stacking, award.percents);
      leave(number, order.over ? 0 : most, at);
    }
    if (order.over) cancel(person, order.told->key, at);
  }
  void cancel(Person& person, const std::string& key, int64_t at) {
    std::erase_if(person.once, [&](const auto& one) { return one.second == key; });
    std::vector<Step> gone;
    for (const Step& step : person.steps) {
      if (step.order == key) gone.push_back(step);
    }
    std::erase_if(person.steps, [&](const Step& step) { return step.order == key; });
    for (const Step& step : gone) {
      Mission& mission = person.missions[{step.rule, step.period}];
      const Rule& rule = *std::ranges::find(rules_, step.rule, &Rule::id);
      if (!mission.complete ||
          done(person, rule, step.period, step.task) >= rule.tasks[step.task].times)
        continue;
      mission.complete = false;
      if (mission.award != SIZE_MAX) leave(mission.award, 0, at);
    }
  }

  const Programme& programme_;
  const std::vector<Rule>& rules_;
  const Levels& levels_;
  Days days_;
  std::vector<Person> people_;
  std::vector<Happening> happenings_;
  std::vector<Award> awards_;
  // By person, rule and the days of the reward: the days on which it was had.
  std::map<std::tuple<int, std::string, int64_t>, std::vector<int64_t>> had_;
  int64_t percent_ = 100;  // of the level that was held when it happened
};

}  // namespace perennial::loyalty::model
