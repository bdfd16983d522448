// The job that writes the check of every month once it is over.
#include <algorithm>

#include "goals/service.h"

namespace perennial::goals {
namespace {

constexpr std::chrono::seconds kLook{600};
constexpr std::chrono::seconds kSoon{5};  // while events are still being counted

bool is_yet_to_be_known(std::string_view why) {
  return why == "busy" || why == "unreadable" || why == "no_model";
}

}  // namespace

// The figure of a month is not known while events are still being read or counted, or a model is
// missing: a later look takes it.
Result<size_t> Goals::Impl::check(const Goal& goal, const Spent& spent) {
  const Calendar calendar = this->calendar();
  const Instant at = now();
  const Checks kept =
      TRY(wiring.database.read([&](store::Connection& c) { return checks_of(c, goal.id); }));
  const Instant from = TRY(calendar.parse_label(Period::kMonth, goal.from));
  const Instant end =
      calendar.advance(Period::kMonth, TRY(calendar.parse_label(Period::kMonth, goal.to)), 1);
  const auto all = calendar.periods(Period::kMonth, {from, end});
  const auto due = [&](const Span& month) {
    return month.to + kCheckAfter <= at &&
           !kept.contains(calendar.label(Period::kMonth, month.from));
  };
  if (std::ranges::none_of(all, due)) return size_t{0};
  if (wiring.caught_up && !wiring.caught_up()) {
    behind = true;
    return size_t{0};
  }
  const Stand stand = TRY(this->stand(goal, spent));
  size_t written = 0;
  for (size_t i = 0; i < std::min(stand.during.size(), all.size()); ++i) {
    const Month& month = stand.during[i];
    if (!due(all[i]) || is_yet_to_be_known(month.why)) continue;
    const std::vector<Month> until(stand.during.begin(),
                                   stand.during.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    const Json said = check_json(month, progress_of(goal, stand.before, until, stand.length), i);
    written += TRY(wiring.database.write([&](store::Connection& c) -> Result<size_t> {
      // Somebody may have removed or changed it meanwhile.
      const auto now_is = find_goal(c, goal.id);
      if (!now_is && now_is.error().code == Code::kNotFound) return size_t{0};
      if (to_json(TRY(now_is)) != to_json(goal)) return size_t{0};
      const bool kept_now = TRY(keep_check(c, goal.id, month.label, said, at));
      return size_t{kept_now ? 1U : 0U};
    }));
  }
  return written;
}

Result<size_t> Goals::Impl::check_due() {
  std::vector<Goal> goals;
  Spent spent;
  TRY(wiring.database.read([&](store::Connection& c) -> Result<void> {
    goals = TRY(list_goals(c));
    spent = TRY(this->spent(c));
    return {};
  }));
  behind = false;
  size_t written = 0;
  Result<void> first;  // what went wrong with one goal does not keep the others waiting
  for (const Goal& goal : goals) {
    if (is_stopping()) break;
    const auto one = check(goal, spent);
    if (one) {
      written += *one;
    } else if (first) {
      first = std::unexpected(one.error());
    }
  }
  TRY(first);
  return written;
}

void Goals::Impl::run() {
  while (true) {
    const auto checked = check_due();
    if (!checked && wiring.say) wiring.say("checking goals: " + checked.error().message);
    std::unique_lock lock(mutex);
    if (changed.wait_for(lock, behind ? kSoon : kLook, [&] { return stopping; })) return;
  }
}

bool Goals::Impl::is_stopping() {
  const std::lock_guard lock(mutex);
  return stopping;
}

Result<size_t> Goals::check_due() { return impl_->check_due(); }

void Goals::start() {
  if (!impl_->thread.joinable()) impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

void Goals::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->changed.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace perennial::goals
