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
  std::vector<events::StoredEvent> events_told() {
    auto events = followed_.log->read({.names = {std::string(kStageChanged)}});
    EXPECT_TRUE(events);
    return events ? std::move(*events) : std::vector<events::StoredEvent>();
  }
  // All that the log has, oldest first: "user from>to reason".
  std::vector<std::string> told() {
    std::vector<std::string> lines;
    for (const auto& one : events_told()) {
      EXPECT_EQ(one.source, kStageSource);
      const Json p = parse_json(one.properties).value();
      lines.push_back(one.user_id + " " +
                      (p["from"].is_null() ? "" : p["from"].get<std::string>()) + ">" +
                      p["to"].get<std::string>() + " " + p["reason"].get<std::string>());
    }
    return lines;
  }
  void join(const std::string& user, const std::string& previous) {
    auto alias = event(user, now_);
    alias.type = events::Type::kAlias;
    alias.properties = alias.context = to_text({{"previousId", previous}});
    followed_.take({alias});
    ASSERT_EQ(person(user), person(previous));
  }
  void erase(PersonId id) {
    ASSERT_TRUE(followed_.database->write([&](store::Connection& c) -> Result<void> {
      const auto erased = TRY(people::erase_person(c, id, {"era" + std::to_string(id), "key"}));
      TRY(erase_stages(c, erased.numbers));
      return {};
    }));
  }
  int64_t rows_of(const char* table, PersonId id) {
    return followed_.database
        ->read([&](store::Connection& c) {
          return c.query_one("SELECT count(*) FROM " + std::string(table) + " WHERE person = $1",
                             {id});
        })
        .value()
        ->integer(0);
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
  const auto events = events_told();
  EXPECT_EQ(events[1].timestamp, now_ - 1h) << "of the look: time alone did it";
  EXPECT_EQ(parse_json(events.back().properties).value()["since"], format_instant(now_ - 1h));
  EXPECT_EQ(events.back().timestamp, now_ - 1min) << "of the order";
}

TEST_F(StageChanges, AnImportedHistoryIsNoNewsOfWhoWasKnownEither) {
  for (const char* user : {"lost", "regular"}) known(user);
  look();
  now_ += 10min;
  for (const int day : {200, 150}) order("lost", now_ - days(day));
  for (int day = 80; day >= 0; day -= 10) order("regular", now_ - days(day) - 1min);
  look();
  EXPECT_THAT(told(), IsEmpty());
  // What happens from then on is.
  now_ += 10min;
  order("lost", now_ - 1min);
  look();
  EXPECT_THAT(told(), ElementsAre("lost churned>active ordered"));
  now_ += days(25);
  look();
  EXPECT_EQ(told().back(), "regular loyal>silent silence");
}

TEST_F(StageChanges, AnOrderThatArrivesLateIsToldWithItsOwnTime) {
  for (const char* user : {"a", "b"}) known(user);
  look();
  const Instant late = now_ - kStageLate;
  now_ += 10min;
  order("a", late);
  order("caller", late + 1h);
  order("b", late - 1ms);
  order("another", late - 1ms);
  look();
  EXPECT_THAT(told(), ElementsAre("a prospect>new ordered", "caller >new ordered"));
  EXPECT_EQ(events_told()[0].timestamp, late);
  EXPECT_EQ(events_told()[1].timestamp, late + 1h);
}

TEST_F(StageChanges, ALateOrderPutsRightWhatWasToldButStandsNotBeforeIt) {
  order("a", now_ - days(29));
  look();
  now_ += days(2);
  const Instant silent = now_;
  look();
  EXPECT_THAT(told(), ElementsAre("a new>silent silence"));
  now_ += 10min;
  order("a", silent - 3h);
  look();
  EXPECT_EQ(told().back(), "a silent>active ordered");
  EXPECT_EQ(events_told().back().timestamp, silent);
}

TEST_F(StageChanges, AJoinIsNoNews) {
  known("young");
  for (int day = 90; day > 60; day -= 10) order("old", now_ - days(day));
  order("caller", now_ - days(40));
  look();
  now_ += 10min;
  order("caller", now_ - 1min);  // told of the guest
  look();
  ASSERT_THAT(told(), ElementsAre("caller silent>active ordered"));
  join("young", "old");
  known("member");
  look();
  join("member", "caller");
  look();
  EXPECT_EQ(told().size(), 1u);
  now_ += 10min;
  order("young", now_ - 1min);
  look();
  ASSERT_EQ(told().size(), 2u);
  EXPECT_TRUE(told()[1].ends_with(" churned>loyal ordered")) << told()[1];
  // Nothing is kept of numbers that nobody has any more.
  const auto rows = followed_.database->read(
      [](store::Connection& c) { return c.query_one("SELECT count(*) FROM value_stages"); });
  EXPECT_EQ((*rows)->integer(0), 2);
}

TEST_F(StageChanges, OrdersOfBothCountOnceOfWhoIsJoinedInTheSameStage) {
  for (const char* user : {"one", "two"}) {
    known(user);
    order(user, now_ - days(40));
  }
  look();
  join("one", "two");
  look();
  now_ += 10min;
  order("one", now_ - 1min);
  look();
  ASSERT_EQ(told().size(), 1u);
  EXPECT_TRUE(told()[0].ends_with(" silent>active ordered")) << told()[0];
}

// Rows from before orders were counted.
TEST_F(StageChanges, OrdersThatWereNotCountedYetAreThoseOfTheLastDays) {
  order("a", now_ - days(50));
  order("b", now_ - days(29));
  look();
  ASSERT_TRUE(followed_.database->write(
      [](store::Connection& c) { return c.execute("UPDATE value_stages SET orders = -1"); }));
  now_ += days(2);
  order("a", now_ - 1min);
  look();
  EXPECT_THAT(told(),
              testing::UnorderedElementsAre("a silent>active ordered", "b new>silent silence"));
}

TEST_F(StageChanges, WhoAsksToStopWaitsForNothingAndNothingIsLost) {
  known("a");
  look();
  now_ += 10min;
  order("a", now_ - 1min);
  std::stop_source stop;
  stop.request_stop();
  const auto all = value_->settled_snapshot();
  EXPECT_EQ(keep_stages(*followed_.database, **all, stop.get_token()).error().code, Code::kBusy);
  ASSERT_TRUE(keep_stages(*followed_.database, **all));
  EXPECT_EQ(tell_stages(*followed_.database, *followed_.log, now_, stop.get_token()).error().code,
            Code::kBusy);
  EXPECT_THAT(told(), IsEmpty());
  look();
  EXPECT_THAT(told(), ElementsAre("a prospect>new ordered"));
}

TEST_F(StageChanges, NobodyWhoWasErasedIsToldOfOrKept) {
  for (const char* user : {"gone", "going", "stays"}) known(user);
  look();
  now_ += 10min;
  for (const char* user : {"gone", "going", "stays"}) order(user, now_ - 1min);
  const PersonId gone = person("gone"), going = person("going");
  const auto before = value_->settled_snapshot();
  // Erased between the snapshot and the keeping, and between the keeping and the telling.
  erase(gone);
  ASSERT_TRUE(keep_stages(*followed_.database, **before));
  erase(going);
  // Rows that an earlier version left.
  ASSERT_TRUE(followed_.database->write([&](store::Connection& c) {
    return c.execute(
        "INSERT INTO value_stage_changes (id, person, from_stage, to_stage, at_ms, "
        "since_ms, reason, told) VALUES (99, $1, 'new', 'silent', 5, 5, 'silence', 0)",
        {gone});
  }));
  look();
  EXPECT_THAT(told(), ElementsAre("stays prospect>new ordered"));
  for (const PersonId id : {gone, going}) {
    EXPECT_EQ(rows_of("value_stages", id), 0);
    EXPECT_EQ(rows_of("value_stage_changes", id), id == gone ? 1 : 0);
  }
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

// Stops the look after a number of transactions.
class StopsAfter : public store::Database {
 public:
  StopsAfter(store::Database& under, int writes) : under_(under), left_(writes) {}
  store::Engine engine() const override { return under_.engine(); }
  Result<int64_t> size_bytes() override { return under_.size_bytes(); }
  std::stop_source stop;

 protected:
  Result<void> transaction(bool writes,
                           const std::function<Result<void>(store::Connection&)>& body) override {
    const auto done = writes ? under_.write(body) : under_.read(body);
    if (writes && --left_ == 0) stop.request_stop();
    return done;
  }

 private:
  store::Database& under_;
  int left_;
};

TEST_F(StageChanges, ALookThatIsCutOffBetweenItsPartsIsGoneOnWith) {
  constexpr size_t kPeople = kStagesAtOnce + 100;
  const auto everybody = [&](bool orders) {
    std::vector<events::Event> all;
    for (size_t i = 0; i < kPeople; ++i) {
      auto one = event("p" + std::to_string(i), now_ - 1min);
      one.type = orders ? events::Type::kTrack : events::Type::kIdentify;
      if (orders) {
        one.name = "Order Completed";
        one.properties = to_text({{"order_id", one.message_id}, {"total", "50"}});
      }
      all.push_back(std::move(one));
    }
    followed_.take(std::move(all));
  };
  everybody(false);
  known("old");
  known("later");
  look();
  now_ += 10min;
  everybody(true);
  order("old", now_ - 1min);
  join("young", "old");
  StopsAfter cut(*followed_.database, 1);
  const auto all = value_->settled_snapshot();
  EXPECT_EQ(keep_stages(cut, **all, cut.stop.get_token()).error().code, Code::kBusy);
  restart();  // the program dies, and the next look begins anew
  look();
  EXPECT_EQ(told().size(), kPeople + 1) << "each once";
  look();
  EXPECT_EQ(told().size(), kPeople + 1);
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
  join("young", "old");
  const PersonId gone = person("gone");
  erase(gone);
  look();
  ASSERT_EQ(told().size(), 1u);
  EXPECT_TRUE(told()[0].ends_with(" prospect>new ordered")) << told()[0];
  look();
  EXPECT_EQ(told().size(), 1u) << "the join is no news";
  // Nothing of who was erased is left but a number.
  EXPECT_EQ(rows_of("value_stage_changes", gone), 0);
}

}  // namespace
}  // namespace perennial::value
