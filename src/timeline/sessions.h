// Sessions: how often people come, how long they stay, how much they do.
//
// Slice::hits[0] are the events that sessions are made of, usually all; no carried member is
// needed. Slice::group, or Hits::group of a session's first event, is read when `by_group` is
// asked. A session counts in the period of its
// first event, and lasts from its first to its last event in whole seconds (one event: 0). Sessions
// that begin outside the periods do not count: a selector whose range begins before them (by a day,
// say) keeps a session over the border from being counted as one that began there.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "timeline/sessions_rule.h"
#include "timeline/sessions_tally.h"

namespace perennial::timeline {

inline constexpr size_t kMaxSessionBars = 32;
inline constexpr size_t kMaxSessionPercentiles = 16;
inline constexpr int kMaxSessionGroups = 200;        // shown beside "other"
inline constexpr size_t kMaxSessionCells = 200'000;  // different (group, period)

struct SessionsSpec {
  SessionRule rule;
  Periods periods;
  std::vector<double> percents{25, 50, 75, 90, 95};  // 0 to 100; the 50th is the median
  // Ascending; bar i counts what is in [edges[i], edges[i + 1]), the last has no end. What lies
  // below the first edge is in no bar.
  std::vector<uint32_t> second_bars{0, 1, 10, 60, 180, 600, 1'800, 3'600};
  std::vector<uint32_t> event_bars{1, 2, 3, 6, 11, 21, 51};
  std::vector<uint32_t> session_bars{1, 2, 3, 6, 11, 21, 51};  // sessions of one person
  bool by_group = false;
  // The group of a session is Hits::group of its first event instead. A person can be in several
  // groups: the people of "other" are only right when `shown` names the groups, which a first pass
  // has found, so that all others are counted as one.
  bool by_event = false;
  std::vector<uint32_t> shown;
  int max_groups = 10;
};
Result<void> check(const SessionsSpec& spec);

struct SessionFigures {
  uint64_t sessions = 0, people = 0;
  uint64_t bounced_sessions = 0, bounced_people = 0;  // sessions of one event; who had one
  uint64_t events = 0, seconds = 0;                   // sums over the sessions
  // In the order of `percents`; empty without sessions, for a group in one period, and when
  // SessionsTable::percentiles_too_large.
  std::vector<double> second_percentiles, event_percentiles;

  double sessions_per_person() const { return ratio(sessions, people); }
  double events_per_session() const { return ratio(events, sessions); }
  double mean_seconds() const { return ratio(seconds, sessions); }
  double bounce_share() const { return ratio(bounced_sessions, sessions); }
  void add(const SessionFigures& other);

 private:
  static double ratio(uint64_t a, uint64_t b) {  // 0 when there is nothing to divide by
    return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b);
  }
};

struct SessionBar {
  uint32_t from = 0;      // its lower edge
  uint64_t sessions = 0;  // of session_bars: the sessions of its people
  uint64_t people = 0;    // with at least one such session
};

struct SessionGroup {
  std::optional<uint32_t> group;  // none: all the other groups
  SessionFigures total;
  std::vector<SessionFigures> periods;
};

struct SessionsTable {
  SessionFigures total;
  std::vector<SessionFigures> periods;
  std::vector<SessionBar> second_bars, event_bars, session_bars;  // over all periods
  // The groups with most people first (then by number), at last "other" if there are more.
  std::vector<SessionGroup> groups;
  bool groups_too_large = false;       // more than kMaxSessionCells: `groups` is empty
  bool percentiles_too_large = false;  // too many different values: some percentiles are missing
};

// A number of the table whose people are wanted.
struct SessionsCell {
  enum class What { kSessions, kBounced, kSecondBar, kEventBar, kSessionBar };
  What what = What::kSessions;
  int period = -1;                  // -1: all. Bars are of all periods only.
  size_t bar = 0;                   // index of a bar
  std::optional<uint32_t> group{};  // people of this group,
  std::vector<uint32_t> none_of{};  // or of "other": of none of the groups shown
};

class Sessions {
 public:
  explicit Sessions(SessionsSpec spec);  // the spec was checked
  void add(const Slice& slice);
  uint64_t bytes() const;
  void merge(const Sessions& other);  // all sums are of whole numbers: any order gives the same
  SessionsTable finish() const;
  void collect(const Slice& slice, const SessionsCell& cell, Crowd& out) const;

 private:
  struct Count;
  struct Find;
  struct Sums {
    uint64_t sessions = 0, bounced_sessions = 0, events = 0, seconds = 0;
    uint32_t people = 0, bounced_people = 0;
    uint32_t last = 0, last_bounced = 0;  // serial number of the person counted last
  };
  template <class Emit>
  void scan(const Slice& slice, Emit& emit) const;
  template <bool kDays, class Emit>
  void scan_people(const Slice& slice, Emit& emit) const;
  static constexpr uint32_t kOther = UINT32_MAX;  // the group of all that are not shown
  static SessionFigures figures(const Sums& sums);
  static void add(Sums& to, const Sums& from);
  void finish_groups(SessionsTable& table) const;
  void set_percentiles(const ValueTally& seconds, const ValueTally& events,
                       const std::vector<uint32_t>& set_of_row,
                       const std::vector<SessionFigures*>& figures) const;

  SessionsSpec spec_;
  std::vector<Sums> periods_;  // and the total at last
  std::vector<SessionBar> second_bars_, event_bars_, session_bars_;
  std::unordered_map<uint64_t, Sums> groups_;  // group << 32 | period + 1, 0 for all periods
  bool groups_too_large_ = false;
  uint32_t serial_ = 0;                                // of people with a session
  ValueTally seconds_, events_;                        // a row a period
  ValueTally group_seconds_, group_events_;            // a row a group, in order met
  std::unordered_map<uint32_t, uint32_t> group_rows_;  // group → row
};

}  // namespace perennial::timeline
