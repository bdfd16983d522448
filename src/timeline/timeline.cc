// Following the log. One thread reads what the people stage has applied, makes rows of it, and
// publishes snapshots; another writes a new base when the layers have grown.
//
// The newest rows stay rows (exact to the millisecond) until there are kSmallRows of them; then
// they become a layer, and layers of similar size become one. People whose identities moved, and
// people who got an event in the same second as one in an older layer (whose order inside the
// second an older layer cannot tell any more), are read anew from the log: their new history
// replaces what older layers say.
#include "timeline/timeline.h"

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "timeline/follower.h"

namespace perennial::timeline {
namespace {

constexpr std::chrono::milliseconds kIdle{1'000};  // looks without being told
constexpr std::chrono::milliseconds kErrorPause{500};
constexpr std::chrono::seconds kLongestOpening{10};  // a gigabyte from a slow disk; it goes on then
constexpr std::chrono::milliseconds kPublishEvery{250};  // while much is waiting
// After a publication the follower rests three times as long as it took: under a steady stream it
// takes a quarter of a core at most, and what is new is still seen within a second.
constexpr int kRest = 3;
constexpr std::chrono::milliseconds kLongestRest{600};

std::string base_path(const std::string& directory, uint64_t number) {
  return directory + "/base-" + std::to_string(number) + ".timeline";
}

// Numbers of the base files there, newest first; removes what an earlier process left unfinished.
std::vector<uint64_t> base_numbers(const std::string& directory) {
  std::vector<uint64_t> out;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(".timeline")) {
      std::filesystem::remove(entry.path(), error);
    } else if (name.starts_with("base-")) {
      out.push_back(std::strtoull(name.c_str() + 5, nullptr, 10));
    }
  }
  std::ranges::sort(out, std::greater());
  return out;
}

}  // namespace

struct Timeline::Impl {
  explicit Impl(Options given)
      : options(std::move(given)),
        pool(options.threads),
        scratch(std::make_shared<ScratchSpace>(options.directory)) {}

  Result<void> open();
  void follow();
  Result<void> open_or_build();
  Result<void> build();
  Result<void> step();
  Result<void> install(uint64_t number);
  void publish();
  Result<void> renew_if_asked(uint64_t request, bool whole);
  Result<void> renew();
  void give_up_rewriting();
  void remove_other_bases() const;
  void rewrite_if_grown();
  void adopt_rewritten();
  void keep_what_is_above();
  void rewrite(std::vector<std::shared_ptr<const Layer>> layers, BaseFacts facts);
  bool stopping() const { return progress.stop; }
  void say(const std::string& line) const {
    if (options.say) options.say(line);
  }
  BuildSource source() { return {options.log, options.database, &owners, scratch}; }

  const Options options;
  Pool pool;
  const std::shared_ptr<ScratchSpace> scratch;  // of questions to the log
  OwnersCache owners;
  Progress progress;
  uint64_t base_number = 0;
  bool base_exists = false;
  std::unique_ptr<Follower> follower;  // of the following thread, as is `rest`
  std::chrono::milliseconds rest{};    // before the next look
  std::thread following, rewriting;
  std::atomic<bool> rewriting_now = false;  // until its base is in use
  std::unique_ptr<Base> rewritten;          // guarded by mutex
  size_t rewritten_layers = 0;              // how many layers it stands for

  mutable std::mutex mutex;
  mutable std::condition_variable changed;  // snapshot
  std::condition_variable wake;             // the following thread
  bool told = false;
  std::vector<people::PersonId> to_forget;
  uint64_t asked = 0, met = 0;  // requests of forget()
  uint64_t asked_whole = 0;     // the last one that named nobody
  std::shared_ptr<const Snapshot> snapshot;
  Stats stats;
};

Result<void> Timeline::Impl::open() {
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  if (error) return fail(Code::kInternal, error.message(), options.directory);
  following = std::thread([this] { follow(); });
  // Who asks at once is answered from the file, and does not read the log because it is not mapped
  // yet.
  std::unique_lock lock(mutex);
  changed.wait_for(lock, kLongestOpening, [this] {
    return stats.phase != Stats::Phase::kOpening || !stats.error.empty();
  });
  return {};
}

// A base that can be used: whole, of the workspace's zone, and not ahead of the log (which would
// then be another log).
Result<void> Timeline::Impl::open_or_build() {
  for (uint64_t number : base_numbers(options.directory)) {
    base_number = std::max(base_number, number);
    if (base_exists) continue;
    if (auto went = install(number); !went) {
      say(fmt::format("timeline not used number={} reason=\"{}\"", number, went.error().message));
    }
  }
  if (!base_exists) TRY(build());
  remove_other_bases();
  return {};
}

void Timeline::Impl::remove_other_bases() const {
  for (uint64_t number : base_numbers(options.directory)) {
    if (number != base_number) std::filesystem::remove(base_path(options.directory, number));
  }
}

// A base without what is gone, when somebody asked for it since the last one. `whole`: of what the
// log holds now.
Result<void> Timeline::Impl::renew_if_asked(uint64_t request, bool whole) {
  {
    std::lock_guard lock(mutex);
    if (met >= request) return {};
  }
  TRY(whole ? build() : renew());
  remove_other_bases();
  std::lock_guard lock(mutex);
  met = request;
  changed.notify_all();
  return {};
}

Result<void> Timeline::Impl::install(uint64_t number) {
  Base base = TRY(open_base(base_path(options.directory, number)));
  const Zone zone = options.zone();
  if (base.facts.zone != zone.name()) return fail(Code::kConflict, "it is of another time zone");
  const people::Reached reached =
      TRY(options.database.read([](store::Connection& c) { return people::reached(c); }));
  if (base.facts.seq > reached.applied_seq || base.facts.last_move > reached.last_move ||
      base.facts.seq > options.log.last_seq()) {
    return fail(Code::kConflict, "it is ahead of the event log");
  }
  follower = std::make_unique<Follower>(source(), std::move(base), zone, options.sweep_events);
  base_number = number;
  base_exists = true;
  publish();
  return {};
}

// What is being made of the old base is of no use any more.
void Timeline::Impl::give_up_rewriting() {
  if (rewriting.joinable()) rewriting.join();
  rewritten.reset();
  rewriting_now = false;
}

// By the rows that are held: they are copied, but for those of people who were read anew. What it
// takes grows with the file, not with what the log would have to be read for.
Result<void> Timeline::Impl::renew() {
  give_up_rewriting();
  follower->thaw();
  TRY(follower->renew(base_path(options.directory, ++base_number), progress));
  publish();
  return {};
}

Result<void> Timeline::Impl::build() {
  const auto start = std::chrono::steady_clock::now();
  say("timeline build started");
  give_up_rewriting();
  {
    std::lock_guard lock(mutex);
    stats.phase = Stats::Phase::kBuilding;
    changed.notify_all();
  }
  TRY(build_base(source(), base_path(options.directory, ++base_number), options.zone(), progress));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  {
    std::lock_guard lock(mutex);
    stats.build_seconds = took.count();
  }
  TRY(install(base_number));
  say(fmt::format("timeline built events={} seconds={:.1f}", follower->facts().events,
                  took.count()));
  return {};
}

void Timeline::Impl::publish() {
  const auto start = std::chrono::steady_clock::now();
  auto next = std::make_shared<const Snapshot>(follower->snapshot());
  const auto took = std::chrono::steady_clock::now() - start;
  rest =
      std::min(std::chrono::duration_cast<std::chrono::milliseconds>(took * kRest), kLongestRest);
  const BaseFacts& facts = follower->facts();
  std::lock_guard lock(mutex);
  snapshot = std::move(next);
  stats.phase = Stats::Phase::kReady;
  stats.seq = snapshot->seq;
  stats.events = snapshot->events;
  stats.outside = facts.outside;
  stats.nobody = facts.nobody;
  stats.layers = snapshot->layers.size();
  stats.base_bytes = snapshot->layers.front()->bytes();
  stats.layer_bytes = follower->layer_bytes();
  stats.dictionary_bytes = snapshot->dictionary->bytes();
  stats.error.clear();
  changed.notify_all();
}

// One look at the log: what is new becomes visible.
Result<void> Timeline::Impl::step() {
  if (!follower) TRY(open_or_build());
  if (follower->zone().name() != options.zone().name()) {
    TRY(build());
    remove_other_bases();
  }
  adopt_rewritten();
  uint64_t request = 0;
  bool whole = false;
  {
    std::lock_guard lock(mutex);
    follower->reread_later(std::exchange(to_forget, {}));
    request = asked;
    whole = asked_whole > met;
  }
  auto published = std::chrono::steady_clock::now();
  bool newer = false;
  for (bool more = true; more && !stopping();) {
    const Follower::Step step = TRY(follower->step(progress));
    more = step.more;
    newer |= step.changed;
    const auto now = std::chrono::steady_clock::now();
    if (!newer || (more && now - published < kPublishEvery)) continue;
    publish();
    newer = false;
    published = now;
  }
  if (!stopping()) TRY(renew_if_asked(request, whole));
  rewrite_if_grown();
  return {};
}

void Timeline::Impl::rewrite_if_grown() {
  const uint64_t above = follower->events_above_base();
  if (rewriting_now || stopping() ||
      above < std::max(options.rewrite_events, follower->facts().events / 8)) {
    return;
  }
  if (rewriting.joinable()) rewriting.join();
  rewriting_now = true;
  auto layers = follower->freeze();
  BaseFacts facts = follower->facts();
  facts.seq = follower->seq();
  facts.last_move = follower->last_move();
  rewriting = std::thread([this, layers = std::move(layers), facts] { rewrite(layers, facts); });
}

void Timeline::Impl::rewrite(std::vector<std::shared_ptr<const Layer>> layers, BaseFacts facts) {
  const std::string path = base_path(options.directory, ++base_number);
  const auto write = [&]() -> Result<Base> {
    TRY(merge_base(layers, *follower->dictionary(), facts, path, follower->days(), progress));
    return open_base(path);
  };
  auto base = write();
  std::lock_guard lock(mutex);
  if (base) {
    rewritten = std::make_unique<Base>(std::move(*base));
    rewritten_layers = layers.size();
  } else {
    stats.error = base.error().text();
    follower->thaw();
    rewriting_now = false;
  }
  told = true;
  wake.notify_all();
}

// Stands on the base that was written beside.
void Timeline::Impl::adopt_rewritten() {
  {
    std::lock_guard lock(mutex);
    if (!rewritten) return;
    follower->replace_base(std::move(*rewritten), rewritten_layers);
    rewritten.reset();
    rewriting_now = false;
  }
  remove_other_bases();
  publish();
}

// The next start would read it from the log again. Nothing is written while somebody's history
// waits to be read anew or to be forgotten: that this was to be done would not be known any more.
void Timeline::Impl::keep_what_is_above() {
  if (!follower) return;
  adopt_rewritten();
  if (!follower->settled() || !to_forget.empty() ||
      follower->zone().name() != options.zone().name())
    return;
  const uint64_t much = std::max(options.rewrite_events / 4, follower->facts().events / 64);
  if (follower->events_above_base() < much) return;
  progress.stop = false;
  if (auto went = renew(); !went) {
    say(fmt::format("timeline not kept error=\"{}\"", went.error().text()));
    return;
  }
  remove_other_bases();
}

void Timeline::Impl::follow() {
  while (!stopping()) {
    auto went = step();
    std::unique_lock lock(mutex);
    if (!went && !stopping()) {
      stats.error = went.error().text();
      changed.notify_all();
      say(fmt::format("timeline waits error=\"{}\"", stats.error));
    }
    wake.wait_for(lock, std::exchange(rest, {}), [&] { return stopping(); });
    wake.wait_for(lock, went ? kIdle : kErrorPause, [&] { return told || stopping(); });
    told = false;
  }
}

Timeline::Timeline(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Result<std::unique_ptr<Timeline>> Timeline::open(Options options) {
  std::unique_ptr<Timeline> out(new Timeline(std::move(options)));
  TRY(out->impl_->open());
  return out;
}

Timeline::~Timeline() { stop(); }

void Timeline::stop() {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->progress.stop = true;
  }
  impl_->wake.notify_all();
  if (!impl_->following.joinable()) return;
  impl_->following.join();
  if (impl_->rewriting.joinable()) impl_->rewriting.join();
  impl_->keep_what_is_above();
}

std::shared_ptr<const Snapshot> Timeline::snapshot() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->snapshot;
}

Pool& Timeline::pool() { return impl_->pool; }

void Timeline::people_committed() {
  std::lock_guard lock(impl_->mutex);
  impl_->told = true;
  impl_->wake.notify_all();
}

bool Timeline::wait_until(uint64_t seq, std::chrono::milliseconds at_most) const {
  std::unique_lock lock(impl_->mutex);
  return impl_->changed.wait_for(
      lock, at_most, [&] { return impl_->snapshot != nullptr && impl_->snapshot->seq >= seq; });
}

uint64_t Timeline::forget(std::vector<people::PersonId> people) {
  std::lock_guard lock(impl_->mutex);
  impl_->to_forget.insert(impl_->to_forget.end(), people.begin(), people.end());
  impl_->told = true;
  impl_->wake.notify_all();
  ++impl_->asked;
  if (people.empty()) impl_->asked_whole = impl_->asked;
  return impl_->asked;
}

bool Timeline::forgotten(uint64_t request, std::chrono::milliseconds at_most) const {
  std::unique_lock lock(impl_->mutex);
  return impl_->changed.wait_for(lock, at_most, [&] { return impl_->met >= request; });
}

Stats Timeline::stats() const {
  std::lock_guard lock(impl_->mutex);
  Stats out = impl_->stats;
  out.done = impl_->progress.done;
  out.total = impl_->progress.total;
  return out;
}

BuildSource Timeline::source() const { return impl_->source(); }

}  // namespace perennial::timeline
