#include "insight/running.h"

#include <algorithm>

namespace perennial::insight {
namespace {

std::unexpected<Error> cancelled() { return fail(Code::kConflict, "the question was cancelled"); }

}  // namespace

std::string Told::text(const std::string& query_id) const {
  Json named = head;
  named["query_id"] = query_id;
  std::string text = to_text(named);
  text.back() = ',';
  return text.append(own, 1);
}

struct Running::Run {
  Same same;
  timeline::Stop stop;
  size_t wanted = 0;  // by askers who were not cancelled
  std::optional<Found> found;
  std::condition_variable changed;
};

struct Running::Asker {
  std::shared_ptr<Run> run;
  bool cancelled = false;

  void leave() {
    if (std::exchange(cancelled, true)) return;
    if (--run->wanted == 0) run->stop.cancelled = true;
    run->changed.notify_all();
  }
};

// The run of equal questions, or one of its own.
std::shared_ptr<Running::Run> Running::run_of(Same same, std::chrono::seconds at_most,
                                              bool& first) {
  const auto known = std::ranges::find_if(runs_, [&](const std::shared_ptr<Run>& run) {
    return !same.what.empty() && run->same == same && run->wanted != 0;
  });
  first = known == runs_.end();
  if (!first) return *known;
  auto run = std::make_shared<Run>();
  run->same = std::move(same);
  run->stop.deadline = std::chrono::steady_clock::now() + std::min(at_most, most_time_);
  run->stop.most_memory = most_memory_;
  run->stop.shared = shared_;
  runs_.insert(run);
  return run;
}

Result<std::unique_ptr<Running::Entry>> Running::begin(std::string key,
                                                       std::chrono::seconds at_most, Same same) {
  std::lock_guard lock(mutex_);
  if (closed_) return fail(Code::kBusy, "the program is stopping");
  if (askers_ >= kMaxRunning)
    return fail(Code::kBusy, "too many questions are being answered", "", "ask again in a moment");
  auto asker = std::make_shared<Asker>();
  if (!key.empty() && !by_key_.try_emplace(key, asker).second)
    return fail(Code::kConflict, "a question with this name is running", "query_id");
  bool first = false;
  asker->run = run_of(std::move(same), at_most, first);
  ++asker->run->wanted;
  ++askers_;
  return std::make_unique<Entry>(*this, std::move(key), std::move(asker), first);
}

bool Running::cancel(const std::string& key) {
  std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return false;
  found->second->leave();
  return true;
}

void Running::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  for (const auto& run : runs_) run->stop.cancelled = true;
}

size_t Running::askers() const {
  std::lock_guard lock(mutex_);
  return askers_;
}

Running::Entry::Entry(Running& running, std::string key, std::shared_ptr<Asker> asker, bool first)
    : running_(running), key_(std::move(key)), asker_(std::move(asker)), first_(first) {}

Running::Entry::~Entry() {
  std::lock_guard lock(running_.mutex_);
  Run& run = *asker_->run;
  if (first_) {
    // Who waits must not wait for ever for a run that was given up.
    if (!run.found) run.found = fail(Code::kInternal, "the question could not be answered");
    running_.runs_.erase(asker_->run);
    run.changed.notify_all();  // who was cancelled before leaves without a word
  }
  asker_->leave();
  --running_.askers_;
  if (!key_.empty()) running_.by_key_.erase(key_);
}

const timeline::Stop& Running::Entry::stop() const { return asker_->run->stop; }

Found Running::Entry::end(Found found) {
  std::lock_guard lock(running_.mutex_);
  Run& run = *asker_->run;
  run.found = std::move(found);
  running_.runs_.erase(asker_->run);
  run.changed.notify_all();
  if (asker_->cancelled) return cancelled();
  return *run.found;
}

Found Running::Entry::wait() {
  std::unique_lock lock(running_.mutex_);
  Run& run = *asker_->run;
  run.changed.wait(lock, [&] { return asker_->cancelled || run.found; });
  if (asker_->cancelled) return cancelled();
  return *run.found;
}

}  // namespace perennial::insight
