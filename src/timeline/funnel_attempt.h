// Inside of the funnels: one person's events as tokens, and the search for the best attempt among
// them.
#pragma once

#include <utility>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "timeline/funnel.h"

namespace perennial::timeline {

inline constexpr uint32_t kNoToken = UINT32_MAX;
inline constexpr uint32_t kNoHit = UINT32_MAX;

inline Second second_of(uint64_t key) { return static_cast<Second>(key >> 8); }
inline Second last_second(Second entry, Second window) {
  return static_cast<Second>(std::min<uint64_t>(uint64_t{entry} + window, kNever));
}

// An attempt that counts. Only the first `level` places are set, and of these only the first
// (the entry) when events were not asked for.
struct FunnelAttempt {
  int level = 0;
  std::array<uint64_t, kMaxFunnelSteps> key;  // Hits::key of its events, in their order
  std::array<uint8_t, kMaxFunnelSteps> step;  // which step each filled
  uint32_t held = 0;
  uint32_t entry_hit = kNoHit;  // the entry among the hits of its step, where the search knows it

  Second entry() const { return second_of(key[0]); }
};

// One event of a person that fits a step.
struct FunnelToken {
  uint64_t key = 0;
  uint32_t steps = 0;  // one bit for each step it fits
  uint32_t rank = 0;   // its place among all events that break a strict order
  Second limit = 0;    // the last second at which an attempt that enters here goes on
  uint32_t held = 0;

  Second at() const { return second_of(key); }
};

// The tokens of one person, and where exclusions lie between them. Reused from person to person.
class FunnelTokens {
 public:
  explicit FunnelTokens(const FunnelSpec& spec);

  // `bound`: the highest level the person could have; hits that then change nothing are left out.
  void build(const Slice& slice, uint32_t person, int bound);
  // Ascending by key within each group; one group for each held value, one without held.
  std::span<const FunnelToken> tokens() const { return tokens_; }
  std::span<const std::pair<uint32_t, uint32_t>> groups() const { return groups_; }
  // The steps after which an attempt of this held value ends because of exclusions with a key in
  // [from, to), one bit each.
  uint32_t broken(uint64_t from, uint64_t to, uint32_t held) const;

 private:
  struct Excluded {
    uint32_t held;
    uint64_t key;
    auto operator<=>(const Excluded&) const = default;
  };
  void append(const Hits& hits, uint32_t person, uint32_t steps);
  void merge_runs();
  void set_ranks_and_limits();
  void group_by_held();
  void join_equal();

  const FunnelSpec& spec_;
  const Slice* slice_ = nullptr;
  uint32_t person_ = 0;
  std::vector<FunnelToken> tokens_, spare_;
  std::vector<uint32_t> runs_, next_runs_;  // where sorted stretches of tokens_ start, and the end
  std::vector<std::pair<uint32_t, uint32_t>> groups_;
  std::vector<std::vector<Excluded>> excluded_;  // by exclusion, sorted; with held
  std::vector<uint32_t> zones_;                  // by exclusion: the steps after which it counts
};

// The best attempt of some tokens: where it enters and where it reaches its level.
struct FunnelFound {
  int level = 0;
  uint32_t entry = kNoToken, end = kNoToken;
};

// Which tokens are looked at, which of them may be entries, and the level at which to stop.
struct FunnelRange {
  uint32_t from = 0, to = 0;
  uint32_t entry_from = 0, entry_to = 0;
  int target = 0;
};

// Searches the tokens of one person.
class FunnelSearch {
 public:
  FunnelSearch(const FunnelSpec& spec, const FunnelTokens& tokens)
      : steps_(spec.steps), exclusions_(!spec.exclusions.empty()), tokens_(tokens) {}

  template <FunnelOrder kOrder>
  FunnelFound best(const FunnelRange& range) const {
    if constexpr (kOrder == FunnelOrder::kStrict) return best_strict(range);
    if constexpr (kOrder == FunnelOrder::kAny) return best_any(range);
    return exclusions_ ? best_ordered<true>(range) : best_ordered<false>(range);
  }
  // The events of what best() found.
  template <FunnelOrder kOrder>
  void fill(const FunnelFound& found, FunnelAttempt& out) const {
    out.level = found.level;
    out.held = tokens_.tokens()[found.entry].held;
    if constexpr (kOrder == FunnelOrder::kStrict) return fill_strict(found, out);
    if constexpr (kOrder == FunnelOrder::kAny) return fill_any(found, out);
    return exclusions_ ? fill_excluded(found, out) : fill_ordered(found, out);
  }

 private:
  template <bool kExclusions>
  FunnelFound best_ordered(const FunnelRange& range) const;
  FunnelFound best_strict(const FunnelRange& range) const;
  FunnelFound best_any(const FunnelRange& range) const;
  void fill_ordered(const FunnelFound& found, FunnelAttempt& out) const;
  void fill_excluded(const FunnelFound& found, FunnelAttempt& out) const;
  void fill_strict(const FunnelFound& found, FunnelAttempt& out) const;
  void fill_any(const FunnelFound& found, FunnelAttempt& out) const;

  int steps_;
  bool exclusions_;
  const FunnelTokens& tokens_;
};

}  // namespace perennial::timeline
