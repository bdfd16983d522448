#include "loyalty/level_track.h"

#include <algorithm>

#include "loyalty/evaluate.h"

namespace perennial::loyalty {

int64_t LevelTrack::window_start(int64_t at_ms) const {
  switch (levels_.window) {
    case Levels::Window::kTotal:
      return INT64_MIN;
    case Levels::Window::kRolling:
      return day_after(zone_, at_ms, -levels_.months, 1);
    case Levels::Window::kCalendarYear: {
      const std::chrono::year_month_day date{
          std::chrono::local_days(std::chrono::days(local_day(zone_, at_ms)))};
      const std::chrono::local_days start(date.year() / std::chrono::January / 1);
      return to_millis(zone_.to_instant(std::chrono::local_time<Millis>(start)));
    }
    case Levels::Window::kAnniversary:
      break;
  }
  if (first_ms_ > at_ms) return at_ms;
  int64_t start = day_after(zone_, first_ms_, 0, 0);
  for (int64_t n = 1;; ++n) {
    const int64_t next = day_after(zone_, first_ms_, n * levels_.months, 0);
    if (next > at_ms) return start;
    start = next;
  }
}

int64_t LevelTrack::sum(int64_t from_ms, int64_t to_ms) const {
  __int128 sum = 0;
  for (const Counted& one : counted_) {
    if (one.at_ms >= from_ms && one.at_ms <= to_ms) sum += one.value;
  }
  return static_cast<int64_t>(std::clamp<__int128>(sum, INT64_MIN, INT64_MAX));
}

size_t LevelTrack::earned(int64_t measure) const {
  size_t level = 0;
  for (size_t i = 1; i < levels_.levels.size(); ++i) {
    if (measure >= levels_.levels[i].threshold) level = i;
  }
  return level;
}

int64_t LevelTrack::keep_threshold() const {
  const Level& held = levels_.levels[level()];
  return held.keep_threshold < 0 ? held.threshold : held.keep_threshold;
}

// The start of the day after the last valid one.
int64_t LevelTrack::validity_end(int64_t at_ms, size_t level) const {
  if (levels_.validity_months == 0 || level == 0) return kNever;
  const int64_t end = day_after(zone_, at_ms, levels_.validity_months, 1);
  if (levels_.window != Levels::Window::kCalendarYear) return end;
  const std::chrono::year_month_day date{
      std::chrono::local_days(std::chrono::days(local_day(zone_, end - 1)))};
  const std::chrono::local_days next((date.year() + std::chrono::years(1)) / std::chrono::January /
                                     1);
  return to_millis(zone_.to_instant(std::chrono::local_time<Millis>(next)));
}

// Call it before the claims say so.
void LevelTrack::note(size_t to, int64_t at_ms, std::string reason) {
  changes_.push_back(
      {at_ms, levels_.levels[level()].code, levels_.levels[to].code, std::move(reason)});
  if (to != level()) since_ms_ = at_ms;
}

// Claims of this level and of higher ones are over.
void LevelTrack::qualify(size_t level, int64_t at_ms, int64_t need) {
  std::erase_if(claims_, [&](const Claim& claim) { return claim.level >= level; });
  if (level > 0)
    claims_.push_back({level, window_start(at_ms), at_ms, need, validity_end(at_ms, level)});
  grace_ms_ = kNever;
}

void LevelTrack::end_validity(int64_t at_ms) {
  const int64_t last_ms = at_ms - 1;
  if (measure(last_ms) >= keep_threshold()) {
    note(level(), at_ms, "kept");
    qualify(level(), last_ms, keep_threshold());
    return;
  }
  if (levels_.grace_days > 0 && grace_ms_ == kNever) {
    grace_ms_ = day_after(zone_, at_ms, 0, levels_.grace_days);
    note(level(), at_ms, "grace");
    return;
  }
  const size_t below = level() - 1;
  const size_t to = levels_.one_step ? below : std::min(below, earned(measure(last_ms)));
  note(to, at_ms, "ended");
  qualify(to, last_ms, levels_.one_step ? 0 : levels_.levels[to].threshold);
}

void LevelTrack::advance(int64_t to_ms) {
  if (!levels_.on()) return;
  while (level() > 0) {
    const int64_t due = grace_ms_ != kNever ? grace_ms_ : valid_ms();
    if (due > to_ms || due == kNever) return;
    end_validity(due);
  }
}

void LevelTrack::add(int64_t at_ms, int64_t value) {
  if (!levels_.on() || value == 0) return;
  first_ms_ = std::min(first_ms_, at_ms);
  counted_.push_back({at_ms, value});
  const int64_t now = measure(at_ms);
  if (const size_t got = earned(now); got > level()) {
    note(got, at_ms, "reached");
    qualify(got, at_ms, levels_.levels[got].threshold);
  } else if (grace_ms_ != kNever && now >= keep_threshold()) {
    note(level(), at_ms, "kept");
    qualify(level(), at_ms, keep_threshold());
  }
}

void LevelTrack::take(int64_t at_ms, int64_t value, int64_t now_ms) {
  if (!levels_.on() || value == 0) return;
  counted_.push_back({at_ms, -value});
  if (level() > 0) look_again(now_ms);
}

// What it is worth now: itself, or what the rest of what it rests on would have reached.
LevelTrack::Claim LevelTrack::left_of(const Claim& claim) const {
  const int64_t left = sum(claim.from_ms, claim.upto_ms);
  if (left >= claim.need) return claim;
  Claim lower = claim;
  lower.level = std::min(claim.level, earned(left));
  lower.need = levels_.levels[lower.level].threshold;
  return lower;
}

// Something was undone. The level is the highest of: what is left of it, of those that were held
// before it and would still be valid, and what the window of now is worth.
void LevelTrack::look_again(int64_t now_ms) {
  const Claim held = claims_.back();
  Claim best = left_of(held);
  if (best.level == held.level) return;
  bool of_before = false;
  for (auto before = claims_.rbegin() + 1; before != claims_.rend(); ++before) {
    if (before->valid_ms <= now_ms) continue;
    const Claim left = left_of(*before);
    if (left.level <= best.level) continue;
    best = left;
    of_before = true;
  }
  const size_t present = std::min(held.level, earned(measure(now_ms)));
  if (present > best.level) {
    best = {present, window_start(now_ms), now_ms, levels_.levels[present].threshold,
            held.valid_ms};
    of_before = false;
  }
  if (best.level < held.level) note(best.level, now_ms, "refund");
  std::erase_if(claims_, [&](const Claim& claim) { return claim.level >= best.level; });
  if (best.level > 0) claims_.push_back(best);
  if (of_before || best.level == 0) grace_ms_ = kNever;
}

int64_t LevelTrack::multiplier_percent() const {
  return levels_.on() ? levels_.levels[level()].multiplier_percent : 100;
}

Standing LevelTrack::standing(int64_t now_ms) {
  Standing standing;
  if (!levels_.on()) return standing;
  advance(now_ms);
  standing.level = levels_.levels[level()].code;
  standing.since_ms = since_ms_;
  standing.valid_ms = valid_ms();
  standing.grace_ms = grace_ms_;
  standing.next_ms = grace_ms_ != kNever ? grace_ms_ : valid_ms();
  standing.measure = measure(now_ms);
  if (level() + 1 < levels_.levels.size()) {
    standing.next_level = levels_.levels[level() + 1].code;
    standing.missing =
        std::max<int64_t>(0, levels_.levels[level() + 1].threshold - standing.measure);
  }
  standing.changes = std::move(changes_);
  return standing;
}

}  // namespace perennial::loyalty
