#include "events/known_ids.h"

#include <utility>

#include <algorithm>

namespace perennial::events {

KnownIds::KnownIds(Load load, std::chrono::milliseconds retry)
    : thread_([this, load = std::move(load), retry](const std::stop_token& stop) {
        this->load(load, retry, stop);
      }) {}

KnownIds::~KnownIds() = default;

void KnownIds::load(const Load& load, std::chrono::milliseconds retry,
                    const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    auto loaded = load(stop);
    std::unique_lock lock(mutex_);
    if (loaded) {
      bytes_ = loaded->bytes();
      loaded_ = std::move(*loaded);
      whole_ = true;
      changed_.notify_all();
      return;
    }
    changed_.wait_for(lock, stop, std::exchange(retry, std::min(2 * retry, kLongestFilterRetry)),
                      [] { return false; });
  }
}

// Takes the filter over as soon as it is there, with what was stored meanwhile.
bool KnownIds::ready() {
  if (filter_) return true;
  if (!whole_) return false;
  {
    std::lock_guard lock(mutex_);
    filter_ = std::exchange(loaded_, std::nullopt);
  }
  for (const Fingerprint& id : std::exchange(since_, {})) add_to_filter(id);
  bytes_ = filter_->bytes();
  return true;
}

// Repeats would fill it.
void KnownIds::add_to_filter(Fingerprint id) {
  if (!filter_->may_contain(id)) filter_->add(id);
}

void KnownIds::add(std::span<const Fingerprint> ids) {
  if (ready()) {
    for (const Fingerprint& id : ids) add_to_filter(id);
    bytes_ = filter_->bytes();
  } else {
    since_.insert(since_.end(), ids.begin(), ids.end());
    bytes_ = since_.capacity() * sizeof(Fingerprint);
  }
}

bool KnownIds::may_contain(Fingerprint id) { return !ready() || filter_->may_contain(id); }

void KnownIds::wait_until_whole() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return whole_.load(); });
}

}  // namespace perennial::events
