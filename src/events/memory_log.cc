// The obvious slow twin of the log in chDB: the same answers from plain vectors and a full scan.

#include <utility>

#include <algorithm>
#include <map>
#include <mutex>
#include <unordered_set>

#include "events/arrivals.h"
#include "events/erasing.h"
#include "events/events.h"
#include "events/group_writer.h"
#include "events/sweep_parts.h"

namespace perennial::events {
namespace {

constexpr size_t kBlockRows = 8'192;

template <class T>
bool among(const std::vector<T>& list, const T& item) {
  return list.empty() || std::find(list.begin(), list.end(), item) != list.end();
}

bool matches(const Scan& what, const StoredEvent& event) {
  return among(what.types, event.type) && among(what.names, event.name) &&
         (!what.span || what.span->contains(event.timestamp)) &&
         among(what.identities, identity_of(event.user_id, event.anonymous_id));
}

class MemoryLog final : public Log {
 public:
  MemoryLog() : writer_(kCommitWindow, false, [this](auto group) { commit(std::move(group)); }) {}
  ~MemoryLog() override { writer_.stop(); }

  void append(std::vector<Event> events, Done done) override {
    writer_.append(std::move(events), std::move(done));
  }

  Result<void> scan(const Scan& what,
                    const std::function<Result<void>(const Columns&)>& each) override {
    Columns block;
    for (const StoredEvent& event : TRY(read(what))) {
      block.seq.push_back(event.seq);
      block.identity.push_back(identity_of(event.user_id, event.anonymous_id));
      block.type.push_back(event.type);
      block.name.push_back(event.name);
      block.timestamp_ms.push_back(to_millis(event.timestamp));
      block.properties.push_back(event.properties);
      if (block.rows() == kBlockRows) TRY(each(std::exchange(block, {})));
    }
    if (block.rows() > 0) TRY(each(block));
    return {};
  }

  Result<void> sweep(const Sweep& what,
                     const std::function<Result<void>(const Glimpse&)>& each) override {
    const Scan same{
        .identities = what.identities, .names = what.names, .types = what.types, .span = what.span};
    for (const StoredEvent& event : TRY(read(same))) {
      if (event.seq <= what.after_seq || event.seq > what.up_to_seq) continue;
      if (!among(what.of_anonymous, event.anonymous_id)) continue;
      const std::string identity = identity_of(event.user_id, event.anonymous_id);
      if (identity < what.from_identity) continue;
      if (!what.below_identity.empty() && identity >= what.below_identity) continue;
      TRY(each({.seq = event.seq,
                .identity = identity,
                .anonymous_id = what.anonymous_ids ? std::string_view(event.anonymous_id) : "",
                .type = event.type,
                .name = event.name,
                .timestamp_ms = to_millis(event.timestamp),
                .properties = what.properties ? std::string_view(event.properties) : ""}));
    }
    return {};
  }

  Result<std::vector<Sweep>> split(const Sweep& what, size_t parts) override {
    if (parts < 2) return std::vector{what};
    std::map<std::string, uint64_t> events;  // by identity
    TRY(sweep(what, [&](const Glimpse& event) -> Result<void> {
      ++events[std::string(event.identity)];
      return {};
    }));
    return parted(what, parts, {events.begin(), events.end()});
  }

  Result<std::vector<StoredEvent>> read(const Scan& what) override {
    std::vector<StoredEvent> out;
    {
      std::lock_guard lock(mutex_);
      std::copy_if(events_.begin(), events_.end(), std::back_inserter(out),
                   [&](const StoredEvent& event) { return matches(what, event); });
    }
    const auto before = [](const StoredEvent& a, const StoredEvent& b) {
      return std::pair(a.timestamp, a.seq) < std::pair(b.timestamp, b.seq);
    };
    std::sort(out.begin(), out.end(), before);
    if (what.newest_first) std::reverse(out.begin(), out.end());
    if (what.limit > 0 && out.size() > what.limit) out.resize(what.limit);
    return out;
  }

  Result<std::vector<StoredEvent>> read_arrivals(uint64_t after, size_t limit) override {
    return *arrivals_.read(after, limit);
  }
  Result<Arrived> share_arrivals(uint64_t after, size_t limit) override {
    return *arrivals_.share(after, limit);
  }
  uint64_t last_seq() const override { return arrivals_.last_seq(); }
  uint64_t wait_for_arrivals(uint64_t after, std::chrono::milliseconds at_most) override {
    return arrivals_.wait(after, at_most);
  }
  void wake() override { arrivals_.wake(); }

  Result<Table> sql(std::string_view, const SqlLimits&) override {
    return fail(Code::kForbidden, "the event log in memory has no SQL");
  }

  Result<uint64_t> count(const Erase& what) override {
    TRY(check_erase(what));
    std::lock_guard lock(mutex_);
    return static_cast<uint64_t>(std::ranges::count_if(
        events_, [&](const StoredEvent& event) { return is_erased_by(what, event); }));
  }

  Result<Erased> erase(const Erase& what) override {
    TRY(check_erase(what));
    Erased out;
    {
      std::lock_guard lock(mutex_);
      std::vector<StoredEvent> left;
      for (StoredEvent& event : events_) {
        if (!is_erased_by(what, event)) {
          left.push_back(std::move(event));
          continue;
        }
        ++out.events;
        if (!what.remember) ids_.erase(event_id(event));
        if (auto stays = left_of(what, event)) {
          ++out.kept;
          left.push_back(std::move(*stays));
        }
      }
      events_ = std::move(left);
    }
    arrivals_.change([&](const StoredEvent& event) { return is_erased_by(what, event); },
                     [&](const StoredEvent& event) { return left_of(what, event); });
    return out;
  }

  Result<LogStats> stats() override {
    std::lock_guard lock(mutex_);
    return LogStats{.events = events_.size(),
                    .last_seq = last_seq_,
                    .pending_rows = writer_.pending_rows(),
                    .duplicates = duplicates_,
                    .dedup_bytes = ids_.size() * sizeof(Fingerprint)};
  }

 private:
  void commit(std::vector<Pending> group) {
    for (Pending& request : group) {
      Appended answer;
      std::vector<StoredEvent> stored;
      {
        std::lock_guard lock(mutex_);
        for (size_t i = 0; i < request.events.size(); ++i) {
          if (!ids_.insert(request.ids[i]).second) {
            ++answer.duplicates;
            continue;
          }
          stored.push_back({std::move(request.events[i]), ++last_seq_});
        }
        answer.stored = stored.size();
        if (!stored.empty()) answer.last_seq = last_seq_;
        duplicates_ += answer.duplicates;
        events_.insert(events_.end(), stored.begin(), stored.end());
      }
      arrivals_.publish(std::move(stored));
      request.done(answer);
    }
  }

  mutable std::mutex mutex_;
  std::vector<StoredEvent> events_;
  std::unordered_set<Fingerprint> ids_;
  uint64_t last_seq_ = 0;
  uint64_t duplicates_ = 0;
  Arrivals arrivals_{0, 0};
  GroupWriter writer_;  // last: its thread uses all of the above
};

}  // namespace

std::unique_ptr<Log> open_memory() { return std::make_unique<MemoryLog>(); }

}  // namespace perennial::events
