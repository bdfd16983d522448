// The slow, separate model of levels, for tests: everything that counted is kept as an item of its
// own, every level that was reached as a claim of its own, and both are added up anew whenever
// somebody asks. Written from docs/formats/ledger.md; shares nothing with the engine but the plain
// data of its terms.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "loyalty/rules.h"

namespace perennial::loyalty::model {

// The days of a zone as numbers, and what a calendar says of them.
struct Days {
  Zone zone;

  int64_t of(int64_t at_ms) const {
    const auto local = zone.to_local(from_millis(at_ms)).time_since_epoch();
    return std::chrono::floor<std::chrono::days>(local).count();
  }
  int64_t start(int64_t day) const {
    return to_millis(zone.to_instant(std::chrono::local_time<Millis>(std::chrono::days(day))));
  }
  static std::chrono::year_month_day date(int64_t day) {
    return std::chrono::sys_days(std::chrono::days(day));
  }
  static int64_t number(int year, int month_from_0, unsigned day) {
    while (month_from_0 < 0) month_from_0 += 12, --year;
    while (month_from_0 > 11) month_from_0 -= 12, ++year;
    // The last day of a month that has no such day.
    for (;; --day) {
      const std::chrono::year_month_day date(std::chrono::year(year),
                                             std::chrono::month(unsigned(month_from_0 + 1)),
                                             std::chrono::day(day));
      if (date.ok()) return std::chrono::sys_days(date).time_since_epoch().count();
    }
  }
  static int64_t plus_months(int64_t day, int64_t months) {
    const auto from = date(day);
    return number(int(from.year()), int(unsigned(from.month())) - 1 + int(months),
                  unsigned(from.day()));
  }
  static int64_t month_of(int64_t day) {
    return int(date(day).year()) * 12 + int(unsigned(date(day).month())) - 1;
  }
  static int64_t first_of_month(int64_t month) {
    return number(int(month / 12), int(month % 12), 1);
  }
};

class LevelModel {
 public:
  LevelModel(const Levels& levels, const Zone& zone) : levels_(levels), days_{zone} {}

  bool on() const { return levels_.levels.size() > 1; }
  size_t level() const { return claims_.empty() ? 0 : claims_.back().level; }
  const Level& terms() const { return levels_.levels[level()]; }

  // What ends until then, that instant included.
  void pass(int64_t until) {
    while (on() && !claims_.empty()) {
      const int64_t due = grace_ ? *grace_ : claims_.back().valid;
      if (due == kNever || due > until) return;
      end(due);
    }
  }
  // The number of the item, for take().
  size_t add(int64_t at, int64_t value) {
    items_.push_back({at, value});
    if (!on() || value == 0) return items_.size() - 1;
    if (!first_) first_ = at;
    const int64_t sum = measure(at);
    if (const size_t got = earned(sum); got > level()) {
      note(at, level(), got, "reached");
      claims_.push_back({got, window(at), at, levels_.levels[got].threshold, valid(at, got)});
      grace_.reset();
    } else if (grace_ && sum >= keep()) {
      note(at, level(), level(), "kept");
      claims_ = {{level(), window(at), at, keep(), valid(at, level())}};
      grace_.reset();
    }
    return items_.size() - 1;
  }
  // Undone at `now`, of something that counted before.
  void take(size_t item, int64_t value, int64_t now) {
    items_[item].value -= value;
    if (on() && value != 0) look_again(now);
  }
  // A loss that is an item of its own.
  void lose(int64_t at, int64_t value) {
    items_.push_back({at, -value});
    if (on()) look_again(at);
  }
  int64_t measure(int64_t at) const { return sum(window(at), at); }
  std::string text(int64_t now) const {
    if (!on()) return "";
    std::string text = terms().code + " measure " + std::to_string(measure(now)) + " valid " +
                       time(claims_.empty() ? kNever : claims_.back().valid) + " grace " +
                       time(grace_.value_or(kNever)) + " since " + time(since_) + "\n";
    return text + history_;
  }
  static std::string time(int64_t ms) {
    return ms == kNever || ms == INT64_MIN ? "-" : format_instant(from_millis(ms));
  }

 private:
  struct Item {
    int64_t at, value;
  };
  // A level that was reached or kept: what counted in [from, upto] was worth `need` at least.
  struct Claim {
    size_t level;
    int64_t from, upto, need, valid;
  };

  int64_t window(int64_t at) const {
    const int64_t today = days_.of(at);
    switch (levels_.window) {
      case Levels::Window::kTotal:
        return INT64_MIN;
      case Levels::Window::kRolling:  // so many months, today included
        return days_.start(Days::plus_months(today, -levels_.months) + 1);
      case Levels::Window::kCalendarYear:
        return days_.start(Days::number(int(Days::date(today).year()), 0, 1));
      case Levels::Window::kAnniversary:
        break;
    }
    if (!first_ || *first_ > at) return at;
    int64_t start = days_.of(*first_);
    for (int64_t n = 1; Days::plus_months(days_.of(*first_), n * levels_.months) <= today; ++n)
      start = Days::plus_months(days_.of(*first_), n * levels_.months);
    return days_.start(start);
  }
  int64_t sum(int64_t from, int64_t upto) const {
    int64_t sum = 0;
    for (const Item& item : items_) sum += item.at >= from && item.at <= upto ? item.value : 0;
    return sum;
  }
  size_t earned(int64_t sum) const {
    size_t level = levels_.levels.size() - 1;
    while (level > 0 && sum < levels_.levels[level].threshold) --level;
    return level;
  }
  int64_t keep() const {
    return terms().keep_threshold < 0 ? terms().threshold : terms().keep_threshold;
  }
  // The last valid day is the same day so many months later, in the calendar year that year's last.
  int64_t valid(int64_t at, size_t level) const {
    if (level == 0 || levels_.validity_months == 0) return kNever;
    const int64_t last = Days::plus_months(days_.of(at), levels_.validity_months);
    if (levels_.window != Levels::Window::kCalendarYear) return days_.start(last + 1);
    return days_.start(Days::number(int(Days::date(last).year()) + 1, 0, 1));
  }
  void note(int64_t at, size_t from, size_t to, const std::string& why) {
    history_ += time(at) + " " + levels_.levels[from].code + ">" + levels_.levels[to].code + " " +
                why + "\n";
    if (from != to) since_ = at;
  }
  // The validity or the grace of the level ends at the start of a day.
  void end(int64_t at) {
    const int64_t last = at - 1, sum = measure(last);
    const size_t now = level();
    if (sum >= keep()) {
      note(at, now, now, "kept");
      claims_ = {{now, window(last), last, keep(), valid(last, now)}};
      grace_.reset();
    } else if (levels_.grace_days > 0 && !grace_) {
      note(at, now, now, "grace");
      grace_ = days_.start(days_.of(at) + levels_.grace_days);
    } else {
      const size_t to = levels_.one_step ? now - 1 : std::min(now - 1, earned(sum));
      note(at, now, to, "ended");
      grace_.reset();
      claims_.clear();
      const int64_t need = levels_.one_step ? 0 : levels_.levels[to].threshold;
      if (to > 0) claims_.push_back({to, window(last), last, need, valid(last, to)});
    }
  }
  // A refund: each level that was reached stands for what is left of what it rests on. The highest
  // of those that are still valid is the level, or what the window of now is worth.
  void look_again(int64_t now) {
    if (claims_.empty()) return;
    const Claim top = claims_.back();
    Claim best = {0, 0, 0, 0, kNever};
    bool of_top = false;
    for (auto claim = claims_.rbegin(); claim != claims_.rend(); ++claim) {
      if (claim != claims_.rbegin() && claim->valid <= now) continue;
      Claim left = *claim;
      const int64_t rest = sum(claim->from, claim->upto);
      if (rest < claim->need) {
        left.level = std::min(claim->level, earned(rest));
        left.need = levels_.levels[left.level].threshold;
      }
      if (left.level <= best.level) continue;
      best = left;
      of_top = claim == claims_.rbegin();
    }
    if (const size_t present = std::min(top.level, earned(measure(now))); present > best.level) {
      best = {present, window(now), now, levels_.levels[present].threshold, top.valid};
      of_top = true;
    }
    std::erase_if(claims_, [&](const Claim& claim) { return claim.level >= best.level; });
    if (best.level > 0) claims_.push_back(best);
    if (best.level == top.level) return;
    if (!of_top || best.level == 0) grace_.reset();
    note(now, top.level, best.level, "refund");
  }

  const Levels& levels_;
  Days days_;
  std::vector<Item> items_;
  std::vector<Claim> claims_;  // by level, the one that holds last
  std::optional<int64_t> grace_, first_;
  int64_t since_ = INT64_MIN;
  std::string history_;
};

}  // namespace perennial::loyalty::model
