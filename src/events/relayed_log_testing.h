// A log that hands every call on to another: a test changes the calls that it is about.
#pragma once

#include <utility>

#include <memory>
#include <vector>

#include "events/events.h"

namespace perennial::events {

class RelayedLog : public Log {
 public:
  explicit RelayedLog(std::unique_ptr<Log> log) : owned_(std::move(log)), log_(owned_.get()) {}
  // Of a log that somebody else holds: stand_on() comes before every call.
  RelayedLog() = default;
  void stand_on(Log& log) { log_ = &log; }

  void append(std::vector<Event> events, Done done) override {
    log_->append(std::move(events), std::move(done));
  }
  Result<void> scan(const Scan& what,
                    const std::function<Result<void>(const Columns&)>& each) override {
    return log_->scan(what, each);
  }
  Result<void> sweep(const Sweep& what,
                     const std::function<Result<void>(const Glimpse&)>& each) override {
    return log_->sweep(what, each);
  }
  Result<std::vector<Sweep>> split(const Sweep& what, size_t parts) override {
    return log_->split(what, parts);
  }
  Result<std::vector<StoredEvent>> read(const Scan& what) override { return log_->read(what); }
  Result<std::vector<StoredEvent>> read_arrivals(uint64_t after, size_t limit) override {
    return log_->read_arrivals(after, limit);
  }
  Result<Arrived> share_arrivals(uint64_t after, size_t limit) override {
    return log_->share_arrivals(after, limit);
  }
  uint64_t last_seq() const override { return log_->last_seq(); }
  uint64_t wait_for_arrivals(uint64_t after, std::chrono::milliseconds at_most) override {
    return log_->wait_for_arrivals(after, at_most);
  }
  void wake() override { log_->wake(); }
  Result<Table> sql(std::string_view query, const SqlLimits& limits) override {
    return log_->sql(query, limits);
  }
  Result<LogStats> stats() override { return log_->stats(); }
  Result<uint64_t> count(const Erase& what) override { return log_->count(what); }
  Result<Erased> erase(const Erase& what) override { return log_->erase(what); }

 protected:
  Log& below() { return *log_; }

 private:
  std::unique_ptr<Log> owned_;
  Log* log_ = nullptr;
};

}  // namespace perennial::events
