#include "timeline/testing.h"

#include <algorithm>

#include "base/base.h"

namespace perennial::timeline {

struct TestBucket::Columns {
  struct One {
    std::vector<Second> at;
    std::vector<uint8_t> tie;
    std::vector<uint32_t> first, last, group, held;
    std::vector<double> number;
    std::vector<Crowd> in;
  };
  std::vector<One> selectors;
  std::vector<Hits> hits;
  std::vector<Presence> presence;
  std::vector<uint32_t> groups;
};

TestBucket::TestBucket(std::vector<History> people) : people_(std::move(people)) {
  INVARIANT(people_.size() <= kBucketPeople);
  for (History& history : people_) {
    std::ranges::stable_sort(history, {}, &TestEvent::at);
    for (size_t i = 1; i < history.size(); ++i) {
      const TestEvent& before = history[i - 1];
      if (history[i].at == before.at) {
        history[i].tie = static_cast<uint8_t>(std::min(before.tie + 1, 255));
      }
    }
  }
}

void TestBucket::set_groups(std::vector<uint32_t> groups) {
  groups_ = std::move(groups);
  groups_.resize(kBucketPeople);
}

Slice TestBucket::slice(const std::vector<TestSelector>& selectors, const Periods* periods) {
  auto columns = std::make_shared<Columns>();
  columns->selectors.resize(selectors.size());
  for (size_t s = 0; s < selectors.size(); ++s) {
    Columns::One& one = columns->selectors[s];
    for (uint32_t person = 0; person < kBucketPeople; ++person) {
      one.first.push_back(static_cast<uint32_t>(one.at.size()));
      if (person < people_.size()) {
        for (const TestEvent& event : people_[person]) {
          if (!selectors[s](event)) continue;
          one.at.push_back(event.at);
          one.tie.push_back(event.tie);
          one.group.push_back(event.group);
          one.held.push_back(event.held);
          one.number.push_back(event.number);
        }
      }
      one.last.push_back(static_cast<uint32_t>(one.at.size()));
    }
    columns->hits.push_back({.at = one.at.data(),
                             .tie = one.tie.data(),
                             .first = one.first.data(),
                             .last = one.last.data(),
                             .group = one.group.data(),
                             .held = one.held.data(),
                             .number = one.number.data()});
    if (periods == nullptr) continue;
    const Crowd before = presence_of(columns->hits.back(), *periods, one.in);
    columns->presence.push_back({.in = one.in, .before = before});
  }
  columns->groups = groups_;
  kept_.push_back(columns);
  Slice out;
  for (uint32_t person = 0; person < people_.size(); ++person) out.who.add(person);
  out.hits = columns->hits;
  out.presence = columns->presence;
  out.group = columns->groups.empty() ? nullptr : columns->groups.data();
  return out;
}

}  // namespace perennial::timeline
