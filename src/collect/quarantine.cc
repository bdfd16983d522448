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
        rows.push_back({++id, to_millis(entry.received_at), entry.source, entry.what.reason,
                        entry.what.where, entry.what.body});
      }
    }
    static constexpr std::string_view kColumns[] = {"id",     "received_at", "source",
                                                    "reason", "field",       "body"};
    TRY(c.insert_many("quarantine", kColumns, rows));
    TRY(c.execute("DELETE FROM quarantine WHERE id <= $1",
                  {id - static_cast<int64_t>(kMaxQuarantineRows)}));
    return {};
  });
}

Result<QuarantinePage> list_quarantine(store::Connection& c, int64_t before, int64_t limit) {
  QuarantinePage page;
  page.total = TRY(c.query_one("SELECT COUNT(*) FROM quarantine"))->integer(0);
  auto rows =
      TRY(c.query("SELECT id, received_at, source, reason, field, body FROM quarantine "
                  "WHERE id < $1 ORDER BY id DESC LIMIT $2",
                  {before > 0 ? before : INT64_MAX, limit}));
  for (const store::Row& row : rows) {
    page.entries.push_back({row.integer(0),
                            from_millis(row.integer(1)),
                            row.text(2),
                            {row.text(3), row.text(4), row.text(5)}});
  }
  return page;
}

}  // namespace perennial::collect
