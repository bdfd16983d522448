#include <utility>

#include <algorithm>

#include "loyalty/replay_run.h"
#include "segments/segments.h"

namespace perennial::loyalty::replaying {

bool Run::concerns(const Rule& rule, const Fact& fact) const {
  if (!fact.held) return rule.enabled && rule.from_ms <= fact.at_ms && fact.at_ms < rule.to_ms;
  const auto until = given_until_.find({rule.id, rule.version});
  return until != given_until_.end() && fact.at_ms <= until->second;
}

std::vector<int64_t> Run::percents(const Rule& rule, const Fact& fact, bool of_order) const {
  std::vector<int64_t> list;
  const auto trait = [&](const std::string& name) {
    return traits_.contains(name) ? traits_[name] : Json();
  };
  for (const Multiplier& one : rule.multipliers) {
    int64_t percent = one.percent;
    bool applies = false;
    switch (one.kind) {
      case Multiplier::Kind::kLevel:
        percent = level_percent_;
        applies = true;
        break;
      case Multiplier::Kind::kWindow:
        applies = one.window.contains(from_millis(fact.at_ms));
        break;
      case Multiplier::Kind::kFirstOrder:
        applies = of_order && order_keys_.empty();
        break;
      case Multiplier::Kind::kTrait: {
        const Json value = trait(one.trait);
        applies = one.value.is_null() ? !value.is_null() : value == one.value;
        break;
      }
      case Multiplier::Kind::kSegment:
        applies = segments_in_.contains(one.segment);
        break;
      case Multiplier::Kind::kBirthdayMonth: {
        // "1990-05-17" or "05-17".
        const Json value = trait(one.trait);
        const std::string day = value.is_string() ? value.get<std::string>() : "";
        const std::string month = calendar_.label(
            Period::kMonth, calendar_.start_of(Period::kMonth, from_millis(fact.at_ms)));
        const size_t at = day.size() >= 10 ? 5 : 0;
        applies = day.size() >= at + 2 && day.substr(at, 2) == month.substr(5, 2);
        break;
      }
    }
    if (applies) list.push_back(percent);
  }
  return list;
}

// Rewards of a streak stand outside the caps of their own rule: the sign-in has used them already.
Points Run::within_caps(const Rule& rule, const std::string& currency, int64_t at_ms, Points points,
                        bool streak) {
  for (const Cap& cap : rule.caps) {
    if (cap.everybody || (streak && !cap.whole_programme)) continue;
    const int64_t start = period_start(calendar_, cap.every, at_ms);
    const Used& used = cap.whole_programme ? used_by_currency_[{currency, cap.every, start}]
                                           : used_[{rule.id, cap.every, start}];
    if (cap.times && used.times >= *cap.times) return 0;
    if (cap.points) points = std::min(points, std::max<Points>(0, *cap.points - used.points));
  }
  return points;
}

void Run::count_caps(const Rule& rule, const std::string& currency, int64_t at_ms, Points points,
                     int64_t times, bool streak) {
  for (Cap::Every every : kAllEvery) {
    if (!capped_.contains(every)) continue;
    const int64_t start = period_start(calendar_, every, at_ms);
    Used& all = used_by_currency_[{currency, every, start}];
    all.points += points;
    all.times += times;
    if (streak) continue;
    Used& used = used_[{rule.id, every, start}];
    used.points += points;
    used.times += times;
  }
}

std::optional<size_t> Run::give(const Rule& rule, const Fact& fact, const std::string& key,
                                Points base, Order* order, bool streak) {
  const std::string& currency = currency_of(programme_, rule);
  const Currency* terms = programme_.find(currency);
  if (!terms || !fact.may_give(rule, key)) return std::nullopt;
  Given given{.rule = &rule};
  if (!streak) given.percents = percents(rule, fact, order != nullptr);
  Points points = within_caps(rule, currency, fact.at_ms,
                              multiplied(base, rule.stacking, given.percents), streak);
  if (trail_) {
    given.asked = trail_->asked.size();
    trail_->asked.push_back({&rule, key, fact.at_ms, points});
  }
  if (!limits_.empty()) {
    const auto limit = limits_.find({rule.id, key});
    if (limit != limits_.end()) points = std::min(points, limit->second);
  }
  if (points <= 0) return std::nullopt;
  constexpr int64_t kDayMs = 86'400'000;
  const int64_t active = fact.at_ms + rule.delay_days.value_or(terms->delay_days) * kDayMs;
  const Expiry& expiry = rule.expiry ? *rule.expiry : terms->expiry;
  int64_t expires = expires_at(expiry, programme_.zone, fact.at_ms);
  if (expires <= active) expires = expires_at(expiry, programme_.zone, active);
  given.granted = points;
  given.award = {.rule = rule.id,
                 .key = key,
                 .version = rule.version,
                 .currency = currency,
                 .order = order ? fact.key : "",
                 .points = points,
                 .at_ms = fact.at_ms,
                 .changed_ms = fact.at_ms,
                 .activates_ms = active,
                 .expires_ms = expires};
  count_caps(rule, currency, fact.at_ms, points, 1, streak);
  if (order) order->given.push_back(given_.size());
  given_.push_back(std::move(given));
  if (counts_points(currency)) track_.add(fact.at_ms, points);
  return given_.size() - 1;
}

void Run::earn(const Rule& rule, const Fact& fact, Properties& properties, Order* order) {
  if (!properties.hold(rule.when)) return;
  if (!rule.once_per.empty() && fact.may_give(rule, fact.key)) {
    const Json value = properties.member(rule.once_per);
    if (value.is_null()) return;
    std::string text = to_text(value);
    if (!once_[rule.id].insert(text).second) return;
    if (order) order->once.emplace_back(rule.id, std::move(text));
  }
  give(rule, fact, fact.key, base_points(rule.amount, fact.amount_minor, fact.items), order);
  if (!rule.streak.empty()) sign_in(rule, fact);
}

void Run::order(const Fact& fact) {
  Order& order = orders_[fact.key];
  if (order.fact) return;
  order.fact = &fact;
  Properties properties(fact);
  if (fact.counts() && levels_.measure == Levels::Measure::kSpend)
    track_.add(fact.at_ms, fact.amount_minor);
  if (fact.counts() && levels_.measure == Levels::Measure::kOrders) track_.add(fact.at_ms, 1);
  for (const Rule& rule : rules_) {
    if (trail_ && trail_->explain == fact.key) explain(rule, fact, properties);
    if (!concerns(rule, fact)) continue;
    if (rule.is_mission()) mission(rule, fact, properties, &order);
    if (rule.event == fact.name) earn(rule, fact, properties, &order);
  }
  order_keys_.push_back(fact.key);
  for (const Fact* early : early_refunds_[fact.key])
    take_from(order, early->amount_minor, early->whole, fact.at_ms);
}

void Run::event(const Fact& fact) {
  Properties properties(fact);
  if (fact.name == segments::kEntered || fact.name == segments::kLeft) {
    const Json segment = properties.member("segment_id");
    if (segment.is_string() && fact.name == segments::kEntered)
      segments_in_.insert(segment.get<std::string>());
    if (segment.is_string() && fact.name == segments::kLeft)
      segments_in_.erase(segment.get<std::string>());
  }
  for (const Rule& rule : rules_) {
    if (!concerns(rule, fact)) continue;
    if (rule.is_mission()) mission(rule, fact, properties, nullptr);
    if (rule.event == fact.name) earn(rule, fact, properties, nullptr);
    if (!rule.makeup_event.empty() && rule.makeup_event == fact.name)
      make_up(rule, fact, properties);
  }
}

// An order without an amount, or in other money than the programme's, goes back `whole` or not.
void Run::take_from(Order& order, int64_t minor, bool whole, int64_t at_ms) {
  const int64_t part = whole ? order.left() : std::min(minor, order.left());
  if (order.cancelled || (part <= 0 && !whole)) return;
  order.refunded += part;
  order.cancelled = order.left() == 0;
  if (!order.fact->counts()) return;
  if (levels_.measure == Levels::Measure::kSpend && part > 0)
    track_.take(order.fact->at_ms, part, at_ms);
  if (levels_.measure == Levels::Measure::kOrders && order.cancelled)
    track_.take(order.fact->at_ms, 1, at_ms);
  for (size_t i : order.given) {
    Given& given = given_[i];
    Points most = 0;
    if (!order.cancelled) {
      const Points base = base_points(given.rule->amount, order.left(), order.fact->items);
      most = multiplied(base, given.rule->stacking, given.percents);
    }
    leave(given, most, at_ms);
  }
  if (order.cancelled) cancel(order, at_ms);
}

// A refund leaves no more than `most` of an award.
void Run::leave(Given& given, Points most, int64_t at_ms) {
  if (trail_) trail_->left.push_back({given.asked, at_ms, most});
  const Points now = std::min(given.granted, most);
  const Points gone = given.award.points - now;
  if (gone <= 0) return;
  given.award.points = now;
  given.award.changed_ms = at_ms;
  count_caps(*given.rule, given.award.currency, given.award.at_ms, -gone, now == 0 ? -1 : 0, false);
  if (counts_points(given.award.currency)) track_.take(given.award.at_ms, gone, at_ms);
}

// All of the order went back: missions that are not complete without it give nothing any more, and
// can be completed again; what it used up once per value is free.
void Run::cancel(Order& order, int64_t at_ms) {
  for (const auto& [mission, task] : std::exchange(order.tasks, {})) {
    if (task >= mission->done.size()) continue;  // a later version has fewer tasks
    --mission->done[task];
    if (!mission->complete || mission->done[task] >= mission->rule->tasks[task].times) continue;
    mission->complete = false;
    if (mission->given) leave(given_[*std::exchange(mission->given, {})], 0, at_ms);
  }
  for (const auto& [rule, value] : std::exchange(order.once, {})) once_[rule].erase(value);
}

void Run::refund(const Fact& fact) {
  if (known_orders_.contains(fact.key)) {
    auto order = orders_.find(fact.key);
    if (order == orders_.end() || !order->second.fact) {
      early_refunds_[fact.key].push_back(&fact);
    } else {
      take_from(order->second, fact.amount_minor, fact.whole, fact.at_ms);
    }
    return;
  }
  // It names no order that is known: the newest ones are what went back.
  int64_t left = fact.amount_minor;
  for (auto key = order_keys_.rbegin(); key != order_keys_.rend() && left > 0; ++key) {
    Order& order = orders_[*key];
    const int64_t part = std::min(left, order.left());
    take_from(order, part, false, fact.at_ms);
    left -= std::max<int64_t>(0, part);
  }
}

void Run::points(const Fact& fact) {
  if (!counts_points(fact.name)) return;
  if (fact.points > 0) track_.add(fact.at_ms, fact.points);
  if (fact.points < 0) track_.take(fact.at_ms, -fact.points, fact.at_ms);
}

void Run::sign_in(const Rule& rule, const Fact& fact) {
  StreakState& state = streaks_[rule.id];
  const int64_t day = local_day(programme_.zone, fact.at_ms);
  if (state.days.insert(day).second) reward_run(rule, fact, state, day);
}

void Run::make_up(const Rule& rule, const Fact& fact, Properties& properties) {
  const Json date = properties.member("date");
  const std::string text = date.is_string() ? date.get<std::string>() : "";
  const auto start = parse_instant(text, programme_.zone);
  if (!start || text.size() != 10) return;
  const int64_t day = local_day(programme_.zone, to_millis(*start));
  StreakState& state = streaks_[rule.id];
  int64_t& used = state.makeups[period_start(calendar_, Cap::Every::kMonth, fact.at_ms)];
  const bool past = day < local_day(programme_.zone, fact.at_ms);
  if (!past || used >= rule.makeups_per_month || !state.days.insert(day).second) return;
  ++used;
  reward_run(rule, fact, state, day);
}

// Gives the rewards that the run of days around `day` has reached and not had.
void Run::reward_run(const Rule& rule, const Fact& fact, StreakState& state, int64_t day) {
  int64_t start = day, end = day;
  while (state.days.contains(start - 1)) --start;
  while (state.days.contains(end + 1)) ++end;
  const int64_t length = end - start + 1;
  for (const StreakReward& reward : rule.streak) {
    const int64_t cycle = rule.streak_cycle;
    const int64_t due = cycle > 0 ? length / cycle + (length % cycle >= reward.days ? 1 : 0)
                                  : (length >= reward.days ? 1 : 0);
    int64_t had = 0;
    for (auto it = state.rewarded.lower_bound(start);
         it != state.rewarded.end() && it->first <= end; ++it)
      had += std::ranges::count(it->second, reward.days);
    for (; had < due; ++had) {
      state.rewarded[day].push_back(reward.days);
      give(rule, fact,
           fact.key + "#streak" + std::to_string(reward.days) + "-" + std::to_string(had + 1),
           reward.points, nullptr, true);
    }
  }
}

void Run::mission(const Rule& rule, const Fact& fact, Properties& properties, Order* order) {
  const int64_t start = period_start(calendar_, rule.mission_every, fact.at_ms);
  MissionState& state = missions_[{rule.id, start}];
  if (state.complete && state.rule != &rule) return;  // by a version of before
  state.rule = &rule;
  state.done.resize(rule.tasks.size());
  bool all = true;
  for (size_t i = 0; i < rule.tasks.size(); ++i) {
    const Task& task = rule.tasks[i];
    if (task.event == fact.name && properties.hold(task.when)) {
      ++state.done[i];
      if (order) order->tasks.emplace_back(&state, i);
    }
    all = all && state.done[i] >= task.times;
  }
  if (!all || state.complete) return;
  state.complete = true;
  state.given =
      give(rule, fact, fact.key, base_points(rule.amount, fact.amount_minor, fact.items), nullptr);
}

void Run::report(Replay& replay, int64_t now_ms) const {
  std::set<std::string> seen;
  for (const Rule& rule : rules_) {
    if (!rule.enabled || now_ms < rule.from_ms || now_ms >= rule.to_ms) continue;
    if (rule.is_mission()) {
      Mission mission{.rule = rule.id, .done = std::vector<int64_t>(rule.tasks.size())};
      const auto state =
          missions_.find({rule.id, period_start(calendar_, rule.mission_every, now_ms)});
      if (state != missions_.end()) {
        mission.complete = state->second.complete;
        mission.done.resize(state->second.done.size());
        for (size_t i = 0; i < mission.done.size(); ++i) {
          const int64_t done = state->second.done[i];
          mission.done[i] = i < rule.tasks.size() ? std::min(done, rule.tasks[i].times) : done;
        }
      }
      replay.missions.push_back(std::move(mission));
    }
    if (rule.streak.empty() || !seen.insert(rule.id).second) continue;
    Streak streak{.rule = rule.id};
    auto state = streaks_.find(rule.id);
    const int64_t today = local_day(programme_.zone, now_ms);
    if (state != streaks_.end() && !state->second.days.empty()) {
      const auto& days = state->second.days;
      const int64_t last = *days.rbegin();
      streak.last_day =
          calendar_.label(Period::kDay, programme_.zone.to_instant(std::chrono::local_time<Millis>(
                                            std::chrono::local_days(std::chrono::days(last)))));
      for (int64_t day = last; last >= today - 1 && days.contains(day); --day) ++streak.days;
    }
    replay.streaks.push_back(std::move(streak));
  }
}

Replay Run::run(std::vector<Fact>& facts, int64_t now_ms) {
  int64_t next_ms = kNever;
  std::erase_if(facts, [&](const Fact& fact) {
    if (fact.at_ms <= now_ms) return false;
    next_ms = std::min(next_ms, fact.at_ms);
    return true;
  });
  std::ranges::sort(facts, {},
                    [](const Fact& fact) { return std::tie(fact.at_ms, fact.kind, fact.key); });
  for (const Fact& fact : facts) {
    if (fact.kind == Fact::Kind::kOrder) known_orders_.insert(fact.key);
    for (const Gave& gave : fact.given) {
      const auto until = given_until_.try_emplace({gave.rule, gave.version}, fact.at_ms).first;
      until->second = std::max(until->second, fact.at_ms);
    }
  }
  for (const Fact& fact : facts) {
    track_.advance(fact.at_ms);
    level_percent_ = track_.multiplier_percent();
    switch (fact.kind) {
      case Fact::Kind::kOrder:
        order(fact);
        break;
      case Fact::Kind::kEvent:
        event(fact);
        break;
      case Fact::Kind::kRefund:
        refund(fact);
        break;
      case Fact::Kind::kPoints:
        points(fact);
        break;
    }
  }
  Replay replay;
  replay.standing = track_.standing(now_ms);
  replay.standing.next_ms = std::min(replay.standing.next_ms, next_ms);
  report(replay, now_ms);
  for (Given& given : given_) replay.awards.push_back(std::move(given.award));
  return replay;
}

}  // namespace perennial::loyalty::replaying

namespace perennial::loyalty {

bool Fact::may_give(const Rule& rule, const std::string& award_key) const {
  return !held || std::ranges::find(given, Gave{rule.id, rule.version, award_key}) != given.end();
}

Replay replay(const Programme& programme, std::span<const Rule> rules, const Levels& levels,
              std::string_view traits, std::vector<Fact> facts, int64_t now_ms,
              const AwardLimits& limits, Trail* trail) {
  return replaying::Run(programme, rules, levels, traits, limits, trail).run(facts, now_ms);
}

}  // namespace perennial::loyalty
