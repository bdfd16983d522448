// The timeline against the log itself, after every few steps.
#include "timeline/timeline_testing.h"

namespace perennial::timeline {
namespace {

TEST_F(TimelineTest, HitsWhatTheLogHoldsThroughJoinsAndRestarts) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  int number = 0;
  for (int round = 0; round < 12; ++round) {
    SCOPED_TRACE(testing::Message() << "round " << round);
    append(random_events(random, number, static_cast<int>(random() % 300)));
    if (round % 4 == 3) {  // a restart, with what came meanwhile
      close();
      append(random_events(random, number, 100));
      // Now and then what is missing is swept.
      open(round == 7 ? 50 : 1'000'000, round == 7 ? kSweepEvents : 20);
    }
    settle();
    ASSERT_NO_FATAL_FAILURE(compare_all(*timeline_->snapshot()));
  }
}

TEST_F(TimelineTest, OwnersAreFoundAmongMany) {
  const Owners none;
  EXPECT_EQ(none.find("u:user-1"), 0u);
  std::vector<Event> events(3'000);
  for (size_t i = 0; i < events.size(); ++i) {
    events[i].source = "shop";
    events[i].message_id = events[i].user_id = "user-" + std::to_string(i);
    events[i].name = "View";
    events[i].timestamp = *parse_instant("2026-03-01T00:00:00Z");
  }
  append(events);
  settle();
  ASSERT_TRUE(database_->read([&](store::Connection& c) -> Result<void> {
    const Owners owners = TRY(Owners::load(c));
    for (const Event& event : events) {
      const auto person = TRY(people::resolve(c, event.user_id, ""));
      if (!person) return fail(Code::kInternal, "nobody", event.user_id);
      EXPECT_EQ(owners.find("u:" + event.user_id), static_cast<uint32_t>(*person));
      EXPECT_EQ(owners.find("a:" + event.user_id), 0u);
    }
    return {};
  }));
}

TEST_F(TimelineTest, AStopKeepsWhatLiesAboveTheBase) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  int number = 0;
  append(random_events(random, number, 200));
  settle();
  close();
  for (const bool much : {true, false}) {
    SCOPED_TRACE(much);
    open(much ? 400 : 1'000'000);
    settle();
    append(random_events(random, number, 150));
    settle();
    const uint64_t before = log_->last_seq();
    close();
    open(1'000'000);
    ASSERT_TRUE(timeline_->wait_until(0, 20s));
    settle();
    EXPECT_EQ(timeline_->stats().layers, much ? 1u : 2u);
    EXPECT_EQ(timeline_->stats().seq, before);
    ASSERT_NO_FATAL_FAILURE(compare_all(*timeline_->snapshot()));
    close();
  }
  open(1'000'000);
}

// Each of many people does something in a second that an older layer has of them: the order within
// it is known to the log alone, which is then swept instead of asked person by person.
TEST_F(TimelineTest, ManyPeopleWithEventsInSecondsThatAreHeld) {
  const int people = static_cast<int>(kRereadAtOnce) * 2 + 100;
  const auto events = [&](const std::string& name, int from, int every, int ms) {
    std::vector<Event> out;
    for (int i = from; i < people; i += every) {
      Event event;
      event.source = "test";
      event.message_id = name + std::to_string(i);
      event.name = name;
      event.user_id = "u" + std::to_string(i);
      event.timestamp = event.received_at = kDay + std::chrono::milliseconds(1'000 * i + ms);
      event.properties = "{}";
      out.push_back(std::move(event));
    }
    return out;
  };
  append(events("First", 0, 1, 500));
  settle();
  close();
  std::filesystem::remove_all(directory_);
  std::filesystem::create_directory(directory_);
  open(1'000'000);  // the base has them all
  settle();
  append(events("Before", 0, 1, 100));
  settle();
  ASSERT_NO_FATAL_FAILURE(compare_all(*timeline_->snapshot()));
  append(events("Between", 0, 2, 300));
  settle();
  ASSERT_NO_FATAL_FAILURE(compare_all(*timeline_->snapshot()));
}

TEST_F(TimelineTest, ANewBaseHoldsTheSame) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  int number = 0;
  settle();
  close();
  open(100);  // so that bases are written all the time
  for (int round = 0; round < 15; ++round) {
    append(random_events(random, number, 120));
    settle();
    ASSERT_NO_FATAL_FAILURE(compare_all(*timeline_->snapshot()));
  }
  close();
  open(1'000'000);
  settle();
  compare_all(*timeline_->snapshot());
  EXPECT_GT(timeline_->stats().base_bytes, 4096u);
}

TEST_F(TimelineTest, QuestionsToTheLogAgree) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  int number = 0;
  append(random_events(random, number, 2'000));
  settle();
  const Stop stop;
  auto snapshot =
      read_from_log(timeline_->source(), {.properties = {"color", "price"}}, zone_, stop);
  ASSERT_TRUE(snapshot) << snapshot.error().text();
  compare_all(*snapshot);
}

TEST_F(TimelineTest, ReadingThatBreaksOffIsDoneAgain) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  int number = 0;
  append(random_events(random, number, 200));
  settle();
  for (int round = 0; round < 6; ++round) {
    const bool swept = round % 2 == 1;  // what is missing after a start
    if (swept) close();
    append(random_events(random, number, 150));
    ASSERT_TRUE(stages_->wait_until(log_->last_seq(), 20s));
    log_->fail_next(3);
    if (swept) open(1'000'000, 20);
    ASSERT_TRUE(timeline_->wait_until(log_->last_seq(), 20s)) << timeline_->stats().error;
    EXPECT_TRUE(!swept || log_->failed_all());
    ASSERT_NO_FATAL_FAILURE(compare_all(*timeline_->snapshot()));
  }
}

// Cuts a file somewhere, or turns a bit of it.
void damage(const std::filesystem::path& file, bool cut, std::mt19937& random) {
  const auto place = static_cast<std::streamoff>(random() % std::filesystem::file_size(file));
  if (cut) return std::filesystem::resize_file(file, static_cast<uintmax_t>(place));
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(place);
  const int byte = bytes.get();
  bytes.seekp(place);
  bytes.put(static_cast<char>(byte ^ 0x40));
}

TEST_F(TimelineTest, ADamagedFileIsBuiltAgain) {
  std::mt19937 random(7);
  int number = 0;
  append(random_events(random, number, 500));
  settle();
  close();
  open(1);  // writes a base with all of it
  append(random_events(random, number, 5));
  settle();
  for (int round = 0; round < 6; ++round) {
    close();
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
      damage(entry.path(), round % 2 == 0, random);
    }
    open(1'000'000);
    settle();
    EXPECT_GT(timeline_->stats().build_seconds, 0) << "round " << round;
    ASSERT_NO_FATAL_FAILURE(compare_all(*timeline_->snapshot()));
  }
}

TEST_F(TimelineTest, PresenceByDaysIsPresenceByHits) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  int number = 0;
  for (int round = 0; round < 3; ++round) {
    auto events = random_events(random, number, 700);
    for (Event& e : events) e.timestamp += std::chrono::hours(random() % 2'000);
    append(std::move(events));
    settle();
  }
  const Calendar calendar{.zone = zone_};
  const Instant from = calendar.start_of(Period::kDay, kDay + std::chrono::hours(500));
  const Periods periods = Periods::of(calendar.periods(
      Period::kWeek, {calendar.start_of(Period::kWeek, from), from + std::chrono::hours(1'000)}));
  struct Seen {
    std::vector<Crowd> all;
    void add(const Slice& slice) {
      all.push_back(slice.presence[0].before);
      all.insert(all.end(), slice.presence[0].in.begin(), slice.presence[0].in.end());
    }
    void merge(const Seen& other) { all.insert(all.end(), other.all.begin(), other.all.end()); }
  };
  const auto snapshot = timeline_->snapshot();
  const Stop stop;
  const auto ask = [&](const Selector& selector) {
    auto plan =
        compile(*snapshot, {.selectors = {selector}, .presence = periods}, timeline_->pool(), stop);
    return run(**plan, Seen(), timeline_->pool(), stop).value().all;
  };
  // A condition that always holds forbids the strips of days.
  Condition never{.kind = Condition::Kind::kAny};
  Condition always{.kind = Condition::Kind::kNot, .parts = {never}};
  for (Second first : {Second{0}, periods.begin()}) {
    for (Second end : {kNever, periods.end(), periods.to(1), periods.to(1) + 12'345}) {
      const auto fast = ask({.any_of = {{.type = std::nullopt}}, .from = first, .to = end});
      const auto slow =
          ask({.any_of = {{.type = std::nullopt, .where = always}}, .from = first, .to = end});
      ASSERT_EQ(fast.size(), slow.size());
      for (size_t i = 0; i < fast.size(); ++i) EXPECT_EQ(fast[i], slow[i]) << i << " to " << end;
    }
  }
}

}  // namespace
}  // namespace perennial::timeline
