// How the best attempt is found.
//
// Ordered: for each step the latest entry from which an attempt stands there. An event of step k
// moves the entry of step k - 1 on to step k; a later entry never does worse than an earlier one,
// as its window ends later and exclusions end all attempts that stand at a step. One pass, a few
// steps of work for each event.
//
// Strict: the same, but an attempt stands only at the event just before.
//
// Any order: level k needs k events in a window that can be given to k different steps. Sets of
// events that can be given to different steps are the independent sets of a matroid (transversal
// matroid, Edmonds and Fulkerson 1965). The basis of latest events is kept up event by event: a new
// one joins it, for the oldest that can be spared. The number of its members that lie in the
// window that ends here is the level reached here.

#include <bit>

#include "timeline/funnel_attempt.h"

namespace perennial::timeline {
namespace {

// Events given to different steps.
class Seats {
 public:
  Seats() { owner_.fill(kNoToken); }

  uint32_t owner(int step) const { return owner_[static_cast<size_t>(step)]; }
  // Gives the token a step, moving others to other steps they fit. When that cannot be, it takes
  // the place of the oldest token that can be spared if `evict`, or is left out. Whether a step
  // more is taken.
  bool add(std::span<const FunnelToken> tokens, uint32_t token, bool evict) {
    std::array<uint8_t, kMaxFunnelSteps> parent;  // whose owner would move to this step
    uint32_t reached = tokens[token].steps, open = reached;
    for (uint32_t rest = reached; rest != 0; rest &= rest - 1) {
      parent[static_cast<size_t>(std::countr_zero(rest))] = kRoot;
    }
    while ((reached & ~taken_) == 0 && open != 0) {
      const int step = std::countr_zero(open);
      open &= open - 1;
      const uint32_t more = tokens[owner(step)].steps & ~reached;
      for (uint32_t rest = more; rest != 0; rest &= rest - 1) {
        parent[static_cast<size_t>(std::countr_zero(rest))] = static_cast<uint8_t>(step);
      }
      reached |= more;
      open |= more;
    }
    const uint32_t free = reached & ~taken_;
    if (free == 0 && !evict) return false;
    size_t at = static_cast<size_t>(free != 0 ? std::countr_zero(free) : oldest(reached));
    taken_ |= uint32_t{1} << at;
    for (; parent[at] != kRoot; at = parent[at]) owner_[at] = owner_[parent[at]];
    owner_[at] = token;
    return free != 0;
  }

 private:
  static constexpr uint8_t kRoot = 255;

  int oldest(uint32_t steps) const {
    int best = std::countr_zero(steps);
    for (uint32_t rest = steps; rest != 0; rest &= rest - 1) {
      const int step = std::countr_zero(rest);
      if (owner(step) < owner(best)) best = step;
    }
    return best;
  }

  uint32_t taken_ = 0;
  std::array<uint32_t, kMaxFunnelSteps> owner_;
};

constexpr uint32_t bit(int step) { return uint32_t{1} << step; }

}  // namespace

template <bool kExclusions>
FunnelFound FunnelSearch::best_ordered(const FunnelRange& range) const {
  const std::span<const FunnelToken> tokens = tokens_.tokens();
  std::array<uint32_t, kMaxFunnelSteps> entry;  // by the last step filled
  entry.fill(kNoToken);
  FunnelFound best;
  Second limit = 0;
  for (uint32_t i = range.entry_from; i < range.to; ++i) {
    const FunnelToken& token = tokens[i];
    if (i >= range.entry_to && token.at() > limit) break;
    uint32_t broken = 0;
    if constexpr (kExclusions) {
      if (best.level > 0) {  // somebody stands somewhere
        const uint64_t before = i > range.entry_from ? tokens[i - 1].key + 1 : 0;
        uint32_t rest = tokens_.broken(before, token.key, token.held);
        for (; rest != 0; rest &= rest - 1) {
          entry[static_cast<size_t>(std::countr_zero(rest))] = kNoToken;
        }
        broken = tokens_.broken(token.key, token.key + 1, token.held);
      }
    }
    for (int step = steps_ - 1; step >= 0; --step) {
      const auto s = static_cast<size_t>(step);
      if (kExclusions && (broken & bit(step)) != 0) entry[s] = kNoToken;
      if ((token.steps & bit(step)) == 0) continue;
      if (step == 0) {
        if (i >= range.entry_to) break;
        entry[0] = i;
        limit = token.limit;
      } else {
        const uint32_t from = entry[s - 1];
        if (from == kNoToken || token.at() > tokens[from].limit) continue;
        if (entry[s] != kNoToken && entry[s] >= from) continue;
        entry[s] = from;
      }
      if (step >= best.level) best = {step + 1, entry[s], i};
    }
    if (best.level >= range.target) break;
  }
  return best;
}

template FunnelFound FunnelSearch::best_ordered<false>(const FunnelRange& range) const;
template FunnelFound FunnelSearch::best_ordered<true>(const FunnelRange& range) const;

FunnelFound FunnelSearch::best_strict(const FunnelRange& range) const {
  const std::span<const FunnelToken> tokens = tokens_.tokens();
  std::array<uint32_t, kMaxFunnelSteps> entry;  // of attempts that stand at the token before
  entry.fill(kNoToken);
  FunnelFound best;
  int highest = -1;  // the last step at which one stands
  for (uint32_t i = range.entry_from; i < range.to; ++i) {
    const FunnelToken& token = tokens[i];
    if (i >= range.entry_to && highest < 0) break;
    const bool next = i > range.entry_from && token.rank == tokens[i - 1].rank + 1;
    const int upto = next ? std::min(highest + 1, steps_ - 1) : 0;
    highest = -1;
    for (int step = upto; step >= 0; --step) {
      const auto s = static_cast<size_t>(step);
      const uint32_t from = step > 0 ? entry[s - 1] : i < range.entry_to ? i : kNoToken;
      const bool fits =
          (token.steps & bit(step)) != 0 && from != kNoToken && token.at() <= tokens[from].limit;
      entry[s] = fits ? from : kNoToken;
      if (!fits) continue;
      highest = std::max(highest, step);
      if (step >= best.level) best = {step + 1, from, i};
    }
    if (best.level >= range.target) break;
  }
  return best;
}

FunnelFound FunnelSearch::best_any(const FunnelRange& range) const {
  const std::span<const FunnelToken> tokens = tokens_.tokens();
  Seats seats;
  FunnelFound best;
  for (uint32_t i = range.entry_from; i < range.to; ++i) {
    const uint32_t last_entry = std::min(i, range.entry_to - 1);
    if (tokens[last_entry].limit < tokens[i].at()) break;
    seats.add(tokens, i, true);
    int level = 0;
    uint32_t oldest = last_entry;
    for (int step = 0; step < steps_; ++step) {
      const uint32_t owner = seats.owner(step);
      if (owner == kNoToken || tokens[owner].limit < tokens[i].at()) continue;
      ++level;
      oldest = std::min(oldest, owner);
    }
    if (level > best.level) best = {level, oldest, i};
    if (best.level >= range.target) break;
  }
  return best;
}

void FunnelSearch::fill_ordered(const FunnelFound& found, FunnelAttempt& out) const {
  const std::span<const FunnelToken> tokens = tokens_.tokens();
  int step = 0;
  for (uint32_t i = found.entry; i <= found.end && step < found.level; ++i) {
    if ((tokens[i].steps & bit(step)) == 0) continue;
    out.key[static_cast<size_t>(step)] = tokens[i].key;
    out.step[static_cast<size_t>(step)] = static_cast<uint8_t>(step);
    ++step;
  }
}

// An attempt that an exclusion ended may go on from a later event of the same step, so the way to
// every step is kept.
void FunnelSearch::fill_excluded(const FunnelFound& found, FunnelAttempt& out) const {
  const std::span<const FunnelToken> tokens = tokens_.tokens();
  std::array<std::array<uint64_t, kMaxFunnelSteps>, kMaxFunnelSteps> way;
  way[0][0] = tokens[found.entry].key;
  uint32_t standing = 1;
  for (uint32_t i = found.entry + 1; i <= found.end; ++i) {
    const FunnelToken& token = tokens[i];
    standing &= ~tokens_.broken(tokens[i - 1].key + 1, token.key, token.held);
    // The event ends those that stood before, not those it moves on.
    const uint32_t kept = standing & ~tokens_.broken(token.key, token.key + 1, token.held);
    const uint32_t moved = standing << 1 & token.steps & ~kept;
    for (int step = steps_ - 1; step > 0; --step) {
      if ((moved & bit(step)) == 0) continue;
      const auto s = static_cast<size_t>(step);
      std::copy_n(way[s - 1].begin(), s, way[s].begin());
      way[s][s] = token.key;
    }
    standing = kept | moved;
  }
  for (size_t s = 0; s < static_cast<size_t>(found.level); ++s) {
    out.key[s] = way[static_cast<size_t>(found.level) - 1][s];
    out.step[s] = static_cast<uint8_t>(s);
  }
}

void FunnelSearch::fill_strict(const FunnelFound& found, FunnelAttempt& out) const {
  for (size_t s = 0; s < static_cast<size_t>(found.level); ++s) {
    out.key[s] = tokens_.tokens()[found.entry + s].key;
    out.step[s] = static_cast<uint8_t>(s);
  }
}

void FunnelSearch::fill_any(const FunnelFound& found, FunnelAttempt& out) const {
  const std::span<const FunnelToken> tokens = tokens_.tokens();
  Seats seats;
  std::array<uint32_t, kMaxFunnelSteps> taken;
  size_t level = 0;
  for (uint32_t i = found.entry; i <= found.end && level < static_cast<size_t>(found.level); ++i) {
    if (!seats.add(tokens, i, false)) continue;
    out.key[level] = tokens[i].key;
    taken[level++] = i;
  }
  for (int step = 0; step < steps_; ++step) {
    for (size_t k = 0; k < level; ++k) {
      if (seats.owner(step) == taken[k]) out.step[k] = static_cast<uint8_t>(step);
    }
  }
}

}  // namespace perennial::timeline
