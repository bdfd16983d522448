// One scan cuts each person's hits into sessions and tells an Emit of each; Count adds them up and
// Find compares them with a cell, so that a number and its people cannot differ.
#include "timeline/sessions.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace perennial::timeline {

namespace {

constexpr size_t kNoBar = SIZE_MAX;

size_t bar_of(const std::vector<uint32_t>& edges, uint32_t value) {
  size_t bar = kNoBar;
  while (bar + 1 < edges.size() && edges[bar + 1] <= value) ++bar;
  return bar;
}

size_t bar_of(const std::vector<SessionBar>& bars, uint32_t value) {
  size_t bar = kNoBar;
  while (bar + 1 < bars.size() && bars[bar + 1].from <= value) ++bar;
  return bar;
}

Result<void> check_bars(const std::vector<uint32_t>& edges, const char* where) {
  if (edges.size() > kMaxSessionBars) return fail(Code::kInvalid, "at most 32 bars", where);
  if (!std::ranges::is_sorted(edges, std::ranges::less_equal())) {
    return fail(Code::kInvalid, "the edges of bars ascend", where);
  }
  return {};
}

struct Session {
  int period = 0;
  uint32_t seconds = 0, events = 0;
  uint32_t group = 0;  // of its first event
};

}  // namespace

Result<void> check(const SessionRule& rule) {
  if (rule.gap_seconds < 1 || rule.gap_seconds > kMaxSessionGap) {
    return fail(Code::kInvalid, "the pause that ends a session is 1 second to 31 days",
                "gap_seconds");
  }
  return {};
}

Result<void> check(const SessionsSpec& spec) {
  TRY(check(spec.rule));
  if (spec.periods.size() > kMaxPeriods) {
    return fail(Code::kInvalid, "at most 4000 periods", "periods");
  }
  if (spec.percents.size() > kMaxSessionPercentiles) {
    return fail(Code::kInvalid, "at most 16 percentiles", "percentiles");
  }
  for (double percent : spec.percents) {
    if (std::isnan(percent) || percent < 0 || percent > 100) {
      return fail(Code::kInvalid, "a percentile is 0 to 100", "percentiles");
    }
  }
  TRY(check_bars(spec.second_bars, "duration_bars"));
  TRY(check_bars(spec.event_bars, "event_bars"));
  TRY(check_bars(spec.session_bars, "session_bars"));
  if (spec.max_groups < 1 || spec.max_groups > kMaxSessionGroups) {
    return fail(Code::kInvalid, "1 to 200 groups", "max_groups");
  }
  return {};
}

void SessionFigures::add(const SessionFigures& other) {
  sessions += other.sessions;
  people += other.people;
  bounced_sessions += other.bounced_sessions;
  bounced_people += other.bounced_people;
  events += other.events;
  seconds += other.seconds;
}

Sessions::Sessions(SessionsSpec spec) : spec_(std::move(spec)) {
  periods_.resize(static_cast<size_t>(spec_.periods.size()) + 1);
  for (uint32_t from : spec_.second_bars) second_bars_.push_back({.from = from});
  for (uint32_t from : spec_.event_bars) event_bars_.push_back({.from = from});
  for (uint32_t from : spec_.session_bars) session_bars_.push_back({.from = from});
}

// Tells emit.begin(person), then emit.session(of) in the order of time, then emit.end(number of
// sessions) of everybody with a session in the periods.
template <bool kDays, class Emit>
void Sessions::scan_people(const Slice& slice, Emit& emit) const {
  const Hits& hits = slice.hits[0];
  const SessionWalk<kDays> walk{hits.at, spec_.rule.gap_seconds,
                                kDays ? &*spec_.rule.days : nullptr};
  slice.who.for_each([&](uint32_t person) {
    const uint32_t last = hits.last[person];
    uint32_t sessions = 0;
    for (uint32_t i = hits.first[person], end = 0; i < last; i = end) {
      end = walk.end(i, last);
      const int period = spec_.periods.find(hits.at[i]);
      if (period < 0) continue;
      if (period == spec_.periods.size()) break;
      if (sessions++ == 0) emit.begin(person);
      emit.session(Session{.period = period,
                           .seconds = hits.at[end - 1] - hits.at[i],
                           .events = end - i,
                           .group = hits.group != nullptr ? hits.group[i] : 0});
    }
    if (sessions > 0) emit.end(sessions);
  });
}

template <class Emit>
void Sessions::scan(const Slice& slice, Emit& emit) const {
  if (spec_.rule.days.has_value()) {
    scan_people<true>(slice, emit);
  } else {
    scan_people<false>(slice, emit);
  }
}

struct Sessions::Count {
  Sessions& to;
  const uint32_t* group_of;  // of people; null: none
  bool by_event;

  uint32_t group = 0, row = 0;
  int period = -1;                           // of the person's session before
  bool bounced = false;                      // in any period,
  bool bounced_period = false;               // and in this one
  uint64_t second_seen = 0, event_seen = 0;  // bit i: bar i has the person

  void begin(uint32_t person) {
    period = -1;
    bounced = bounced_period = false;
    second_seen = event_seen = 0;
    ++to.serial_;
    if (group_of != nullptr) enter(group_of[person]);
  }

  // What follows is of this group.
  void enter(uint32_t code) {
    if (to.groups_.size() > kMaxSessionCells) to.groups_too_large_ = true;
    if (to.groups_too_large_) {
      to.groups_.clear();
      group_of = nullptr;
      by_event = false;
      return;
    }
    const auto& shown = to.spec_.shown;
    group = shown.empty() || std::ranges::find(shown, code) != shown.end() ? code : kOther;
    row = to.group_rows_.try_emplace(group, to.group_rows_.size()).first->second;
  }

  void session(const Session& of) {
    const int in = of.period;
    const bool first = period < 0, fresh = in != period, bounce = of.events == 1;
    if (fresh) bounced_period = false;
    const bool first_bounce = bounce && !bounced, fresh_bounce = bounce && !bounced_period;
    period = in;
    bounced |= bounce;
    bounced_period |= bounce;
    put(to.periods_.back(), of, first, first_bounce);
    put(to.periods_[static_cast<size_t>(in)], of, fresh, fresh_bounce);
    put_bar(to.second_bars_, of.seconds, second_seen);
    put_bar(to.event_bars_, of.events, event_seen);
    to.seconds_.add(static_cast<uint32_t>(in), of.seconds);
    to.events_.add(static_cast<uint32_t>(in), of.events);
    if (by_event) enter(of.group);
    if (group_of == nullptr && !by_event) return;
    put_group(to.groups_[uint64_t{group} << 32], of);
    put_group(to.groups_[uint64_t{group} << 32 | static_cast<uint32_t>(in + 1)], of);
    to.group_seconds_.add(row, of.seconds);
    to.group_events_.add(row, of.events);
  }

  static void put(Sums& sums, const Session& of, bool is_new, bool is_new_bounce) {
    ++sums.sessions;
    sums.events += of.events;
    sums.seconds += of.seconds;
    sums.bounced_sessions += of.events == 1 ? 1 : 0;
    sums.people += is_new ? 1 : 0;
    sums.bounced_people += is_new_bounce ? 1 : 0;
  }
  // A person's sessions of one group need not follow each other.
  void put_group(Sums& sums, const Session& of) const {
    const bool bounce = of.events == 1;
    put(sums, of, sums.last != to.serial_, bounce && sums.last_bounced != to.serial_);
    sums.last = to.serial_;
    if (bounce) sums.last_bounced = to.serial_;
  }

  void end(uint32_t sessions) {
    const size_t bar = bar_of(to.session_bars_, sessions);
    if (bar == kNoBar) return;
    to.session_bars_[bar].sessions += sessions;
    ++to.session_bars_[bar].people;
  }

  static void put_bar(std::vector<SessionBar>& bars, uint32_t value, uint64_t& seen) {
    const size_t bar = bar_of(bars, value);
    if (bar == kNoBar) return;
    ++bars[bar].sessions;
    if ((seen >> bar & 1) == 0) ++bars[bar].people;
    seen |= uint64_t{1} << bar;
  }
};

void Sessions::add(const Slice& slice) {
  const bool by_event = spec_.by_group && spec_.by_event;
  Count count{.to = *this,
              .group_of = spec_.by_group && !by_event ? slice.group : nullptr,
              .by_event = by_event};
  scan(slice, count);
}

struct Sessions::Find {
  const SessionsSpec& spec;
  const SessionsCell& cell;
  const uint32_t* group_of;
  Crowd& out;
  uint32_t person = 0;

  void begin(uint32_t i) { person = i; }
  void session(const Session& of) {
    if (cell.period >= 0 && of.period != cell.period) return;
    switch (cell.what) {
      case SessionsCell::What::kSessions:
        return found(of.group);
      case SessionsCell::What::kBounced:
        return of.events == 1 ? found(of.group) : void();
      case SessionsCell::What::kSecondBar:
        return bar_of(spec.second_bars, of.seconds) == cell.bar ? found(of.group) : void();
      case SessionsCell::What::kEventBar:
        return bar_of(spec.event_bars, of.events) == cell.bar ? found(of.group) : void();
      case SessionsCell::What::kSessionBar:
        return;  // known at the end
    }
  }
  void end(uint32_t sessions) {
    if (cell.what != SessionsCell::What::kSessionBar) return;
    if (bar_of(spec.session_bars, sessions) == cell.bar) found(0);
  }
  void found(uint32_t group_of_event) {
    if (spec.by_event || group_of != nullptr) {
      const uint32_t group = spec.by_event ? group_of_event : group_of[person];
      if (cell.group.has_value() && group != *cell.group) return;
      if (std::ranges::find(cell.none_of, group) != cell.none_of.end()) return;
    }
    out.add(person);
  }
};

void Sessions::collect(const Slice& slice, const SessionsCell& cell, Crowd& out) const {
  Find find{.spec = spec_, .cell = cell, .group_of = slice.group, .out = out};
  scan(slice, find);
}

uint64_t Sessions::bytes() const {
  constexpr uint64_t kBytesOfNode = 32;  // about, beside what it holds
  return groups_.size() * (sizeof(Sums) + kBytesOfNode) + seconds_.bytes() + events_.bytes() +
         group_seconds_.bytes() + group_events_.bytes();
}

void Sessions::add(Sums& to, const Sums& from) {
  to.sessions += from.sessions;
  to.bounced_sessions += from.bounced_sessions;
  to.events += from.events;
  to.seconds += from.seconds;
  to.people += from.people;
  to.bounced_people += from.bounced_people;
}

void Sessions::merge(const Sessions& other) {
  auto merge_bars = [](std::vector<SessionBar>& to, const std::vector<SessionBar>& from) {
    for (size_t i = 0; i < to.size(); ++i) {
      to[i].sessions += from[i].sessions;
      to[i].people += from[i].people;
    }
  };
  for (size_t i = 0; i < periods_.size(); ++i) add(periods_[i], other.periods_[i]);
  merge_bars(second_bars_, other.second_bars_);
  merge_bars(event_bars_, other.event_bars_);
  merge_bars(session_bars_, other.session_bars_);
  seconds_.merge(other.seconds_);
  events_.merge(other.events_);

  for (const auto& [key, sums] : other.groups_) add(groups_[key], sums);
  groups_too_large_ |= other.groups_too_large_ || groups_.size() > kMaxSessionCells;
  std::vector<uint32_t> rows(other.group_rows_.size());  // the other's row → ours
  for (const auto& [group, row] : other.group_rows_) {
    rows[row] = group_rows_.try_emplace(group, group_rows_.size()).first->second;
  }
  group_seconds_.merge(other.group_seconds_, rows);
  group_events_.merge(other.group_events_, rows);
}

SessionFigures Sessions::figures(const Sums& sums) {
  SessionFigures out;
  out.sessions = sums.sessions;
  out.people = sums.people;
  out.bounced_sessions = sums.bounced_sessions;
  out.bounced_people = sums.bounced_people;
  out.events = sums.events;
  out.seconds = sums.seconds;
  return out;
}

// Sets the percentiles of figures[i] from the rows whose set is i.
void Sessions::set_percentiles(const ValueTally& seconds, const ValueTally& events,
                               const std::vector<uint32_t>& set_of_row,
                               const std::vector<SessionFigures*>& figures) const {
  if (seconds.too_large() || events.too_large()) return;
  const auto sets = static_cast<uint32_t>(figures.size());
  const auto all_seconds = seconds.counts(set_of_row, sets);
  const auto all_events = events.counts(set_of_row, sets);
  for (size_t i = 0; i < figures.size(); ++i) {
    figures[i]->second_percentiles = percentiles_of(all_seconds[i], spec_.percents);
    figures[i]->event_percentiles = percentiles_of(all_events[i], spec_.percents);
  }
}

SessionsTable Sessions::finish() const {
  SessionsTable table;
  for (size_t i = 0; i + 1 < periods_.size(); ++i) table.periods.push_back(figures(periods_[i]));
  table.total = figures(periods_.back());
  std::vector<uint32_t> each(table.periods.size());
  std::iota(each.begin(), each.end(), 0);
  std::vector<SessionFigures*> of_periods;
  for (SessionFigures& period : table.periods) of_periods.push_back(&period);
  set_percentiles(seconds_, events_, each, of_periods);
  set_percentiles(seconds_, events_, std::vector<uint32_t>(each.size(), 0), {&table.total});
  table.second_bars = second_bars_;
  table.event_bars = event_bars_;
  table.session_bars = session_bars_;
  table.percentiles_too_large = seconds_.too_large() || events_.too_large();
  if (spec_.by_group) finish_groups(table);
  return table;
}

void Sessions::finish_groups(SessionsTable& table) const {
  table.groups_too_large = groups_too_large_ || groups_.size() > kMaxSessionCells;
  if (table.groups_too_large) return;
  table.percentiles_too_large |= group_seconds_.too_large() || group_events_.too_large();
  std::vector<std::pair<uint32_t, uint32_t>> order;  // UINT32_MAX − people, group
  order.reserve(group_rows_.size());
  for (const auto& [group, row] : group_rows_) {
    if (group == kOther) continue;
    order.emplace_back(UINT32_MAX - groups_.at(uint64_t{group} << 32).people, group);
  }
  std::ranges::sort(order);
  const auto most = static_cast<size_t>(spec_.max_groups);
  const bool others = group_rows_.contains(kOther);
  if (others) order.emplace_back(0, kOther);
  table.groups.resize(std::min(order.size(), most + 1));
  std::unordered_map<uint32_t, size_t> places;  // in the table
  std::vector<uint32_t> set_of_row(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    const uint32_t group = order[i].second;
    const size_t place = std::min(i, most);
    if (place < most && group != kOther) table.groups[place].group = group;
    places[group] = place;
    set_of_row[group_rows_.at(group)] = static_cast<uint32_t>(place);
  }
  for (SessionGroup& group : table.groups) group.periods.resize(table.periods.size());
  for (const auto& [key, sums] : groups_) {
    SessionGroup& out = table.groups[places.at(static_cast<uint32_t>(key >> 32))];
    const auto period = static_cast<uint32_t>(key);
    (period == 0 ? out.total : out.periods[period - 1]).add(figures(sums));
  }
  std::vector<SessionFigures*> totals;
  for (SessionGroup& group : table.groups) totals.push_back(&group.total);
  set_percentiles(group_seconds_, group_events_, set_of_row, totals);
}

}  // namespace perennial::timeline
