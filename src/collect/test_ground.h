// For tests of this module: a log that a test can hold back or make refuse, and the state database
// that collecting and importing need.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

#include <gtest/gtest.h>

#include "collect/collect.h"
#include "events/relayed_log_testing.h"
#include "people/people.h"
#include "store/testing.h"

namespace perennial::collect {

// A log in memory whose appends can be held back, or refused.
class ObedientLog final : public events::RelayedLog {
 public:
  ObedientLog() : RelayedLog(events::open_memory()) {}

  void append(std::vector<events::Event> events, Done done) override {
    {
      std::unique_lock lock(mutex_);
      ++appends_;
      changed_.notify_all();
      std::optional<Error> refused = refusal_;
      if (refusals_left_ > 0 && --refusals_left_ == 0) refusal_.reset();
      if (refused) {
        lock.unlock();
        return done(std::unexpected(std::move(*refused)));
      }
      changed_.wait(lock, [this] { return appends_ <= allowed_; });
    }
    RelayedLog::append(std::move(events), std::move(done));
  }
  // Lets this many appends pass and then blocks.
  void allow(int appends) {
    std::lock_guard lock(mutex_);
    allowed_ = appends;
    changed_.notify_all();
  }
  void wait_for_append(int number) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return appends_ >= number; });
  }
  // Refuses what comes from now on: the next `times` appends, or all until accept().
  void refuse(Error error, int times = 0) {
    std::lock_guard lock(mutex_);
    refusal_ = std::move(error);
    refusals_left_ = times;
  }
  void accept() {
    std::lock_guard lock(mutex_);
    refusal_.reset();
    refusals_left_ = 0;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int appends_ = 0;
  int allowed_ = 1'000'000;
  std::optional<Error> refusal_;
  int refusals_left_ = 0;  // 0: as long as there is a refusal
};

// A workspace's tables and settings, with a log beside them.
class TestGround : public testing::Test {
 protected:
  void SetUp() override {
    for (auto migrations : {access::migrations(), events::migrations(), people::migrations(),
                            collect::migrations()}) {
      ASSERT_TRUE(database_->migrate(migrations));
    }
    settings_ = access::Settings::load(*database_).value();
  }

  store::TestDatabase database_;
  ObedientLog log_;
  std::unique_ptr<access::Settings> settings_;
};

}  // namespace perennial::collect
