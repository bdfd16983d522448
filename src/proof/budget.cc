#include "proof/budget.h"

#include <algorithm>
#include <queue>
#include <tuple>

namespace perennial::proof {
namespace {

// One step of a person: from the offer before (or nothing) to this one.
struct Step {
  size_t person = 0;
  int from = -1, to = -1;
  double value = 0, cost = 0;  // more than before
  double worth() const {
    return cost > 0 ? (value - cost) / cost : std::numeric_limits<double>::infinity();
  }
};

// Offers of one person that pay, on the upper hull of value over cost, cheapest first, as steps.
std::vector<Step> steps_of(size_t person, std::span<const double> value,
                           std::span<const Offer> offers, std::span<const int64_t> stock) {
  std::vector<int> hull;
  std::vector<int> order;
  for (int k = 0; k < std::ssize(offers); ++k) {
    const auto i = static_cast<size_t>(k);
    if (stock[i] > 0 && value[i] > offers[i].cost) order.push_back(k);
  }
  std::ranges::sort(order, {}, [&](int k) {
    const auto i = static_cast<size_t>(k);
    return std::tuple(offers[i].cost, -value[i], k);
  });
  const auto cost = [&](int k) { return k < 0 ? 0 : offers[static_cast<size_t>(k)].cost; };
  const auto kept = [&](int k) { return k < 0 ? 0 : value[static_cast<size_t>(k)]; };
  for (const int k : order) {
    if (!hull.empty() && kept(k) <= kept(hull.back())) continue;
    while (!hull.empty()) {
      const int last = hull.back(), before = hull.size() > 1 ? hull[hull.size() - 2] : -1;
      // The last one lies under the line from the one before it to this one.
      const double through = (kept(last) - kept(before)) * (cost(k) - cost(before));
      const double above = (kept(k) - kept(before)) * (cost(last) - cost(before));
      if (through > above) break;
      hull.pop_back();
    }
    hull.push_back(k);
  }
  std::vector<Step> steps;
  int before = -1;
  for (const int k : hull) {
    const Step step{.person = person,
                    .from = before,
                    .to = k,
                    .value = kept(k) - kept(before),
                    .cost = cost(k) - cost(before)};
    if (step.value <= step.cost) break;  // dearer ones are worth less still
    steps.push_back(step);
    before = k;
  }
  return steps;
}

}  // namespace

Choice choose_offers(std::span<const double> value, std::span<const Offer> offers,
                     const BudgetLimits& limits) {
  Choice choice;
  if (offers.empty()) return choice;
  const size_t people = value.size() / offers.size();
  choice.offer.assign(people, -1);
  std::vector<int64_t> stock;
  for (const Offer& offer : offers) stock.push_back(offer.stock);
  const auto worse = [](const Step& a, const Step& b) {
    return std::tuple(-a.worth(), a.person) > std::tuple(-b.worth(), b.person);
  };
  std::priority_queue<Step, std::vector<Step>, decltype(worse)> queue(worse);
  const auto of_person = [&](size_t i) { return value.subspan(i * offers.size(), offers.size()); };
  for (size_t i = 0; i < people; ++i) {
    for (const Step& step : steps_of(i, of_person(i), offers, stock)) queue.push(step);
  }
  double left = limits.budget;
  while (!queue.empty()) {
    const Step step = queue.top();
    queue.pop();
    // Steps of a person come in their order, unless an earlier one could not be taken.
    if (choice.offer[step.person] != step.from) continue;
    const auto to = static_cast<size_t>(step.to);
    const bool fits =
        step.cost <= left && stock[to] > 0 && (step.from >= 0 || choice.people < limits.people);
    if (!fits) continue;
    if (step.from >= 0) ++stock[static_cast<size_t>(step.from)];
    --stock[to];
    choice.people += step.from < 0;
    choice.offer[step.person] = step.to;
    choice.value += step.value;
    choice.cost += step.cost;
    left -= step.cost;
  }
  return choice;
}

}  // namespace perennial::proof
