#include <utility>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "events/events.h"

namespace perennial::events {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{50};  // after a failure; doubles up to the next
constexpr milliseconds kLongestPause{5'000};
constexpr milliseconds kLongestWait{500};  // for arrivals, before looking around

// What all threads of a Stages share.
struct Board {
  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
};

// One stage with its thread.
class Runner {
 public:
  Runner(Board& board, Log& log, store::Database& database, Stage stage)
      : board_(board), log_(log), database_(database), stage_(std::move(stage)) {
    INVARIANT(!stage_.name.empty() && stage_.apply && stage_.batch > 0);
  }
  void start() {
    thread_ = std::thread([this] { run(); });
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  // Under the board's mutex.
  uint64_t cursor() const { return cursor_; }
  StageProgress progress(uint64_t last_seq) const {
    return {stage_.name, cursor_, last_seq - std::min(last_seq, cursor_), error_};
  }

 private:
  void run() {
    milliseconds pause = kFirstPause;
    bool loaded = false;
    while (!stopping()) {
      // After a failure the cursor is read again: a commit whose outcome is unknown may have moved
      // it.
      Result<void> went = loaded ? step() : load_cursor();
      if (went && loaded) pause = kFirstPause;
      std::unique_lock lock(board_.mutex);
      if (!went) error_ = went.error().text();
      if (went && loaded) error_.clear();
      loaded = went.has_value();
      if (went) continue;
      board_.changed.wait_for(lock, pause, [&] { return board_.stopping; });
      pause = std::min(pause * 2, kLongestPause);
    }
  }

  bool stopping() const {
    std::lock_guard lock(board_.mutex);
    return board_.stopping;
  }

  void move_cursor(uint64_t seq) {
    {
      std::lock_guard lock(board_.mutex);
      cursor_ = seq;
    }
    board_.changed.notify_all();
  }

  Result<void> load_cursor() {
    const uint64_t cursor =
        TRY(database_.read([&](store::Connection& c) { return stored_cursor(c); }));
    if (cursor > log_.last_seq()) {
      // Going on would skip the events that take these numbers again.
      return fail(Code::kConflict, "the state is ahead of the event log", stage_.name,
                  "restore both from the same backup");
    }
    const bool moved = cursor > cursor_ && tried_;
    if (moved && stage_.committed) stage_.committed(cursor);
    move_cursor(cursor);
    return {};
  }

  Result<uint64_t> stored_cursor(store::Connection& c) const {
    auto row = TRY(c.query_one("SELECT seq FROM stage_cursors WHERE name = $1", {stage_.name}));
    return row ? static_cast<uint64_t>(row->integer(0)) : 0;
  }

  Result<void> step() {
    const uint64_t cursor = cursor_;        // only this thread writes it
    const uint64_t last = log_.last_seq();  // before the look, which sees what is up to here
    const Arrived arrived = TRY(log_.share_arrivals(cursor, stage_.batch));
    const auto events = arrived.events;
    if (events.empty() && last <= cursor) {
      log_.wait_for_arrivals(cursor, kLongestWait);
      return {};
    }
    // The log may end in numbers whose events were erased before this stage saw them.
    const uint64_t reached = events.empty() ? last : events.back().seq;
    TRY(apply(events, reached));
    if (stage_.committed) stage_.committed(reached);
    move_cursor(reached);
    return {};
  }

  Result<void> apply(std::span<const StoredEvent> events, uint64_t reached) {
    tried_ = true;
    try {
      return database_.write([&](store::Connection& c) -> Result<void> {
        if (TRY(stored_cursor(c)) != cursor_) {
          return fail(Code::kConflict, "somebody else moved the stage's cursor", stage_.name);
        }
        if (!events.empty()) TRY(stage_.apply(c, events));
        TRY(
            c.execute("INSERT INTO stage_cursors (name, seq) VALUES ($1, $2) "
                      "ON CONFLICT (name) DO UPDATE SET seq = excluded.seq",
                      {stage_.name, static_cast<int64_t>(reached)}));
        return {};
      });
    } catch (const std::exception& e) {
      return fail(Code::kInternal, e.what(), stage_.name);
    }
  }

  Board& board_;
  Log& log_;
  store::Database& database_;
  const Stage stage_;
  uint64_t cursor_ = 0;
  bool tried_ = false;  // a batch was given to apply()
  std::string error_;
  std::thread thread_;
};

}  // namespace

struct Stages::Impl {
  Log& log;
  Board board;
  std::vector<std::unique_ptr<Runner>> runners;
};

Stages::Stages(Log& log, store::Database& database, std::vector<Stage> stages)
    : impl_(new Impl{.log = log}) {
  for (Stage& stage : stages) {
    impl_->runners.push_back(
        std::make_unique<Runner>(impl_->board, log, database, std::move(stage)));
  }
  for (auto& runner : impl_->runners) runner->start();
}

Stages::~Stages() { stop(); }

void Stages::stop() {
  {
    std::lock_guard lock(impl_->board.mutex);
    impl_->board.stopping = true;
  }
  impl_->board.changed.notify_all();
  impl_->log.wake();
  for (auto& runner : impl_->runners) runner->join();
}

bool Stages::wait_until(uint64_t seq, milliseconds at_most) {
  std::unique_lock lock(impl_->board.mutex);
  return impl_->board.changed.wait_for(lock, at_most, [&] {
    return std::ranges::all_of(impl_->runners,
                               [&](const auto& runner) { return runner->cursor() >= seq; });
  });
}

std::vector<StageProgress> Stages::progress() const {
  const uint64_t last_seq = impl_->log.last_seq();
  std::lock_guard lock(impl_->board.mutex);
  std::vector<StageProgress> out;
  for (const auto& runner : impl_->runners) out.push_back(runner->progress(last_seq));
  return out;
}

}  // namespace perennial::events
