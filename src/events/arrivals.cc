#include "events/arrivals.h"

#include <utility>

#include <algorithm>

namespace perennial::events {

namespace {

constexpr size_t kSharedPart = 4;  // a block with this part of what was asked for is enough

}  // namespace

size_t memory_of(const StoredEvent& event) {
  return sizeof(StoredEvent) + event.source.size() + event.message_id.size() + event.name.size() +
         event.user_id.size() + event.anonymous_id.size() + event.properties.size() +
         event.context.size();
}

Arrived part_of(std::shared_ptr<const std::vector<StoredEvent>> block, uint64_t after,
                size_t limit) {
  const auto from = std::partition_point(
      block->begin(), block->end(), [&](const StoredEvent& event) { return event.seq <= after; });
  const size_t count = std::min<size_t>(limit, block->end() - from);
  const std::span<const StoredEvent> events(from, count);
  return {std::move(block), events};
}

Arrived whole(std::vector<StoredEvent> events) {
  auto block = std::make_shared<const std::vector<StoredEvent>>(std::move(events));
  const std::span<const StoredEvent> all(*block);
  return {std::move(block), all};
}

Arrivals::Arrivals(uint64_t last_seq, size_t keep_rows)
    : keep_rows_(keep_rows), floor_(last_seq), last_seq_(last_seq) {}

void Arrivals::publish(std::vector<StoredEvent> events) {
  if (events.empty()) return;
  size_t bytes = 0;
  for (const StoredEvent& event : events) bytes += memory_of(event);
  const uint64_t newest = events.back().seq;
  auto block = std::make_shared<const std::vector<StoredEvent>>(std::move(events));
  std::deque<Held> dropped;  // freed after the lock
  {
    std::lock_guard lock(mutex_);
    INVARIANT(block->front().seq > last_seq_);
    rows_ += block->size();
    bytes_ += bytes;
    blocks_.push_back({std::move(block), bytes});
    last_seq_ = newest;
    while (keep_rows_ > 0 && blocks_.size() > 1 &&
           (rows_ - blocks_.front().block->size() >= keep_rows_ || bytes_ > kTailBytes)) {
      Held& oldest = blocks_.front();
      rows_ -= oldest.block->size();
      bytes_ -= oldest.bytes;
      floor_ = oldest.block->back().seq;
      dropped.push_back(std::move(oldest));
      blocks_.pop_front();
    }
  }
  arrived_.notify_all();
}

void Arrivals::change(const std::function<bool(const StoredEvent&)>& concerns,
                      const Change& change) {
  std::lock_guard lock(mutex_);
  std::deque<Held> kept;
  for (Held& held : blocks_) {
    if (std::ranges::none_of(*held.block, concerns)) {
      kept.push_back(std::move(held));
      continue;
    }
    std::vector<StoredEvent> events;
    size_t bytes = 0;
    for (const StoredEvent& event : *held.block) {
      auto stays = concerns(event) ? change(event) : std::optional(event);
      if (!stays) continue;
      bytes += memory_of(*stays);
      events.push_back(std::move(*stays));
    }
    rows_ -= held.block->size() - events.size();
    bytes_ -= held.bytes - std::min(held.bytes, bytes);
    if (events.empty()) continue;
    kept.push_back({std::make_shared<const std::vector<StoredEvent>>(std::move(events)), bytes});
  }
  blocks_ = std::move(kept);
}

std::optional<Arrived> Arrivals::share(uint64_t after, size_t limit) const {
  Block first;
  bool is_last = false;
  {
    std::lock_guard lock(mutex_);
    if (after < floor_) return std::nullopt;
    auto found = std::partition_point(blocks_.begin(), blocks_.end(), [&](const Held& held) {
      return held.block->back().seq <= after;
    });
    if (found == blocks_.end()) return Arrived{};
    first = found->block;
    is_last = std::next(found) == blocks_.end();
  }
  Arrived shared = part_of(first, after, limit);
  // Many small blocks are read together: a reader's work is cheaper by the thousand.
  if (is_last || shared.events.size() >= limit / kSharedPart) return shared;
  auto copied = read(after, limit);
  if (!copied) return std::nullopt;
  return whole(std::move(*copied));
}

std::optional<std::vector<StoredEvent>> Arrivals::read(uint64_t after, size_t limit) const {
  std::vector<Block> blocks;
  {
    std::lock_guard lock(mutex_);
    if (after < floor_) return std::nullopt;
    size_t rows = 0;
    auto first = std::partition_point(blocks_.begin(), blocks_.end(), [&](const Held& held) {
      return held.block->back().seq <= after;
    });
    // One block more than the limit asks for, because the first may be used in part only.
    for (auto it = first; it != blocks_.end(); ++it) {
      blocks.push_back(it->block);
      if (it != first) rows += it->block->size();
      if (rows >= limit) break;
    }
  }
  std::vector<StoredEvent> out;
  for (const Block& block : blocks) {
    auto from = std::partition_point(block->begin(), block->end(),
                                     [&](const StoredEvent& event) { return event.seq <= after; });
    const size_t count = std::min<size_t>(limit - out.size(), block->end() - from);
    out.insert(out.end(), from, from + count);
  }
  return out;
}

uint64_t Arrivals::last_seq() const {
  std::lock_guard lock(mutex_);
  return last_seq_;
}

uint64_t Arrivals::wait(uint64_t after, std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  const uint64_t wakes = wakes_;
  arrived_.wait_for(lock, at_most, [&] { return last_seq_ > after || wakes_ != wakes; });
  return last_seq_;
}

void Arrivals::wake() {
  {
    std::lock_guard lock(mutex_);
    ++wakes_;
  }
  arrived_.notify_all();
}

}  // namespace perennial::events
