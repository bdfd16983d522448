// For tests of what stands on people and the timeline: a log in memory that both follow, over a
// real state database.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "people/people.h"
#include "store/testing.h"
#include "timeline/timeline.h"

namespace perennial::timeline {

class FollowedLog {
 public:
  // `migrations` are the tested module's, behind those of access, events and people.
  explicit FollowedLog(std::span<const store::Migration> migrations) {
    std::string pattern = std::filesystem::temp_directory_path() / "followed-XXXXXX";
    INVARIANT(::mkdtemp(pattern.data()) != nullptr);
    directory_ = pattern;
    for (const auto& part :
         {access::migrations(), events::migrations(), people::migrations(), migrations}) {
      EXPECT_TRUE(database->migrate(part));
    }
    settings = access::Settings::load(*database).value();
    log = events::open_memory();
    books = std::make_unique<people::OrderBooks>(*database, *settings);
    timeline = Timeline::open({.directory = directory_,
                               .log = *log,
                               .database = *database,
                               .zone = [] { return Zone::utc(); }})
                   .value();
    std::vector<events::Stage> stages;
    stages.push_back(people::people_stage(*settings));
    stages.back().committed = [this](uint64_t) {
      books->changed();
      timeline->people_committed();
    };
    stages_ = std::make_unique<events::Stages>(*log, *database, std::move(stages));
  }
  ~FollowedLog() {
    stages_.reset();
    timeline.reset();
    std::filesystem::remove_all(directory_);
  }
  FollowedLog(const FollowedLog&) = delete;
  FollowedLog& operator=(const FollowedLog&) = delete;

  // Until people and the timeline have read them, and all before.
  void take(std::vector<events::Event> events) {
    if (!events.empty()) {
      ASSERT_TRUE(log->append_and_wait(std::move(events)));
    }
    ASSERT_TRUE(stages_->wait_until(log->last_seq(), kLongest));
    ASSERT_TRUE(timeline->wait_until(log->last_seq(), kLongest)) << timeline->stats().error;
  }

  store::TestDatabase database;
  std::unique_ptr<access::Settings> settings;
  std::unique_ptr<events::Log> log;
  std::unique_ptr<people::OrderBooks> books;
  std::unique_ptr<Timeline> timeline;

 private:
  static constexpr std::chrono::seconds kLongest{60};
  std::string directory_;
  std::unique_ptr<events::Stages> stages_;
};

}  // namespace perennial::timeline
