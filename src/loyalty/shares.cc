#include "loyalty/shares.h"

#include <algorithm>

#include "loyalty/evaluate.h"

namespace perennial::loyalty {
namespace {

// A person asks in this order, so that nothing waits for what comes after it.
auto order_of(const Shares::Step& step) {
  return std::tuple(step.at_ms, step.person, step.refund, step.asked);
}

}  // namespace

Shares::Shares(const Terms& terms) : terms_(terms), rules_(terms.rules) {
  for (const Rule& rule : rules_)
    bounds_.push_back(terms_.bounds(rule, currency_of(terms.programme, rule)));
}

void Shares::note(PersonId person, const Trail& trail, std::vector<Step>& steps) const {
  const auto step = [&](const Asked& asked, size_t place) {
    return Step{.at_ms = asked.at_ms,
                .person = person,
                .points = asked.points,
                .asked_ms = asked.at_ms,
                .asked = static_cast<uint32_t>(place),
                .rule = static_cast<uint32_t>(asked.rule - rules_.data())};
  };
  for (size_t i = 0; i < trail.asked.size(); ++i) {
    const Step asked = step(trail.asked[i], i);
    if (asked.points > 0 && !bounds_[asked.rule].empty()) steps.push_back(asked);
  }
  for (const Left& left : trail.left) {
    Step refund = step(trail.asked[left.asked], left.asked);
    if (bounds_[refund.rule].empty()) continue;
    refund.at_ms = left.at_ms;
    refund.points = left.most;
    refund.refund = true;
    steps.push_back(refund);
  }
}

void Shares::put(std::span<const PersonId> people, std::vector<Step> steps) {
  std::erase_if(steps_,
                [&](const Step& step) { return std::ranges::binary_search(people, step.person); });
  std::ranges::sort(steps, {}, order_of);
  const auto middle = steps_.insert(steps_.end(), steps.begin(), steps.end());
  std::ranges::inplace_merge(steps_, middle, {}, order_of);
}

std::vector<BudgetUse*> Shares::uses_of(const Step& step) {
  std::vector<BudgetUse*> uses;
  for (const auto& bound : bounds_[step.rule])
    uses.push_back(&used_[{bound.budget, terms_.start_of_period(bound.budget, step.asked_ms)}]);
  return uses;
}

// Gives what there is of what a step asks for.
Points Shares::served(const Step& step) {
  const auto uses = uses_of(step);
  const auto& bounds = bounds_[step.rule];
  Points points = step.points;
  for (size_t i = 0; i < uses.size(); ++i)
    points = std::min(points, room(bounds[i].caps, *uses[i], true));
  for (BudgetUse* use : uses) {
    use->points += points;
    use->times += points > 0;
  }
  return points;
}

std::vector<PersonId> Shares::serve() {
  used_.clear();
  // Of awards that a refund makes smaller: what they have.
  std::map<std::pair<PersonId, uint32_t>, Points> had;
  for (const Step& step : steps_) {
    if (step.refund) had[{step.person, step.asked}] = 0;
  }
  Cuts cuts;
  for (const Step& step : steps_) {
    const auto refunded = had.find({step.person, step.asked});
    if (!step.refund) {
      const Points points = served(step);
      if (points < step.points) cuts[step.person].push_back({step.asked, points});
      if (refunded != had.end()) refunded->second = points;
      continue;
    }
    const Points gone = refunded->second - std::min(refunded->second, step.points);
    if (gone == 0) continue;
    refunded->second -= gone;
    for (BudgetUse* use : uses_of(step)) {
      use->points -= gone;
      use->times -= refunded->second == 0;
    }
  }
  std::vector<PersonId> changed;
  for (const auto& [person, list] : cuts) {
    const auto before = cuts_.find(person);
    if (before == cuts_.end() || before->second != list) changed.push_back(person);
  }
  for (const auto& [person, list] : cuts_) {
    if (!cuts.contains(person)) changed.push_back(person);
  }
  std::ranges::sort(changed);
  cuts_ = std::move(cuts);
  return changed;
}

AwardLimits Shares::limits(PersonId person, const Trail& trail) const {
  AwardLimits limits;
  const auto cut = cuts_.find(person);
  if (cut == cuts_.end()) return limits;
  for (const auto& [asked, allowed] : cut->second) {
    // Facts may be gone since the person asked.
    if (asked >= trail.asked.size()) continue;
    const Asked& one = trail.asked[asked];
    limits[{one.rule->id, one.key}] = allowed;
  }
  return limits;
}

}  // namespace perennial::loyalty
