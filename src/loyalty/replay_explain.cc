// By which steps a rule comes to what it gives an order, and why others give nothing.
#include <algorithm>

#include "loyalty/replay_run.h"

namespace perennial::loyalty::replaying {

std::string Run::nothing_before_amounts(const Rule& rule, const Fact& fact, Properties& properties,
                                        std::string& where) {
  if (fact.held) return "held_out";
  if (!rule.enabled) return "off";
  if (fact.at_ms < rule.from_ms) return "not_yet";
  for (const Condition& condition : rule.when) {
    where = condition.property;
    if (!properties.hold({condition})) return "condition";
  }
  where = rule.once_per;
  if (!where.empty()) {
    const Json value = properties.member(where);
    if (value.is_null()) return "once_per_missing";
    if (once_[rule.id].contains(to_text(value))) return "once_per_used";
  }
  where.clear();
  if (!rule.is_mission()) return "";
  const auto found =
      missions_.find({rule.id, period_start(calendar_, rule.mission_every, fact.at_ms)});
  if (found != missions_.end() && found->second.complete) return "mission_done";
  for (size_t i = 0; i < rule.tasks.size(); ++i) {
    const Task& task = rule.tasks[i];
    int64_t done = 0;
    if (found != missions_.end() && i < found->second.done.size()) done = found->second.done[i];
    done += task.event == fact.name && properties.hold(task.when) ? 1 : 0;
    where = task.event;
    if (done < task.times) return "mission_open";
  }
  where.clear();
  return "";
}

void Run::explain_amounts(const Fact& fact, Explained& one) {
  const Rule& rule = *one.rule;
  one.base = base_points(rule.amount, fact.amount_minor, fact.items);
  Rule single = rule;
  std::vector<int64_t> applied;
  for (const Multiplier& multiplier : rule.multipliers) {
    single.multipliers = {multiplier};
    const auto percent = percents(single, fact, !rule.is_mission());
    one.percents.push_back(percent.empty() ? std::nullopt : std::optional(percent.front()));
    applied.insert(applied.end(), percent.begin(), percent.end());
  }
  const std::string& currency = currency_of(programme_, rule);
  one.multiplied = multiplied(one.base, rule.stacking, applied);
  one.capped = within_caps(rule, currency, fact.at_ms, one.multiplied, false);
  for (const Cap& cap : rule.caps) {
    const int64_t start = period_start(calendar_, cap.every, fact.at_ms);
    const Used used = cap.everybody         ? Used{}
                      : cap.whole_programme ? used_by_currency_[{currency, cap.every, start}]
                                            : used_[{rule.id, cap.every, start}];
    one.used.push_back({used.points, used.times});
  }
}

void Run::explain(const Rule& rule, const Fact& fact, Properties& properties) {
  const auto of_order = [&](const Task& task) { return task.event == fact.name; };
  const bool about =
      rule.is_mission() ? std::ranges::any_of(rule.tasks, of_order) : rule.event == fact.name;
  if (!about || fact.at_ms >= rule.to_ms) return;
  Explained one{.rule = &rule};
  one.reason = nothing_before_amounts(rule, fact, properties, one.where);
  explain_amounts(fact, one);
  if (one.reason.empty() && one.capped <= 0) {
    one.reason = one.base <= 0         ? "below_minimum"
                 : one.multiplied <= 0 ? "multiplied_to_nothing"
                                       : "cap_reached";
  }
  trail_->explained.push_back(std::move(one));
}

}  // namespace perennial::loyalty::replaying
