// What tests of the timeline against the log share: random people who are joined, events that come
// late, in the same second, twice, and under junk ids; and a comparison in which each selector must
// hit exactly the events that a walk over the log finds, in their order.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>
#include <unistd.h>

#include "access/access.h"
#include "events/relayed_log_testing.h"
#include "store/testing.h"
#include "timeline/follower.h"
#include "timeline/timeline.h"

namespace perennial::timeline {

using namespace std::chrono_literals;
using events::Event;

inline const Instant kDay = from_millis(1'600'000'000'000);

struct Expected {
  Second at;
  std::string name, color;
  double price;
};
using PeopleEvents = std::map<uint32_t, std::vector<Expected>>;

class Recorder {
 public:
  explicit Recorder(const Plan& plan) : plan_(&plan) {}
  void add(const Slice& slice) {
    const Hits& hits = slice.hits[0];
    slice.who.for_each([&](uint32_t person) {
      uint64_t before = 0;
      for (uint32_t hit = hits.first[person]; hit < hits.last[person]; ++hit) {
        EXPECT_GE(hits.key(hit), before);
        before = hits.key(hit);
        Expected one{hits.at[hit], "", "", std::nan("")};
        if (hits.held != nullptr) one.color = group_label(*plan_, 0, hits.held[hit], true);
        if (hits.group != nullptr) one.name = group_label(*plan_, 0, hits.group[hit]);
        if (hits.name != nullptr) {
          one.name = group_label(*plan_, 0, hits.name_groups[hits.name[hit]]);
        }
        if (hits.number != nullptr) one.price = hits.number[hit];
        found_[slice.bucket * kBucketPeople + person].push_back(one);
      }
    });
  }
  void merge(const Recorder& other) { found_.insert(other.found_.begin(), other.found_.end()); }
  const PeopleEvents& found() const { return found_; }

 private:
  const Plan* plan_;
  PeopleEvents found_;
};

// A log whose sweeps break off now and then, after some events.
class FaultyLog final : public events::RelayedLog {
 public:
  using RelayedLog::RelayedLog;
  void fail_every(int calls) { every_ = calls; }
  void fail_next(int calls) { next_ = calls; }
  bool failed_all() const { return next_ <= 0; }

  Result<void> sweep(const events::Sweep& what,
                     const std::function<Result<void>(const events::Glimpse&)>& each) override {
    const int call = ++calls_;
    const bool breaks = next_.fetch_sub(1) > 0 || (every_ != 0 && call % every_ == 0);
    if (!breaks) return RelayedLog::sweep(what, each);
    int left = call % 7;
    return RelayedLog::sweep(what, [&](const events::Glimpse& event) -> Result<void> {
      if (left-- == 0) return fail(Code::kInternal, "the engine broke off");
      return each(event);
    });
  }

 private:
  std::atomic<int> calls_ = 0;
  std::atomic<int> every_ = 0;  // one call in so many breaks off; 0: none does
  std::atomic<int> next_ = 0;   // so many calls from now on do
};

// A workspace with a log in memory, the people stage and a timeline over it.
class TimelineTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "timeline-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    std::vector<store::Migration> all;
    for (auto part : {access::migrations(), events::migrations(), people::migrations()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    ASSERT_TRUE(database_->migrate(all));
    settings_ = access::Settings::load(*database_).value();
    log_ = std::make_unique<FaultyLog>(events::open_memory());
    open(1'000'000);
    std::vector<events::Stage> stages;
    stages.push_back(people::people_stage(*settings_));
    stages.back().committed = [this](uint64_t) {
      std::lock_guard lock(mutex_);
      if (timeline_) timeline_->people_committed();
    };
    stages_ = std::make_unique<events::Stages>(*log_, *database_, std::move(stages));
  }
  void TearDown() override {
    stages_.reset();
    timeline_.reset();
    std::filesystem::remove_all(directory_);
  }

  void open(uint64_t rewrite_events, uint64_t sweep_events = kSweepEvents) {
    auto opened = Timeline::open({.directory = directory_,
                                  .log = *log_,
                                  .database = *database_,
                                  .zone = [this] { return zone(); },
                                  .rewrite_events = rewrite_events,
                                  .sweep_events = sweep_events});
    ASSERT_TRUE(opened) << opened.error().text();
    std::lock_guard lock(mutex_);
    timeline_ = std::move(*opened);
  }
  Zone zone() {
    std::lock_guard lock(zone_mutex_);
    return zone_;
  }
  void close() {
    std::lock_guard lock(mutex_);
    timeline_.reset();
  }
  void append(std::vector<Event> events) {
    auto stored = log_->append_and_wait(std::move(events));
    ASSERT_TRUE(stored) << stored.error().text();
  }
  void settle() {
    ASSERT_TRUE(stages_->wait_until(log_->last_seq(), 20s));
    ASSERT_TRUE(timeline_->wait_until(log_->last_seq(), 20s)) << timeline_->stats().error;
  }

  // What the log says, event by event.
  PeopleEvents expected(const std::function<bool(const events::StoredEvent&)>& fits) {
    struct Placed {
      Instant at;
      uint64_t seq;
      Expected one;
    };
    std::map<uint32_t, std::vector<Placed>> placed;
    auto read = database_->read([&](store::Connection& c) -> Result<void> {
      for (const auto& event : TRY(log_->read({}))) {
        const auto person = TRY(people::resolve(c, event.user_id, event.anonymous_id));
        if (!person || !fits(event)) continue;
        const Json properties = Json::parse(event.properties);
        placed[static_cast<uint32_t>(*person)].push_back(
            {event.timestamp,
             event.seq,
             {to_second(event.timestamp), event.name, properties.value("color", ""),
              properties.value("price", std::nan(""))}});
      }
      return {};
    });
    EXPECT_TRUE(read);
    PeopleEvents out;
    for (auto& [person, list] : placed) {
      std::ranges::sort(list, [](const Placed& a, const Placed& b) {
        return std::pair(a.at, a.seq) < std::pair(b.at, b.seq);
      });
      for (const Placed& each : list) out[person].push_back(each.one);
    }
    return out;
  }

  PeopleEvents found(const Snapshot& snapshot, Selector selector, bool with_properties) {
    selector.group_is_name = true;
    selector.names_as_they_lie = !with_properties;
    if (with_properties) {
      selector.held = "color";
      selector.number = "price";
    }
    const Stop stop;
    auto plan = compile(snapshot, {.selectors = {std::move(selector)}}, timeline_->pool(), stop);
    EXPECT_TRUE(plan) << plan.error().text();
    return run(**plan, Recorder(**plan), timeline_->pool(), stop).value().found();
  }

  // Once with properties and once without, which can be read in other ways.
  void compare(const Snapshot& snapshot, const Selector& selector,
               const std::function<bool(const events::StoredEvent&)>& fits) {
    const PeopleEvents want = expected(fits);
    compare(want, found(snapshot, selector, true), true);
    compare(want, found(snapshot, selector, false), false);
  }

  static void compare(const PeopleEvents& want, const PeopleEvents& have, bool with_properties) {
    ASSERT_EQ(have.size(), want.size());
    for (const auto& [person, list] : want) {
      ASSERT_TRUE(have.contains(person)) << person;
      const auto& other = have.at(person);
      ASSERT_EQ(other.size(), list.size()) << "person " << person;
      for (size_t i = 0; i < list.size(); ++i) {
        SCOPED_TRACE(testing::Message() << "person " << person << " event " << i);
        ASSERT_EQ(other[i].at, list[i].at);
        ASSERT_EQ(other[i].name, list[i].name);
        if (!with_properties) continue;
        ASSERT_EQ(other[i].color, list[i].color);
        ASSERT_TRUE(other[i].price == list[i].price ||
                    (std::isnan(other[i].price) && std::isnan(list[i].price)));
      }
    }
  }
  // Everything that is on disk.
  std::string on_disk() const {
    std::string out;
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
      std::ifstream in(entry.path(), std::ios::binary);
      out.append(std::istreambuf_iterator<char>(in), {});
    }
    return out;
  }
  uint32_t id_of(const std::string& user) {
    return static_cast<uint32_t>(
        database_->read([&](store::Connection& c) { return people::resolve(c, user, ""); })
            .value()
            .value_or(0));
  }
  void compare_numbers(const Snapshot& snapshot);
  void compare_presence(const Snapshot& snapshot, Second from, Second to);
  void compare_all(const Snapshot& snapshot);

  store::TestDatabase database_;
  std::string directory_;
  std::mutex zone_mutex_;
  Zone zone_ = Zone::named("Asia/Shanghai").value();
  std::unique_ptr<access::Settings> settings_;
  std::unique_ptr<FaultyLog> log_;
  std::mutex mutex_;
  std::unique_ptr<Timeline> timeline_;
  std::unique_ptr<events::Stages> stages_;
};

// Each comparison of a number, at numbers that occur.
inline void TimelineTest::compare_numbers(const Snapshot& snapshot) {
  using Op = timeline::Test::Op;
  const std::vector<std::pair<Op, std::function<bool(double)>>> tests = {
      {Op::kLess, [](double n) { return n < 5.01; }},
      {Op::kAtMost, [](double n) { return n <= 5.01; }},
      {Op::kGreater, [](double n) { return n > 5.01; }},
      {Op::kAtLeast, [](double n) { return n >= 5.01; }},
      {Op::kBetween, [](double n) { return 5.01 <= n && n < 7; }},
      {Op::kIs, [](double n) { return n == 5.01 || n == 7; }},
      {Op::kIsSet, [](double) { return true; }}};
  for (const auto& [op, fits] : tests) {
    Condition where{.kind = Condition::Kind::kTest,
                    .test = {.property = "price", .op = op, .numbers = {5.01, 7}}};
    compare(snapshot, {.any_of = {{.name = "buy", .where = where}}}, [&](const auto& e) {
      const Json p = Json::parse(e.properties);
      return e.name == "buy" && p.contains("price") && fits(p.value("price", 0.0));
    });
  }
}

// Who bought one to three times, and more, in a range.
inline void TimelineTest::compare_presence(const Snapshot& snapshot, Second from, Second to) {
  struct Present {
    std::set<uint32_t> people;
    void add(const Slice& slice) {
      slice.presence[0].in[0].for_each(
          [&](uint32_t person) { people.insert(slice.bucket * kBucketPeople + person); });
    }
    void merge(const Present& other) { people.insert(other.people.begin(), other.people.end()); }
  };
  const PeopleEvents all = expected([&](const auto& e) {
    const Second at = to_second(e.timestamp);
    return e.name == "buy" && from <= at && at < to;
  });
  for (uint32_t least = 1; least <= 4; ++least) {
    std::set<uint32_t> want;
    for (const auto& [person, list] : all) {
      if (list.size() >= least) want.insert(person);
    }
    Ask ask{.selectors = {{.any_of = {{.name = "buy"}}, .from = from, .to = to}},
            .presence = Periods({from, to})};
    ask.selectors[0].at_least = least;
    const Stop stop;
    const auto plan = compile(snapshot, ask, timeline_->pool(), stop).value();
    EXPECT_EQ(run(*plan, Present(), timeline_->pool(), stop).value().people, want) << least;
  }
}

inline void TimelineTest::compare_all(const Snapshot& snapshot) {
  const auto seconds = [](int64_t from_day) {
    return to_second(kDay) + static_cast<Second>(from_day);
  };
  compare_numbers(snapshot);
  compare_presence(snapshot, seconds(20), seconds(70));
  compare_presence(snapshot, seconds(0), seconds(200));
  compare(snapshot, {.any_of = {{.type = std::nullopt}}}, [](const auto&) { return true; });
  compare(snapshot, {.any_of = {{}}}, [](const auto& e) { return e.type == events::Type::kTrack; });
  compare(snapshot, {.any_of = {{.name = "buy"}}}, [](const auto& e) { return e.name == "buy"; });
  compare(snapshot,
          {.any_of = {{.name = "buy"}, {.name = "see"}}, .from = seconds(20), .to = seconds(70)},
          [&](const auto& e) {
            const Second at = to_second(e.timestamp);
            return (e.name == "buy" || e.name == "see") && seconds(20) <= at && at < seconds(70);
          });
  Condition red{
      .kind = Condition::Kind::kTest,
      .test = {.property = "color", .op = timeline::Test::Op::kIs, .texts = {"red", "blue"}}};
  Condition cheap{.kind = Condition::Kind::kTest,
                  .test = {.property = "price", .op = timeline::Test::Op::kLess, .numbers = {5}}};
  Condition not_cheap{.kind = Condition::Kind::kNot, .parts = {cheap}};
  Condition both{.kind = Condition::Kind::kAll, .parts = {red, not_cheap}};
  compare(snapshot, {.any_of = {{.name = "buy", .where = both}, {.name = "see", .where = cheap}}},
          [](const auto& e) {
            const Json p = Json::parse(e.properties);
            const std::string color = p.value("color", "");
            const bool is_cheap = p.contains("price") && p.value("price", 0.0) < 5;
            return (e.name == "buy" && (color == "red" || color == "blue") && !is_cheap) ||
                   (e.name == "see" && is_cheap);
          });
}

// Somebody says of two identities that they are one person, or that they are not.
inline void decide_by_hand(std::mt19937& random, Event& e) {
  const auto side = [&]() -> Json {
    const bool user = random() % 2 == 0;
    return {{"kind", user ? "user_id" : "anonymous_id"},
            {"value", (user ? "user " : "visitor ") + std::to_string(random() % 25)}};
  };
  e.source = "console:people";
  e.name = random() % 2 == 0 ? "$people_merged" : "$people_separated";
  e.anonymous_id = "$group:people";
  const Json a = side(), b = side();
  e.properties = Json{{"a", a}, {"b", b}, {"by", "usr_1"}, {"reason", "asked"}}.dump();
}

inline std::vector<Event> random_events(std::mt19937& random, int& number, int count) {
  static const std::vector<std::string> kNames = {"buy", "see", "share"};
  static const std::vector<std::string> kColors = {"red", "blue", "green", "黄色"};
  std::vector<Event> out;
  for (int i = 0; i < count; ++i) {
    Event e;
    e.source = "web";
    e.message_id = std::to_string(random() % 20 == 0 ? random() % (number + 1) : ++number);
    const uint32_t who = random() % 40;
    const int kind = static_cast<int>(random() % 12);
    // Many events share a second, few a millisecond.
    e.timestamp = kDay + std::chrono::milliseconds(random() % 100'000);
    e.received_at = kDay;
    if (kind == 0) {
      e.type = events::Type::kIdentify;
      e.user_id = "user " + std::to_string(who % 25);
      e.anonymous_id = "visitor " + std::to_string(random() % 40);
    } else if (kind == 1 && random() % 3 == 0) {
      decide_by_hand(random, e);
    } else {
      e.name = kNames[random() % kNames.size()];
      const bool user = random() % 3 == 0;
      e.user_id = user ? "user " + std::to_string(who % 25) : random() % 9 == 0 ? "null" : "";
      e.anonymous_id = user ? "" : "visitor " + std::to_string(who);
      if (random() % 10 == 0) {  // an order without a customer is nobody's
        e.source = "import:orders";
        e.user_id.clear();
        e.anonymous_id = "order:" + std::to_string(who);
      }
      Json properties = Json::object();
      if (random() % 4 != 0) properties["color"] = kColors[random() % kColors.size()];
      if (random() % 3 != 0) properties["price"] = static_cast<double>(random() % 1000) / 100;
      e.properties = properties.dump();
    }
    out.push_back(std::move(e));
  }
  return out;
}

}  // namespace perennial::timeline
