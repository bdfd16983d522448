// Inside of the funnels: windowFunnel of ClickHouse 26.7, as the algorithm in
// src/AggregateFunctions/AggregateFunctionWindowFunnel.cpp of its source does it.
//
// Events are pairs (second, step), sorted so; an event that fits several steps is several pairs,
// and arrival within a second does not count. With strict_order "any event" that fits no step is a
// pair with a step before the first.
#pragma once

#include <vector>

#include "timeline/funnel_attempt.h"

namespace perennial::timeline {

class WindowFunnel {
 public:
  explicit WindowFunnel(const FunnelSpec& spec) : spec_(spec) {}

  // False at level 0.
  bool run(const Slice& slice, uint32_t person, FunnelAttempt& out);

 private:
  struct Pair {
    Second at;
    int step;  // -1: fits none
    uint64_t key;
    auto operator<=>(const Pair&) const = default;
  };
  using Way = std::array<uint64_t, kMaxFunnelSteps>;
  struct Level {
    bool reached = false;
    Second entry = 0, last = 0;
    Way way;  // its events
  };
  // Within one second, the pairs [from, to).
  struct InSecond {
    size_t from, to;
  };
  enum class Verdict { kTry, kSkip, kStop };

  void collect_pairs(const Slice& slice, uint32_t person);
  Verdict look_at(const Pair& pair);
  void reach(int step, Second entry, Second at, const Way& way, uint64_t key);
  bool run_pairs();
  bool run_once();
  bool try_once(const Pair& pair, InSecond second);
  bool seat(int level, int base, uint64_t not_this, InSecond second, uint32_t& seated, Way& way);

  const FunnelSpec& spec_;
  std::vector<Pair> pairs_;
  std::vector<uint64_t> keys_, tried_;
  std::vector<Level> levels_;  // by the last step filled
  std::vector<Level> before_;  // the same at the start of the second, for strict_once
  bool entered_ = false;
};

}  // namespace perennial::timeline
