// How much people lean to which word (a category, a channel, an hour), from what they did: each hit
// weighs 2^(-age in whole days / half-life), so that what was done long ago fades and nothing drops
// out at once.
//
// Pure kernels over the timeline: what happens at or after `now` does not count, nor what is older
// than the window.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "people/people.h"
#include "timeline/timeline.h"

namespace perennial::portrait {

using people::PersonId;

// Weights by age. Age 0 are the 24 hours before `now`.
class Decay {
 public:
  Decay(Instant now, int window_days, int half_life_days);
  timeline::Second from() const { return from_; }
  timeline::Second now() const { return now_; }
  // 0 outside of the window.
  double weight(timeline::Second at) const {
    if (at >= now_ || at < from_) return 0;
    return by_day_[(now_ - 1 - at) / 86'400];
  }

 private:
  timeline::Second from_ = 0, now_ = 0;
  std::vector<double> by_day_;
};

// Of one person and one word: hits, and the sum of their weights.
struct Affinity {
  PersonId person = 0;
  uint16_t word = 0;
  uint32_t count = 0;
  double weight = 0;
};

// What the hits of a selector say.
struct AffinitySource {
  double weight = 1;
  uint16_t word = 0;                // of every hit; 0: the hit's group tells
  std::vector<uint16_t> of_code{};  // word by code of Hits::group; 0 says nothing
};
struct AffinitySpec {
  Decay decay;
  std::vector<AffinitySource> sources;  // one a selector
  size_t words = 1;                     // words are below
};

class AffinityScan {
 public:
  explicit AffinityScan(std::shared_ptr<const AffinitySpec> spec);
  void add(const timeline::Slice& slice);
  void merge(const AffinityScan& other);
  uint64_t bytes() const { return found_.size() * sizeof(Affinity); }
  std::vector<Affinity> finish() && { return std::move(found_); }

 private:
  void add_hits(const timeline::Hits& hits, const AffinitySource& source, uint32_t person);

  std::shared_ptr<const AffinitySpec> spec_;
  std::vector<Affinity> found_;
  std::vector<Affinity> sums_;     // by word, of the person under way
  std::vector<uint16_t> touched_;  // words of sums_ that are not empty
};

// Wall-clock hours in which somebody did something: each hour of each day counts once, so that a
// page of fifty clicks says no more than one click. Words are 1 (midnight to one) to 24.
struct HoursSpec {
  Decay decay;
  std::vector<int32_t> offset;  // of the wall clock in seconds, by quarter of an hour since `from`
  std::vector<uint8_t> skip;    // by code of the event's name: 1 says nothing of when people act
  int64_t wall(timeline::Second at) const {
    return int64_t{at} + offset[at / 900 - decay.from() / 900];
  }
};
std::vector<int32_t> wall_offsets(const Decay& decay, Zone zone);

// Reads one selector, whose hits carry the name of the event as their group.
class HoursScan {
 public:
  explicit HoursScan(std::shared_ptr<const HoursSpec> spec) : spec_(std::move(spec)) {}
  void add(const timeline::Slice& slice);
  void merge(const HoursScan& other);
  uint64_t bytes() const { return found_.size() * sizeof(Affinity); }
  std::vector<Affinity> finish() && { return std::move(found_); }

 private:
  std::shared_ptr<const HoursSpec> spec_;
  std::vector<Affinity> found_;
};

// The same sums, by person and word, each once. Nothing, and soon, once it is stopped: of tens of
// millions it takes seconds.
std::vector<Affinity> add_up(std::vector<Affinity> all, const timeline::Stop* stop = nullptr);

}  // namespace perennial::portrait
