// A definition that is edited while it is computed: the old run ends, and who is shown is of the
// new one.
#include <condition_variable>
#include <mutex>
#include <thread>

#include "segments/segments_testing.h"

namespace perennial::segments {
namespace {

using testing::ElementsAre;

// A log whose sweeps, once it is told to, give the same events over and over, until the reader has
// enough: what reads them ends only because somebody stops it.
class EndlessLog : public events::Log {
 public:
  EndlessLog() : inner_(events::open_memory()) {}

  void begin() {
    std::lock_guard lock(mutex_);
    endless_ = true;
  }
  // Until somebody reads what does not end.
  bool wait_for_reader() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, [&] { return turns_ > 1; });
  }
  // How the reader ended; nothing while one reads.
  std::optional<Code> ended() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 20s, [&] { return ended_.has_value(); });
    return ended_;
  }

  void append(std::vector<events::Event> events, Done done) override {
    inner_->append(std::move(events), std::move(done));
  }
  Result<void> scan(const events::Scan& what,
                    const std::function<Result<void>(const events::Columns&)>& each) override {
    return inner_->scan(what, each);
  }
  Result<void> sweep(const events::Sweep& what,
                     const std::function<Result<void>(const events::Glimpse&)>& each) override {
    const auto until = std::chrono::steady_clock::now() + 20s;
    for (;;) {
      auto went = inner_->sweep(what, each);
      std::lock_guard lock(mutex_);
      if (!endless_) return went;
      ++turns_;
      if (!went || std::chrono::steady_clock::now() > until) {
        ended_ = went ? Code::kTimeout : went.error().code;
        endless_ = false;
        changed_.notify_all();
        return went;
      }
      changed_.notify_all();
    }
  }
  Result<std::vector<events::StoredEvent>> read(const events::Scan& what) override {
    return inner_->read(what);
  }
  Result<std::vector<events::StoredEvent>> read_arrivals(uint64_t after, size_t limit) override {
    return inner_->read_arrivals(after, limit);
  }
  uint64_t last_seq() const override { return inner_->last_seq(); }
  uint64_t wait_for_arrivals(uint64_t after, std::chrono::milliseconds at_most) override {
    return inner_->wait_for_arrivals(after, at_most);
  }
  void wake() override { inner_->wake(); }
  Result<events::Table> sql(std::string_view query, const events::SqlLimits& limits) override {
    return inner_->sql(query, limits);
  }
  Result<events::LogStats> stats() override { return inner_->stats(); }

 private:
  const std::unique_ptr<events::Log> inner_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool endless_ = false;
  uint64_t turns_ = 0;
  std::optional<Code> ended_;
};

class Edited : public SegmentsTest {
 protected:
  std::unique_ptr<events::Log> open_log() override {
    auto log = std::make_unique<EndlessLog>();
    endless_ = log.get();
    return log;
  }
  std::pair<int, Json> put(const std::string& id, int version, std::string_view rule) {
    return call("PUT", "/v1/segments/" + id,
                {{"name", "Edited"},
                 {"version", version},
                 {"definition", {{"universe", "everyone"}, {"rule", *parse_json(rule)}}}});
  }
  EndlessLog* endless_ = nullptr;
};

TEST_F(Edited, WhileItIsComputedTheOldRunIsCancelled) {
  // A text too long for the timeline: the log is read for whoever asks about it.
  track("ann", "View", {{"note", std::string(300, 'x')}});
  track("bob", "Order");
  flush();
  start();
  const std::string id = make("Edited", R"({"did": {"event": "View"}})");
  EXPECT_THAT(members(id), ElementsAre("ann"));
  endless_->begin();
  std::thread other([&] {
    const auto [status, body] =
        put(id, 1, R"({"did": {"event": "View", "where": {"property": "note", "op": "is_set"}}})");
    EXPECT_EQ(status, 200) << body;
  });
  EXPECT_TRUE(endless_->wait_for_reader());
  const auto [status, body] = put(id, 2, R"({"did": {"event": "Order"}})");
  other.join();
  ASSERT_EQ(status, 200) << body;
  EXPECT_EQ(body["version"], 3);
  EXPECT_EQ(endless_->ended(), Code::kConflict);
  flush();
  EXPECT_THAT(members(id), ElementsAre("bob"));
  const Json shown = call("GET", "/v1/segments/" + id).second;
  EXPECT_EQ(shown["computing"], false);
  EXPECT_EQ(shown["error"], "");
}

}  // namespace
}  // namespace perennial::segments
