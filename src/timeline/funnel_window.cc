#include "timeline/funnel_window.h"

namespace perennial::timeline {

void WindowFunnel::collect_pairs(const Slice& slice, uint32_t person) {
  pairs_.clear();
  for (int step = 0; step < spec_.steps; ++step) {
    const Hits& hits = slice.hits[static_cast<size_t>(step)];
    for (uint32_t hit = hits.first[person]; hit < hits.last[person]; ++hit) {
      pairs_.push_back({hits.at[hit], step, hits.key(hit)});
    }
  }
  if (spec_.uses_any()) {
    keys_.clear();
    for (const Pair& pair : pairs_) keys_.push_back(pair.key);
    std::ranges::sort(keys_);
    const Hits& hits = slice.hits[spec_.any_selector()];
    for (uint32_t hit = hits.first[person]; hit < hits.last[person]; ++hit) {
      if (std::ranges::binary_search(keys_, hits.key(hit))) continue;
      pairs_.push_back({hits.at[hit], -1, hits.key(hit)});
    }
  }
  std::ranges::sort(pairs_);
}

bool WindowFunnel::run(const Slice& slice, uint32_t person, FunnelAttempt& out) {
  if (slice.hits[0].count(person) == 0) return false;
  collect_pairs(slice, person);
  levels_.assign(static_cast<size_t>(spec_.steps), {});
  entered_ = false;
  if (!(spec_.modes.strict_once ? run_once() : run_pairs())) {
    // A level is reached only from the one below, so they have no gaps.
    while (!levels_.empty() && !levels_.back().reached) levels_.pop_back();
  }
  if (levels_.empty()) return false;
  out.level = static_cast<int>(levels_.size());
  for (size_t step = 0; step < levels_.size(); ++step) {
    out.key[step] = levels_.back().way[step];
    out.step[step] = static_cast<uint8_t>(step);
  }
  return true;
}

// What the strict modes say of a pair before it may move an attempt on.
WindowFunnel::Verdict WindowFunnel::look_at(const Pair& pair) {
  const WindowFunnelModes& modes = spec_.modes;
  if (pair.step < 0) return entered_ ? Verdict::kStop : Verdict::kSkip;
  if (pair.step == 0) return Verdict::kTry;
  const auto step = static_cast<size_t>(pair.step);
  if (modes.strict_deduplication && levels_[step].reached) return Verdict::kStop;
  if (modes.strict_order && entered_ && !levels_[step - 1].reached) {
    return modes.allow_reentry ? Verdict::kSkip : Verdict::kStop;
  }
  return levels_[step - 1].reached ? Verdict::kTry : Verdict::kSkip;
}

void WindowFunnel::reach(int step, Second entry, Second at, const Way& way, uint64_t key) {
  Level& level = levels_[static_cast<size_t>(step)];
  level.reached = true;
  level.entry = entry;
  level.last = at;
  if (&way != &level.way) std::copy_n(way.begin(), step, level.way.begin());
  level.way[static_cast<size_t>(step)] = key;
}

// True when all steps are done, as run_once().
bool WindowFunnel::run_pairs() {
  for (const Pair& pair : pairs_) {
    const Verdict verdict = look_at(pair);
    if (verdict == Verdict::kStop) return false;
    if (verdict == Verdict::kSkip) continue;
    if (pair.step == 0) {
      reach(0, pair.at, pair.at, levels_[0].way, pair.key);
      entered_ = true;
      continue;
    }
    const Level& from = levels_[static_cast<size_t>(pair.step) - 1];
    if (uint64_t{pair.at} > uint64_t{from.entry} + spec_.window_seconds) continue;
    if (spec_.modes.strict_increase && from.last >= pair.at) continue;
    reach(pair.step, from.entry, pair.at, from.way, pair.key);
    if (pair.step + 1 == spec_.steps) return true;
  }
  return false;
}

// ClickHouse keeps all ways there are; an event may be in a way once. A way can meet one of its own
// events again only within a second. So it is enough to know, for each step, the latest entry of
// the ways that stood there when the second began, and to look for different events of this second
// for the steps between there and here.
bool WindowFunnel::run_once() {
  for (size_t from = 0, to; from < pairs_.size(); from = to) {
    for (to = from; to < pairs_.size() && pairs_[to].at == pairs_[from].at;) ++to;
    before_ = levels_;
    for (size_t i = from; i < to; ++i) {
      const Pair& pair = pairs_[i];
      const Verdict verdict = look_at(pair);
      if (verdict == Verdict::kStop) return false;
      if (verdict == Verdict::kSkip) continue;
      if (pair.step == 0) {
        reach(0, pair.at, pair.at, levels_[0].way, pair.key);
        entered_ = true;
      } else if (try_once(pair, {from, to}) && pair.step + 1 == spec_.steps) {
        return true;
      }
    }
  }
  return false;
}

// Moves the way with the latest entry on to the pair's step; false when none goes there.
bool WindowFunnel::try_once(const Pair& pair, InSecond second) {
  Level& here = levels_[static_cast<size_t>(pair.step)];
  const int inside = static_cast<int>(std::min<size_t>(second.to - second.from, kMaxFunnelSteps));
  const int lowest = spec_.modes.strict_increase ? pair.step - 1 : std::max(-1, pair.step - inside);
  // Base -1: the way enters in this second. The lower the base, the later the entry.
  for (int base = lowest; base < pair.step; ++base) {
    const Level* from = base < 0 ? nullptr : &before_[static_cast<size_t>(base)];
    if (from != nullptr && !from->reached) return false;
    const Second entry = from == nullptr ? pair.at : from->entry;
    if (uint64_t{pair.at} > uint64_t{entry} + spec_.window_seconds) return false;
    if (here.reached && here.entry >= entry) return true;
    Way way;
    if (from != nullptr) std::copy_n(from->way.begin(), base + 1, way.begin());
    uint32_t seated = 0;
    bool all = true;
    for (int level = base + 1; all && level < pair.step; ++level) {
      tried_.clear();
      all = seat(level, base, pair.key, second, seated, way);
    }
    if (!all) continue;
    reach(pair.step, entry, pair.at, way, pair.key);
    return true;
  }
  return false;
}

// Gives `level` an event of this second, moving the levels above `base` that are seated (one bit
// each) to others of theirs. More events than steps are never needed.
bool WindowFunnel::seat(int level, int base, uint64_t not_this, InSecond second, uint32_t& seated,
                        Way& way) {
  const auto begin = pairs_.begin() + static_cast<ptrdiff_t>(second.from);
  const auto end = pairs_.begin() + static_cast<ptrdiff_t>(second.to);
  auto it = std::lower_bound(begin, end, level,
                             [](const Pair& pair, int step) { return pair.step < step; });
  for (int seen = 0; it != end && it->step == level && seen <= kMaxFunnelSteps; ++it) {
    const uint64_t key = it->key;
    if (key == not_this) continue;
    ++seen;
    if (std::ranges::find(tried_, key) != tried_.end()) continue;
    tried_.push_back(key);
    int holder = base + 1;
    while (holder < kMaxFunnelSteps &&
           ((seated >> holder & 1) == 0 || way[static_cast<size_t>(holder)] != key)) {
      ++holder;
    }
    if (holder < kMaxFunnelSteps && !seat(holder, base, not_this, second, seated, way)) continue;
    way[static_cast<size_t>(level)] = key;
    seated |= uint32_t{1} << level;
    return true;
  }
  return false;
}

}  // namespace perennial::timeline
