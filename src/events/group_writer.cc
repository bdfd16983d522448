#include "events/group_writer.h"

#include <utility>

#include "events/row_binary.h"

namespace perennial::events {
namespace {

Result<void> check(const Event& event) {
  if (event.message_id.empty()) return fail(Code::kInvalid, "is empty", "message_id");
  if (event.user_id.empty() && event.anonymous_id.empty()) {
    return fail(Code::kInvalid, "neither user_id nor anonymous_id is given", "user_id");
  }
  for (const auto& [time, field] :
       {std::pair{event.timestamp, "timestamp"}, std::pair{event.received_at, "received_at"}}) {
    if (to_millis(time) < kEarliestMillis || to_millis(time) > kLatestMillis) {
      return fail(Code::kInvalid, "is not between the years 1900 and 2299", field);
    }
  }
  return {};
}

size_t size_of(const Event& event) {
  return sizeof(StoredEvent) + event.source.size() + event.message_id.size() + event.name.size() +
         event.user_id.size() + event.anonymous_id.size() + event.properties.size() +
         event.context.size();
}

Result<Pending> prepare(std::vector<Event> events, Log::Done done, bool encode) {
  Pending out;
  out.ids.reserve(events.size());
  if (encode) out.ends.reserve(events.size());
  for (const Event& event : events) {
    TRY(check(event));
    out.ids.push_back(event_id(event));
    out.bytes += size_of(event);
    if (encode) {
      append_row(out.rows, event, out.ids.back());
      out.ends.push_back(out.rows.size());
    }
  }
  out.bytes += out.rows.size();
  out.events = std::move(events);
  out.done = std::move(done);
  return out;
}

}  // namespace

Fingerprint event_id(const Event& event) {
  std::string key;
  key.reserve(event.source.size() + 1 + event.message_id.size());
  key += event.source;
  key += '\0';
  key += event.message_id;
  return fingerprint(key);
}

GroupWriter::GroupWriter(std::chrono::milliseconds window, bool encode, Commit commit)
    : window_(window), encode_(encode), commit_(std::move(commit)), thread_([this] { run(); }) {}

GroupWriter::~GroupWriter() { stop(); }

void GroupWriter::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool GroupWriter::has_room(size_t rows, size_t bytes) const {
  return !stopping_ && pending_rows_ + rows <= kMaxPendingRows &&
         pending_bytes_ + bytes <= kMaxPendingBytes;
}

void GroupWriter::append(std::vector<Event> events, Log::Done done) {
  const size_t rows = events.size();
  if (rows == 0) return done(Appended{});
  const auto busy = [&] { done(fail(Code::kBusy, "too many events are waiting to be stored")); };
  // Asked again below, where it counts; here it saves the work of encoding what will be refused.
  std::unique_lock lock(mutex_);
  bool room = has_room(rows, 0);
  lock.unlock();
  if (!room) return busy();

  auto request = prepare(std::move(events), done, encode_);
  if (!request) return done(std::unexpected(std::move(request).error()));
  lock.lock();
  room = has_room(rows, request->bytes);
  if (room) {
    request->since = std::chrono::steady_clock::now();
    pending_rows_ += rows;
    pending_bytes_ += request->bytes;
    queued_rows_ += rows;
    queued_bytes_ += request->rows.size();
    queue_.push_back(std::move(*request));
  }
  lock.unlock();
  if (!room) return busy();
  changed_.notify_one();
}

size_t GroupWriter::pending_rows() const {
  std::lock_guard lock(mutex_);
  return pending_rows_;
}

std::vector<Pending> GroupWriter::next_group(std::unique_lock<std::mutex>& lock) {
  changed_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
  if (queue_.empty()) return {};
  changed_.wait_until(lock, queue_.front().since + window_, [&] {
    return stopping_ || queued_rows_ >= kMaxGroupRows || queued_bytes_ >= kMaxGroupBytes;
  });
  std::vector<Pending> group;
  size_t rows = 0, bytes = 0;
  while (!queue_.empty() && rows < kMaxGroupRows && bytes < kMaxGroupBytes) {
    Pending& next = queue_.front();
    if (!group.empty() && rows + next.events.size() > kMaxGroupRows) break;
    rows += next.events.size();
    bytes += next.rows.size();
    group.push_back(std::move(next));
    queue_.pop_front();
  }
  queued_rows_ -= rows;
  queued_bytes_ -= bytes;
  return group;
}

void GroupWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    std::vector<Pending> group = next_group(lock);
    if (group.empty()) return;
    size_t rows = 0, bytes = 0;
    for (const Pending& request : group) {
      rows += request.events.size();
      bytes += request.bytes;
    }
    lock.unlock();
    commit_(std::move(group));
    lock.lock();
    pending_rows_ -= rows;
    pending_bytes_ -= bytes;
  }
}

}  // namespace perennial::events
