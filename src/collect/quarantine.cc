#include "collect/quarantine.h"

#include <utility>

#include <algorithm>

namespace perennial::collect {
QuarantineWriter::QuarantineWriter(store::Database& database)
    : database_(database), thread_([this] { run(); }) {}

QuarantineWriter::~QuarantineWriter() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void QuarantineWriter::add(std::vector<Quarantined> entries, Done done) {
  {
    std::lock_guard lock(mutex_);
    if (waiting_entries_ + entries.size() <= kMaxWaitingQuarantine || waiting_.empty()) {
      waiting_entries_ += entries.size();
      waiting_.push_back({std::move(entries), std::move(done)});
      wake_.notify_one();
      return;
    }
  }
  done(fail(Code::kBusy, "too many refused events wait to be written"));
}

void QuarantineWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    auto group = std::exchange(waiting_, {});
    waiting_entries_ = 0;
    lock.unlock();
    auto written = write(group);
    for (Waiting& waiting : group) waiting.done(written);
    lock.lock();
  }
}

Result<void> QuarantineWriter::write(const std::vector<Waiting>& group) {
  return database_.write([&](store::Connection& c) -> Result<void> {
    auto newest = TRY(c.query_one("SELECT COALESCE(MAX(id), 0) FROM quarantine"));
    int64_t id = newest->integer(0);
    std::vector<std::vector<store::Value>> rows;
    for (const Waiting& waiting : group) {
      for (const Quarantined& entry : waiting.entries) {
        const Rejected& what = entry.what;
        rows.push_back({++id, to_millis(entry.received_at), entry.source, what.reason, what.where,
                        what.body, what.form,
                        what.sent ? store::Value(to_millis(*what.sent)) : store::Value()});
      }
    }
    static constexpr std::string_view kColumns[] = {"id",    "received_at", "source", "reason",
                                                    "field", "body",        "form",   "sent_at"};
    TRY(c.insert_many("quarantine", kColumns, rows));
    TRY(c.execute("DELETE FROM quarantine WHERE id <= $1",
                  {id - static_cast<int64_t>(kMaxQuarantineRows)}));
    return {};
  });
}

}  // namespace perennial::collect
