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
  int64_t sum = 0;
  for (const Counted& one : counted_) {
    if (one.at_ms >= from_ms && one.at_ms <= to_ms) sum += one.value;
  }
  return sum;
}

size_t LevelTrack::earned(int64_t measure) const {
  size_t level = 0;
  for (size_t i = 1; i < levels_.levels.size(); ++i) {
    if (measure >= levels_.levels[i].threshold) level = i;
  }
  return level;
}

int64_t LevelTrack::keep_threshold() const {
  const Level& level = levels_.levels[level_];
  return level.keep_threshold < 0 ? level.threshold : level.keep_threshold;
}

// The start of the day after the last valid one.
int64_t LevelTrack::validity_end(int64_t at_ms) const {
  if (levels_.validity_months == 0 || level_ == 0) return kNever;
  const int64_t end = day_after(zone_, at_ms, levels_.validity_months, 1);
  if (levels_.window != Levels::Window::kCalendarYear) return end;
  const std::chrono::year_month_day date{
      std::chrono::local_days(std::chrono::days(local_day(zone_, end - 1)))};
  const std::chrono::local_days next((date.year() + std::chrono::years(1)) / std::chrono::January /
                                     1);
  return to_millis(zone_.to_instant(std::chrono::local_time<Millis>(next)));
}

void LevelTrack::go_to(size_t level, int64_t at_ms, std::string reason) {
  changes_.push_back(
      {at_ms, levels_.levels[level_].code, levels_.levels[level].code, std::move(reason)});
  if (level != level_) since_ms_ = at_ms;
  level_ = level;
}

void LevelTrack::qualify(int64_t at_ms, int64_t need) {
  from_ms_ = window_start(at_ms);
  upto_ms_ = at_ms;
  need_ = need;
  grace_ms_ = kNever;
  valid_ms_ = validity_end(at_ms);
}

void LevelTrack::end_validity(int64_t at_ms) {
  if (measure(at_ms - 1) >= keep_threshold()) {
    go_to(level_, at_ms, "kept");
    qualify(at_ms - 1, keep_threshold());
    return;
  }
  if (levels_.grace_days > 0 && grace_ms_ == kNever) {
    grace_ms_ = day_after(zone_, at_ms, 0, levels_.grace_days);
    go_to(level_, at_ms, "grace");
    return;
  }
  const size_t got = std::min(earned(measure(at_ms - 1)), level_ - 1);
  const size_t to = levels_.one_step ? std::max(got, level_ - 1) : got;
  go_to(to, at_ms, "ended");
  qualify(at_ms - 1, levels_.one_step ? 0 : levels_.levels[to].threshold);
}

void LevelTrack::advance(int64_t to_ms) {
  if (!levels_.on()) return;
  while (level_ > 0) {
    const int64_t due = grace_ms_ != kNever ? grace_ms_ : valid_ms_;
    if (due > to_ms || due == kNever) return;
    end_validity(due);
  }
}

void LevelTrack::add(int64_t at_ms, int64_t value) {
  if (!levels_.on() || value == 0) return;
  first_ms_ = std::min(first_ms_, at_ms);
  counted_.push_back({at_ms, value});
  const int64_t now = measure(at_ms);
  if (const size_t got = earned(now); got > level_) {
    before_ = level_;
    before_valid_ms_ = valid_ms_;
    go_to(got, at_ms, "reached");
    qualify(at_ms, levels_.levels[got].threshold);
  } else if (grace_ms_ != kNever && now >= keep_threshold()) {
    go_to(level_, at_ms, "kept");
    qualify(at_ms, keep_threshold());
  }
}

void LevelTrack::take(int64_t at_ms, int64_t value, int64_t now_ms) {
  if (!levels_.on() || value == 0) return;
  counted_.push_back({at_ms, -value});
  if (level_ == 0) return;
  const int64_t left = sum(from_ms_, upto_ms_);
  if (left >= need_) return;
  const size_t before = before_valid_ms_ > now_ms ? std::min(before_, level_) : 0;
  const size_t to = std::max({earned(left), earned(measure(now_ms)), before});
  if (to >= level_) return;
  go_to(to, now_ms, "refund");
  if (to == before && before > earned(left)) {
    valid_ms_ = before_valid_ms_;
    grace_ms_ = kNever;
    need_ = 0;  // what it rests on was looked at when it was reached
  } else if (to == 0) {
    valid_ms_ = grace_ms_ = kNever;
  } else {
    need_ = levels_.levels[to].threshold;
  }
}

int64_t LevelTrack::multiplier_percent() const {
  return levels_.on() ? levels_.levels[level_].multiplier_percent : 100;
}

Standing LevelTrack::standing(int64_t now_ms) {
  Standing standing;
  if (!levels_.on()) return standing;
  advance(now_ms);
  standing.level = levels_.levels[level_].code;
  standing.since_ms = since_ms_;
  standing.valid_ms = valid_ms_;
  standing.grace_ms = grace_ms_;
  standing.next_ms = grace_ms_ != kNever ? grace_ms_ : valid_ms_;
  standing.measure = measure(now_ms);
  if (level_ + 1 < levels_.levels.size()) {
    standing.next_level = levels_.levels[level_ + 1].code;
    standing.missing =
        std::max<int64_t>(0, levels_.levels[level_ + 1].threshold - standing.measure);
  }
  standing.changes = std::move(changes_);
  return standing;
}

}  // namespace perennial::loyalty
