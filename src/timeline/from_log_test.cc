// Questions to the log that are larger than memory: through temporary files, within their limits.
#include "timeline/timeline_testing.h"

namespace perennial::timeline {
namespace {

class FromLogTest : public TimelineTest {
 protected:
  // The timeline's log and people, with a scratch of the test's own.
  BuildSource source(size_t gathered, uint64_t most = kMaxScratch) {
    space_ = std::make_shared<ScratchSpace>(directory_, most);
    space_->gathered = gathered;
    BuildSource out = timeline_->source();
    out.scratch = space_;
    return out;
  }
  // Many people, each with some events of a day.
  void append_many(int people, int each) {
    std::vector<Event> events;
    for (int i = 0; i < people * each; ++i) {
      Event event;
      event.source = "test";
      event.message_id = "many " + std::to_string(i);
      event.name = i % 3 == 0 ? "buy" : "see";
      event.user_id = "u" + std::to_string(i % people);
      event.timestamp = event.received_at = kDay + std::chrono::milliseconds(i * 37);
      event.properties = R"({"color":"red","price":)" + std::to_string(i % 100) + "}";
      events.push_back(std::move(event));
    }
    append(std::move(events));
    settle();
  }
  size_t files() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(directory_), {}));
  }

  std::shared_ptr<ScratchSpace> space_;
};

TEST_F(FromLogTest, TemporaryFilesAnswerAsMemoryDoes) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  int number = 0;
  append(random_events(random, number, 2'000));
  settle();
  const size_t files_before = files();
  const FromLog what{.properties = {"color", "price"}};
  for (const size_t gathered : {size_t{1}, size_t{500}, kSpillGathered}) {
    SCOPED_TRACE(testing::Message() << "gathered " << gathered);
    const Stop stop;
    {
      auto snapshot = read_from_log(source(gathered), what, zone_, stop);
      ASSERT_TRUE(snapshot) << snapshot.error().text();
      EXPECT_EQ(snapshot->file_bytes > 0, gathered != kSpillGathered);
      EXPECT_EQ(space_->used, snapshot->file_bytes) << "what was spilled is gone";
      EXPECT_EQ(files(), files_before);
      ASSERT_NO_FATAL_FAILURE(compare_all(*snapshot));
    }
    EXPECT_EQ(space_->used, 0u) << "the file goes with the snapshot";
    EXPECT_EQ(stop.memory, 0u);
  }
}

// Only some names in a span, with events of other types under the same names.
TEST_F(FromLogTest, OnlyWhatIsAskedForIsRead) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  int number = 0;
  auto events = random_events(random, number, 1'500);
  for (Event& event : events) {
    if (random() % 4 == 0 && event.type == events::Type::kTrack) event.type = events::Type::kPage;
  }
  append(std::move(events));
  settle();
  const Span span{kDay + 20s, kDay + 70s};
  const FromLog what{.names = {{events::Type::kTrack, "buy"}, {events::Type::kPage, "see"}},
                     .span = span,
                     .properties = {"color", "price"}};
  for (const size_t gathered : {size_t{1}, kSpillGathered}) {
    const Stop stop;
    auto snapshot = read_from_log(source(gathered), what, zone_, stop);
    ASSERT_TRUE(snapshot) << snapshot.error().text();
    compare(*snapshot, {.any_of = {{.type = std::nullopt}}}, [&](const auto& e) {
      return span.contains(e.timestamp) && ((e.type == events::Type::kTrack && e.name == "buy") ||
                                            (e.type == events::Type::kPage && e.name == "see"));
    });
  }
}

// Rows of all of it would be 32 bytes an event, twice while they are laid out.
TEST_F(FromLogTest, AnyNumberOfEventsFitsIntoLittleMemory) {
  constexpr int kPeople = 10'000, kEach = 10;
  append_many(kPeople, kEach);
  Stop stop;
  stop.most_memory = 1'500'000;
  static_assert(uint64_t{kPeople} * kEach * sizeof(Row) > 3'000'000);
  auto snapshot = read_from_log(source(1'024), {.properties = {"price"}}, zone_, stop);
  ASSERT_TRUE(snapshot) << snapshot.error().text();
  EXPECT_EQ(snapshot->events, uint64_t{kPeople} * kEach);
  EXPECT_LT(snapshot->bytes, 100'000u) << "the dictionary alone";
  EXPECT_LT(snapshot->file_bytes, 24u * kPeople * kEach);
  const Selector buys{.any_of = {{.name = "buy"}}};
  const auto here = found(*snapshot, buys, true), there = found(*timeline_->snapshot(), buys, true);
  ASSERT_EQ(here.size(), there.size());
  for (const auto& [person, events] : here) {
    const auto& others = there.at(person);
    ASSERT_EQ(events.size(), others.size()) << person;
    for (size_t i = 0; i < events.size(); ++i) {
      ASSERT_EQ(events[i].at, others[i].at) << person;
      ASSERT_EQ(events[i].price, others[i].price) << person;
    }
  }
}

TEST_F(FromLogTest, OverItsLimitsItIsRefused) {
  append_many(2'000, 30);
  const auto refused = [&](const BuildSource& from, uint64_t most_memory) {
    Stop stop;
    stop.most_memory = most_memory;
    const auto snapshot = read_from_log(from, {.properties = {"price"}}, zone_, stop);
    EXPECT_FALSE(snapshot);
    EXPECT_EQ(stop.memory, 0u);
    EXPECT_EQ(space_->used, 0u);
    return snapshot ? Error{} : snapshot.error();
  };
  // While it reads, and while it lays out: one bucket of 512 people is more than that.
  EXPECT_EQ(refused(source(kSpillGathered), 300'000).code, Code::kTooLarge);
  const Error laid_out = refused(source(64), 1'000'000);
  EXPECT_EQ(laid_out.code, Code::kTooLarge);
  EXPECT_NE(laid_out.hint, "");
  const Error files = refused(source(64, 200'000), UINT64_MAX);
  EXPECT_EQ(files.code, Code::kTooLarge);
  EXPECT_NE(files.message.find("temporary files"), std::string::npos) << files.message;
  EXPECT_TRUE(read_from_log(source(64), {.properties = {"price"}}, zone_, Stop()));
}

TEST_F(FromLogTest, WhatIsCancelledOrTooLateLeavesNothing) {
  append_many(2'000, 30);
  Stop cancelled, late;
  cancelled.cancelled = true;
  late.deadline = std::chrono::steady_clock::now();
  EXPECT_EQ(read_from_log(source(64), {}, zone_, cancelled).error().code, Code::kConflict);
  EXPECT_EQ(space_->used, 0u);
  EXPECT_EQ(read_from_log(source(64), {}, zone_, late).error().code, Code::kTimeout);
  EXPECT_EQ(space_->used, 0u);
}

TEST_F(FromLogTest, AReaderThatBreaksOffIsHeard) {
  append_many(100, 30);
  int failed = 0;
  for (int every = 1; every <= 3; ++every) {
    log_->fail_every(every);
    const auto snapshot = read_from_log(source(64), {}, zone_, Stop());
    log_->fail_every(0);
    if (snapshot) {
      EXPECT_EQ(snapshot->events, 3'000u);
      continue;
    }
    ++failed;
    EXPECT_EQ(snapshot.error().message, "the engine broke off");
    EXPECT_EQ(space_->used, 0u);
  }
  EXPECT_GE(failed, 2) << "one of two readers at least";
}

}  // namespace
}  // namespace perennial::timeline
