// The contract of a Log, for each kind of log. Tests share a log and keep apart by source, name and
// identity.

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <future>
#include <map>
#include <random>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "events/testing.h"

namespace perennial::events {
namespace {

struct Kind {
  const char* name;
  Log& (*log)();
  bool chdb;
};

Log& memory_log() {
  static std::unique_ptr<Log> log = open_memory();
  return *log;
}

class LogTest : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (GetParam().chdb && !chdb_wanted()) GTEST_SKIP() << "run by the test events.chdb";
    log_ = &GetParam().log();
    // The log outlives the test, so a repetition of it needs a source that was never used.
    static int count = 0;
    source_ =
        testing::UnitTest::GetInstance()->current_test_info()->name() + std::to_string(++count);
  }
  Event event(const std::string& id, int64_t ms = 1'315'000'000'000) {
    Event out = make_event(source_, id, ms);
    out.name = source_;
    out.user_id = source_;
    return out;
  }
  Appended append(std::vector<Event> events) {
    auto done = log_->append_and_wait(std::move(events));
    if (!done) {
      ADD_FAILURE() << done.error().text();
      return {};
    }
    return *done;
  }
  std::vector<StoredEvent> mine() {
    auto found = log_->read({.names = {source_}});
    EXPECT_TRUE(found) << found.error().text();
    return found.value_or(std::vector<StoredEvent>());
  }

  Log* log_ = nullptr;
  std::string source_;
};

TEST_P(LogTest, WhatIsStoredComesBackAsItWas) {
  std::vector<Event> sent;
  for (int i = 0; i < 6; ++i) {
    Event e = event("m" + std::to_string(i), 1'000 * i);
    e.type = static_cast<Type>(i + 1);
    sent.push_back(e);
  }
  sent[1].user_id = "";
  sent[1].anonymous_id = "退款 😀 \\ ' \" \t \n";
  sent[2].properties = R"({"note":")" + std::string(32'000, 'x') + R"("})";
  sent[2].message_id = "'; DROP TABLE events; --";
  sent[3].timestamp = from_millis(kEarliestMillis);
  sent[4].timestamp = from_millis(kLatestMillis);
  sent[5].timestamp = from_millis(-1);
  sent[5].context = R"({"ip":"::1","locale":"zh-CN","中":null})";
  const Appended done = append(sent);
  EXPECT_EQ(done.stored, 6u);
  EXPECT_EQ(done.duplicates, 0u);
  EXPECT_EQ(done.last_seq, log_->last_seq());

  auto arrivals = log_->read_arrivals(done.last_seq - 6, 100);
  ASSERT_TRUE(arrivals);
  ASSERT_EQ(arrivals->size(), 6u);
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_TRUE(same((*arrivals)[i], sent[i])) << i;
    EXPECT_EQ((*arrivals)[i].seq, done.last_seq - 5 + i);
  }
  std::vector<StoredEvent> read = mine();
  ASSERT_EQ(read.size(), 6u);
  const size_t order[] = {3, 5, 0, 1, 2, 4};
  for (size_t i = 0; i < 6; ++i) EXPECT_TRUE(same(read[i], sent[order[i]])) << i;
}

TEST_P(LogTest, TimesOutsideAreRefused) {
  for (int64_t ms : {kEarliestMillis - 1, kLatestMillis + 1, INT64_MIN, INT64_MAX}) {
    auto done = log_->append_and_wait({event("ok"), event("odd", ms)});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::kInvalid);
  }
  Event nobody = event("nobody");
  nobody.user_id = "";
  EXPECT_EQ(log_->append_and_wait({nobody}).error().code, Code::kInvalid);
  EXPECT_EQ(log_->append_and_wait({event("")}).error().code, Code::kInvalid);
  EXPECT_TRUE(mine().empty());
  EXPECT_EQ(append({}).stored, 0u);
}

TEST_P(LogTest, CountsAMessageOnceForASource) {
  Event resent = event("a", 1'400'000'000'000);  // sent again: another corrected time
  resent.user_id = "somebody else";
  Appended done = append({event("a"), event("b"), resent});
  EXPECT_EQ(done.stored, 2u);
  EXPECT_EQ(done.duplicates, 1u);
  done = append({resent, event("b")});
  EXPECT_EQ(done.stored, 0u);
  EXPECT_EQ(done.duplicates, 2u);
  EXPECT_EQ(done.last_seq, 0u);
  Event elsewhere = event("a");
  elsewhere.source += "2";
  EXPECT_EQ(append({elsewhere, event("c")}).stored, 2u);
  EXPECT_EQ(mine().size(), 4u);
}

TEST_P(LogTest, ConcurrentAppendersStoreEachMessageOnce) {
  constexpr int kThreads = 8, kRounds = 20, kRows = 10;
  std::atomic<size_t> stored = 0, duplicates = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < kRounds; ++round) {
        std::vector<Event> batch;
        for (int i = 0; i < kRows; ++i) {
          // Every message is sent by two threads.
          batch.push_back(event(std::to_string(t / 2) + "/" + std::to_string(round * kRows + i)));
        }
        const Appended done = append(batch);
        stored += done.stored;
        duplicates += done.duplicates;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(stored, size_t{kThreads} / 2 * kRounds * kRows);
  EXPECT_EQ(duplicates, stored);
  std::set<std::string> ids;
  for (const StoredEvent& e : mine()) ids.insert(e.message_id);
  EXPECT_EQ(ids.size(), stored);
  EXPECT_EQ(mine().size(), stored);
}

TEST_P(LogTest, ArrivalsAreInOrderAndComplete) {
  const uint64_t before = log_->last_seq();
  for (int i = 0; i < 5; ++i)
    append({event("x" + std::to_string(2 * i)), event("x" + std::to_string(2 * i + 1))});
  uint64_t cursor = before;
  std::vector<std::string> ids;
  for (;;) {
    auto some = log_->read_arrivals(cursor, 3);
    ASSERT_TRUE(some);
    if (some->empty()) break;
    ASSERT_LE(some->size(), 3u);
    for (const StoredEvent& e : *some) {
      ASSERT_GT(e.seq, cursor);
      cursor = e.seq;
      ids.push_back(e.message_id);
    }
  }
  EXPECT_EQ(cursor, log_->last_seq());
  EXPECT_THAT(ids,
              testing::ElementsAre("x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9"));
}

TEST_P(LogTest, SharedArrivalsAreTheSameForEveryReader) {
  const uint64_t before = log_->last_seq();
  for (size_t rows : {1u, 40u, 2u, 3u}) {
    std::vector<Event> some;
    for (size_t i = 0; i < rows; ++i)
      some.push_back(event("s" + std::to_string(rows) + "-" + std::to_string(i)));
    append(some);
  }
  for (size_t limit : {1u, 3u, 7u, 40u, 1'000u}) {
    std::vector<std::string> shared, copied;
    for (uint64_t cursor = before;;) {
      const auto some = log_->share_arrivals(cursor, limit);
      ASSERT_TRUE(some);
      if (some->events.empty()) break;
      ASSERT_LE(some->events.size(), limit);
      ASSERT_GT(some->events.front().seq, cursor);
      cursor = some->events.back().seq;
      for (const StoredEvent& e : some->events) shared.push_back(e.message_id);
    }
    const auto all = log_->read_arrivals(before, 1'000);
    ASSERT_TRUE(all);
    for (const StoredEvent& e : *all) copied.push_back(e.message_id);
    EXPECT_EQ(copied.size(), 46u);
    EXPECT_EQ(shared, copied) << "at most " << limit;
  }
  const auto one = log_->share_arrivals(before + 1, 40),
             other = log_->share_arrivals(before + 1, 30);
  ASSERT_EQ(one->events.size(), 40u);
  EXPECT_EQ(one->events.data(), other->events.data());
  EXPECT_EQ(up_to(one->events, before + 11).size(), 10u);
  EXPECT_EQ(up_to(one->events, before).size(), 0u);
  EXPECT_EQ(up_to(one->events, before + 1'000).size(), 40u);
}

TEST_P(LogTest, WaitersWakeForArrivalsAndOnDemand) {
  const uint64_t before = log_->last_seq();
  EXPECT_EQ(log_->wait_for_arrivals(before, std::chrono::milliseconds(1)), before);
  auto waiting = std::async(
      std::launch::async, [&] { return log_->wait_for_arrivals(before, std::chrono::minutes(5)); });
  append({event("new")});
  EXPECT_GT(waiting.get(), before);

  auto idle = std::async(std::launch::async, [&] {
    return log_->wait_for_arrivals(log_->last_seq(), std::chrono::minutes(5));
  });
  while (idle.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) log_->wake();
  EXPECT_EQ(idle.get(), log_->last_seq());
}

TEST_P(LogTest, ManyIdentitiesInOneScan) {
  std::vector<Event> events;
  Scan scan;
  for (int i = 0; i < 20'000; ++i) {
    Event e = event(std::to_string(i), i);
    e.user_id = source_ + std::to_string(i);
    if (i % 2 == 0) scan.identities.push_back(identity_of(e.user_id, ""));
    events.push_back(std::move(e));
  }
  append(events);
  size_t rows = 0;
  auto went = log_->scan(scan, [&](const Columns& block) -> Result<void> {
    rows += block.rows();
    return {};
  });
  ASSERT_TRUE(went) << went.error().text();
  EXPECT_EQ(rows, 10'000u);
}

TEST_P(LogTest, AScanStopsWhenItsReaderSaysSo) {
  append({event("one"), event("two")});
  auto went = log_->scan({.names = {source_}}, [](const Columns&) -> Result<void> {
    return fail(Code::kNotFound, "enough");
  });
  ASSERT_FALSE(went);
  EXPECT_EQ(went.error().code, Code::kNotFound);
  EXPECT_EQ(mine().size(), 2u);  // the log goes on
}

// ---- scans against brute force ---------------------------------------------------------------

struct World {
  std::vector<std::string> users, names;
  std::vector<Event> events;
};

World make_world(std::mt19937& random, const std::string& source) {
  World world;
  for (int i = 0; i < 12; ++i) world.users.push_back(source + "'" + std::to_string(i) + "\\人");
  for (int i = 0; i < 5; ++i) world.names.push_back(source + "\"" + std::to_string(i));
  for (int i = 0; i < 3'000; ++i) {
    Event e = make_event(source, std::to_string(i), static_cast<int64_t>(random() % 50) * 1'000);
    e.name = world.names[random() % world.names.size()];
    e.type = static_cast<Type>(1 + random() % 6);
    e.user_id = random() % 3 == 0 ? "" : world.users[random() % world.users.size()];
    if (e.user_id.empty()) e.anonymous_id = world.users[random() % world.users.size()];
    e.properties = R"({"n":)" + std::to_string(i) + "}";
    world.events.push_back(std::move(e));
  }
  return world;
}

Scan random_scan(std::mt19937& random, const World& world) {
  Scan scan;
  // A name is always asked for: other tests' events are in the log as well.
  for (size_t i = 0; i <= random() % world.names.size(); ++i) {
    scan.names.push_back(world.names[random() % world.names.size()]);
  }
  for (size_t i = random() % 4; i > 0; --i) {
    const std::string& user = world.users[random() % world.users.size()];
    scan.identities.push_back(random() % 2 == 0 ? identity_of(user, "") : identity_of("", user));
  }
  for (size_t i = random() % 3; i > 0; --i)
    scan.types.push_back(static_cast<Type>(1 + random() % 6));
  if (random() % 2 == 0) {
    const int64_t from = static_cast<int64_t>(random() % 50) * 1'000;
    scan.span =
        Span{from_millis(from), from_millis(from + static_cast<int64_t>(random() % 20) * 1'000)};
  }
  scan.newest_first = random() % 2 == 0;
  scan.limit = random() % 3 == 0 ? 1 + random() % 40 : 0;
  return scan;
}

bool wanted(const Scan& scan, const Event& e) {
  const auto in = [](const auto& list, const auto& item) {
    return list.empty() || std::count(list.begin(), list.end(), item) > 0;
  };
  return in(scan.names, e.name) && in(scan.types, e.type) &&
         in(scan.identities, identity_of(e.user_id, e.anonymous_id)) &&
         (!scan.span || (scan.span->from <= e.timestamp && e.timestamp < scan.span->to));
}

TEST_P(LogTest, ScansAgreeWithBruteForce) {
  const unsigned seed = std::random_device()();
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  const World world = make_world(random, source_);
  for (size_t at = 0; at < world.events.size(); at += 1'000) {
    append({world.events.begin() + at, world.events.begin() + at + 1'000});
  }
  for (int round = 0; round < 60; ++round) {
    const Scan scan = random_scan(random, world);
    // Stable by time keeps arrival order among equals, as sequence numbers do.
    std::vector<Event> expected;
    std::ranges::copy_if(world.events, std::back_inserter(expected),
                         [&](const Event& e) { return wanted(scan, e); });
    std::ranges::stable_sort(expected, {}, &Event::timestamp);
    if (scan.newest_first) std::ranges::reverse(expected);
    if (scan.limit > 0 && expected.size() > scan.limit) expected.resize(scan.limit);

    auto found = log_->read(scan);
    ASSERT_TRUE(found) << found.error().text();
    ASSERT_EQ(found->size(), expected.size()) << "round " << round;
    for (size_t i = 0; i < expected.size(); ++i) ASSERT_TRUE(same((*found)[i], expected[i])) << i;
    size_t at = 0;
    ASSERT_TRUE(log_->scan(scan, [&](const Columns& block) -> Result<void> {
      for (size_t i = 0; i < block.rows(); ++i, ++at) {
        EXPECT_EQ(block.seq[i], (*found)[at].seq);
        EXPECT_EQ(block.identity[i], identity_of(expected[at].user_id, expected[at].anonymous_id));
        EXPECT_EQ(block.type[i], expected[at].type);
        EXPECT_EQ(block.name[i], expected[at].name);
        EXPECT_EQ(block.timestamp_ms[i], to_millis(expected[at].timestamp));
        EXPECT_EQ(block.properties[i], expected[at].properties);
      }
      return {};
    }));
    EXPECT_EQ(at, expected.size());
    if (scan.limit > 0) continue;
    // A sweep tells the same events in an order of its own, up to a number.
    const uint64_t up_to = log_->last_seq() - random() % 3'000;
    std::vector<std::string> anonymous;
    if (random() % 3 == 0) anonymous = {world.users[0], world.users[5]};
    const uint64_t after = up_to - random() % 3'000;
    std::map<uint64_t, StoredEvent> left;
    for (const StoredEvent& e : *found) {
      const bool named = anonymous.empty() || std::ranges::count(anonymous, e.anonymous_id) > 0;
      if (named && after < e.seq && e.seq <= up_to) left.emplace(e.seq, e);
    }
    const Sweep sweep{.identities = scan.identities,
                      .names = scan.names,
                      .types = scan.types,
                      .span = scan.span,
                      .of_anonymous = anonymous,
                      .after_seq = after,
                      .up_to_seq = up_to,
                      .anonymous_ids = true};
    ASSERT_TRUE(log_->sweep(sweep, [&](const Glimpse& glimpse) -> Result<void> {
      const auto e = left.extract(glimpse.seq);
      EXPECT_TRUE(e) << "not asked for, or told twice: " << glimpse.seq;
      if (!e) return {};
      const StoredEvent& is = e.mapped();
      EXPECT_EQ(glimpse.identity, identity_of(is.user_id, is.anonymous_id));
      EXPECT_EQ(glimpse.anonymous_id, is.anonymous_id);
      EXPECT_EQ(glimpse.type, is.type);
      EXPECT_EQ(glimpse.name, is.name);
      EXPECT_EQ(glimpse.timestamp_ms, to_millis(is.timestamp));
      EXPECT_EQ(glimpse.properties, is.properties);
      return {};
    }));
    EXPECT_TRUE(left.empty());
  }
}

TEST_P(LogTest, PartsOfASweepHoldEachIdentityOnce) {
  std::vector<Event> events;
  for (int i = 0; i < 30'000; ++i) {
    events.push_back(event(std::to_string(i), i));
    events.back().user_id = source_ + std::to_string(i % 7'000);
  }
  append(std::move(events));
  for (size_t asked = 1; asked < 6; ++asked) {
    std::map<std::string, size_t> part_of;
    std::set<uint64_t> told;
    const auto parts = log_->split({.anonymous_ids = true}, asked);
    ASSERT_TRUE(parts) << parts.error().text();
    EXPECT_LE(parts->size(), asked);
    EXPECT_EQ(parts->size() > 1, asked > 1);
    for (size_t part = 0; part < parts->size(); ++part) {
      ASSERT_TRUE(log_->sweep((*parts)[part], [&](const Glimpse& glimpse) -> Result<void> {
        EXPECT_TRUE(told.insert(glimpse.seq).second) << glimpse.seq;
        EXPECT_EQ(part_of.emplace(glimpse.identity, part).first->second, part);
        return {};
      }));
    }
    size_t all = 0;
    ASSERT_TRUE(log_->sweep({}, [&](const Glimpse&) -> Result<void> {
      ++all;
      return {};
    }));
    EXPECT_EQ(told.size(), all);
  }
}

TEST_P(LogTest, StatsCountWhatIsThere) {
  const LogStats before = log_->stats().value();
  append({event("s1"), event("s2"), event("s1")});
  const LogStats after = log_->stats().value();
  EXPECT_EQ(after.events, before.events + 2);
  EXPECT_EQ(after.duplicates, before.duplicates + 1);
  EXPECT_EQ(after.last_seq, log_->last_seq());
  EXPECT_GT(after.dedup_bytes, 0u);
}

constexpr auto kName = [](const auto& info) { return std::string(info.param.name); };
std::optional<Event> amount_alone(const StoredEvent& event) {
  if (event.name != "Order Completed") return std::nullopt;
  Event out;
  out.source = event.source;
  out.message_id = "left:" + std::to_string(event.seq);
  out.name = event.name;
  out.user_id = "nobody:" + event.source;
  out.properties = R"({"total":12.5})";
  return out;
}

TEST_P(LogTest, WhatIsErasedIsGoneEverywhereAndStaysGone) {
  std::vector<Event> sent;
  for (int i = 0; i < 6; ++i) {
    Event one = make_event(source_, "m" + std::to_string(i), 1'000 * (i + 1));
    one.user_id = source_ + (i % 2 == 0 ? "-her" : "-him");
    one.name = i == 2 ? "Order Completed" : source_;
    one.properties = R"({"email":"she@shop.cn"})";
    sent.push_back(one);
  }
  const Appended first = append(sent);
  const uint64_t before = first.last_seq - 6;
  const std::string her = "u:" + source_ + "-her";
  Event late = sent[0];
  late.message_id = "later";
  append({late});

  Erase what{.identities = {her}, .up_to_seq = first.last_seq, .keep = amount_alone};
  EXPECT_EQ(*log_->count(what), 3u);
  auto erased = log_->erase(what);
  ASSERT_TRUE(erased) << erased.error().text();
  EXPECT_EQ(erased->events, 3u);
  EXPECT_EQ(erased->kept, 1u);
  EXPECT_EQ(*log_->count(what), 0u);
  auto again = log_->erase(what);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->events, 0u);

  auto hers = *log_->read({.identities = {her}});
  ASSERT_EQ(hers.size(), 1u);  // what came later is not part of it
  EXPECT_EQ(hers[0].message_id, "later");
  auto left = *log_->read({.identities = {"u:nobody:" + source_}});
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].seq, before + 3);
  EXPECT_EQ(left[0].timestamp, sent[2].timestamp);
  EXPECT_EQ(left[0].properties, R"({"total":12.5})");
  EXPECT_EQ(log_->read({.identities = {"u:" + source_ + "-him"}})->size(), 3u);

  std::vector<uint64_t> arrivals;
  const auto arrived = log_->read_arrivals(before, 100);
  ASSERT_TRUE(arrived);
  for (const StoredEvent& event : *arrived) {
    arrivals.push_back(event.seq);
    if (event.message_id != "later") {
      EXPECT_NE(event.user_id, source_ + "-her");
    }
  }
  EXPECT_EQ(arrivals,
            (std::vector<uint64_t>{before + 2, before + 3, before + 4, before + 6, before + 7}));
  // A repeat brings nothing back; neither do those whose place something has taken.
  EXPECT_EQ(append(sent).stored, 0u);
  EXPECT_EQ(log_->read({.identities = {her}})->size(), 1u);
}

TEST_P(LogTest, ErasingByNameTimeAndMessage) {
  std::vector<Event> sent;
  for (int i = 0; i < 4; ++i) sent.push_back(event("m" + std::to_string(i), 1'000 * (i + 1)));
  append(sent);
  const Erase old{.names = {source_}, .before = from_millis(2'000), .remember = false};
  EXPECT_EQ(log_->erase(old)->events, 1u);  // up to it, not at it
  EXPECT_EQ(mine().size(), 3u);
  const Erase one{.message_ids = {"m3"}, .names = {source_}};
  EXPECT_EQ(log_->erase(one)->events, 1u);
  EXPECT_EQ(mine().size(), 2u);
  // A message of the same id from elsewhere is another.
  EXPECT_EQ(log_->erase({.sources = {source_ + "-x"}, .message_ids = {"m2"}})->events, 0u);
  EXPECT_EQ(log_->erase({.sources = {source_}, .message_ids = {"m2"}})->events, 1u);
  EXPECT_EQ(mine().size(), 1u);
  EXPECT_EQ(log_->erase({}).error().code, Code::kInvalid);
  EXPECT_EQ(log_->count({}).error().code, Code::kInvalid);
}

TEST_P(LogTest, ErasingBesideWritersLosesNothingOfOthers) {
  std::atomic<int> stored = 0;
  std::thread writer([&] {
    for (int i = 0; i < 40; ++i) {
      stored += static_cast<int>(append({event("w" + std::to_string(i))}).stored);
    }
  });
  for (int i = 0; i < 5; ++i) {
    Event one = event("gone" + std::to_string(i));
    one.user_id = source_ + "-gone";
    append({one});
    auto erased = log_->erase({.identities = {"u:" + source_ + "-gone"}});
    EXPECT_TRUE(erased) << erased.error().text();
    EXPECT_EQ(erased.value_or(Erased{}).events, 1u);
  }
  writer.join();
  EXPECT_EQ(stored, 40);
  EXPECT_EQ(mine().size(), 40u);
}

INSTANTIATE_TEST_SUITE_P(Memory, LogTest, testing::Values(Kind{"memory", memory_log, false}),
                         kName);
INSTANTIATE_TEST_SUITE_P(Chdb, LogTest, testing::Values(Kind{"chdb", SharedChdb::log, true}),
                         kName);

}  // namespace
}  // namespace perennial::events
