// A process that is killed at any call of the log, before or after its work is done: everything is
// closed and opened again, and the end is the same. On the log in chDB too, whose newest events may
// be among those that are erased.
#include "events/relayed_log_testing.h"
#include "events/testing.h"
#include "privacy/privacy_testing.h"

namespace perennial::privacy {
namespace {

constexpr int kMostCalls = 60;  // of an erasure that nothing stops

// A log that dies at a call that writes or counts: from then on none is answered.
class MortalLog final : public events::RelayedLog {
 public:
  // `works`: the last call still does what it was asked for.
  void live_for(int calls, bool works) {
    left_ = calls;
    works_ = works;
    dead_ = false;
  }
  bool dead() const { return dead_; }

  void append(std::vector<events::Event> events, Done done) override {
    done(call([&] { return below().append_and_wait(std::move(events)); }));
  }
  Result<void> sweep(const events::Sweep& what,
                     const std::function<Result<void>(const events::Glimpse&)>& each) override {
    return call([&] { return RelayedLog::sweep(what, each); });
  }
  Result<uint64_t> count(const events::Erase& what) override {
    return call([&] { return RelayedLog::count(what); });
  }
  Result<events::Erased> erase(const events::Erase& what) override {
    return call([&] { return RelayedLog::erase(what); });
  }

 private:
  template <class Work>
  auto call(Work work) -> decltype(work()) {
    if (!dead_ && left_-- > 0) return work();
    if (!dead_ && works_) (void)work();
    dead_ = true;
    return fail(Code::kBusy, "the process is gone");
  }

  std::atomic<int> left_ = 0;
  std::atomic<bool> works_ = false, dead_ = false;
};

class KillTest : public PrivacyTest {
 protected:
  events::Log& log_of_privacy() override {
    mortal_.stand_on(*log_);
    return mortal_;
  }
  void restart() {
    close();
    close_world();
    open_world();
    open();
  }
  // Killed at the first call, started again and killed at the second one, and so on.
  Json erase_with_kills(people::PersonId person, bool works) {
    const std::string at = "/v1/privacy/erasures/" + ask(person).at("id").get<std::string>();
    for (int calls = 0; calls < kMostCalls; ++calls) {
      if (call("GET", at).at("state") == "done") break;
      mortal_.live_for(calls, works);
      const auto deadline = std::chrono::steady_clock::now() + kSoon;
      privacy_->start();
      while (!mortal_.dead() && !privacy_->wait_until_idle(1ms)) {
        if (std::chrono::steady_clock::now() < deadline) continue;
        ADD_FAILURE() << "it stays in " << call("GET", at) << timeline_->stats().error;
        return Json();
      }
      restart();
    }
    return call("GET", at);
  }
  // Each time those who are erased did the newest of all that is in the log.
  void erase_both() {
    add_wang();
    const int64_t before = revenue();
    for (const bool works : {false, true}) {
      SCOPED_TRACE(works ? "the last call works" : "the last call does nothing");
      const std::string user = works ? "li" : "wang";
      send("track", user, "", "Viewed", "{}", 5'000);
      ASSERT_TRUE(settle(log_->last_seq()));
      const people::PersonId person = id_of(user);
      const Json done = erase_with_kills(person, works);
      ASSERT_TRUE(done.is_object());
      EXPECT_EQ(done.at("state"), "done");
      EXPECT_EQ(done.at("counts").at("events"),
                Json({{"erased", works ? 2 : 4}, {"kept_without_identity", 1}}));
      EXPECT_EQ(id_of(user), 0);
      EXPECT_EQ(revenue(), before);
      // What comes now is read by everybody.
      send("track", "chen", "", "Viewed", "{}", 6'000);
      ASSERT_TRUE(settle(log_->last_seq()));
      EXPECT_TRUE(timeline_->wait_until(log_->last_seq(), kSoon)) << timeline_->stats().error;
    }
  }

  MortalLog mortal_;
};

TEST_F(KillTest, AtAnyCallEndsTheSame) { erase_both(); }

class KillChdbTest : public KillTest {
 protected:
  void SetUp() override {
    if (!events::chdb_wanted()) GTEST_SKIP() << "run by the test privacy.chdb";
    PrivacyTest::SetUp();
  }
  events::Log& open_log() override { return events::SharedChdb::reopen(); }
};

TEST_F(KillChdbTest, AtAnyCallEndsTheSame) { erase_both(); }

}  // namespace
}  // namespace perennial::privacy
