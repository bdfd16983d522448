// One pass of a kernel over the timeline, and what its kernels share.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "people/own_events.h"
#include "timeline/timeline.h"
#include "value/value.h"

namespace perennial::value {

inline constexpr std::chrono::seconds kMaxPass{120};
inline constexpr timeline::Second kDaySeconds = 86'400;

inline timeline::Second second_of(Instant t) {
  return static_cast<timeline::Second>(
      std::clamp<int64_t>(to_millis(t) / 1000, 0, timeline::kNever - 1));
}
inline timeline::Second days_before(timeline::Second at, int days) {
  const auto back = static_cast<timeline::Second>(days) * kDaySeconds;
  return at > back ? at - back : 0;
}

// Tracked events of these names before `to`. Without any name it hits nothing.
inline timeline::Selector tracked(const std::vector<std::string>& names,
                                  timeline::Second to = timeline::kNever) {
  timeline::Selector selector;
  for (const std::string& name : names) selector.any_of.push_back({.name = name});
  if (names.empty()) selector.any_of.push_back({.name = std::string()});
  selector.to = to;
  return selector;
}

// Names of events of any kind that are nothing that somebody did: the program says so of them. Of
// its other events (kOwnEvents) selectors of any event have none.
inline std::vector<std::string> told_by_program() {
  std::vector<std::string> names = {"Unsubscribed"};
  names.insert(names.end(), people::kMeantForThem.begin(), people::kMeantForThem.end());
  return names;
}

std::shared_ptr<const timeline::People> crowds_of(std::span<const PersonId> people);

// What questions of one reading are asked of: the same moment for all of them.
struct TimelineView {
  std::shared_ptr<const timeline::Snapshot> snapshot;
  timeline::Pool* pool = nullptr;
};
// kBusy while the timeline is being built.
inline Result<TimelineView> view_of(timeline::Timeline& timeline) {
  auto snapshot = timeline.snapshot();
  if (!snapshot)
    return fail(Code::kBusy, "the timeline is still being built", "", "Try again in a minute.");
  return TimelineView{std::move(snapshot), &timeline.pool()};
}

// kInvalid, naming `where`, when a property has too many values to be held.
template <class Kernel>
Result<Kernel> pass(const TimelineView& view, timeline::Ask ask, const Kernel& kernel,
                    std::string_view where, const std::stop_token& asked) {
  timeline::Stop stop;
  stop.deadline = std::chrono::steady_clock::now() + kMaxPass;
  const std::stop_callback cancel(asked, [&stop] { stop.cancelled = true; });
  if (const auto missing = timeline::missing_properties(*view.snapshot->dictionary, ask);
      !missing.empty())
    return fail(Code::kInvalid,
                "the property \"" + missing.front() + "\" has too many different values",
                std::string(where), "choose another property");
  const auto plan = TRY(timeline::compile(*view.snapshot, std::move(ask), *view.pool, stop));
  return timeline::run(*plan, kernel, *view.pool, stop);
}

}  // namespace perennial::value
