// Random stories for tests of earning rules and levels: a programme with its rules and levels in
// some zone, and what happens to several people over two and a half years, all from a seed.
#pragma once

#include <random>

#include "loyalty/rules_model_testing.h"

namespace perennial::loyalty::model {

struct Story {
  Programme programme;
  std::vector<Rule> rules;  // all versions, by id and version
  Levels levels;
  std::vector<Json> traits;  // by person
  std::vector<Happening> happenings;
  int64_t from = 0, to = 0;
};

class Teller {
 public:
  // With `budgets` there are caps over all people, which serve who comes first.
  Teller(uint64_t seed, int people, int happenings, bool budgets)
      : random_(seed), people_(people), count_(happenings), budgets_(budgets) {}

  Story tell() {
    programme();
    levels();
    rules();
    people();
    for (int i = 0; i < count_; ++i) happen();
    std::ranges::sort(story_.happenings, {}, &Happening::at);
    return std::move(story_);
  }

 private:
  static constexpr int64_t kDayMs = 86'400'000;

  int64_t pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }
  bool chance(int percent) { return pick(0, 99) < percent; }
  template <class T>
  T one_of(std::vector<T> list) {
    return list[static_cast<size_t>(pick(0, static_cast<int64_t>(list.size()) - 1))];
  }

  void programme() {
    Programme& p = story_.programme;
    // Zones with changes at midnight, of half an hour, and of the southern half.
    zone_ = *Zone::named(
        one_of<std::string>({"Asia/Shanghai", "UTC", "Europe/Berlin", "America/New_York",
                             "America/Havana", "Australia/Lord_Howe", "America/Santiago"}));
    p = {.id = "shop", .name = "Shop", .zone = zone_};
    p.week_start = one_of<WeekStart>({WeekStart::kMonday, WeekStart::kSunday});
    for (const char* code : {"points", "growth", "stars"}) {
      Currency currency{.code = code, .name = code};
      currency.expiry.kind =
          one_of<Expiry::Kind>({Expiry::Kind::kNever, Expiry::Kind::kDays, Expiry::Kind::kEndOf});
      currency.expiry.unit = one_of<Expiry::Unit>(
          {Expiry::Unit::kDay, Expiry::Unit::kMonth, Expiry::Unit::kQuarter, Expiry::Unit::kYear});
      if (currency.expiry.kind == Expiry::Kind::kDays) currency.expiry.unit = Expiry::Unit::kDay;
      currency.expiry.count = pick(0, 3) * (currency.expiry.kind == Expiry::Kind::kDays ? 20 : 1);
      currency.delay_days = chance(30) ? pick(1, 20) : 0;
      p.currencies.push_back(currency);
    }
    story_.from = to_millis(*parse_instant("2025-08-20", zone_));
    story_.to = to_millis(*parse_instant("2028-03-10", zone_));
    last_ = story_.from;
  }

  void levels() {
    Levels& l = story_.levels;
    if (chance(10)) return;
    using Measure = Levels::Measure;
    using Window = Levels::Window;
    l.measure = one_of<Measure>({Measure::kPoints, Measure::kSpend, Measure::kOrders});
    l.currency = one_of<std::string>({"", "growth", "points"});
    l.window = one_of<Window>(
        {Window::kTotal, Window::kRolling, Window::kCalendarYear, Window::kAnniversary});
    l.months = one_of<int64_t>({1, 3, 6, 12, 18});
    l.validity_months = one_of<int64_t>({0, 1, 3, 6, 12, 24});
    l.grace_days = one_of<int64_t>({0, 0, 1, 10, 45});
    l.one_step = chance(50);
    const int64_t unit = l.measure == Measure::kSpend    ? 20'000
                         : l.measure == Measure::kOrders ? 1
                                                         : 150;
    const int64_t count = pick(2, 5);
    for (int64_t i = 0; i < count; ++i) {
      Level level{.code = "l" + std::to_string(i), .name = "level"};
      level.threshold = i * i * unit + (i > 0 ? pick(0, unit) : 0);
      if (chance(40)) level.keep_threshold = pick(0, level.threshold);
      level.multiplier_percent = chance(50) ? 100 + 25 * i : 100;
      l.levels.push_back(level);
    }
  }

  Amount amount(bool money) {
    Amount amount;
    using Kind = Amount::Kind;
    amount.kind = money ? one_of<Kind>({Kind::kPerMoney, Kind::kPerMoney, Kind::kTiered,
                                        Kind::kPerItem, Kind::kFixed})
                        : one_of<Kind>({Kind::kFixed, Kind::kFixed, Kind::kPerMoney});
    amount.points = pick(1, 30);
    amount.rounding = one_of<Rounding>({Rounding::kDown, Rounding::kNearest, Rounding::kUp});
    if (amount.kind == Kind::kPerMoney) amount.per_minor = one_of<int64_t>({100, 700, 10'000});
    if (amount.kind == Kind::kTiered) {
      for (const int64_t from : {pick(0, 1) * 100, 5'000L, 20'000L})
        amount.tiers.push_back({from, pick(1, 40), chance(50) ? pick(1, 20) * 100 : 0});
    }
    return amount;
  }
  std::vector<Condition> conditions(bool order) {
    using Op = Condition::Op;
    if (!chance(35)) return {};
    if (!order)
      return {{one_of<std::string>({"a.n", "n"}), one_of<Op>({Op::kAtLeast, Op::kAtMost}), 2}};
    return {one_of<Condition>({{"products[].sku", Op::kEqual, "s1"},
                               {"products[].sku", Op::kNotEqual, "s2"},
                               {"products[].sku", Op::kIn, Json::array({"s1", "s3"})},
                               {"coupon", Op::kExists, nullptr},
                               {"ship.to", Op::kNotEqual, "home"},
                               {"total", Op::kAtLeast, 50}})};
  }
  void multiply(Rule& rule) {
    using Kind = Multiplier::Kind;
    for (int64_t count = pick(-1, 3); count > 0; --count) {
      Multiplier one{.percent = one_of<int64_t>({50, 110, 150, 200, 300})};
      one.kind = one_of<Kind>({Kind::kBirthdayMonth, Kind::kLevel, Kind::kWindow, Kind::kFirstOrder,
                               Kind::kTrait, Kind::kSegment});
      if (one.kind == Kind::kWindow) {
        one.window.from = from_millis(moment());
        one.window.to = one.window.from + std::chrono::days(pick(1, 200));
      }
      if (one.kind == Kind::kBirthdayMonth) one.trait = "birthday";
      if (one.kind == Kind::kTrait) {
        one.trait = "plan";
        if (chance(50)) one.value = "gold";
      }
      if (one.kind == Kind::kSegment) one.segment = "seg_a";
      rule.multipliers.push_back(one);
    }
    rule.stacking = one_of<Stacking>({Stacking::kMultiply, Stacking::kAdd, Stacking::kBest});
  }
  void cap(Rule& rule) {
    for (int64_t count = pick(-1, 2); count > 0; --count) {
      Cap cap;
      cap.every = one_of<Cap::Every>(
          {Cap::Every::kDay, Cap::Every::kWeek, Cap::Every::kMonth, Cap::Every::kTotal});
      if (chance(60)) cap.points = pick(10, 400);
      if (!cap.points || chance(20)) cap.times = pick(1, 6);
      cap.whole_programme = chance(30);
      cap.everybody = budgets_ && chance(50);
      rule.caps.push_back(cap);
    }
  }
  void end_rule(Rule rule) {
    multiply(rule);
    cap(rule);
    rule.currency = one_of<std::string>({"", "points", "growth", "stars"});
    if (chance(30)) rule.delay_days = pick(0, 30);
    if (chance(30))
      rule.expiry =
          Expiry{.kind = Expiry::Kind::kDays, .unit = Expiry::Unit::kDay, .count = pick(0, 60)};
    rule.id = "r" + std::to_string(story_.rules.size());
    rule.name = rule.id;
    rule.from_ms = chance(80) ? 0 : moment();
    story_.rules.push_back(rule);
    if (rule.is_mission() || !chance(35)) return;
    Rule next = rule;  // a version of it that counts from then on
    next.version = 2;
    next.from_ms = moment();
    next.enabled = chance(80);
    next.amount.points = pick(1, 30);
    next.caps.clear();
    cap(next);
    story_.rules.push_back(next);
  }
  void rules() {
    for (int64_t count = pick(1, 3); count > 0; --count) {
      Rule rule{.event = "Order Completed", .when = conditions(true), .amount = amount(true)};
      if (chance(20)) rule.once_per = "campaign";
      end_rule(std::move(rule));
    }
    for (int64_t count = pick(0, 2); count > 0; --count) {
      Rule rule{.event = "Shared", .when = conditions(false), .amount = amount(false)};
      if (chance(40)) rule.once_per = "product";
      end_rule(std::move(rule));
    }
    if (chance(60)) {
      Rule rule{.event = "Signed In", .amount = {.points = pick(0, 5)}};
      rule.caps = {{.times = 1, .every = Cap::Every::kDay}};
      rule.streak_cycle = chance(50) ? pick(4, 7) : 0;
      rule.streak = {{2, pick(1, 20)}, {pick(3, 4), pick(1, 50)}};
      rule.makeup_event = "Made Up";
      rule.makeups_per_month = pick(0, 3);
      end_rule(std::move(rule));
    }
    for (int64_t count = pick(0, 2); count > 0; --count) {
      Rule rule{.amount = amount(false)};
      rule.tasks = {{"Order Completed", conditions(true), pick(1, 3)}};
      if (chance(70)) rule.tasks.push_back({"Shared", conditions(false), pick(1, 2)});
      rule.mission_every = one_of<Cap::Every>(
          {Cap::Every::kWeek, Cap::Every::kMonth, Cap::Every::kMonth, Cap::Every::kTotal});
      end_rule(std::move(rule));
    }
  }

  void people() {
    for (int i = 0; i < people_; ++i) {
      Json traits = {{"n", i}};
      if (chance(60)) traits["plan"] = one_of<std::string>({"gold", "blue"});
      if (chance(60))
        traits["birthday"] = one_of<std::string>({"1990-05-31", "12-01", "2001-02-29"});
      story_.traits.push_back(traits);
    }
  }

  // No two happenings share an instant: which of them would be first is nobody's to say. Many lie
  // at the edges of days, and in the last hours of months and around changes of the clock.
  int64_t moment() {
    while (true) {
      int64_t at = pick(story_.from, story_.to);
      if (chance(30)) at = last_ + pick(1, 5 * kDayMs);  // soon after another one
      if (at >= story_.to) continue;
      const Days days{zone_};
      if (chance(15)) {
        int64_t day = days.of(at);
        if (chance(40)) day = Days::first_of_month(Days::month_of(day));
        at = days.start(day) - pick(0, 1) * pick(1, 2);
      }
      if (taken_.insert(at).second) return at;
    }
  }
  Happening& add(Happening::Kind kind, std::string name) {
    const int64_t at = last_ = moment();
    story_.happenings.push_back({.kind = kind,
                                 .at = at,
                                 .person = static_cast<int>(pick(0, people_ - 1)),
                                 .key = std::to_string(story_.happenings.size()),
                                 .name = std::move(name)});
    return story_.happenings.back();
  }
  void happen() {
    const int64_t what = pick(0, 99);
    if (what < 40) return order();
    if (what < 60) return refund();
    if (what < 75) {
      Happening& signed_in = add(Happening::Kind::kEvent, "Signed In");
      const Happening first = signed_in;
      for (int64_t day = 1; day < pick(1, 8); ++day) sign_on(first, day);
    } else if (what < 80) {
      Happening& made_up = add(Happening::Kind::kEvent, "Made Up");
      const auto date = Days::date(Days{zone_}.of(made_up.at - pick(0, 6) * kDayMs));
      made_up.properties["date"] = date_text(date);
    } else if (what < 92) {
      Happening& shared = add(Happening::Kind::kEvent, "Shared");
      shared.properties = {{"product", pick(1, 6)}, {"n", pick(1, 3)}, {"a", {{"n", pick(1, 3)}}}};
      shared.minor = pick(0, 30) * 100;
      shared.properties["amount_minor"] = shared.minor;
    } else if (what < 97) {
      Happening& moved =
          add(Happening::Kind::kEvent, one_of<std::string>({"Segment Entered", "Segment Left"}));
      moved.properties["segment_id"] = one_of<std::string>({"seg_a", "seg_b"});
    } else {
      Happening& given = add(Happening::Kind::kGiven, one_of<std::string>({"points", "growth"}));
      given.points = pick(1, 200);
    }
  }
  static std::string date_text(const std::chrono::year_month_day& date) {
    const auto two = [](unsigned number) {
      return (number < 10 ? "0" : "") + std::to_string(number);
    };
    return std::to_string(int(date.year())) + "-" + two(unsigned(date.month())) + "-" +
           two(unsigned(date.day()));
  }
  void sign_on(const Happening& first, int64_t day) {
    Happening next = first;
    next.at = first.at + day * kDayMs + pick(-3, 3) * 3'600'000;
    next.key = std::to_string(story_.happenings.size());
    if (next.at < story_.to && taken_.insert(next.at).second) story_.happenings.push_back(next);
  }
  void order() {
    Happening& order = add(Happening::Kind::kOrder, "Order Completed");
    order.minor = chance(4) ? 0 : chance(50) ? pick(1, 30'000) : pick(1, 300) * 100;
    order.items = 0;
    order.properties = {{"order_id", order.key}, {"currency", "CNY"}};
    order.properties["total"] = static_cast<double>(order.minor) / 100;
    if (chance(50)) order.properties["coupon"] = "c";
    if (chance(50)) order.properties["campaign"] = one_of<std::string>({"spring", "autumn"});
    if (chance(50)) order.properties["ship"] = {{"to", one_of<std::string>({"home", "shop"})}};
    if (order.minor > 3 && chance(20)) return order_of_a_file(order);
    for (int64_t lines = pick(0, 3); lines > 0; --lines) {
      const int64_t quantity = pick(1, 4);
      order.properties["products"].push_back(
          {{"sku", "s" + std::to_string(pick(1, 3))}, {"quantity", quantity}});
      order.items += quantity;
    }
    orders_.push_back(order);
    left_[order.key] = order.minor;
  }
  // One that came line by line: nothing is known of it but its sums.
  void order_of_a_file(Happening& order) {
    order.items = pick(1, 9);
    order.properties = {{"order_id", order.key},
                        {"currency", "CNY"},
                        {"total_minor", order.minor},
                        {"lines", pick(1, 3)}};
    orders_.push_back(order);
    left_[order.key] = order.minor;
  }
  void refund() {
    if (orders_.empty()) return;
    // Mostly of one of the last ones.
    const auto size = static_cast<int64_t>(orders_.size());
    const Happening order = orders_[static_cast<size_t>(
        chance(70) ? pick(std::max<int64_t>(0, size - 6), size - 1) : pick(0, size - 1))];
    int64_t& left = left_[order.key];
    if (left < 0) return;  // all of it went back
    int64_t at = order.at + (chance(50) ? pick(1, 20) : pick(-1, 500)) * kDayMs + pick(1, 999'999);
    if (at >= story_.to || at < story_.from || !taken_.insert(at).second) return;
    Happening refund = order;
    refund.kind = Happening::Kind::kRefund;
    refund.name = "Order Refunded";
    refund.at = at;
    refund.minor = left;
    if (order.properties.contains("lines")) {
      refund.minor = chance(50) ? left : pick(1, left);
      left = -1;  // by lines, which come at one time
    } else if (chance(5)) {
      refund.key = "unknown" + std::to_string(story_.happenings.size());
      refund.minor = pick(1, 40'000);
    } else if (left > 1 && chance(60)) {
      refund.minor = pick(1, left - 1);
      left -= refund.minor;
    } else {
      left = -1;
    }
    story_.happenings.push_back(refund);
  }

  std::mt19937_64 random_;
  int people_, count_;
  bool budgets_;
  Zone zone_ = Zone::utc();
  Story story_;
  std::set<int64_t> taken_;
  int64_t last_ = 0;
  std::vector<Happening> orders_;
  std::map<std::string, int64_t> left_;  // of each order; -1 when all of it went back
};

}  // namespace perennial::loyalty::model
