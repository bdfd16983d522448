#include "value/trainer.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace perennial::value {
namespace {

constexpr std::chrono::seconds kLook{60};      // for what is due
constexpr std::chrono::hours kTryAgain{1};     // after a run that failed
constexpr std::chrono::seconds kBusyRest{30};  // after one that found something still being made
constexpr int kNice = 10;                      // whoever waits for an answer goes first

Millis rest_after(const Error& error) {
  return error.code == Code::kBusy ? Millis(kBusyRest) : Millis(kTryAgain);
}

}  // namespace

void Trainer::add(std::string kind, Work work) {
  states_[kind];
  work_.emplace(std::move(kind), std::move(work));
}

std::string_view training_why(const Error& error) {
  switch (error.code) {
    case Code::kBusy:
      return "busy";
    case Code::kConflict:
      return "no_events";
    case Code::kTooLarge:
      return "too_large";
    case Code::kInvalid:
      if (error.where == "customers") return "no_customers";
      if (error.where == "horizon_days") return "nobody_then";
      if (error.where == "label") return "all_alike";
      if (error.where == "recommendations") return "nothing_bought";
      return "";
    default:
      return "";
  }
}

void Trainer::start() {
  thread_ = std::thread([this] { work(); });
}

void Trainer::stop() {
  {
    std::lock_guard lock(mutex_);
    stop_.request_stop();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Trainer::ask(const std::string& kind) {
  {
    std::lock_guard lock(mutex_);
    states_.at(kind).waiting = true;
  }
  changed_.notify_all();
}

Trainer::State Trainer::state(const std::string& kind) {
  std::lock_guard lock(mutex_);
  return states_.at(kind);
}

void Trainer::ask_due() {
  const Instant now = clock_();
  for (auto& [kind, work] : work_) {
    auto due = work.due(now);
    std::lock_guard lock(mutex_);
    State& state = states_.at(kind);
    const bool rested =
        !state.error || !state.tried_at || now - *state.tried_at >= rest_after(*state.error);
    if (due && *due && rested) state.waiting = true;
  }
}

bool Trainer::run_one() {
  std::unique_lock lock(mutex_);
  auto next = std::ranges::find_if(states_, [](auto& s) { return s.second.waiting; });
  if (next == states_.end() || stop_.stop_requested()) return false;
  const std::string kind = next->first;
  next->second.waiting = false;
  next->second.running = true;
  lock.unlock();
  auto done = work_.at(kind).train(stop_.get_token());
  lock.lock();
  State& state = states_.at(kind);
  state.running = false;
  state.tried_at = clock_();
  state.error = done ? std::nullopt : std::optional(done.error());
  return true;
}

void Trainer::run_waiting() {
  while (run_one()) {
  }
}

void Trainer::work() {
  // Of this thread alone, on Linux; where it is refused the training is only less polite.
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
  while (true) {
    ask_due();
    run_waiting();
    std::unique_lock lock(mutex_);
    auto woken = [&] {
      return stop_.stop_requested() ||
             std::ranges::any_of(states_, [](auto& s) { return s.second.waiting; });
    };
    changed_.wait_for(lock, kLook, woken);
    if (stop_.stop_requested()) return;
  }
}

}  // namespace perennial::value
