// Forgetting what the log has lost.
#include "timeline/timeline_testing.h"

namespace perennial::timeline {
namespace {

// The log has lost what somebody did, and the timeline forgets it: rows, texts and old files, with
// bases written beside it or not, and with a restart before or after it was asked for.
TEST_F(TimelineTest, WhoIsForgottenLeavesNeitherRowsNorTexts) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  int number = 0;
  for (int round = 0; round < 6; ++round) {
    SCOPED_TRACE(testing::Message() << "round " << round);
    const uint64_t rewrite_events = round % 2 == 0 ? 60 : 1'000'000;
    close();
    open(rewrite_events);
    const std::string user = "gone " + std::to_string(round);
    const std::string secret = "secret of " + user;
    auto events = random_events(random, number, 300);
    for (int i = 0; i < 20; ++i) {  // between those of others, and the newest of all
      Event one = events[static_cast<size_t>(i) * 7];
      one.source = "web";
      one.message_id = user + std::to_string(i);
      one.type = events::Type::kTrack;
      one.name = "buy";
      one.user_id = user;
      one.anonymous_id.clear();
      one.properties = Json{{"color", i % 2 == 0 ? secret : "red"}}.dump();
      events.push_back(std::move(one));
    }
    append(std::move(events));
    settle();
    ASSERT_TRUE(timeline_->forgotten(timeline_->forget({}), 20s));
    ASSERT_NE(on_disk().find(secret), std::string::npos);
    const uint32_t person = id_of(user);
    ASSERT_NE(person, 0u);
    ASSERT_TRUE(log_->erase({.identities = {"u:" + user}}));
    const auto restart = [&] {
      close();
      open(rewrite_events);
    };
    if (round / 2 == 1) restart();
    uint64_t request = timeline_->forget({person});
    if (round / 2 == 2) {
      restart();
      request = timeline_->forget({person});
    }
    append(random_events(random, number, 100));
    ASSERT_TRUE(timeline_->forgotten(request, 20s)) << timeline_->stats().error;
    EXPECT_EQ(on_disk().find(secret), std::string::npos);
    settle();
    const auto snapshot = timeline_->snapshot();
    const auto color = snapshot->dictionary->find_property("color");
    ASSERT_TRUE(color);
    EXPECT_FALSE(snapshot->dictionary->find_text(*color, secret));
    EXPECT_TRUE(snapshot->dictionary->find_text(*color, "red"));
    ASSERT_NO_FATAL_FAILURE(compare_all(*snapshot));
  }
  // Numbers of texts that are gone lie between others: the file is read back as it was written.
  close();
  open(1'000'000);
  settle();
  EXPECT_EQ(timeline_->stats().build_seconds, 0);
  compare_all(*timeline_->snapshot());
}

}  // namespace
}  // namespace perennial::timeline
