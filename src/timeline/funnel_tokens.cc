#include <algorithm>

#include "timeline/funnel_attempt.h"

namespace perennial::timeline {

FunnelTokens::FunnelTokens(const FunnelSpec& spec) : spec_(spec) {
  for (const FunnelExclusion& exclusion : spec.exclusions) {
    const uint64_t below_to = (uint64_t{1} << exclusion.to) - 1;
    const uint64_t below_from = (uint64_t{1} << exclusion.from) - 1;
    zones_.push_back(static_cast<uint32_t>(below_to & ~below_from));
  }
  excluded_.resize(spec.exclusions.size());
}

void FunnelTokens::append(const Hits& hits, uint32_t person, uint32_t steps) {
  const uint32_t last = hits.last[person];
  if (hits.first[person] == last) return;
  const bool held = spec_.held && steps != 0 && hits.held != nullptr;
  for (uint32_t hit = hits.first[person]; hit < last; ++hit) {
    tokens_.push_back(
        {.key = hits.key(hit), .steps = steps, .held = held ? hits.held[hit] : uint32_t{0}});
  }
  runs_.push_back(static_cast<uint32_t>(tokens_.size()));
}

void FunnelTokens::merge_runs() {
  while (runs_.size() > 2) {
    spare_.resize(tokens_.size());
    next_runs_.assign(1, 0);
    size_t i = 0;
    for (; i + 2 < runs_.size(); i += 2) {
      const auto a = tokens_.begin() + runs_[i], b = tokens_.begin() + runs_[i + 1],
                 end = tokens_.begin() + runs_[i + 2];
      std::merge(a, b, b, end, spare_.begin() + runs_[i],
                 [](const FunnelToken& x, const FunnelToken& y) { return x.key < y.key; });
      next_runs_.push_back(runs_[i + 2]);
    }
    if (i + 1 < runs_.size()) {
      std::copy(tokens_.begin() + runs_[i], tokens_.end(), spare_.begin() + runs_[i]);
      next_runs_.push_back(runs_[i + 1]);
    }
    tokens_.swap(spare_);
    runs_.swap(next_runs_);
  }
}

void FunnelTokens::set_ranks_and_limits() {
  const bool any_breaks = spec_.order == FunnelOrder::kStrict && spec_.strict_any;
  uint32_t rank = 0;
  uint64_t before = UINT64_MAX;
  for (FunnelToken& token : tokens_) {
    if ((token.steps != 0 || any_breaks) && token.key != before) {
      ++rank;
      before = token.key;
    }
    token.rank = rank;
    token.limit = last_second(token.at(), spec_.window_seconds);
  }
  if (spec_.session_gap_seconds == 0) return;
  Second end = 0;
  for (size_t i = tokens_.size(); i-- > 0;) {
    const bool pause = i + 1 == tokens_.size() ||
                       tokens_[i + 1].at() - tokens_[i].at() > spec_.session_gap_seconds;
    if (pause) end = tokens_[i].at();
    tokens_[i].limit = end;
  }
}

// One token for each event: it may fit several steps.
void FunnelTokens::join_equal() {
  size_t out = 0;
  for (const FunnelToken& token : tokens_) {
    if (token.steps == 0) continue;
    if (out > 0 && tokens_[out - 1].key == token.key && tokens_[out - 1].held == token.held) {
      tokens_[out - 1].steps |= token.steps;
    } else {
      tokens_[out++] = token;
    }
  }
  tokens_.resize(out);
}

void FunnelTokens::group_by_held() {
  std::erase_if(tokens_, [](const FunnelToken& token) { return token.held == 0; });
  std::ranges::sort(tokens_, {},
                    [](const FunnelToken& token) { return std::pair(token.held, token.key); });
  join_equal();
  for (uint32_t i = 0; i < tokens_.size(); ++i) {
    if (i == 0 || tokens_[i].held != tokens_[i - 1].held) groups_.emplace_back(i, i);
    groups_.back().second = i + 1;
  }
}

void FunnelTokens::build(const Slice& slice, uint32_t person, int bound) {
  slice_ = &slice;
  person_ = person;
  tokens_.clear();
  groups_.clear();
  runs_.assign(1, 0);
  const bool strict = spec_.order == FunnelOrder::kStrict;
  const int steps = strict && bound > 1 ? spec_.steps : bound;
  for (int step = 0; step < steps; ++step) {
    append(slice.hits[static_cast<size_t>(step)], person, uint32_t{1} << step);
  }
  if (spec_.uses_any() && (bound > 1 || spec_.session_gap_seconds != 0)) {
    append(slice.hits[spec_.any_selector()], person, 0);
  }
  merge_runs();
  set_ranks_and_limits();
  if (!spec_.held) {
    join_equal();
    groups_.emplace_back(0, static_cast<uint32_t>(tokens_.size()));
    return;
  }
  group_by_held();
  for (size_t x = 0; x < excluded_.size(); ++x) {
    const Hits& hits = slice.hits[static_cast<size_t>(spec_.steps) + x];
    excluded_[x].clear();
    for (uint32_t hit = hits.first[person]; hit < hits.last[person]; ++hit) {
      excluded_[x].push_back({hits.held != nullptr ? hits.held[hit] : 0, hits.key(hit)});
    }
    std::ranges::sort(excluded_[x]);
  }
}

uint32_t FunnelTokens::broken(uint64_t from, uint64_t to, uint32_t held) const {
  uint32_t steps = 0;
  for (size_t x = 0; x < zones_.size(); ++x) {
    if (spec_.held) {
      const std::vector<Excluded>& sorted = excluded_[x];
      for (uint32_t value : {uint32_t{0}, held}) {
        const auto it = std::ranges::lower_bound(sorted, Excluded{value, from});
        if (it != sorted.end() && it->held == value && it->key < to) steps |= zones_[x];
      }
      continue;
    }
    const Hits& hits = slice_->hits[static_cast<size_t>(spec_.steps) + x];
    uint32_t low = hits.first[person_], high = hits.last[person_];
    while (low < high) {
      const uint32_t middle = low + (high - low) / 2;
      if (hits.key(middle) < from) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low < hits.last[person_] && hits.key(low) < to) steps |= zones_[x];
  }
  return steps;
}

}  // namespace perennial::timeline
