// For tests: a bucket written down as the histories of its people, and selectors as plain
// predicates. A slow twin reads the histories; the kernel reads the slice made of them.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include "timeline/hits.h"
#include "timeline/periods.h"
#include "timeline/presence.h"

namespace perennial::timeline {

struct TestEvent {
  Second at = 0;
  uint32_t name = 0;
  uint32_t group = 0, held = 0;  // numbers in a dictionary; 0 = none
  double number = std::numeric_limits<double>::quiet_NaN();
  uint8_t tie = 0;  // set by TestBucket: the order inside a second
};
using History = std::vector<TestEvent>;  // of one person
using TestSelector = std::function<bool(const TestEvent&)>;

class TestBucket {
 public:
  // At most kBucketPeople histories. Sorts each by time; events of the same second keep their
  // order.
  explicit TestBucket(std::vector<History> people);
  const std::vector<History>& people() const { return people_; }

  // Valid as long as the bucket. All carried members are filled. `periods` adds presence.
  Slice slice(const std::vector<TestSelector>& selectors, const Periods* periods = nullptr);
  // Sets Slice::group of slices made later.
  void set_groups(std::vector<uint32_t> groups);

 private:
  struct Columns;
  std::vector<History> people_;
  std::vector<uint32_t> groups_;
  std::vector<std::shared_ptr<Columns>> kept_;
};

// Seeds of random tests: the same ones in each run, and one that nobody has tried. A test says with
// SCOPED_TRACE which it is at.
inline std::vector<uint64_t> seeds(uint64_t count) {
  std::vector<uint64_t> out;
  for (uint64_t seed = 1; seed <= count; ++seed) out.push_back(seed);
  out.push_back(std::random_device()());
  return out;
}

// Somebody who does as much as nobody should: 100,000 events, one a second from `from` on.
inline constexpr uint32_t kBusyEvents = 100'000;
inline History busy_history(Second from, uint32_t name) {
  History out(kBusyEvents);
  for (uint32_t i = 0; i < kBusyEvents; ++i) {
    out[i].at = from + i;
    out[i].name = name;
    out[i].number = i % 1'000;
  }
  return out;
}

inline TestSelector named(uint32_t name) {
  return [name](const TestEvent& event) { return event.name == name; };
}

}  // namespace perennial::timeline
