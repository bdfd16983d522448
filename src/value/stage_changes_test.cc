// Changes of stage over a log in memory, a timeline and a real state database: who is told of, of
// what, and once.
#include "value/stage_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "people/people.h"
#include "timeline/followed_log_testing.h"

namespace perennial::value {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using testing::ElementsAre;
using testing::IsEmpty;

class StageChanges : public testing::Test {
 protected:
  StageChanges() { restart(); }
  void restart() {
    value_ = std::make_unique<Value>(
        *followed_.books, *followed_.settings, [this] { return now_; }, &*followed_.database);
    desk_ = std::make_unique<StageDesk>(
        ModelParts{.database = *followed_.database,
                   .books = *followed_.books,
                   .settings = *followed_.settings,
                   .clock = [this] { return now_; },
                   .log = followed_.log.get(),
                   .timeline = followed_.timeline.get(),
                   .stages = [this] { return value_->settled_snapshot(); }});
  }
  events::Event event(const std::string& user, Instant at) {
    events::Event event;
    event.source = "shop";
    event.message_id = "m" + std::to_string(++sent_);
    event.user_id = user;
    event.timestamp = event.received_at = at;
    event.properties = "{}";
    return event;
  }
  void known(const std::string& user) {
    auto one = event(user, now_);
    one.type = events::Type::kIdentify;
    followed_.take({one});
  }
  void order(const std::string& user, Instant at) {
    auto one = event(user, at);
    one.type = events::Type::kTrack;
    one.name = "Order Completed";
    one.properties = to_text({{"order_id", one.message_id}, {"total", "50"}, {"currency", "CNY"}});
    followed_.take({one});
  }
  void look() {
    const auto done = desk_->look({});
    ASSERT_TRUE(done) << done.error().text();
    followed_.take({});
  }
  // All that the log has, oldest first: "user from>to reason".
  std::vector<std::string> told() {
    std::vector<std::string> lines;
    const auto events = followed_.log->read({.names = {std::string(kStageChanged)}});
    EXPECT_TRUE(events);
    if (!events) return lines;
    for (const auto& one : *events) {
      EXPECT_EQ(one.source, kStageSource);
      const Json p = parse_json(one.properties).value();
      lines.push_back(one.user_id + " " +
                      (p["from"].is_null() ? "" : p["from"].get<std::string>()) + ">" +
                      p["to"].get<std::string>() + " " + p["reason"].get<std::string>());
    }
    return lines;
  }
  PersonId person(std::string_view user) {
    return followed_.database
        ->read([&](store::Connection& c) { return people::resolve(c, user, ""); })
        .value()
        .value_or(0);
  }

  timeline::FollowedLog followed_{migrations()};
  Instant now_ = *parse_instant("2024-07-01T12:00:00Z");
  std::unique_ptr<Value> value_;
  std::unique_ptr<StageDesk> desk_;
  int sent_ = 0;
};

TEST_F(StageChanges, AreToldOnceAndNotAtTheFirstLook) {
  order("buyer", now_ - days(10));
  known("visitor");
  EXPECT_TRUE(*desk_->due(now_));
  look();
  EXPECT_THAT(told(), IsEmpty()) << "the first look only keeps what is";
  EXPECT_FALSE(*desk_->due(now_ + kStagesEvery - 1s));
  EXPECT_TRUE(*desk_->due(now_ + kStagesEvery));
  now_ += 10min;
  order("visitor", now_ - 1min);
  look();
  EXPECT_THAT(told(), ElementsAre("visitor prospect>new ordered"));
  look();
  restart();
  now_ += 10min;
  look();
  EXPECT_EQ(told().size(), 1u) << "told once, also by another start";
  now_ += days(40);
  look();
  EXPECT_THAT(told(), ElementsAre("visitor prospect>new ordered", "buyer new>silent silence",
                                  "visitor new>silent silence"));
  now_ += 1h;
  order("buyer", now_ - 1min);
  look();
  EXPECT_EQ(told().back(), "buyer silent>active ordered");
  const PersonId buyer = person("buyer");
  const auto kept =
      followed_.database->read([&](store::Connection& c) { return list_stage_changes(c, buyer); });
  ASSERT_TRUE(kept);
  ASSERT_EQ(kept->size(), 2u);
  EXPECT_EQ((*kept)[1].from, Stage::kSilent);
  EXPECT_EQ((*kept)[1].since, (*kept)[0].at);
  EXPECT_EQ((*kept)[1].at, now_);
}

TEST_F(StageChanges, WhoOrdersAtOnceIsNewAndAnImportedHistoryIsNoNews) {
  look();
  now_ += 10min;
  order("caller", now_ - 1min);
  order("of-old", now_ - days(20));
  look();
  EXPECT_THAT(told(), ElementsAre("caller >new ordered"));
}

TEST_F(StageChanges, ACrashBetweenIsCountedOnce) {
  known("a");
  look();
  now_ += 10min;
  order("a", now_ - 1min);
  // Kept, and the program dies before it is told.
  ASSERT_TRUE(keep_stages(*followed_.database, **value_->settled_snapshot()));
  EXPECT_THAT(told(), IsEmpty());
  restart();
  look();
  EXPECT_THAT(told(), ElementsAre("a prospect>new ordered"));
  // Told, and it dies before that is written down.
  ASSERT_TRUE(followed_.database->write(
      [](store::Connection& c) { return c.execute("UPDATE value_stage_changes SET told = 0"); }));
  restart();
  look();
  EXPECT_THAT(told(), ElementsAre("a prospect>new ordered"));
}

TEST_F(StageChanges, ADateThatIsSetBackTellsNothing) {
  order("a", now_ - days(50));
  look();
  now_ -= days(45);
  look();
  EXPECT_THAT(told(), IsEmpty());
  now_ += days(1);
  look();
  EXPECT_THAT(told(), IsEmpty());
  now_ += days(60);
  look();
  EXPECT_THAT(told(), ElementsAre("a new>silent silence"));
}

TEST_F(StageChanges, PeopleWhoAreJoinedOrErasedAreToldOfAsWhoTheyAre) {
  known("old");
  known("gone");
  look();
  now_ += 10min;
  order("old", now_ - 1min);
  order("gone", now_ - 1min);
  ASSERT_TRUE(keep_stages(*followed_.database, **value_->settled_snapshot()));
  auto alias = event("young", now_);
  alias.type = events::Type::kAlias;
  alias.properties = alias.context = to_text({{"previousId", "old"}});
  followed_.take({alias});
  ASSERT_EQ(person("young"), person("old"));
  const PersonId gone = person("gone");
  ASSERT_TRUE(followed_.database->write(
      [&](store::Connection& c) { return erase_stages(c, std::span(&gone, 1)); }));
  look();
  ASSERT_EQ(told().size(), 1u);
  EXPECT_TRUE(told()[0].ends_with(" prospect>new ordered")) << told()[0];
  look();
  EXPECT_EQ(told().size(), 1u) << "the join is no news";
  // Nothing of who was erased is left but a number.
  const auto rows = followed_.database->read([&](store::Connection& c) {
    return c.query("SELECT person FROM value_stage_changes WHERE person = $1", {gone});
  });
  EXPECT_TRUE(rows->empty());
}

}  // namespace
}  // namespace perennial::value
