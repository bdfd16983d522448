#include "value/circle.h"

#include <algorithm>
#include <unordered_set>

namespace perennial::value {

Circles::Circles(std::vector<Brought> all, Instant before) : by_whom_(std::move(all)) {
  std::erase_if(by_whom_, [&](const Brought& one) {
    return one.at_ms >= to_millis(before) || one.by <= 0 || one.whom <= 0 || one.by == one.whom;
  });
  std::ranges::sort(by_whom_, {}, [](const Brought& one) {
    return std::tuple(one.whom, one.at_ms, one.seq, one.by);
  });
  const auto again = std::ranges::unique(by_whom_, {}, &Brought::whom);
  by_whom_.erase(again.begin(), again.end());
  by_by_ = by_whom_;
  std::ranges::sort(by_by_, {},
                    [](const Brought& one) { return std::tuple(one.by, -one.at_ms, one.whom); });
}

const Brought* Circles::who_brought(PersonId person) const {
  const auto found = std::ranges::lower_bound(by_whom_, person, {}, &Brought::whom);
  return found == by_whom_.end() || found->whom != person ? nullptr : &*found;
}

std::span<const Brought> Circles::brought_by(PersonId person) const {
  const auto found = std::ranges::equal_range(by_by_, person, {}, &Brought::by);
  return {found.begin(), found.end()};
}

std::vector<Near> Circles::around(PersonId person) const {
  std::vector<Near> circle;
  std::unordered_set<PersonId> met = {person};
  const auto meet = [&](PersonId one, int hops, PersonId via) {
    if (circle.size() < kMaxAround && met.insert(one).second)
      circle.push_back({.person = one, .hops = hops, .via = via});
  };
  if (const Brought* by = who_brought(person)) meet(by->by, 1, 0);
  for (const Brought& one : brought_by(person)) {
    if (circle.size() == kMaxAround) return circle;
    meet(one.whom, 1, 0);
  }
  const size_t nearest = circle.size();
  for (size_t i = 0; i < nearest; ++i) {
    for (const Brought& one : brought_by(circle[i].person)) {
      if (circle.size() == kMaxAround) return circle;
      meet(one.whom, 2, circle[i].person);
    }
  }
  return circle;
}

}  // namespace perennial::value
